package salesdoor

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/people"
	"zhike/internal/sales"
	"zhike/internal/web"
)

// usesShown are the contacts on a page of a card.
const usesShown = 50

// playbooksView is the list of cards of guidance, or one of them (SAL-10).
type playbooksView struct {
	names
	List     []sales.Playbook
	Card     sales.Playbook
	Needs    []string
	Versions []sales.PlaybookVersion
	Results  []sales.PlaybookResult
	Uses     sales.UseList
}

func (p door) playbookPages(mux *http.ServeMux) {
	mux.Handle("GET /playbooks", web.Func(p.getPlaybooks))
	mux.Handle("GET /playbooks/edit", web.Func(p.getPlaybookForm))
	mux.Handle("POST /playbooks", web.Func(p.postPlaybook))
	mux.Handle("GET /playbooks/{id}", web.Func(p.getPlaybook))
}

// getPlaybooks lists the cards.
func (p door) getPlaybooks(w http.ResponseWriter, r *http.Request) error {
	var v playbooksView
	err := p.read(r, func(ctx context.Context, tx *op.Tx) (err error) {
		if v.List, err = sales.Playbooks(ctx, tx); err != nil {
			return err
		}
		v.names, err = p.load(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	ctx := r.Context()
	page := web.Page{H1: t(ctx, "playbook.h1", "count", len(v.List))}
	if may(ctx, "playbook:update") {
		page.Aside = web.Button{Label: t(ctx, "playbook.add"), Href: "/playbooks/edit", Kind: web.Primary}
	}
	return web.Render(w, r, web.Shell(page, playbooksPage(v)))
}

func (v playbooksView) table(ctx context.Context) web.Table {
	out := web.Table{Caption: t(ctx, "playbook.title"), Columns: []web.Column{
		{Label: t(ctx, "playbook.name")}, {Label: t(ctx, "playbook.version")}, {Label: t(ctx, "playbook.for")}, {Label: t(ctx, "playbook.lang")}, {Label: t(ctx, "field.state")},
	}}
	for _, c := range v.List {
		out.Rows = append(out.Rows, web.Row{ID: c.ID.String(), Cells: []templ.Component{
			web.RecordLink(path("playbooks", c.ID.String()), c.Name), web.Text(versionOf(ctx, c.Version)), web.Text(v.holds(ctx, c)), web.Text(code(ctx, "enquiry-lang", c.Lang)), activeChip(c.Active),
		}})
	}
	return out
}

func versionOf(ctx context.Context, no int64) string { return t(ctx, "playbook.no", "no", no) }

// holds says for which enquiries a card is.
func (n names) holds(ctx context.Context, c sales.Playbook) string {
	var parts []string
	if c.Need != "" {
		parts = append(parts, t(ctx, "playbook.after", "result", code(ctx, "touch-result", c.Need)))
	}
	if c.Stage != "" {
		parts = append(parts, code(ctx, "stage", c.Stage))
	}
	if c.Kind != "" {
		parts = append(parts, code(ctx, "enquiry-kind", c.Kind))
	}
	if !c.Course.IsNone() {
		parts = append(parts, n.course(ctx, c.Course))
	}
	if len(parts) == 0 {
		return t(ctx, "playbook.all")
	}
	return join(parts...)
}

// getPlaybook is the whole card, its versions and what followed its use.
func (p door) getPlaybook(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "playbook")
	if err != nil {
		return err
	}
	q := r.URL.Query()
	no, err := strconv.ParseInt(q.Get("no"), 10, 64)
	if err != nil {
		no = 0
	}
	var v playbooksView
	err = p.read(r, func(ctx context.Context, tx *op.Tx) (err error) {
		if v.Card, err = sales.PlaybookByID(ctx, tx, key); err != nil {
			return err
		}
		if v.Versions, err = sales.PlaybookVersions(ctx, tx, key); err != nil {
			return err
		}
		if v.Results, err = sales.PlaybookResults(ctx, tx, key); err != nil {
			return err
		}
		f := sales.UseFilter{Playbook: key, No: no, Used: q.Get("used"), Went: q.Get("went") == "yes", After: q.Get("after"), Limit: usesShown}
		if v.Uses, err = sales.PlaybookUses(ctx, tx, f); err != nil {
			return err
		}
		v.names, err = p.load(ctx, tx, personsOf(v.Uses.Items)...)
		return err
	})
	if err != nil {
		return err
	}
	ctx := r.Context()
	page := web.Page{H1: v.Card.Name + " " + versionOf(ctx, v.Card.Version), Sub: v.holds(ctx, v.Card)}
	if may(ctx, "playbook:update") {
		page.Aside = web.Button{Label: t(ctx, "playbook.change"), Href: query("/playbooks/edit", "playbook_id", key.String()), Kind: web.Primary}
	}
	return web.Render(w, r, web.Shell(page, playbookPage(v)))
}

func personsOf(list []sales.PlaybookUse) []id.ID {
	out := make([]id.ID, len(list))
	for i, u := range list {
		out[i] = u.Person
	}
	return out
}

// cardLines are the lines of a part of a card.
func cardLines(text string) []string { return sales.Playbook{Short: text}.Lines() }

// results is what followed the contacts, by version.
func (v playbooksView) results(ctx context.Context) web.Table {
	out := web.Table{Caption: t(ctx, "playbook.results"), Columns: []web.Column{
		{Label: t(ctx, "playbook.version")}, {Label: t(ctx, "playbook.shown")}, {Label: t(ctx, "playbook.used")}, {Label: t(ctx, "playbook.went-with")}, {Label: t(ctx, "playbook.went-without")},
	}}
	for _, r := range v.Results {
		no := strconv.FormatInt(r.No, 10)
		uses := func(n int64, pairs ...string) templ.Component {
			return web.Figure{Value: i18n.Count(ctx, n), Href: query(path("playbooks", v.Card.ID.String()), append([]string{"no", no}, pairs...)...) + "#uses", Hidden: versionOf(ctx, r.No)}
		}
		out.Rows = append(out.Rows, web.Row{ID: "v" + no, Cells: []templ.Component{
			web.Text(versionOf(ctx, r.No)), uses(r.Shown), uses(r.Used, "used", "yes"),
			rateCell(uses(r.UsedWent, "used", "yes", "went", "yes"), rateText(ctx, r, r.UsedWent, r.Used)),
			rateCell(uses(r.WithoutWent, "used", "no", "went", "yes"), rateText(ctx, r, r.WithoutWent, r.Without())),
		}})
	}
	return out
}

// rateText is a rate with its interval; where there are too few contacts on either side it is not given.
func rateText(ctx context.Context, r sales.PlaybookResult, k, n int64) string {
	if r.Thin() {
		return t(ctx, "playbook.thin", "of", n)
	}
	rate := sales.RateOf(k, n)
	return t(ctx, "playbook.rate", "of", n, "share", i18n.Percent(ctx, &rate.Share), "low", i18n.Percent(ctx, &rate.Low), "high", i18n.Percent(ctx, &rate.High))
}

// uses are the contacts beside which the card stood.
func (v playbooksView) uses(ctx context.Context) web.Table {
	out := web.Table{Caption: t(ctx, "playbook.uses"), Columns: []web.Column{
		{Label: t(ctx, "playbook.enquiry")}, {Label: t(ctx, "playbook.when")}, {Label: t(ctx, "playbook.version")}, {Label: t(ctx, "playbook.stage-after")}, {Label: t(ctx, "playbook.what")},
	}}
	for _, u := range v.Uses.Items {
		what := t(ctx, "playbook.not-used")
		if u.Used {
			what = t(ctx, "playbook.used")
		}
		if u.Went {
			what = join(what, t(ctx, "playbook.went"))
		}
		out.Rows = append(out.Rows, web.Row{ID: u.Touch.String(), Cells: []templ.Component{
			web.RecordLink(enquiryPath(u.Enquiry), v.person(ctx, u.Person)), web.Text(moment(ctx, u.At)), web.Text(versionOf(ctx, u.No)), web.Text(code(ctx, "stage", u.Stage)), web.Text(what),
		}})
	}
	return out
}

// getPlaybookForm asks for a new card, or for another content of one.
func (p door) getPlaybookForm(w http.ResponseWriter, r *http.Request) error {
	if !may(r.Context(), "playbook:update") {
		return problem.Forbidden("playbook:update")
	}
	v := playbooksView{Card: sales.Playbook{Lang: string(i18n.LangOf(r.Context())), Active: true}}
	err := p.read(r, func(ctx context.Context, tx *op.Tx) (err error) {
		if key := r.FormValue("playbook_id"); key != "" {
			card, err := id.Parse(key)
			if err != nil {
				return problem.NotFound("playbook")
			}
			if v.Card, err = sales.PlaybookByID(ctx, tx, card); err != nil {
				return err
			}
		}
		if v.Needs, err = people.Codes(ctx, tx, people.ListResults); err != nil {
			return err
		}
		if need := v.Card.Need; need != "" && !slices.Contains(v.Needs, need) {
			v.Needs = append(v.Needs, need) // retired since
		}
		v.names, err = p.load(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	page := web.Page{H1: t(r.Context(), "playbook.add")}
	if !v.Card.ID.IsNone() {
		page.H1 = v.Card.Name + " " + versionOf(r.Context(), v.Card.Version)
	}
	return web.Render(w, r, web.Shell(page, playbookForm(v)))
}

func (p door) postPlaybook(w http.ResponseWriter, r *http.Request) error {
	in, err := web.Decode[sales.PlaybookInput](r)
	var out sales.RuleAnswer
	if err == nil {
		out, err = sales.WritePlaybook.Run(r.Context(), p.Ops, in)
	}
	if err != nil {
		return web.Again(w, r, err, p.getPlaybookForm)
	}
	return web.Redirect(w, r, path("playbooks", out.ID.String()), web.Status{Text: t(r.Context(), "playbook.saved"), Tone: web.Good})
}

// cardFor gives the card that fits an enquiry, in the language of the viewer; none where none does.
func cardFor(ctx context.Context, tx *op.Tx, e sales.Enquiry, last []people.Touch) (*card, error) {
	list, err := sales.PlaybooksFor(ctx, tx, e, last, string(i18n.LangOf(ctx)))
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return &card{list[0], list[1:]}, nil
}

// card is the card that fits an enquiry best, with others that fit.
type card struct {
	sales.Playbook

	Others []sales.Playbook
}

// link splits a line of material into its words and the page where it is; "" where the line names none.
func link(line string) (words, href string) {
	at := strings.LastIndex(line, "https://")
	if at < 0 {
		return line, ""
	}
	u, err := url.Parse(strings.TrimSpace(line[at:]))
	if err != nil || u.Host == "" || strings.ContainsAny(u.String(), " \t") {
		return line, ""
	}
	if words = strings.TrimRight(line[:at], " :："); words == "" {
		words = u.Host + u.Path
	}
	return words, u.String()
}

// noteCard notes which card stood beside a contact that was just recorded; a card is never a reason to refuse the contact.
func (p door) noteCard(r *http.Request, touch people.TouchAnswer) error {
	in, err := web.DecodeQuery[sales.GuidanceInput](r.Context(), map[string][]string{
		"touch_id": {touch.ID.String()}, "playbook_id": {r.PostForm.Get("_card")}, "no": {r.PostForm.Get("_card_no")}, "used": {strconv.FormatBool(strings.TrimSpace(r.PostForm.Get("_card_used")) != "")},
	})
	if err != nil || in.PlaybookID.IsNone() {
		return nil //nolint:nilerr // without a card, or with an odd one, there is nothing to note
	}
	_, err = sales.NoteGuidance.Run(r.Context(), p.Ops, in)
	if _, refused := problem.As(err); refused {
		return nil
	}
	return err
}
