package people

import (
	"context"
	"fmt"

	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/op"
)

// Code is what can be chosen from a list of the company: results of contacts, next steps, reasons of losses.
type Code struct {
	Kind   string `json:"kind" db:"kind" enum:"touch-result,next-step,loss-reason"`
	Code   string `json:"code" db:"code"`
	Name   string `json:"name" db:"-" doc:"in the language of the caller"`
	ZH     string `json:"-" db:"name_zh"` // of a school's own code
	EN     string `json:"-" db:"name_en"`
	Active bool   `json:"active" db:"active" doc:"whether it can be chosen; one that cannot stands in older records"`
}

// AllCodes lists the codes of all kinds, each kind in the order in which it is offered (PPL-12, SAL-6).
func AllCodes(ctx context.Context, tx *op.Tx) ([]Code, error) {
	list, err := op.AllOf[Code](ctx, tx.Unscoped("lists of the company hold no records of people"), "SELECT kind, code, name_zh, name_en, active FROM codes ORDER BY kind, no, code")
	if err != nil {
		return nil, fmt.Errorf("list codes: %w", err)
	}
	for i, c := range list {
		switch key := c.Kind + "." + c.Code; {
		case c.EN != "" && i18n.LangOf(ctx) == i18n.EN:
			list[i].Name = c.EN
		case c.ZH != "":
			list[i].Name = c.ZH
		case i18n.Has(ctx, key):
			list[i].Name = i18n.T(ctx, key)
		default:
			list[i].Name = c.Code
		}
	}
	return list, nil
}
