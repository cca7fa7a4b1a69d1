package processdoor

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/marketing"
	"zhike/internal/organization"
	"zhike/internal/people"
	"zhike/internal/process"
	"zhike/internal/web"
)

// Pages registers the pages of approvals; sign-in and frame stand before them.
func Pages(mux *http.ServeMux, r *op.Runner) {
	p := pages{r}
	for pattern, page := range map[string]web.Func{
		"GET /approvals":                    p.getApprovals,
		"GET /approvals/{id}":               p.getApproval,
		"POST /approvals/{id}/approve":      p.postApprove,
		"POST /approvals/{id}/reject":       p.postAnswer("rejected", process.Reject),
		"POST /approvals/{id}/ask-back":     p.postAnswer("returned", process.AskBack),
		"POST /approvals/{id}/answer":       p.postAnswer("answered", process.AnswerBack),
		"POST /approvals/{id}/withdraw":     p.postWithdraw,
		"GET /approvals/deputies":           p.getDeputies,
		"POST /approvals/deputies":          p.postDeputy,
		"POST /approvals/deputies/{id}/end": p.postEndDeputy,
		"GET /approval-limits":              p.getLimits,
		"POST /approval-limits":             p.postLimit,
	} {
		mux.Handle(pattern, page)
	}
}

type pages struct{ ops *op.Runner }

// pageRows is the length of a page of a list (UI-L2).
const pageRows = 50

// t is a text of these pages.
func t(ctx context.Context, key string, pairs ...any) string {
	return i18n.T(ctx, "approvals."+key, pairs...)
}

func may(ctx context.Context, right string) bool {
	v, ok := op.ViewerOf(ctx)
	return ok && v.May(right)
}

// inbox is a view of the approvals.
type inbox struct {
	View   process.ApprovalView
	List   []process.Approval
	Counts map[process.ApprovalView]int
	Page   int
	names
}

// names are what the rows name.
type names struct {
	dir     *organization.Directory
	persons map[id.ID]people.Brief
}

func (n *names) load(ctx context.Context, tx *op.Tx, list ...process.Approval) (err error) {
	var keys []id.ID
	for _, a := range list {
		if !a.Person.IsNone() {
			keys = append(keys, a.Person)
		}
	}
	n.dir = organization.Of(tx)
	n.persons, err = people.Briefs(ctx, tx, keys)
	return err
}

func (n names) person(key id.ID) string {
	if b, ok := n.persons[key]; ok {
		return b.Shown()
	}
	return i18n.None
}

func (n names) staff(key id.ID) string {
	if m, ok := n.dir.Staff(key); ok {
		return m.Name
	}
	return i18n.None
}

func (n names) center(ctx context.Context, key id.ID) string {
	if c, ok := n.dir.Center(key); ok {
		return c.Name(string(i18n.LangOf(ctx)))
	}
	return t(ctx, "company")
}

func (p pages) getApprovals(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := inbox{View: process.ApprovalView(r.URL.Query().Get("view")), Counts: map[process.ApprovalView]int{}, Page: web.PageOf(r)}
	if !slices.Contains(process.ApprovalViews, v.View) {
		v.View = process.ToDecide
		if !may(ctx, "approval:decide") {
			v.View = process.Mine
		}
	}
	err := p.ops.Read(ctx, func(ctx context.Context, tx *op.Tx) error {
		for _, view := range v.views(ctx) {
			n, err := process.CountApprovals(ctx, tx, view)
			if err != nil {
				return err
			}
			v.Counts[view] = int(n)
		}
		v.Page = max(1, min(v.Page, (v.Counts[v.View]+pageRows-1)/pageRows))
		var err error
		if v.List, err = process.Approvals(ctx, tx, process.ApprovalFilter{View: v.View, Limit: pageRows, Offset: (v.Page - 1) * pageRows}); err != nil {
			return err
		}
		return v.load(ctx, tx, v.List...)
	})
	if err != nil {
		return err
	}
	h1 := t(ctx, "none-wait")
	if n := v.Counts[process.ToDecide]; n > 0 {
		h1 = t(ctx, "wait", "count", n)
	} else if !may(ctx, "approval:decide") {
		h1 = t(ctx, "title")
	}
	page := web.Page{Title: t(ctx, "title"), H1: h1}
	if may(ctx, "delegation:create") {
		page.Aside = web.Button{Label: t(ctx, "deputies"), Href: "/approvals/deputies", Kind: web.Quiet}
	}
	return web.Render(w, r, web.Shell(page, approvalsPage(v)))
}

