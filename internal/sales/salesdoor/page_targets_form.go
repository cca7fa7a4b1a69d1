package salesdoor

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/problem"
	"zhike/internal/sales"
	"zhike/internal/web"
)

func (p door) postTargets(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Decode[targetsForm](r)
	if err != nil {
		return web.Again(w, r, err, p.getTargets)
	}
	ctx := r.Context()
	in, names, err := form.input()
	if err == nil && len(in.Targets) == 0 {
		return web.Redirect(w, r, form.address(), web.Status{Text: t(ctx, "targets.nothing")})
	}
	var out sales.TargetsAnswer
	if err == nil {
		out, err = sales.SetTargets.Run(ctx, p.Ops, in)
	}
	if err != nil {
		return web.Again(w, r, atFields(err, names), p.getTargets)
	}
	return web.Redirect(w, r, form.address(), web.Status{Text: t(ctx, "targets.saved", "count", out.Changed), Tone: web.Good})
}

func (q targetsQuery) address() string {
	pairs := []string{"metric", q.Metric, "year", strconv.Itoa(q.Year), "page", strconv.Itoa(q.Page)}
	if !q.Center.IsNone() {
		pairs = append(pairs, "center", q.Center.String())
	}
	return query("/targets", pairs...)
}

// input gives what was changed, with the names of the fields in its order. Refused: what is no amount.
func (f targetsForm) input() (in sales.SetTargetsInput, names []string, err error) {
	m, ok := sales.TargetMetricByID(f.Metric)
	if !ok {
		return in, nil, problem.NotFound("page")
	}
	in.Metric = m.ID
	var bad problem.Invalid
	keys := slices.Collect(maps.Keys(f.Now))
	for key := range f.Was {
		if _, there := f.Now[key]; !there {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	for _, key := range keys {
		whose, month, _ := strings.Cut(key, ".")
		row, errID := id.Parse(whose)
		day, errDay := bizdate.Parse(month + "-01")
		if errID != nil || errDay != nil {
			bad.Add("now."+key, "unknown-field", key, "name", key)
			continue
		}
		now, okNow := m.ParseTarget(f.Now[key])
		was, okWas := m.ParseTarget(f.Was[key])
		if !okNow || !okWas {
			bad.Add("now."+key, "target-number", f.Now[key])
			continue
		}
		if now == was {
			continue
		}
		cell := sales.TargetInput{Center: row, Month: day, Was: &was}
		if !f.Center.IsNone() {
			cell.Center = f.Center
			if row != f.Center {
				cell.Staff = row
			}
		}
		if now != sales.NoTarget {
			cell.Value = &now
		}
		in.Targets, names = append(in.Targets, cell), append(names, "now."+key)
	}
	return in, names, bad.Err("SAL-14")
}

// atFields gives the fields of a refusal the names that the form has.
func atFields(err error, names []string) error {
	p, ok := problem.As(err)
	if !ok {
		return err
	}
	out := *p
	out.Fields = slices.Clone(p.Fields)
	for i, f := range out.Fields {
		rest, of := strings.CutPrefix(f.Location, "targets.")
		number, _, _ := strings.Cut(rest, ".")
		if n, err := strconv.Atoi(number); of && err == nil && n < len(names) {
			out.Fields[i].Location = names[n]
		}
	}
	return &out
}
