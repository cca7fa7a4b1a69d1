package people

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"zhike/internal/facts"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/organization"
)

// SetCode adds an entry to a list that people choose from, renames, moves or retires one (SAL-3, SAL-6). A code stays what it is: records
// hold it, and one that is retired keeps its name there. Refused: nothing-changed, stale; a name missing or taken; retiring the last one, or
// one that the program sets itself; whoever sets up only a part of the company.
var SetCode = op.Op[SetCodeInput, SetCodeAnswer]{
	Name: "people.set-code", Rule: "SAL-6", Needs: "setting:update", Fact: facts.CodeSet{}, Do: setCode,
}

// SetCodeInput names the entry and what changes; what is left out stays.
type SetCodeInput struct {
	List    string  `json:"list" enum:"touch-result,next-step,loss-reason"`
	Code    string  `json:"code,omitempty" maxLength:"40" doc:"lower-case letters, digits and hyphens; one that is not on the list is added, and one is made where it is left out"`
	NameZH  *string `json:"name_zh,omitempty" maxLength:"40" doc:"required of an own entry, in both languages; both empty: the name that a shipped one came with"`
	NameEN  *string `json:"name_en,omitempty" maxLength:"40"`
	Place   *int64  `json:"place,omitempty" minimum:"1" maximum:"40" doc:"among those that are offered; a new one is the last if left out"`
	Active  *bool   `json:"active,omitempty" doc:"false: is offered no longer"`
	Spoken  *bool   `json:"spoken,omitempty" doc:"of a result of a contact: somebody was spoken to; yes if left out. It holds for past contacts too"`
	Version *int64  `json:"version,omitempty" doc:"the version that the change started from (ORG-10)"`
}

// SetCodeAnswer names the entry.
type SetCodeAnswer struct {
	List    string `json:"list"`
	Code    string `json:"code"`
	Version int64  `json:"version"`
}

func setCode(ctx context.Context, tx *op.Tx, in SetCodeInput) (SetCodeAnswer, error) {
	if !tx.Viewer.Scope("setting:update").All {
		return SetCodeAnswer{}, problem.Forbidden("setting:update") // the lists are the whole company's
	}
	if !slices.Contains(CodeLists, in.List) {
		return SetCodeAnswer{}, problem.Refuse("SAL-6", "invalid", problem.Field{Location: "list", Code: "not-one-of", Value: in.List, Args: map[string]any{"list": strings.Join(CodeLists, ", ")}})
	}
	list, err := entriesOf(ctx, tx, in.List)
	if err != nil {
		return SetCodeAnswer{}, err
	}
	was, known := list.find(strings.TrimSpace(in.Code))
	start := was
	if !known {
		if start = (Entry{List: in.List, Code: strings.TrimSpace(in.Code), Active: true, Spoken: true}); start.Code == "" {
			start.Code = list.fresh()
		}
	}
	if known && in.Version != nil && *in.Version != was.Version {
		return SetCodeAnswer{}, &problem.Problem{Status: 412, Code: "stale", Rule: "ORG-10"}
	}
	e, fields := in.apply(start)
	if err := list.check(e, was).Err("SAL-6"); err != nil {
		return SetCodeAnswer{}, err
	}
	if known && len(fields) == 0 {
		return SetCodeAnswer{}, problem.Refuse("SAL-6", "nothing-changed")
	}
	e.Version++
	place, err := saveList(ctx, tx, list.with(e), e.Code)
	if err != nil {
		return SetCodeAnswer{}, err
	}
	tx.Record(tx.NewID(), facts.CodeSet{List: e.List, Code: e.Code, NameZH: e.NameZH, NameEN: e.NameEN, Place: place, Spoken: e.Spoken, Added: !known, Fields: fields})
	return SetCodeAnswer{List: e.List, Code: e.Code, Version: e.Version}, organization.Renamed(ctx, tx)
}

// entriesOf gives the entries of one list.
func entriesOf(ctx context.Context, tx *op.Tx, list string) (entries, error) {
	all, err := Entries(ctx, tx)
	return slices.DeleteFunc(all, func(e Entry) bool { return e.List != list }), err
}

// saveList writes a list in its order, and gives the place of one of it among those that are offered: 0 where it is retired.
func saveList(ctx context.Context, tx *op.Tx, list entries, code string) (place int64, err error) {
	rows := make([][]any, len(list))
	for i, e := range list {
		rows[i] = []any{e.List, e.Code, int64(i), e.NameZH, e.NameEN, e.Active, e.Spoken, e.Version}
		if e.Code == code && e.Active {
			place = int64(i) + 1
		}
	}
	err = tx.InsertRows(ctx, "codes (kind, code, no, name_zh, name_en, active, spoken, version)",
		` ON CONFLICT (kind, code) DO UPDATE SET no = excluded.no, name_zh = excluded.name_zh, name_en = excluded.name_en, active = excluded.active, spoken = excluded.spoken,
		version = excluded.version`, rows)
	if err != nil {
		return 0, fmt.Errorf("save list: %w", err)
	}
	return place, nil
}
