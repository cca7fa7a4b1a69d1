// Package contracts holds courses, packages, contracts and the hour accounts of their lines.
//
//	CON-1  model.go, rules_contract.go (shares, plan), rules_price.go, op_draft.go; editions: op_package.go
//	CON-2  op_sign.go: signing freezes; no operation writes the terms of a contract after op_draft.go
//	CON-3  rules_hours.go, store_hours.go
//	CON-9  numbering: op_draft.go with kernel/numbers
//	MKT-10 conditions.go: what segments ask of contracts and hours
//	SAL-7  rules_price.go: quote and contract are priced by the same rule
//	TRU-8  contribute.go
//
// A contract becomes active, and its paid amounts move, by finance's facts: react_finance.go.
package contracts

import "embed"

// Text holds what people read.
//
//go:embed text/*.toml
var Text embed.FS
