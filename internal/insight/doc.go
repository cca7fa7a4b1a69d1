// Package insight holds the catalogue of metrics, keeps their roll-ups from the event log, and makes reports that say what they
// mean.
//
//	INS-1  catalogue.go: every screen, report, API and mail takes its figures from here
//	INS-2  dimensions of each metric: catalogue.go
//	INS-3  fold.go: facts become sums in the same transaction; contribute.go recounts them
//	INS-5  report_daily.go
//	UI-B1  opened.go and opened_*.go: the cases behind each figure of a report
//	SAL-8  promotions.go
//	SAL-9  funnel.go; by entry, and days between steps, by funnel_paths.go from paths.go, which path_parts.go packs and path_fold.go keeps and checks
//	MKT-10 segment_effect.go
//	INS-6  op_mail.go, door
package insight

import "embed"

// Text holds what people read.
//
//go:embed text/*.toml
var Text embed.FS
