// Package finance holds payments, their allocation to contracts, and the journal.
//
//	FIN-1  op_payment.go, rules_allocate.go
//	FIN-2  op_reverse.go, rules_reverse.go; payments are otherwise never changed
//	FIN-4  rules_posting.go, react_post.go
//	ORG-5  rules_reverse.go (nobody reverses what they took)
//	TRU-8  contribute.go
package finance

import "embed"

// Text holds what people read.
//
//go:embed text/*.toml
var Text embed.FS
