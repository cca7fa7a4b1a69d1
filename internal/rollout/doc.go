// Package rollout brings a school's own data in: lists of leads, people, centers, staff and packages from CSV and XLSX files.
//
//	ROL-1  mapping.go (guessed, edited), parse.go (a row's values), leads.go (decide and apply), run.go (runs, resumable)
package rollout

import "embed"

// Text holds what people read.
//
//go:embed text/*.toml
var Text embed.FS
