package insightdoor

import (
	"context"
	"math"
	"slices"
	"strconv"

	"zhike/internal/contracts"
	"zhike/internal/insight"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/hours"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/marketing"
	"zhike/internal/organization"
	"zhike/internal/people"
	"zhike/internal/web"
)

// value words a figure by its unit.
func value(ctx context.Context, unit string, f insight.Figure) string {
	switch {
	case f.Thin:
		return i18n.T(ctx, "insight.thin")
	case f.None:
		return i18n.Percent(ctx, nil)
	}
	switch unit {
	case "fen":
		if f.High > 0 { // an estimate is no finer than a yuan
			f.V = math.Round(f.V/100) * 100
		}
		return i18n.MoneyWhole(ctx, money.Fen(math.Round(f.V)))
	case "%":
		if f.N > 0 && f.High > 0 {
			return i18n.T(ctx, "insight.with-interval", "value", i18n.Percent(ctx, &f.V), "low", i18n.Percent(ctx, &f.Low), "high", i18n.Percent(ctx, &f.High))
		}
		return i18n.Percent(ctx, &f.V)
	case "h100":
		return i18n.Hours(ctx, hours.Centi(f.V))
	case "min":
		return i18n.T(ctx, "insight.minutes", "n", f.V)
	case "days":
		return i18n.T(ctx, "insight.days", "n", math.Round(f.V*10)/10)
	case "ratio":
		return i18n.T(ctx, "insight.to-one", "n", math.Round(f.V*10)/10)
	}
	if f.Ranged {
		return i18n.T(ctx, "insight.with-interval", "value", i18n.Count(ctx, int64(f.V)), "low", i18n.Count(ctx, int64(f.Low)), "high", i18n.Count(ctx, int64(f.High)))
	}
	if f.V != math.Trunc(f.V) { // parts of cases, by attribution
		return strconv.FormatFloat(f.V, 'f', 2, 64)
	}
	return i18n.Count(ctx, int64(f.V))
}

// shortly words a figure of a metric in little space, for charts and summaries.
func shortly(ctx context.Context, m insight.Metric) func(v float64) string {
	if m.Unit == "fen" {
		return func(v float64) string { return i18n.MoneyShort(ctx, money.Fen(math.Round(v))) }
	}
	return func(v float64) string { return value(ctx, m.Unit, insight.Figure{V: v}) }
}

// names words the values of a dimension.
type names func(ctx context.Context, value string) string

// parsed is the id that a value of a dimension is; none where it is no id.
func parsed(v string) id.ID {
	key, err := id.Parse(v)
	if err != nil {
		return id.None
	}
	return key
}

// nameOr is a name, or the word for none.
func nameOr(ctx context.Context, name string) string {
	if name == "" {
		return i18n.T(ctx, "dimension.none")
	}
	return name
}

// namesOf reads the names of a report's rows in one query at most.
func namesOf(ctx context.Context, tx *op.Tx, r insight.Report) (names, error) {
	dir, dim := organization.Of(tx), r.Params.By
	switch dim {
	case "center":
		return func(ctx context.Context, v string) string {
			if c, ok := dir.Center(parsed(v)); ok {
				return c.Name(string(i18n.LangOf(ctx)))
			}
			return i18n.T(ctx, "insight.company-pool")
		}, nil
	case "region":
		return func(ctx context.Context, v string) string {
			region, _ := dir.Region(parsed(v))
			return nameOr(ctx, region.Name(string(i18n.LangOf(ctx))))
		}, nil
	case "kind":
		return func(ctx context.Context, v string) string {
			if v == "" {
				return nameOr(ctx, "")
			}
			return i18n.T(ctx, "enquiry-kind."+v)
		}, nil
	case "consultant":
		return func(ctx context.Context, v string) string { return nameOr(ctx, dir.StaffName(parsed(v))) }, nil
	case "channel":
		return channelNames(ctx, tx)
	case "referrer":
		return personNames(ctx, tx, r.Rows)
	case "course":
		return courseNames(ctx, tx)
	case "promotion":
		return promotionNames(ctx, tx)
	case "campaign", "format":
		return marketingNames(ctx, tx, dim)
	}
	return func(ctx context.Context, v string) string {
		d, err := bizdate.Parse(v)
		switch {
		case err != nil:
			return nameOr(ctx, "")
		case dim == "month":
			return i18n.Month(ctx, d)
		}
		return i18n.Date(ctx, d, web.Today(ctx))
	}, nil
}

