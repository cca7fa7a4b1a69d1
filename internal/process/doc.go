// Package process holds blueprints as data, the gate that every operation passes, cases with the steps they have done, tasks, approvals
// and notices.
//
//	PRC-1  blueprint.go (data in the table blueprints, shipped by seed.go)
//	PRC-2  gate.go
//	PRC-4  a case keeps the version it began with: react_case.go
//	PRC-6  approval.go, op_approval.go, op_limit.go, due_approval.go, query_approval.go
//	PRC-5  rules_task.go, op_task.go, op_give_task.go, op_change_task.go, op_reassign.go, op_comment.go, series.go, op_series.go, due_series.go, query_task.go; written by react_task.go
package process

import "embed"

// Text holds what people read.
//
//go:embed text/*.toml
var Text embed.FS
