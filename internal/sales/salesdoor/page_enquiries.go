package salesdoor

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/marketing"
	"zhike/internal/people"
	"zhike/internal/sales"
	"zhike/internal/web"
)

const (
	listRows  = 50  // rows of a page (UI-L2)
	mostFound = 500 // persons that a search within a list goes by
)

// enquiryQuery is a list's address (UI-S4).
type enquiryQuery struct {
	Stage      string       `json:"stage"`
	Kind       string       `json:"kind"` // one or several, comma separated
	Outcome    string       `json:"outcome"`
	Consultant id.ID        `json:"consultant"`
	Channel    id.ID        `json:"channel"`
	Course     id.ID        `json:"course"`
	Campaign   id.ID        `json:"campaign"`
	Referrer   id.ID        `json:"referrer"`
	Referred   bool         `json:"referred"` // by anybody (MKT-12)
	Centers    []id.ID      `json:"center"`   // any of them
	From       bizdate.Date `json:"from"`
	Until      bizdate.Date `json:"until"`
	Due        string       `json:"due"`  // today: the next step is due by today
	Next       bizdate.Date `json:"next"` // the next step is due on this day
	Breached   bool         `json:"breached"`
	Pool       bool         `json:"pool"`
	Search     string       `json:"q"`
	Sort       string       `json:"sort"`
	Page       int          `json:"page"`
	After      string       `json:"after"` // cursor beyond numbered pages
	Cols       []string     `json:"cols"`
	As         string       `json:"as"`   // board or calendar: how the list is drawn (UI-L6)
	Span       string       `json:"span"` // of the calendar: day, week or month
	Day        bizdate.Date `json:"day"`  // of the calendar: a day in it
}

func (q enquiryQuery) filter(today bizdate.Date) sales.EnquiryFilter {
	f := sales.EnquiryFilter{
		Stage: sales.Stage(q.Stage), Kind: q.Kind, Outcome: q.Outcome, Consultant: q.Consultant, Channel: q.Channel, Course: q.Course, Campaign: q.Campaign, Referrer: q.Referrer, Referred: q.Referred, Centers: q.Centers,
		From: q.From, Until: q.Until, Breached: q.Breached, Pool: q.Pool, Sort: q.Sort, After: q.After, Limit: listRows,
	}
	if q.Due == "today" {
		f.NextUntil, f.Outcome = today, "open"
	}
	if !q.Next.IsZero() {
		f.NextFrom, f.NextUntil, f.Outcome = q.Next, q.Next, "open"
	}
	if q.After == "" {
		f.Offset = (max(q.Page, 1) - 1) * listRows
	}
	return f
}

// enquiriesView is a page of the list of enquiries.
type enquiriesView struct {
	names
	Query  enquiryQuery
	List   sales.EnquiryList
	Stages map[sales.Stage]int64
	Report *bulkReport

	campaign map[id.ID]marketing.Campaign // by which the list is filtered
}

// getEnquiries lists enquiries, by stage or in a calendar where that is asked for: the same ones, with the same filters (SAL-15).
func (p door) getEnquiries(w http.ResponseWriter, r *http.Request) error {
	q, err := listQuery[enquiryQuery](r)
	if err != nil {
		return err
	}
	switch q.As {
	case "board":
		return p.getBoard(w, r, q)
	case "calendar":
		return p.getCalendar(w, r, q)
	}
	v, err := p.enquiries(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, web.Shell(v.page(r.Context(), v.sentence(r.Context())), enquiriesPage(v)))
}

// page is the frame of the list, however it is drawn.
func (v enquiriesView) page(ctx context.Context, sentence string) web.Page {
	page := web.Page{Title: t(ctx, "enquiries.title"), H1: sentence, Lead: layouts(v)}
	if may(ctx, "enquiry:create") {
		page.Aside = web.Button{Label: t(ctx, "enter.title"), Href: "/enquiries/new", Kind: web.Primary}
	}
	return page
}

func (p door) enquiries(r *http.Request) (v enquiriesView, err error) {
	if v.Query, err = listQuery[enquiryQuery](r); err != nil {
		return v, err
	}
	err = p.read(r, func(ctx context.Context, tx *op.Tx) error { return p.readEnquiries(ctx, tx, &v) })
	return v, err
}

func (p door) readEnquiries(ctx context.Context, tx *op.Tx, v *enquiriesView) (err error) {
	f := v.Query.filter(web.Today(ctx))
	if f.Persons, err = found(ctx, tx, v.Query.Search); err != nil {
		return err
	}
	if v.List, err = sales.Enquiries(ctx, tx, f); err != nil {
		return err
	}
	counts, err := sales.StageCounts(ctx, tx, f)
	if err != nil {
		return err
	}
	v.Stages = map[sales.Stage]int64{}
	for _, c := range counts {
		v.Stages[c.Stage] = c.N
	}
	persons := make([]id.ID, len(v.List.Items))
	for i, e := range v.List.Items {
		persons[i] = e.Person
	}
	if v.campaign, err = marketing.CampaignsOf(ctx, tx, []id.ID{v.Query.Campaign}); err != nil {
		return err
	}
	v.names, err = p.load(ctx, tx, append([]id.ID{v.Query.Referrer}, persons...)...)
	return err
}

