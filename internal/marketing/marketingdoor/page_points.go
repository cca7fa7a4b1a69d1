package marketingdoor

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"
	goqr "github.com/piglig/go-qr"

	"zhike/internal/api"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/kernel/problem"
	"zhike/internal/marketing"
	"zhike/internal/web"
)

// ct is a text of capture points and their forms.
func ct(ctx context.Context, key string, pairs ...any) string {
	return i18n.T(ctx, "capture."+key, pairs...)
}

// PointPages registers the pages of capture points; public is the address under which people reach the program, for links and QR codes.
func PointPages(mux *http.ServeMux, r *op.Runner, public string) {
	p := points{r, strings.TrimSuffix(public, "/")}
	for pattern, page := range map[string]web.Func{
		"GET /capture-points":            p.getPoints,
		"GET /capture-points/new":        p.getPointForm,
		"POST /capture-points/new":       p.postPoint,
		"GET /capture-points/{id}":       p.getPoint,
		"GET /capture-points/{id}/edit":  p.getPointForm,
		"POST /capture-points/{id}/edit": p.postPoint,
		"GET /capture-points/{id}/qr":    p.getCode,
		"GET /submissions/{id}/accept":   p.getAccept,
		"POST /submissions/{id}/accept":  p.postAccept,
	} {
		mux.Handle(pattern, page)
	}
}

type points struct {
	ops    *op.Runner
	public string
}

func (p points) link(k marketing.CapturePoint) string { return p.public + "/c/" + k.Code }

type pointsView struct {
	names
	View   string
	Page   int
	List   page.Page[marketing.CapturePoint]
	Counts map[id.ID]marketing.CaptureCounts
	Titles map[id.ID]string // of campaigns
}

func (p points) getPoints(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := pointsView{View: r.URL.Query().Get("view"), Page: web.PageOf(r)}
	f := marketing.CapturePointFilter{}
	switch v.View {
	case "closed":
		f.Active = new(bool)
	case "all":
	default:
		on := true
		v.View, f.Active = "", &on
	}
	err := p.ops.Read(ctx, func(ctx context.Context, tx *op.Tx) (err error) {
		if err := v.load(ctx, tx); err != nil {
			return err
		}
		if v.List, err = marketing.CapturePoints(ctx, tx, f, page.Request{Limit: pageRows, Offset: (v.Page - 1) * pageRows}); err != nil {
			return err
		}
		keys := make([]id.ID, len(v.List.Items))
		for i, k := range v.List.Items {
			keys[i] = k.ID
		}
		if v.Counts, err = marketing.CountCaptures(ctx, tx, keys); err != nil {
			return err
		}
		v.Titles, err = titlesOf(ctx, tx, v.List.Items)
		return err
	})
	if err != nil {
		return err
	}
	shell := web.Page{Title: ct(ctx, "points"), H1: ct(ctx, "points"), Lead: web.Text(ct(ctx, "points-lead"))}
	if may(ctx, "capture-point:update") {
		shell.Aside = web.Button{Label: ct(ctx, "new"), Href: "/capture-points/new", Kind: web.Primary}
	}
	return web.Render(w, r, web.Shell(shell, pointsPage(v)))
}

// titlesOf names the campaigns of points, those that the viewer sees.
func titlesOf(ctx context.Context, tx *op.Tx, list []marketing.CapturePoint) (map[id.ID]string, error) {
	out := map[id.ID]string{}
	if !tx.Viewer.May("campaign:read") {
		return out, nil
	}
	for _, k := range list {
		if _, known := out[k.Campaign]; known || k.Campaign.IsNone() {
			continue
		}
		c, err := marketing.CampaignByID(ctx, tx, k.Campaign)
		if p, refused := problem.As(err); refused && p.Status == http.StatusNotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		out[k.Campaign] = c.Name
	}
	return out, nil
}

func (v pointsView) tabs(ctx context.Context) web.Tabs {
	tabs := web.Tabs{Label: ct(ctx, "points")}
	for _, view := range []struct{ key, text string }{{"", "view-in-use"}, {"closed", "view-closed"}, {"all", "view-all"}} {
		tabs.Items = append(tabs.Items, web.Tab{Label: ct(ctx, view.text), Href: web.Address(ctx, "view", view.key, "page", ""), Current: v.View == view.key})
	}
	return tabs
}

