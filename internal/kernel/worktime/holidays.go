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

// Holiday is a day of the shipped calendar.
type Holiday struct {
	Day    bizdate.Date
	Kind   Kind
	ZH, EN string
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
		for d := from; d <= until; d++ {
			out = append(out, Holiday{Day: d, Kind: Kind(r[2]), ZH: r[3], EN: r[4]})
		}
	}
	return out
}