// listQuery reads a list's address; of a POST back to the list, the address it came from.
func listQuery[T any](r *http.Request) (T, error) {
	get := r.Clone(r.Context())
	get.Method = http.MethodGet
	return web.Decode[T](get)
}

// found gives the persons that a search finds; nil without a search.
func found(ctx context.Context, tx *op.Tx, q string) ([]id.ID, error) {
	if strings.TrimSpace(q) == "" {
		return nil, nil
	}
	hits, err := people.Search(ctx, tx, q, mostFound)
	if err != nil {
		return nil, err
	}
	ids := []id.ID{}
	for _, h := range hits {
		ids = append(ids, h.ID)
	}
	return ids, nil
}

func (v enquiriesView) sentence(ctx context.Context) string {
	switch untouched := v.Stages[sales.New]; {
	case len(v.chips(ctx).Items) > 0 || v.Query.Stage != "":
	case untouched > 0:
		return t(ctx, "enquiries.h1-new", "count", int(v.List.Total), "new", i18n.Count(ctx, untouched))
	default:
		return t(ctx, "enquiries.h1", "count", int(v.List.Total))
	}
	return t(ctx, "enquiries.h1-filtered", "count", int(v.List.Total))
}

func (v enquiriesView) tabs(ctx context.Context) web.Tabs {
	all := 0
	for _, n := range v.Stages {
		all += int(n)
	}
	out := web.Tabs{Label: t(ctx, "enquiries.by-stage"), Saved: true, Keep: []string{"as", "span", "day"}, Items: []web.Tab{
		{Label: t(ctx, "all"), Href: web.Address(ctx, "stage", "", "page", "", "after", ""), Count: &all, Current: v.Query.Stage == ""},
	}}
	if v.Query.As != "" { // the board has its columns, the calendar its days
		return out
	}
	for _, s := range sales.Stages {
		n := int(v.Stages[s])
		if n == 0 && s != sales.Stage(v.Query.Stage) {
			continue
		}
		out.Items = append(out.Items, web.Tab{
			Label: code(ctx, "stage", string(s)), Href: web.Address(ctx, "stage", string(s), "page", "", "after", ""), Count: &n, Current: s == sales.Stage(v.Query.Stage),
		})
	}
	out.Tools = web.Join(web.ColumnChooser{Columns: v.columnChoices(ctx)}, web.DensitySwitch())
	return out
}

// chips are the filters that hold; in the list the stage is none of them: it is a tab.
func (v enquiriesView) chips(ctx context.Context) web.FilterChips {
	out := web.FilterChips{Clear: v.bare(), Add: enquiryFilters(v)}
	add := func(name, label, value string) {
		if value != "" {
			out.Items = append(out.Items, web.FilterChip{Label: label, Value: value, Drop: web.Without(ctx, name)})
		}
	}
	q, today := v.Query, web.Today(ctx)
	add("q", t(ctx, "field.search"), q.Search)
	if q.As != "" && q.Stage != "" {
		add("stage", t(ctx, "field.stage"), code(ctx, "stage", q.Stage))
	}
	add("kind", t(ctx, "field.kind"), kindNames(ctx, q.Kind))
	if q.Outcome != "" {
		add("outcome", t(ctx, "field.outcome"), code(ctx, "enquiry-outcome", q.Outcome))
	}
	if !q.Consultant.IsNone() {
		add("consultant", t(ctx, "field.consultant"), v.staff(q.Consultant))
	}
	if !q.Channel.IsNone() {
		add("channel", t(ctx, "field.channel"), v.channel(ctx, q.Channel))
	}
	if c, ok := v.campaign[q.Campaign]; ok {
		add("campaign", t(ctx, "field.campaign"), c.Name)
	}
	if !q.Referrer.IsNone() {
		add("referrer", t(ctx, "field.referrer"), v.person(ctx, q.Referrer))
	}
	if q.Referred {
		add("referred", t(ctx, "field.referrer"), t(ctx, "referrer.anybody"))
	}
	if !q.Course.IsNone() {
		add("course", t(ctx, "field.course"), v.course(ctx, q.Course))
	}
	add("center", t(ctx, "field.center"), v.centerNames(ctx, q.Centers))
	if !q.From.IsZero() {
		add("from", t(ctx, "field.entered-from"), i18n.Date(ctx, q.From, today))
	}
	if !q.Until.IsZero() {
		add("until", t(ctx, "field.entered-until"), i18n.Date(ctx, q.Until, today))
	}
	if q.Due != "" {
		add("due", t(ctx, "field.next-day"), t(ctx, "enquiries.due-today"))
	}
	if !q.Next.IsZero() {
		add("next", t(ctx, "field.next-day"), i18n.Date(ctx, q.Next, today))
	}
	if q.Breached {
		add("breached", t(ctx, "field.first-contact"), t(ctx, "enquiries.breached"))
	}
	if q.Pool {
		add("pool", t(ctx, "field.consultant"), t(ctx, "enquiries.nobody"))
	}
	return out
}