func (v pointsView) table(ctx context.Context) web.Table {
	table := web.Table{Caption: ct(ctx, "points"), Columns: []web.Column{
		{Label: ct(ctx, "name")},
		{Label: ct(ctx, "kind")},
		{Label: ct(ctx, "campaign")},
		{Label: ct(ctx, "center")},
		{Label: ct(ctx, "views"), Num: true},
		{Label: ct(ctx, "submitted"), Num: true},
		{Label: ct(ctx, "entered"), Num: true},
		{Label: ct(ctx, "rejected"), Num: true},
		{Label: ct(ctx, "signed"), Num: true},
	}}
	for _, k := range v.List.Items {
		n := v.Counts[k.ID]
		cells := []templ.Component{
			web.RecordLink("/capture-points/"+k.ID.String(), k.Name), web.Text(ct(ctx, "kind-"+k.Kind)), web.Text(orNone(v.Titles[k.Campaign])), web.Text(v.centerOf(ctx, k.Center)),
		}
		for _, count := range []int64{n.Views, n.Submitted, n.Entered, n.Rejected, n.Signed} {
			cells = append(cells, web.Text(i18n.Count(ctx, count)))
		}
		table.Rows = append(table.Rows, web.Row{ID: k.ID.String(), Cells: cells})
	}
	return table
}

func orNone(s string) string {
	if s == "" {
		return i18n.None
	}
	return s
}

// centerOf names the center, or the company's pool.
func (n names) centerOf(ctx context.Context, key id.ID) string {
	if c, ok := n.dir.Center(key); ok {
		return c.Name(lang(ctx))
	}
	return ct(ctx, "pool")
}

type pointView struct {
	names
	marketing.CapturePoint
	Link     string
	Title    string // of its campaign
	State    string
	Page     int
	Counts   marketing.CaptureCounts
	List     page.Page[marketing.Submission]
	Readable bool
}

func (p points) getPoint(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "capture-point")
	if err != nil {
		return err
	}
	ctx := r.Context()
	v := pointView{State: r.URL.Query().Get("state"), Page: web.PageOf(r), Readable: may(ctx, "submission:read")}
	if !slices.Contains(marketing.SubmissionStates, v.State) {
		v.State = ""
	}
	if err := p.ops.Read(ctx, func(ctx context.Context, tx *op.Tx) error { return v.read(ctx, tx, key) }); err != nil {
		return err
	}
	v.Link = p.link(v.CapturePoint)
	shell := web.Page{Title: v.Name, H1: v.Name, Sub: ct(ctx, "kind-"+v.Kind)}
	if may(ctx, "capture-point:update") {
		shell.Aside = web.Button{Label: ct(ctx, "edit"), Href: "/capture-points/" + v.ID.String() + "/edit"}
	}
	return web.Render(w, r, web.Shell(shell, pointPage(v)))
}

func (v *pointView) read(ctx context.Context, tx *op.Tx, key id.ID) (err error) {
	if v.CapturePoint, err = marketing.CapturePointByID(ctx, tx, key); err != nil {
		return err
	}
	if err := v.load(ctx, tx); err != nil {
		return err
	}
	counts, err := marketing.CountCaptures(ctx, tx, []id.ID{key})
	if err != nil {
		return err
	}
	v.Counts = counts[key]
	titles, err := titlesOf(ctx, tx, []marketing.CapturePoint{v.CapturePoint})
	if err != nil {
		return err
	}
	v.Title = titles[v.Campaign]
	if v.Readable {
		v.List, err = marketing.Submissions(ctx, tx, marketing.SubmissionFilter{Point: key, State: v.State}, page.Request{Limit: pageRows, Offset: (v.Page - 1) * pageRows})
	}
	return err
}

func (v pointView) facts(ctx context.Context) []web.Fact {
	text := func(term, value string) web.Fact { return web.Fact{Term: ct(ctx, term), Value: web.Text(value)} }
	return []web.Fact{
		text("campaign", orNone(v.Title)), text("center", v.centerOf(ctx, v.Center)), text("channel", v.channelNames(ctx, []id.ID{v.Channel})), text("staff", v.staff(v.Staff)),
		text("views", i18n.Count(ctx, v.Counts.Views)), text("submitted", i18n.Count(ctx, v.Counts.Submitted)), text("entered", i18n.Count(ctx, v.Counts.Entered)), text("joined", i18n.Count(ctx, v.Counts.Joined)),
		text("waiting", i18n.Count(ctx, v.Counts.Waiting)), text("rejected", i18n.Count(ctx, v.Counts.Rejected)), text("signed", i18n.Count(ctx, v.Counts.Signed)), text("lost", i18n.Count(ctx, v.Counts.Lost)),
	}
}

// apiLink is where a program sends.
func (v pointView) apiLink() string { return strings.Replace(v.Link, "/c/", api.Prefix+"/capture/", 1) }

// frame is what is put into a page of another site.
func (v pointView) frame() string {
	return fmt.Sprintf(`<iframe src="%s" width="100%%" height="760" title="%s"></iframe>`, v.Link, templ.EscapeString(v.Name))
}

func (v pointView) submissionTabs(ctx context.Context) web.Tabs {
	tabs := web.Tabs{Label: ct(ctx, "submissions")}
	for _, s := range append([]string{""}, marketing.SubmissionStates...) {
		label := "view-all"
		if s != "" {
			label = "state-" + s
		}
		tabs.Items = append(tabs.Items, web.Tab{Label: ct(ctx, label), Href: web.Address(ctx, "state", s, "page", ""), Current: v.State == s})
	}
	return tabs
}