// views are those that make sense for the viewer.
func (v inbox) views(ctx context.Context) []process.ApprovalView {
	if may(ctx, "approval:decide") {
		return process.ApprovalViews
	}
	return []process.ApprovalView{process.Mine}
}

func (v inbox) tabs(ctx context.Context) web.Tabs {
	tabs := web.Tabs{Label: t(ctx, "title")}
	for _, view := range v.views(ctx) {
		n := v.Counts[view]
		tabs.Items = append(tabs.Items, web.Tab{Label: t(ctx, "view-"+string(view)), Href: web.Address(ctx, "view", string(view), "page", ""), Count: &n, Current: view == v.View})
	}
	return tabs
}

func (v inbox) table(ctx context.Context) web.Table {
	table := web.Table{Caption: t(ctx, "title"), Columns: []web.Column{
		{Label: t(ctx, "what")},
		{Label: t(ctx, "person")},
		{Label: t(ctx, "asker")},
		{Label: t(ctx, "why")},
		{Label: t(ctx, "cost"), Num: true},
		{Label: t(ctx, v.when())},
		{Label: i18n.T(ctx, "web.list.actions"), Quiet: true},
	}}
	for _, a := range v.List {
		last := templ.Component(stateChip(ctx, a))
		if v.View == process.ToDecide {
			last = web.ButtonForm{Action: "/approvals/" + a.ID.String() + "/approve", Next: web.Address(ctx), Button: web.Button{Label: t(ctx, "approve"), Hidden: a.Words(ctx), Small: true}}
		}
		table.Rows = append(table.Rows, web.Row{ID: a.ID.String(), Cells: []templ.Component{
			web.RecordLink("/approvals/"+a.ID.String(), a.Words(ctx)), web.Text(v.person(a.Person)), web.Text(v.staff(a.Staff)), web.Text(short(a.Reason)),
			web.Text(i18n.MoneyWhole(ctx, a.Cost)), v.moment(ctx, a), last,
		}})
	}
	return table
}

// when names the column of the time that a view is about.
func (v inbox) when() string {
	return map[process.ApprovalView]string{process.ToDecide: "due", process.Mine: "asked-at", process.Decided: "decided-at"}[v.View]
}

func (v inbox) moment(ctx context.Context, a process.Approval) templ.Component {
	now := web.Now(ctx)
	switch v.View {
	case process.ToDecide:
		chip := web.Chip{Text: i18n.Soon(ctx, a.Due, now)}
		if a.Due.Before(now) {
			chip.Tone = web.Bad
		}
		return chip
	case process.Decided:
		return web.Text(i18n.DateTime(ctx, a.Decided, web.Zone(ctx), now))
	case process.Mine, process.Any:
	}
	return web.Text(i18n.DateTime(ctx, a.Created, web.Zone(ctx), now))
}

// short is the beginning of a text that has its own page.
func short(s string) string {
	r := []rune(s)
	if len(r) <= 40 {
		return s
	}
	return string(r[:40]) + "…"
}

func stateChip(ctx context.Context, a process.Approval) web.Chip {
	tone := map[process.ApprovalState]web.Tone{process.Given: web.Good, process.Refused: web.Bad, process.Returned: web.Warn}[a.State]
	return web.Chip{Text: t(ctx, "state-"+string(a.State)), Tone: tone}
}

// approvalView is one approval with what whoever decides looks at.
type approvalView struct {
	names
	process.Approval
	Similar  []process.Approval
	Can      bool               // the viewer may decide now
	Own      bool               // the viewer asked
	Beyond   []marketing.Excess // budgets that the approval goes beyond (MKT-8)
	channels marketing.Tree
}

