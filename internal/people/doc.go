// Package people holds persons, their contact points and relations, touches, and the search for them.
//
//	PPL-1  query_timeline.go (States): states are derived from links, never stored
//	PPL-2  op_register.go (terms), query_search.go
//	PPL-3  rules_person.go, op_household.go
//	PPL-4  query_duplicates.go
//	PPL-6  query_timeline.go
//	PPL-7  links.go: who owns what; reactions keep them
//	PPL-10 masks on scanned fields, op_reveal.go
//	PPL-12 op_touch.go
package people

import "embed"

// Text holds what people read.
//
//go:embed text/*.toml
var Text embed.FS
