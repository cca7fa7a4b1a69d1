// Package rollout brings a school's own data in: lists of leads, people, centers, staff and packages from CSV and XLSX files; and keeps what people say about a page.
//
//	ROL-1  mapping.go (guessed, edited), parse.go (a row's values), leads.go (decide and apply), run.go (runs, resumable)
//	ROL-8  op_feedback.go, rules_feedback.go (what a kept page shows)
package rollout

import "embed"

// Text holds what people read.
//
//go:embed text/*.toml
var Text embed.FS
