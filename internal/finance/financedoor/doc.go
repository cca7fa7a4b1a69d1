// Package financedoor is the cash desk and the payments in the browser, and the home page of finance.
//
//	FIN-1  page_pay.go: the cash desk; page_payment.go: the receipt; page_payments.go: the list with its sum
//	FIN-2  page_reverse.go
//	FIN-4  page_payment.go: the journal of a payment, for who may read it
package financedoor

import "embed"

// Text holds what people read on these pages.
//
//go:embed text/*.toml
var Text embed.FS
