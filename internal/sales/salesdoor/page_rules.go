package salesdoor

import (
	"context"
	"net/http"
	"slices"

	"github.com/a-h/templ"

	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/marketing"
	"zhike/internal/sales"
	"zhike/internal/web"
)

// rulesView is the list of assignment rules, or one of them to change.
type rulesView struct {
	names
	Rules []sales.AssignmentRule
	Rule  sales.AssignmentRule
	Steps []sales.LadderStep
}

func (p door) rules(r *http.Request) (v rulesView, err error) {
	if !may(r.Context(), "assignment:read") {
		return v, problem.Forbidden("assignment:read")
	}
	err = p.read(r, func(ctx context.Context, tx *op.Tx) error {
		if v.Rules, err = sales.Rules(ctx, tx); err != nil {
			return err
		}
		if v.Steps, err = sales.Ladder(ctx, tx); err != nil {
			return err
		}
		if v.names, err = p.load(ctx, tx); err != nil {
			return err
		}
		v.running, err = marketing.OpenCampaigns(ctx, tx, id.None)
		return err
	})
	return v, err
}

// getRules says who gets new enquiries (SAL-2).
func (p door) getRules(w http.ResponseWriter, r *http.Request) error {
	v, err := p.rules(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	page := web.Page{H1: t(ctx, "rules.h1", "count", v.active())}
	if may(ctx, "assignment:update") {
		page.Aside = web.Button{Label: t(ctx, "rules.add"), Href: "/settings/assignment/edit", Kind: web.Primary}
	}
	return web.Render(w, r, web.Shell(page, rulesPage(v)))
}

func (v rulesView) active() int {
	n := 0
	for _, rule := range v.Rules {
		if rule.Active {
			n++
		}
	}
	return n
}

func (v rulesView) table(ctx context.Context) web.Table {
	out := web.Table{Caption: t(ctx, "rules.title"), Columns: []web.Column{
		{Label: t(ctx, "rules.no")}, {Label: t(ctx, "field.center")}, {Label: t(ctx, "field.channel")}, {Label: t(ctx, "field.campaign")}, {Label: t(ctx, "rules.lang")}, {Label: t(ctx, "rules.strategy")}, {Label: t(ctx, "rules.staff")}, {Label: t(ctx, "field.state")},
	}}
	for _, rule := range v.Rules {
		out.Rows = append(out.Rows, web.Row{ID: rule.ID.String(), Cells: []templ.Component{
			ruleLink(ctx, rule), web.Text(v.centerOrAll(ctx, rule.Center)), web.Text(v.channelOrAll(ctx, rule.Channel)), web.Text(v.campaignOrAll(ctx, rule.Campaign)), web.Text(langOrAll(ctx, rule.Lang)), web.Text(code(ctx, "strategy", rule.Strategy)),
			web.Text(v.staffOrAll(ctx, rule.Staff)), activeChip(rule.Active),
		}})
	}
	return out
}

func ruleLink(ctx context.Context, rule sales.AssignmentRule) templ.Component {
	name := t(ctx, "rules.rule", "no", rule.No)
	if !setsFor(ctx, rule.Center) {
		return web.Text(name)
	}
	return web.RecordLink(query("/settings/assignment/edit", "rule_id", rule.ID.String()), name)
}

func (n names) centerOrAll(ctx context.Context, key id.ID) string {
	if key.IsNone() {
		return t(ctx, "rules.all-centers")
	}
	return n.center(ctx, key)
}

func (n names) channelOrAll(ctx context.Context, key id.ID) string {
	if key.IsNone() {
		return t(ctx, "rules.all-channels")
	}
	return n.channel(ctx, key)
}

func (n names) campaignOrAll(ctx context.Context, key id.ID) string {
	if key.IsNone() {
		return t(ctx, "rules.all-campaigns")
	}
	for _, c := range n.running {
		if c.ID == key {
			return c.Name
		}
	}
	return t(ctx, "rules.campaign-over")
}

func langOrAll(ctx context.Context, lang string) string {
	if lang == "" {
		return t(ctx, "rules.all-langs")
	}
	return code(ctx, "enquiry-lang", lang)
}

// langs are the languages that a form offers, with the one that a record has already.
func langs(chosen string) []string {
	if chosen == "" || slices.Contains(sales.Langs, chosen) {
		return sales.Langs
	}
	return append(slices.Clone(sales.Langs), chosen)
}

func (n names) staffOrAll(ctx context.Context, keys []id.ID) string {
	if len(keys) == 0 {
		return t(ctx, "rules.all-staff")
	}
	var out []string
	for _, key := range keys {
		out = append(out, n.staff(key))
	}
	return join(out...)
}

func (p door) getRule(w http.ResponseWriter, r *http.Request) error {
	v, err := p.rules(r)
	if err != nil {
		return err
	}
	v.Rule = sales.AssignmentRule{No: int64(len(v.Rules)+1) * 10, Strategy: "turn", Active: true, Center: viewerOf(r.Context()).Center}
	key := r.URL.Query().Get("rule_id")
	if r.Method == http.MethodPost {
		key = r.PostForm.Get("rule_id")
	}
	if key != "" {
		i := slices.IndexFunc(v.Rules, func(rule sales.AssignmentRule) bool { return rule.ID.String() == key })
		if i < 0 || !setsFor(r.Context(), v.Rules[i].Center) {
			return problem.NotFound("assignment")
		}
		v.Rule = v.Rules[i]
	}
	ctx := r.Context()
	page := web.Page{H1: t(ctx, "rules.add")}
	if !v.Rule.ID.IsNone() {
		page.H1 = t(ctx, "rules.rule", "no", i18n.Count(ctx, v.Rule.No))
	}
	return web.Render(w, r, web.Shell(page, rulePage(v)))
}

func (p door) postRule(w http.ResponseWriter, r *http.Request) error {
	in, err := web.Decode[sales.SetRuleInput](r)
	if err == nil {
		_, err = sales.SetRule.Run(r.Context(), p.Ops, in)
	}
	if err != nil {
		return web.Again(w, r, err, p.getRule)
	}
	return web.Redirect(w, r, "/settings/assignment", web.Status{Text: t(r.Context(), "rules.saved"), Tone: web.Good})
}
