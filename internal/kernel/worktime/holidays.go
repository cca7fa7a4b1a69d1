package worktime

import (
	"bytes"
	_ "embed"
	"encoding/csv"
	"fmt"

	"zhike/internal/kernel/bizdate"
)

//go:embed holidays.csv
var holidays []byte

// Kind says what a period of the shipped calendar is.
type Kind string

// The kinds of days.
const (
	Off  Kind = "holiday" // nobody works
	Work Kind = "workday" // a weekend day on which the days off are made up for
)

// Holiday is a period of the shipped calendar: the days from From to Until, both included.
type Holiday struct {
	From, Until bizdate.Date
	Kind        Kind
	ZH, EN      string
}

// Holidays lists the Chinese public holidays with their make-up working days, as the notices of the State Council's General
// Office announced them for 2012, 2013 and 2024 to 2026. They are a beginning that a school changes: many teach on holidays.
func Holidays() []Holiday {
	rows, err := csv.NewReader(bytes.NewReader(holidays)).ReadAll()
	if err != nil {
		panic(fmt.Sprintf("shipped holidays: %v", err)) // part of the program; a test reads them
	}
	var out []Holiday
	for _, r := range rows[1:] {
		from, err := bizdate.Parse(r[0])
		if err != nil {
			panic(err)
		}
		until, err := bizdate.Parse(r[1])
		if err != nil {
			panic(err)
		}
		out = append(out, Holiday{From: from, Until: until, Kind: Kind(r[2]), ZH: r[3], EN: r[4]})
	}
	return out
}
