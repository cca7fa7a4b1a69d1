// Package salesdoor is the consultant's and the front desk's work in the browser, and the sales paths of the API.
//
//	SAL-1, SAL-2  page_enquiries.go, page_enquiry.go, page_enter.go, page_rules.go
//	SAL-3         page_work.go, page_call.go
//	SAL-4         page_appointments.go, page_book.go
//	SAL-5         page_desk.go, page_walkin.go
//	SAL-6         page_visits.go, page_visit.go
//	SAL-7         page_quote.go
//	PRC-2         page_step.go: where a missing step is done
package salesdoor

import "embed"

// Text holds what people read on these pages.
//
//go:embed text/*.toml
var Text embed.FS
