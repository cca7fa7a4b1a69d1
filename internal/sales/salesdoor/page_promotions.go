package salesdoor

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"zhike/internal/contracts"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/process"
	"zhike/internal/sales"
	"zhike/internal/web"
)

// promotionRows is the length of a page of the list of promotions (UI-L2).
const promotionRows = 50

// promotionList is the address of the list of promotions.
type promotionList struct {
	State  string `json:"state"`
	Search string `json:"q" maxLength:"100"`
	Sort   string `json:"sort"`
	Page   int    `json:"page"`
}

// promotionsView is the list of promotions (SAL-8).
type promotionsView struct {
	names
	promotionList
	List    page.Page[sales.Promotion]
	Counts  map[sales.PromotionState]int
	Running int
}

// running is the tab of those that are given today.
const running = "running"

func (p door) promotionPages(mux *http.ServeMux) {
	mux.Handle("GET /promotions", web.Func(p.getPromotions))
	mux.Handle("GET /promotions/new", web.Func(p.getPromotionForm))
	mux.Handle("POST /promotions/new", web.Func(p.postPromotion))
	mux.Handle("GET /promotions/{id}", web.Func(p.getPromotion))
	mux.Handle("GET /promotions/{id}/edit", web.Func(p.getPromotionForm))
	mux.Handle("POST /promotions/{id}/edit", web.Func(p.postPromotionChange))
	mux.Handle("POST /promotions/{id}/start", web.Func(p.postPromotionStart))
	mux.Handle("POST /promotions/{id}/stop", web.Func(p.postPromotionStop))
}

