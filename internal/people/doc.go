// Package people holds persons, one record per human being, their contact points and relations, touches, and what of them is found
// by whom and shown to whom.
//
//	PPL-1  query_states.go: states are derived from links, never typed in
//	PPL-2  query_search.go; terms: store_person.go and kernel/search
//	PPL-3  rules_person.go, op_household.go
//	PPL-4  query_duplicates.go, op_duplicate.go, op_apart.go, rules_duplicate.go; of imports: matcher.go
//	PPL-5  op_merge.go, rules_merge.go, store_merge.go; rows of other domains: react_merge.go; read: query_merge.go, query_pairs.go; check_merge.go
//	PPL-6  query_timeline.go, rules_timeline.go
//	PPL-7  links.go: who owns what; kept by react_*.go
//	PPL-9  op_consent.go; MayContact is asked before a message of a purpose goes out
//	PPL-10 op_reveal.go, op_reveal_limit.go; masking: the tag mask:"phone" where rows are scanned; of custom values rules_private.go, query_private.go
//	PPL-11 op_data_request.go, op_data_file.go, export_job.go, op_anonymize.go, react_request.go; read: query_request.go; where rows lie: personal.go of each domain
//	PPL-12 op_touch.go, rules_touch.go
//	PPL-13 organization.go, op_organization.go, op_organization_state.go, op_merge_organization.go, rules_organization.go, query_organization.go
//	MKT-10 conditions.go: what segments ask of persons
//	ORG-3  resources.go: a person is seen by whoever sees one of its matters
//	ORG-10 op_change.go, rules_change.go
//	TRU-24 store_personal.go: old values stand beside the event, sealed under the person's key
//	PRC-10 attributes.go, rules_attribute.go
package people

import "embed"

// Text holds what people read.
//
//go:embed text/*.toml
var Text embed.FS
