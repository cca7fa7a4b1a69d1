package contracts

import (
	"fmt"
	"slices"
	"strings"

	"zhike/internal/kernel/hours"
	"zhike/internal/kernel/problem"
)

var questionKinds = []string{"text", "number", "date", "choice", "yes-no"}

const (
	mostQuestions = 30
	mostHours     = hours.Centi(1_000_000) // 10,000 hours
	mostDays      = 3650
)

// check collects what is wrong with a course.
func (c Course) check() problem.Invalid {
	bad := checkNamed(c.Code, c.NameZH, c.NameEN)
	if len(c.Needs) > mostQuestions {
		bad.Add("needs", "too-many", len(c.Needs), "max", mostQuestions)
	}
	for i, q := range c.Needs {
		at := func(field string) string { return fmt.Sprintf("needs.%d.%s", i, field) }
		if q.Code == "" || len(q.Code) > 40 {
			bad.Add(at("code"), "required", q.Code)
		}
		if slices.ContainsFunc(c.Needs[:i], func(o Question) bool { return o.Code == q.Code }) {
			bad.Add(at("code"), "twice", q.Code)
		}
		if q.NameZH == "" {
			bad.Add(at("name_zh"), "required", nil)
		}
		if len([]rune(q.NameZH)) > 200 || len([]rune(q.NameEN)) > 200 {
			bad.Add(at("name_zh"), "too-long", nil, "max", 200)
		}
		if !slices.Contains(questionKinds, q.Kind) {
			bad.Add(at("kind"), "not-one-of", q.Kind, "list", strings.Join(questionKinds, ", "))
		}
		if (q.Kind == "choice") != (len(q.Choices) > 1) {
			bad.Add(at("choices"), "choices", len(q.Choices))
		}
	}
	return bad
}

// check collects what is wrong with a package's terms.
func (p Package) check() problem.Invalid {
	bad := checkNamed(p.Code, p.NameZH, p.NameEN)
	if p.Hours <= 0 || p.Hours > mostHours {
		bad.Add("hours_x100", "out-of-range", p.Hours, "from", 1, "until", int64(mostHours))
	}
	if p.Gift < 0 || p.Gift > mostHours {
		bad.Add("gift_hours_x100", "out-of-range", p.Gift, "from", 0, "until", int64(mostHours))
	}
	if p.Price <= 0 || p.Price > mostPrice {
		bad.Add("price_fen", "amount-range", p.Price, "max", mostPrice)
	}
	if p.ValidityDays <= 0 || p.ValidityDays > mostDays {
		bad.Add("validity_days", "out-of-range", p.ValidityDays, "from", 1, "until", mostDays)
	}
	if !slices.Contains(ways, p.Consume) {
		bad.Add("consume", "not-one-of", p.Consume, "list", strings.Join(ways, ", "))
	}
	return bad
}

func checkNamed(code, zh, en string) problem.Invalid {
	var bad problem.Invalid
	switch {
	case code == "":
		bad.Add("code", "required", nil)
	case len(code) > 40:
		bad.Add("code", "too-long", nil, "max", 40)
	}
	if zh == "" {
		bad.Add("name_zh", "required", nil)
	}
	for _, n := range []struct{ field, value string }{{"name_zh", zh}, {"name_en", en}} {
		if len([]rune(n.value)) > 100 {
			bad.Add(n.field, "too-long", nil, "max", 100)
		}
	}
	return bad
}
