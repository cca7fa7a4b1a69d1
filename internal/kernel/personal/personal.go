// Package personal says where rows lie that belong to a person, for its export and for anonymizing it (PPL-11).
package personal

import "strings"

// Rows are the rows of a table that belong to a person.
type Rows struct {
	Table string
	By    []string // columns that name the person
	// Via is the condition of rows that belong to it by way of another row; each ? is the person. It stands for By.
	Via string
	// At is the column of the instant at which there was something to do with the person: retention begins with the last one.
	At string
	// Clear are the columns of what people said or were called; they are empty, or what With says, when the person is anonymized.
	Clear []string
	With  map[string]string // column → SQL literal
	Gone  bool              // the rows are taken away instead
	Keep  []string          // columns of text that hold codes, numbers and what the books need
	Mute  bool              // left out of the export: made from other rows
	Hide  []string          // columns that the export leaves out: of others, or of no meaning outside
	Words []string          // columns of free words, in which others may be named: the export masks their names and phones
}

// Where is the condition of the rows, with one value a ?.
func (r Rows) Where() string {
	if r.Via != "" {
		return r.Via
	}
	return strings.Join(r.By, " = ? OR ") + " = ?"
}

// Values are those of Where.
func (r Rows) Values(person any) []any {
	out := make([]any, strings.Count(r.Where(), "?"))
	for i := range out {
		out[i] = person
	}
	return out
}

// Of is the condition for the persons of a column instead of one value.
func (r Rows) Of(column string) string { return strings.ReplaceAll(r.Where(), "?", column) }

// Hold is what stands in the way of anonymizing: a query of a number of records, with one value, the person, a ?. Day is one of the business
// date until which it holds, or 0, where there is such a date.
type Hold struct {
	Code  string
	Query string
	Day   string
	// Last is the query of the instant of the last record that is kept for as many years as the setting Years says; it stands for Query and Day.
	Last  string
	Years string
}

// Values are those of the query.
func (h Hold) Values(person any) []any { return Rows{Via: h.Query}.Values(person) }

// DayValues are those of the query of the day, LastValues those of the last record.
func (h Hold) DayValues(person any) []any { return Rows{Via: h.Day}.Values(person) }

// LastValues are those of the query of the last record.
func (h Hold) LastValues(person any) []any { return Rows{Via: h.Last}.Values(person) }