func (p door) getPromotions(w http.ResponseWriter, r *http.Request) error {
	q, err := web.Decode[promotionList](r)
	if err != nil {
		return err
	}
	v := promotionsView{promotionList: q}
	if v.Page = web.PageOf(r); v.State != running && !slices.Contains(sales.PromotionStates, sales.PromotionState(v.State)) {
		v.State = ""
	}
	err = p.read(r, func(ctx context.Context, tx *op.Tx) (err error) {
		now := sales.PromotionFilter{On: tx.Today(tx.Viewer.Center)}
		f := sales.PromotionFilter{State: sales.PromotionState(v.State)}
		if v.State == running {
			f = now
		}
		f.Text = v.Search
		if v.List, err = sales.Promotions(ctx, tx, f, page.Request{Sort: v.Sort, Limit: promotionRows, Offset: (v.Page - 1) * promotionRows}); err != nil {
			return err
		}
		if v.Counts, err = sales.CountPromotions(ctx, tx); err != nil {
			return err
		}
		open, err := sales.Promotions(ctx, tx, now, page.Request{Limit: 1})
		if err != nil {
			return err
		}
		v.Running = int(open.Total)
		v.names, err = p.load(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	ctx := r.Context()
	shell := web.Page{Title: t(ctx, "promotion.title"), H1: t(ctx, "promotion.h1", "count", v.Running)}
	if may(ctx, "promotion:create") {
		shell.Aside = web.Button{Label: t(ctx, "promotion.new"), Href: "/promotions/new", Kind: web.Primary}
	}
	return web.Render(w, r, web.Shell(shell, promotionsPage(v)))
}

func (v promotionsView) tabs(ctx context.Context) web.Tabs {
	all := 0
	for _, n := range v.Counts {
		all += n
	}
	out := web.Tabs{Label: t(ctx, "promotion.title"), Items: []web.Tab{{Label: t(ctx, "promotion.all"), Href: web.Address(ctx, "state", "", "page", ""), Count: &all, Current: v.State == ""}}}
	out.Items = append(out.Items, web.Tab{Label: t(ctx, "promotion.running"), Href: web.Address(ctx, "state", running, "page", ""), Count: &v.Running, Current: v.State == running})
	for _, s := range sales.PromotionStates {
		if n := v.Counts[s]; n > 0 || v.State == string(s) {
			out.Items = append(out.Items, web.Tab{Label: code(ctx, "promotion-state", string(s)), Href: web.Address(ctx, "state", string(s), "page", ""), Count: &n, Current: v.State == string(s)})
		}
	}
	return out
}

func (v promotionsView) table(ctx context.Context) web.Table {
	out := web.Table{Caption: t(ctx, "promotion.title"), Columns: []web.Column{
		{Label: t(ctx, "promotion.name")}, {Label: t(ctx, "promotion.gives")}, {Label: t(ctx, "promotion.period")}, {Label: t(ctx, "promotion.whom")}, {Label: t(ctx, "promotion.quota"), Num: true}, {Label: t(ctx, "field.state")},
	}}
	for _, p := range v.List.Items {
		out.Rows = append(out.Rows, web.Row{ID: p.ID.String(), Cells: []templ.Component{
			web.RecordLink(path("promotions", p.ID.String()), p.Name), web.Text(gives(ctx, p)), web.Text(periodOf(ctx, p)),
			web.Text(join(v.whereOf(ctx, p), kindsOf(ctx, p))), web.Text(quotaOf(ctx, p)), promotionChip(ctx, p),
		}})
	}
	return out
}

// gives says what a promotion gives.
func gives(ctx context.Context, p sales.Promotion) string {
	switch p.Form {
	case sales.FormPercent:
		return t(ctx, "promotion.gives-percent", "share", percentText(p.Percent))
	case sales.FormAmount:
		return t(ctx, "promotion.gives-amount", "amount", i18n.MoneyWhole(ctx, p.Amount))
	case sales.FormGiftHours:
		return t(ctx, "promotion.gives-hours", "hours", i18n.Hours(ctx, p.Gift))
	}
	return t(ctx, "promotion.gives-thing", "thing", p.Thing)
}

// percentText writes hundredths of a per cent without zeros behind: 12.5.
func percentText(n int64) string {
	s := strconv.FormatInt(n/100, 10)
	if n%100 == 0 {
		return s
	}
	return strings.TrimRight(s+"."+strconv.FormatInt(100+n%100, 10)[1:], "0")
}

func periodOf(ctx context.Context, p sales.Promotion) string {
	if p.Last() < p.From { // ended before it began
		return spanText(ctx, p.From, p.Until)
	}
	return spanText(ctx, p.From, p.Last())
}

func spanText(ctx context.Context, from, until bizdate.Date) string {
	return t(ctx, "promotion.from-until", "from", i18n.Date(ctx, from, web.Today(ctx)), "until", i18n.Date(ctx, until, web.Today(ctx)))
}

func (n names) whereOf(ctx context.Context, p sales.Promotion) string {
	if len(p.Centers) == 0 {
		return t(ctx, "promotion.everywhere")
	}
	return n.centerNames(ctx, p.Centers)
}

func kindsOf(ctx context.Context, p sales.Promotion) string {
	if len(p.Kinds) == 0 {
		return t(ctx, "promotion.everybody")
	}
	return kindNames(ctx, strings.Join(p.Kinds, ","))
}

func quotaOf(ctx context.Context, p sales.Promotion) string {
	if p.Quota == 0 {
		return t(ctx, "promotion.used", "used", int(p.Used))
	}
	return t(ctx, "promotion.used-of", "used", int(p.Used), "quota", int(p.Quota))
}

func promotionChip(ctx context.Context, p sales.Promotion) web.Chip {
	chip := web.Chip{Text: code(ctx, "promotion-state", string(p.State))}
	switch {
	case p.State == sales.PromotionActive && web.Today(ctx) > p.Until:
		chip.Text = t(ctx, "promotion.over")
	case p.State == sales.PromotionActive && web.Today(ctx) < p.From:
		chip.Text = t(ctx, "promotion.ahead")
	case p.State == sales.PromotionActive:
		chip.Tone = web.Good
	case p.State == sales.PromotionWaiting:
		chip.Tone = web.Warn
	}
	return chip
}

// promotionView is a promotion with its rule and its effect.
type promotionView struct {
	names
	Promotion sales.Promotion
	Packages  []contracts.Package
	Approval  process.Approval
	Size      int64 // the most that it gives away, in hundredths of a per cent
	Own       bool  // the viewer starts it alone
	Effect    *sales.PromotionEffect
}

func (p door) getPromotion(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "promotion")
	if err != nil {
		return err
	}
	var v promotionView
	err = p.read(r, func(ctx context.Context, tx *op.Tx) (err error) {
		if v.Promotion, err = sales.PromotionByID(ctx, tx, key); err != nil {
			return err
		}
		if v.Packages, err = contracts.Packages(ctx, tx, id.None, false); err != nil {
			return err
		}
		if v.Approval, err = process.ApprovalOf(ctx, tx, key); err != nil {
			return err
		}
		if v.Size, v.Own, err = sales.PromotionSize(ctx, tx, v.Promotion); err != nil {
			return err
		}
		if may(ctx, "report:read") {
			e, err := sales.EffectOf(ctx, tx, key)
			if err != nil {
				return err
			}
			v.Effect = &e
		}
		v.names, err = p.load(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	ctx := r.Context()
	shell := web.Page{H1: v.Promotion.Name, Sub: join(v.Promotion.No, gives(ctx, v.Promotion), periodOf(ctx, v.Promotion))}
	if v.changeable(ctx) {
		shell.Aside = web.Button{Label: t(ctx, "promotion.change"), Href: path("promotions", key.String(), "edit")}
	}
	return web.Render(w, r, web.Shell(shell, promotionPage(v)))
}

// reached tells whether the viewer may change this promotion.
func (v promotionView) reached(ctx context.Context) bool {
	scope := viewerOf(ctx).Scope("promotion:update")
	return scope.All || !v.Promotion.Center.IsNone() && slices.Contains(scope.Centers, v.Promotion.Center)
}

func (v promotionView) changeable(ctx context.Context) bool {
	s := v.Promotion.State
	return v.reached(ctx) && s != sales.PromotionStopped && s != sales.PromotionWaiting
}

func (v promotionView) startable(ctx context.Context) bool {
	s := v.Promotion.State
	return v.reached(ctx) && (s == sales.PromotionDraft || s == sales.PromotionRejected)
}

func (v promotionView) packageNames(ctx context.Context) string {
	var out []string
	for _, k := range v.Packages {
		if slices.Contains(v.Promotion.Packages, k.ID) {
			out = append(out, k.Name(lang(ctx)))
		}
	}
	if len(out) == 0 {
		return t(ctx, "promotion.all-packages")
	}
	return i18n.List(ctx, out)
}

// rule is the rule of the promotion, one line each.
func (v promotionView) rule(ctx context.Context) []web.Fact {
	p := v.Promotion
	out := []web.Fact{
		{Term: t(ctx, "field.state"), Value: promotionChip(ctx, p)},
		{Term: t(ctx, "promotion.gives"), Value: web.Text(gives(ctx, p))},
		{Term: t(ctx, "promotion.period"), Value: web.Text(periodOf(ctx, p))},
		{Term: t(ctx, "promotion.where"), Value: web.Text(v.whereOf(ctx, p))},
		{Term: t(ctx, "promotion.packages"), Value: web.Text(v.packageNames(ctx))},
		{Term: t(ctx, "promotion.whom"), Value: web.Text(kindsOf(ctx, p))},
		{Term: t(ctx, "promotion.stacking"), Value: web.Text(code(ctx, "promotion-stacking", p.Stacking))},
		{Term: t(ctx, "promotion.quota"), Value: web.Text(quotaOf(ctx, p))},
		{Term: t(ctx, "promotion.floor"), Value: web.Text(floorText(ctx, p.Floor))},
		{Term: t(ctx, "promotion.size"), Value: web.Text(percentText(v.Size) + "%")},
		{Term: t(ctx, "promotion.owner"), Value: web.Text(v.staff(p.Owner))},
		{Term: t(ctx, "promotion.plan"), Value: web.Text(t(ctx, "promotion.plan-of", "count", int(p.PlanContracts)))},
	}
	if p.Goal != "" {
		out = append(out, web.Fact{Term: t(ctx, "promotion.goal"), Value: web.Text(p.Goal)})
	}
	return out
}

func floorText(ctx context.Context, floor money.Fen) string {
	if floor == 0 {
		return t(ctx, "promotion.no-floor")
	}
	return t(ctx, "promotion.floor-of", "amount", i18n.Money(ctx, floor))
}
