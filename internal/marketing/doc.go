// Package marketing holds the channels by which prospects come, and the source record of each lead.
//
//	SAL-2   model.go (first contact is due within a time per channel), op_channel.go
//	MKT-8   budget.go, rules_budget.go, op_budget.go, query_budget.go (annual plan)
//	MKT-11  store_lead.go (source record); capture.go, op_capture_point.go, op_submission.go, query_capture.go (capture points, submissions); sales makes leads of them; rules_channel.go (dirty names of imports)
//
// The channel tree is shipped: channels.csv, written by Seed.
package marketing

import "embed"

// Text holds what people read.
//
//go:embed text/*.toml
var Text embed.FS
