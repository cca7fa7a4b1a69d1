// Package chart draws charts as SVG on the server (INS-12, UI-V): the same bytes for the same data, no script and no style attribute,
// so that page, mail and print show one drawing and a strict content security policy holds.
//
// What is said by colour is said by something else as well: series have dashes and a direct label, rises and falls a sign, and every
// chart has a text alternative and its data as a table. Marks carry the classes k1…k6 (series), bad and good, for the print style
// in chart.css. Texts and the writing of values come from the caller; only the name of the data table is a text of this package.
//
//	Line        values over time, with a band for the usual range    line.go
//	Bars        values of a few things; lying where names are long   bars.go, rows.go
//	StackedBars parts of wholes                                      stacked.go
//	Dots        estimates with their intervals                       dots.go
//	Waterfall   from one total to another                            waterfall.go
//	TargetBar   reached, expected and aimed at                       target.go
//	Spark       a course without axes, for a table                   spark.go
package chart

import "embed"

// Text is the catalogue of this package.
//
//go:embed text/*.toml
var Text embed.FS