func (p pages) getApproval(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "approval")
	if err != nil {
		return err
	}
	var v approvalView
	err = p.ops.Read(r.Context(), func(ctx context.Context, tx *op.Tx) error {
		if v.Approval, err = process.ApprovalByID(ctx, tx, key); err != nil {
			return err
		}
		if v.Similar, err = process.Similar(ctx, tx, v.Approval, 10); err != nil {
			return err
		}
		if v.Can, err = process.Decidable(ctx, tx, v.Approval); err != nil {
			return err
		}
		v.Own = v.Staff == tx.Viewer.Staff
		if v.SubjectKind == "campaign" && v.State == process.Waiting {
			if v.Beyond, err = marketing.Exceeds(ctx, tx, v.Subject); err != nil {
				return err
			}
			if v.channels, err = marketing.Channels(ctx, tx); err != nil {
				return err
			}
		}
		return v.load(ctx, tx, append(v.Similar, v.Approval)...)
	})
	if err != nil {
		return err
	}
	ctx := r.Context()
	return web.Render(w, r, web.Shell(web.Page{Title: t(ctx, "title"), H1: v.Words(ctx), Sub: t(ctx, "state-"+string(v.State))}, approvalPage(v)))
}

// beyond says by how much the approval goes beyond a budget.
func (v approvalView) beyond(ctx context.Context, e marketing.Excess) string {
	month := strconv.Itoa(e.Year)
	if e.Month > 0 {
		month = i18n.Month(ctx, bizdate.New(e.Year, time.Month(e.Month), 1))
	}
	ch, _ := v.channels.ByID(e.Channel)
	return t(ctx, "beyond-month", "channel", ch.Name(string(i18n.LangOf(ctx))), "month", month, "by", i18n.Money(ctx, e.By))
}

// similar says how those before ended.
func (v approvalView) similar(ctx context.Context) web.Table {
	table := web.Table{Caption: t(ctx, "similar"), Columns: []web.Column{{Label: t(ctx, "what")}, {Label: t(ctx, "asker")}, {Label: t(ctx, "person")}, {Label: t(ctx, "cost"), Num: true}, {Label: t(ctx, "decided-at")}, {Label: t(ctx, "state")}}}
	for _, a := range v.Similar {
		table.Rows = append(table.Rows, web.Row{ID: a.ID.String(), Cells: []templ.Component{
			web.RecordLink("/approvals/"+a.ID.String(), a.Words(ctx)), web.Text(v.staff(a.Staff)), web.Text(v.person(a.Person)), web.Text(i18n.MoneyWhole(ctx, a.Cost)),
			web.Text(i18n.Date(ctx, bizdate.Of(a.Decided, web.Zone(ctx)), web.Today(ctx))), stateChip(ctx, a),
		}})
	}
	return table
}

// given counts those of the similar ones that were approved.
func (v approvalView) given() (n int) {
	for _, a := range v.Similar {
		if a.State == process.Given {
			n++
		}
	}
	return n
}

func (p pages) postApprove(w http.ResponseWriter, r *http.Request) error {
	in, err := web.Decode[process.ApprovalInput](r)
	if err != nil {
		return err
	}
	if in.ApprovalID, err = web.PathID(r, "id", "approval"); err != nil {
		return err
	}
	if _, err := process.Approve.Run(r.Context(), p.ops, in); err != nil {
		return err
	}
	return web.Redirect(w, r, web.LocalPath(r.PostForm.Get("_next")), web.Status{Text: t(r.Context(), "now-approved"), Tone: web.Good})
}

// postAnswer runs an operation that needs a text.
func (p pages) postAnswer(state string, do op.Op[process.AnswerInput, process.ApprovalAnswer]) web.Func {
	return func(w http.ResponseWriter, r *http.Request) error {
		in, err := web.Decode[process.AnswerInput](r)
		if err == nil {
			in.ApprovalID, err = web.PathID(r, "id", "approval")
		}
		if err == nil {
			_, err = do.Run(r.Context(), p.ops, in)
		}
		if err != nil {
			return web.Again(w, r, err, p.getApproval)
		}
		return web.Redirect(w, r, "/approvals/"+in.ApprovalID.String(), web.Status{Text: t(r.Context(), "now-"+state), Tone: web.Good})
	}
}

func (p pages) postWithdraw(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "approval")
	if err != nil {
		return err
	}
	if _, err := process.WithdrawApproval.Run(r.Context(), p.ops, process.ApprovalInput{ApprovalID: key}); err != nil {
		return err
	}
	return web.Redirect(w, r, "/approvals/"+key.String(), web.Status{Text: t(r.Context(), "now-withdrawn"), Tone: web.Good})
}
