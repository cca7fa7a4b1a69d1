// Package bizdate is the business date: the local calendar day of a center, without a time.
package bizdate

import (
	"fmt"
	"time"
)

// Date counts days since 1970-01-01; databases keep this number. The zero Date is 1970-01-01 and stands for "no date".
type Date int32

// Of gives the date of an instant in a time zone.
func Of(t time.Time, zone *time.Location) Date {
	y, m, d := t.In(zone).Date()
	return New(y, m, d)
}

// New gives the date of a year, month and day of the month.
func New(y int, m time.Month, d int) Date {
	return Date(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// Parse reads YYYY-MM-DD.
func Parse(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return 0, fmt.Errorf("parse date %q: want YYYY-MM-DD", s)
	}
	return Date(t.Unix() / 86400), nil
}

// IsZero tells whether d stands for "no date".
func (d Date) IsZero() bool { return d == 0 }

// UTC is midnight UTC of the same calendar day, for calendar arithmetic.
func (d Date) UTC() time.Time { return time.Unix(int64(d)*86400, 0).UTC() }

// In is the instant at which the day begins in a time zone.
func (d Date) In(zone *time.Location) time.Time {
	y, m, day := d.UTC().Date()
	return time.Date(y, m, day, 0, 0, 0, 0, zone)
}

// Weekday gives the day of the week.
func (d Date) Weekday() time.Weekday { return d.UTC().Weekday() }

// AddMonths moves by calendar months; a day that the target month lacks becomes its last day.
func (d Date) AddMonths(n int) Date {
	y, m, day := d.UTC().Date()
	first := New(y, m+time.Month(n), 1)
	last := New(y, m+time.Month(n)+1, 1) - 1
	return min(first+Date(day-1), last)
}

// MonthStart is the first day of d's month.
func (d Date) MonthStart() Date {
	return d - Date(d.UTC().Day()) + 1
}

// String gives YYYY-MM-DD, "" for no date.
func (d Date) String() string {
	if d == 0 {
		return ""
	}
	return d.UTC().Format(time.DateOnly)
}

// MarshalText implements encoding.TextMarshaler.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler; an empty text is no date.
func (d *Date) UnmarshalText(b []byte) (err error) {
	if len(b) == 0 {
		*d = 0
		return nil
	}
	*d, err = Parse(string(b))
	return err
}