func channelNames(ctx context.Context, tx *op.Tx) (names, error) {
	tree, err := marketing.Channels(ctx, tx)
	if p, ok := problem.As(err); ok && p.Status == 403 {
		return func(ctx context.Context, _ string) string { return nameOr(ctx, "") }, nil
	}
	return func(ctx context.Context, v string) string {
		c, _ := tree.ByID(parsed(v))
		return nameOr(ctx, c.Name(string(i18n.LangOf(ctx))))
	}, err
}

// personNames names persons in scope; of others no more than that they are beyond it.
func personNames(ctx context.Context, tx *op.Tx, rows []insight.Row) (names, error) {
	var keys []id.ID
	for _, r := range rows {
		if key := parsed(r.Value); !key.IsNone() {
			keys = append(keys, key)
		}
	}
	seen, err := people.InScope(ctx, tx, keys)
	if p, ok := problem.As(err); ok && p.Status == 403 {
		seen, err = nil, nil
	}
	return func(ctx context.Context, v string) string {
		b, ok := seen[parsed(v)]
		if !ok {
			return i18n.T(ctx, "insight.beyond-scope")
		}
		return b.Shown()
	}, err
}

func courseNames(ctx context.Context, tx *op.Tx) (names, error) {
	list, err := contracts.Courses(ctx, tx, false)
	return func(ctx context.Context, v string) string {
		i := slices.IndexFunc(list, func(c contracts.Course) bool { return c.ID == parsed(v) })
		if i < 0 {
			return nameOr(ctx, "")
		}
		return list[i].Name(string(i18n.LangOf(ctx)))
	}, err
}

// conclusion words what a report means.
func conclusion(ctx context.Context, c insight.Conclusion, name names) string {
	var out string
	for _, s := range c.Sentences {
		m, _ := insight.MetricByID(s.Metric)
		word := func(v float64) string {
			if m.Unit != "%" {
				v = math.Round(v)
			}
			return value(ctx, m.Unit, insight.Figure{V: v, High: s.High})
		}
		if out != "" {
			out += i18n.T(ctx, "insight.between-sentences")
		}
		row := ""
		if s.Row != "" {
			row = name(ctx, s.Row)
		}
		out += i18n.T(ctx, "conclusion."+s.Code, "row", row, "metric", i18n.T(ctx, "metric."+s.Metric), "value", word(s.Value), "low", word(s.Low), "high", word(s.High),
			"base", word(s.Base), "n", i18n.Count(ctx, s.N))
	}
	return out
}

// marketingNames names campaigns in scope, or their kinds.
func marketingNames(ctx context.Context, tx *op.Tx, dim string) (names, error) {
	byKey := map[string]func(lang string) string{}
	if dim == "format" {
		list, err := marketing.Formats(ctx, tx)
		if err != nil {
			return nil, err
		}
		for _, f := range list {
			byKey[f.ID.String()] = f.Name
		}
	} else {
		known, err := marketing.CampaignNames(ctx, tx)
		if err != nil {
			return nil, err
		}
		for key, name := range known {
			byKey[key.String()] = func(string) string { return name }
		}
	}
	return func(ctx context.Context, v string) string {
		if name, ok := byKey[v]; ok {
			return name(string(i18n.LangOf(ctx)))
		}
		if dim == "promotion" {
			return i18n.T(ctx, "dimension.unpromoted")
		}
		return i18n.T(ctx, "dimension.none")
	}, nil
}