// enquiryColumns are the columns beyond the name, in their order; those of usual are shown unless chosen otherwise. Channel and course are
// edited in place (UI-L4). The others are not: stage, next step and its day follow from a touch (SAL-1, PPL-12), the first of which is a step
// of the process; another consultant needs a reason (PPL-7).
var (
	enquiryColumns = []string{"stage", "next", "channel", "course", "consultant", "center", "entered", "last"}
	usualColumns   = []string{"stage", "next", "channel", "consultant", "entered"}
)

func (v enquiriesView) shown(column string) bool {
	if len(v.Query.Cols) == 0 {
		return slices.Contains(usualColumns, column)
	}
	return slices.Contains(v.Query.Cols, column)
}

func (v enquiriesView) columnChoices(ctx context.Context) []web.ColumnChoice {
	var out []web.ColumnChoice
	for _, c := range enquiryColumns {
		out = append(out, web.ColumnChoice{Name: c, Label: t(ctx, "enquiries.col-"+c), On: v.shown(c)})
	}
	return out
}

func (v enquiriesView) table(ctx context.Context) web.Table {
	out := web.Table{Caption: t(ctx, "enquiries.title"), Selectable: v.bulk(ctx), Columns: []web.Column{{Label: t(ctx, "field.person")}}}
	sorts := map[string]string{"entered": "entered", "last": "moved", "next": "next"}
	for _, c := range enquiryColumns {
		if !v.shown(c) {
			continue
		}
		col := web.Column{Label: t(ctx, "enquiries.col-"+c)}
		if s := sorts[c]; s == "next" {
			col.Sort = web.Address(ctx, "sort", "next", "page", "")
			if v.Query.Sort == "next" {
				col.Dir = "ascending"
			}
		} else if s != "" {
			col.Sort, col.Dir = web.SortURL(ctx, s)
		}
		out.Columns = append(out.Columns, col)
	}
	for _, e := range v.List.Items {
		row := web.Row{ID: e.ID.String(), Href: enquiryPath(e.ID), Cells: []templ.Component{nameCell(v.names, e)}}
		for _, c := range enquiryColumns {
			if v.shown(c) {
				row.Cells = append(row.Cells, v.cell(ctx, c, e))
			}
		}
		out.Rows = append(out.Rows, row)
	}
	return out
}

func (v enquiriesView) cell(ctx context.Context, column string, e sales.Enquiry) templ.Component {
	today := web.Today(ctx)
	switch column {
	case "stage":
		return stageBar(ctx, e.Stage)
	case "next":
		return nextCell(e)
	case "channel", "course":
		return v.inPlace(ctx, column+"_id", e)
	case "consultant":
		return web.Text(v.staff(e.Consultant))
	case "center":
		return web.Text(v.center(ctx, e.Center))
	case "entered":
		return web.Text(i18n.Date(ctx, e.EnteredDay, today))
	}
	if e.LastTouch.IsZero() {
		return web.Text(i18n.None)
	}
	return web.Text(i18n.Ago(ctx, e.LastTouch, web.Now(ctx)))
}

// inPlace is a field that is edited in the list; where rows are chosen, one edits on the enquiry's page, since the list is a form itself.
func (v enquiriesView) inPlace(ctx context.Context, field string, e sales.Enquiry) templ.Component {
	if !v.bulk(ctx) {
		return v.cells().Cell(ctx, e, field)
	}
	if field == "course_id" {
		return web.Text(v.course(ctx, e.Course))
	}
	return web.Text(v.channel(ctx, e.Channel))
}

// bulk tells whether rows can be chosen: for who may give enquiries to others.
func (v enquiriesView) bulk(ctx context.Context) bool { return may(ctx, "enquiry:assign") }

// next is the address of the page beyond the numbered ones.
func (v enquiriesView) next(ctx context.Context) string {
	if v.List.Next == "" {
		return ""
	}
	return web.Address(ctx, "after", v.List.Next, "page", "")
}

// bulkReport says what a bulk step did: how many, and which were left out for what reason (UI-L3).
type bulkReport struct {
	sales.BulkAssigned
	names
	To string
	of map[id.ID]id.ID // persons of the enquiries that are named
}

// mostNamed is how many of those left out are named; the others are counted.
const mostNamed = 20

func (b bulkReport) named() []sales.Skipped { return b.Skipped[:min(len(b.Skipped), mostNamed)] }
