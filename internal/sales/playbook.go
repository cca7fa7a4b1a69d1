package sales

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"time"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/stat"
)

// Playbook is a card of guidance: what to say at a stage and for a need (SAL-10). Empty conditions hold for all. Its version is the
// record's.
type Playbook struct {
	ID        id.ID  `json:"id" db:"id"`
	Code      string `json:"code,omitempty" db:"code"` // of a shipped card
	Name      string `json:"name" db:"name"`
	Lang      string `json:"lang" db:"lang"`   // in which it is written: zh, en
	Kind      string `json:"kind" db:"kind"`   // of enquiry
	Stage     string `json:"stage" db:"stage"` // of the enquiry
	Course    id.ID  `json:"course_id" db:"course"`
	Need      string `json:"need" db:"need"`   // result of the last contact
	Short     string `json:"short" db:"short"` // at most three lines, for the panel of a call
	Questions string `json:"questions" db:"questions"`
	Material  string `json:"material" db:"material"`
	Answers   string `json:"answers" db:"answers"`
	Active    bool   `json:"active" db:"active"`
	Version   int64  `json:"version" db:"version"`
}

// TableName implements op.Record.
func (Playbook) TableName() string { return "playbooks" }

// Lines are the short lines of a card.
func (p Playbook) Lines() []string { return linesOf(p.Short) }

// linesOf splits a text of a card; empty lines are none.
func linesOf(text string) []string {
	return slices.DeleteFunc(strings.Split(text, "\n"), func(l string) bool { return strings.TrimSpace(l) == "" })
}

// PlaybookVersion is a card as it was at one of its versions.
type PlaybookVersion struct {
	No   int64     `json:"no" db:"no"`
	By   string    `json:"by" db:"by_login"`
	At   time.Time `json:"at" db:"at"`
	Body Playbook  `json:"card" db:"body,json"`
}

// fewUses is from how many contacts on, on each side, a rate is compared.
const fewUses = 20

// PlaybookResult is what followed the contacts beside which a version of a card stood (SAL-10): an enquiry goes on that comes further than
// it had come at the contact.
type PlaybookResult struct {
	No          int64 `json:"no" db:"no"`
	Shown       int64 `json:"shown" db:"shown"`
	Used        int64 `json:"used" db:"used"`
	UsedWent    int64 `json:"used_went_on" db:"used_went"`
	WithoutWent int64 `json:"without_went_on" db:"without_went"`
}

// Without counts the contacts at which the card was not used.
func (r PlaybookResult) Without() int64 { return r.Shown - r.Used }

// Thin tells whether there are too few contacts to compare.
func (r PlaybookResult) Thin() bool { return r.Used < fewUses || r.Without() < fewUses }

// Rate is a share with its interval of 95 %.
type Rate struct{ Share, Low, High float64 }

// RateOf is the rate of k of n (Wilson).
func RateOf(k, n int64) Rate {
	low, high := stat.Wilson(k, n)
	if n == 0 {
		return Rate{Low: low, High: high}
	}
	return Rate{float64(k) / float64(n), low, high}
}

//go:embed playbooks.csv
var shippedPlaybooks []byte

// seedPlaybooks writes the shipped cards where they are missing; what a company changed stays.
func seedPlaybooks(ctx context.Context, r *op.Runner) error {
	rows, err := csv.NewReader(bytes.NewReader(shippedPlaybooks)).ReadAll()
	if err != nil {
		return fmt.Errorf("read shipped playbooks: %w", err)
	}
	return r.Write(ctx, func(ctx context.Context, tx *op.Tx) error {
		known, err := op.AllOf[string](ctx, tx.Unscoped("cards of the company hold no records of people"), "SELECT code FROM playbooks WHERE code <> ''")
		if err != nil {
			return fmt.Errorf("look for playbooks: %w", err)
		}
		for _, row := range rows[1:] {
			if slices.Contains(known, row[0]) {
				continue
			}
			text := func(i int) string { return strings.ReplaceAll(row[i], "|", "\n") }
			p := Playbook{
				ID: tx.NewID(), Code: row[0], Lang: row[1], Stage: row[2], Kind: row[3], Need: row[4], Name: row[5],
				Short: text(6), Questions: text(7), Material: text(8), Answers: text(9), Active: true, Version: 1,
			}
			if err := tx.Insert(ctx, p); err != nil {
				return err
			}
			if err := keepVersion(ctx, tx, p, ""); err != nil {
				return err
			}
		}
		return nil
	})
}
