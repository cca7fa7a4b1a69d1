package people

import (
	"context"
	"fmt"
	"slices"

	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/op"
)

// Code is what can be chosen from a list of the company: results of contacts, next steps, reasons of losses.
type Code struct {
	Kind   string `json:"kind" db:"kind" enum:"touch-result,next-step,loss-reason"`
	Code   string `json:"code" db:"code"`
	Name   string `json:"name" db:"-" doc:"in the language of the caller"`
	Active bool   `json:"active" db:"active" doc:"whether it can be chosen; one that cannot stands in older records"`
}

// AllCodes lists the codes of all kinds, each kind in the order in which it is offered (PPL-12, SAL-6).
func AllCodes(ctx context.Context, tx *op.Tx) ([]Code, error) {
	list, err := Entries(ctx, tx)
	if err != nil {
		return nil, err
	}
	out := make([]Code, len(list))
	for i, e := range list {
		out[i] = Code{Kind: e.List, Code: e.Code, Name: e.Name, Active: e.Active}
	}
	return out, nil
}

// Entry is an entry of a list that people choose from, as who keeps the list reads it.
type Entry struct {
	List    string `json:"list" db:"kind" enum:"touch-result,next-step,loss-reason"`
	Code    string `json:"code" db:"code"`
	Name    string `json:"name" db:"-" doc:"in the language of the caller"`
	NameZH  string `json:"name_zh" db:"name_zh" doc:"that the school gave; empty: the name that it came with"`
	NameEN  string `json:"name_en" db:"name_en"`
	Place   int64  `json:"place" db:"-" doc:"among those that are offered, from 1; 0: retired"`
	Active  bool   `json:"active" db:"active" doc:"whether it can be chosen; one that cannot stands in older records"`
	Spoken  bool   `json:"spoken" db:"spoken" doc:"of a result of a contact: somebody was spoken to"`
	Needed  bool   `json:"needed" db:"-" doc:"the program sets it itself, so it cannot be retired"`
	Version int64  `json:"version" db:"version"`
	No      int64  `json:"-" db:"no"`

	called map[i18n.Lang]string // in each language
}

// Shipped tells whether the entry came with the program.
func (e Entry) Shipped() bool { return shipped(e.List, e.Code) }

// Automatic tells whether only the program sets it: nobody chooses it.
func (e Entry) Automatic() bool { return slices.Contains(automatic[e.List], e.Code) }

// Offered tells whether somebody can choose it.
func (e Entry) Offered() bool { return e.Active && !e.Automatic() }

// named is what the entry is called in a language.
func (e Entry) named(ctx context.Context, lang i18n.Lang) string {
	own := e.NameZH
	if lang == i18n.EN {
		own = e.NameEN
	}
	key := e.List + "." + e.Code
	switch {
	case own != "":
		return own
	case i18n.Has(ctx, key):
		return i18n.T(i18n.WithLang(ctx, lang), key)
	}
	return e.Code
}

// Entries lists all entries of all lists, each list in its order: those that are offered, then the retired ones.
func Entries(ctx context.Context, tx *op.Tx) ([]Entry, error) {
	list, err := op.AllOf[Entry](ctx, tx.Unscoped("lists of the company hold no records of people"),
		"SELECT kind, code, name_zh, name_en, active, spoken, version, no FROM codes ORDER BY kind, CASE WHEN active = TRUE THEN 0 ELSE 1 END, no, code")
	if err != nil {
		return nil, fmt.Errorf("list codes: %w", err)
	}
	place := map[string]int64{}
	for i, e := range list {
		list[i].called = map[i18n.Lang]string{i18n.ZH: e.named(ctx, i18n.ZH), i18n.EN: e.named(ctx, i18n.EN)}
		list[i].Name, list[i].Needed = list[i].called[i18n.LangOf(ctx)], needed(e.List, e.Code)
		if e.Active {
			place[e.List]++
			list[i].Place = place[e.List]
		}
	}
	return list, nil
}

// OwnNames gives the names that the school gave to entries, by the key of their texts (organization.Naming).
func OwnNames(ctx context.Context, tx *op.Tx) (map[string]map[i18n.Lang]string, error) {
	list, err := op.AllOf[Entry](ctx, tx.Unscoped("lists of the company hold no records of people"), "SELECT kind, code, name_zh, name_en FROM codes WHERE name_zh <> ''")
	if err != nil {
		return nil, fmt.Errorf("read own names: %w", err)
	}
	out := make(map[string]map[i18n.Lang]string, len(list))
	for _, e := range list {
		names := map[i18n.Lang]string{i18n.ZH: e.NameZH, i18n.EN: e.NameEN}
		if e.NameEN == "" {
			names[i18n.EN] = e.NameZH
		}
		out[e.List+"."+e.Code] = names
	}
	return out, nil
}
