// Package contractsdoor shows contracts in the browser: the list, one contract with its hour account, its signature and its paper, and
// what is still to be paid.
//
//	CON-1, CON-3  page_contracts.go, page_contract.go
//	CON-2         page_sign.go
//	FIN-1         page_instalments.go: the open instalments, each with the way to the cash desk
package contractsdoor

import "embed"

// Text holds what people read on these pages.
//
//go:embed text/*.toml
var Text embed.FS
