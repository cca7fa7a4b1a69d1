// Package sales holds enquiries, appointments, visits and quotes: from the first lead to the contract.
//
//	SAL-1  stage.go; react_touch.go and the operations move the stage by what happened
//	SAL-2  rules_assign.go, op_enter.go, op_assign.go; breaches: work_due.go; their ladder: ladder.go, op_ladder.go
//	SAL-4  op_appointment.go, op_appointment_state.go; reminders and no-shows: work_due.go
//	SAL-5  op_checkin.go, op_walkin.go
//	SAL-6  op_finish.go, rules_needs.go
//	SAL-15 rules_board.go, query_board.go, query_calendar.go
//	MKT-10 conditions.go, query_standing.go
//	PPL-8  op_pool.go, query_pool.go; former students: op_former.go
//	UI-B2  undo.go
//	SAL-10 playbook.go, op_playbook.go, query_playbook.go; shipped cards: playbooks.csv, written by Seed
//	SAL-12 rules_score.go, query_score_past.go, op_score.go, work_score.go; how it learns: kernel/learn
//	SAL-7  op_quote.go, op_contract.go; prices are contracts.PriceLines
package sales

import "embed"

// Text holds what people read.
//
//go:embed text/*.toml
var Text embed.FS