func (v pointView) table(ctx context.Context) web.Table {
	table := web.Table{Caption: ct(ctx, "submissions"), Wide: true, Columns: []web.Column{
		{Label: ct(ctx, "learner")}, {Label: ct(ctx, "phone")}, {Label: ct(ctx, "received")}, {Label: ct(ctx, "state")}, {Label: ct(ctx, "consent-by")}, {Label: ct(ctx, "source")}, {Label: ct(ctx, "said")}, {Label: ct(ctx, "times"), Num: true},
	}}
	for _, s := range v.List.Items {
		name := web.Text(orNone(s.Name))
		if !s.Enquiry.IsNone() && may(ctx, "enquiry:read") {
			name = web.RecordLink("/enquiries/"+s.Enquiry.String(), orNone(s.Name))
		}
		source := s.UTM["source"]
		if source == "" {
			source = s.Referrer
		}
		table.Rows = append(table.Rows, web.Row{ID: s.ID.String(), Cells: []templ.Component{
			name, web.Text(orNone(i18n.Phone(ctx, s.Phone))), web.Text(i18n.DateTime(ctx, s.Received, web.Zone(ctx), web.Now(ctx))), v.state(ctx, s), web.Text(consentBy(ctx, s)), web.Text(orNone(source)), web.Text(orNone(s.Said) + shortened(ctx, s)),
			web.Text(i18n.Count(ctx, s.Times)),
		}})
	}
	return table
}

// state is it in words, with the way to take what was rejected all the same.
func (v pointView) state(ctx context.Context, s marketing.Submission) templ.Component {
	text := web.Text(became(ctx, s))
	if s.State != marketing.SubmissionRejected || !may(ctx, "submission:accept") {
		return text
	}
	return web.Join(text, web.Text(" "), web.Button{Label: ct(ctx, "accept"), Hidden: s.Name, Href: acceptPath(s.ID), Small: true})
}

// became words where a submission stands, why it was rejected, and why it was taken all the same.
func became(ctx context.Context, s marketing.Submission) string {
	state := ct(ctx, "state-"+s.State)
	if s.AcceptedWhy != "" && s.State != marketing.SubmissionRejected {
		return state + " · " + ct(ctx, "accepted", "why", s.AcceptedWhy)
	}
	if s.Reason == "" {
		return state
	}
	reason := ct(ctx, "refused", "code", s.Reason)
	if slices.Contains(captureReasons, s.Reason) {
		reason = ct(ctx, "reason-"+s.Reason)
	}
	var fields []string
	for location := range strings.FieldsSeq(s.Detail) {
		fields = append(fields, web.FieldName(ctx, location))
	}
	if len(fields) > 0 {
		reason += ct(ctx, "colon") + strings.Join(fields, ct(ctx, "comma"))
	}
	return state + " · " + reason
}

// shortened names the fields of a submission of which only the beginning is kept.
func shortened(ctx context.Context, s marketing.Submission) string {
	if s.Cut == "" {
		return ""
	}
	return " · " + ct(ctx, "cut", "fields", strings.Join(strings.Fields(s.Cut), ct(ctx, "comma")))
}

var captureReasons = []string{
	marketing.ReasonClosed, marketing.ReasonTrap, marketing.ReasonNoProof, marketing.ReasonUsed, marketing.ReasonFlood, marketing.ReasonIncomplete, marketing.ReasonTooLong,
	"referrer-self", "referrer-circle", // of sales, when the lead is entered
}

func consentBy(ctx context.Context, s marketing.Submission) string {
	switch s.ConsentBy {
	case "":
		return ct(ctx, "consent-none")
	case "guardian":
		return ct(ctx, "consent-guardian", "name", s.Guardian)
	}
	return ct(ctx, "consent-self")
}

// getCode draws the QR code of a point's address, to be printed.
func (p points) getCode(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "capture-point")
	if err != nil {
		return err
	}
	var k marketing.CapturePoint
	err = p.ops.Read(r.Context(), func(ctx context.Context, tx *op.Tx) error {
		k, err = marketing.CapturePointByID(ctx, tx, key)
		return err
	})
	if err != nil {
		return err
	}
	code, err := goqr.EncodeText(p.link(k), goqr.Medium)
	if err != nil {
		return fmt.Errorf("encode address: %w", err)
	}
	svg, err := code.ToSVGBytes(goqr.NewQrCodeImgConfig(8, 4, goqr.WithOptimalSVG()))
	if err != nil {
		return fmt.Errorf("draw QR code: %w", err)
	}
	w.Header().Set("Content-Type", "image/svg+xml")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(svg)
	return nil
}
