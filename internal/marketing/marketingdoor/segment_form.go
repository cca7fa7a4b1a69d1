package marketingdoor

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/condition"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/marketing"
	"zhike/internal/organization"
	"zhike/internal/web"
)

// segmentForm is the builder of a segment: what is saved, or what is being built.
type segmentForm struct {
	marketing.Segment
	Root    *part
	fields  []condition.Field
	centers []organization.Center
	Focus   string // of which control, as <row>.<name>
	Count   int64
	Wrong   *problem.Problem // why nothing is counted yet
}

// segmentFields are what the form of a segment sends.
type segmentSent struct {
	SegmentID  id.ID           `json:"segment_id"`
	Version    *int64          `json:"version"`
	Name       string          `json:"name" maxLength:"100"`
	Note       string          `json:"note" maxLength:"500"`
	CenterID   id.ID           `json:"center_id"`
	Active     *bool           `json:"active"`
	Conditions []condition.Row `json:"conditions"`
}

func (in segmentSent) segment() marketing.Segment {
	s := marketing.Segment{ID: in.SegmentID, Name: in.Name, Note: in.Note, Center: in.CenterID, Conditions: in.Conditions, Active: in.Active == nil || *in.Active}
	if in.Version != nil {
		s.Version = *in.Version
	}
	return s
}

// sent reads the form. What was chosen for another field or comparison than the present one is left out; a list of texts is split.
func (p pages) sent(r *http.Request) (in segmentSent, err error) {
	if in, err = web.Decode[segmentSent](r); err != nil {
		return in, err
	}
	err = p.ops.Read(r.Context(), func(ctx context.Context, tx *op.Tx) error {
		fields, err := condition.Of(tx).Fields(ctx, tx)
		for i := range in.Conditions {
			row := &in.Conditions[i]
			if j := slices.IndexFunc(fields, func(f condition.Field) bool { return f.Code == row.Field }); j >= 0 {
				fit(row, fields[j], r.PostForm.Get("_was."+strconv.Itoa(i)))
			}
		}
		return err
	})
	return in, err
}

// fit makes a row one of its field: was is the field that it was drawn for.
func fit(row *condition.Row, f condition.Field, was string) {
	if was != "" && was != row.Field {
		row.Values = nil
	}
	if !slices.Contains(f.Kind.Comparisons(), row.Is) {
		row.Is = f.Kind.Comparisons()[0]
	}
	if f.Kind == condition.Text {
		row.Values = strings.FieldsFunc(strings.Join(row.Values, ","), func(r rune) bool { return strings.ContainsRune(",，、;；", r) })
		for i, v := range row.Values {
			row.Values[i] = strings.TrimSpace(v)
		}
	}
	most := condition.Takes(row.Is)
	if len(row.Values) > most {
		row.Values = row.Values[:most]
	}
	if f.Kind != condition.Day && f.Kind != condition.Moment || most == 0 || len(row.Values) == 0 {
		return
	}
	_, err := bizdate.Parse(row.Values[0])
	if date := row.Is == condition.Since || row.Is == condition.Until; date != (err == nil) {
		row.Values = nil
	}
}

// edit does what a button of the builder says, and tells which control gets the focus.
func edit(rows []condition.Row, do string) ([]condition.Row, string) {
	what, number, _ := strings.Cut(do, ".")
	no, err := strconv.Atoi(number)
	if err != nil || no < 0 || no >= len(rows) {
		return rows, ""
	}
	end := no + 1
	for end < len(rows) && rows[end].Depth > rows[no].Depth {
		end++
	}
	below := rows[no].Depth + 1
	switch what {
	case "condition":
		return slices.Insert(rows, end, condition.Row{Depth: below}), strconv.Itoa(end) + ".field"
	case "group":
		return slices.Insert(rows, end, condition.Row{Depth: below, Group: condition.Any}, condition.Row{Depth: below + 1}), strconv.Itoa(end) + ".group"
	case "drop":
		if no == 0 {
			return rows, ""
		}
		return slices.Delete(rows, no, end), "0.group"
	}
	return rows, ""
}

func (v *segmentForm) read(ctx context.Context, tx *op.Tx) (err error) {
	if len(v.Conditions) == 0 {
		v.Conditions = []condition.Row{{Group: condition.All}, {Depth: 1}}
	}
	v.centers = organization.Of(tx).Centers(tx.Viewer)
	if v.Root, v.fields, err = drawn(ctx, tx, v.Conditions); err != nil {
		return err
	}
	v.Count, err = marketing.CountConditions(ctx, tx, v.Conditions)
	if p, refused := problem.As(err); refused {
		v.Wrong, err = p, nil
	}
	return err
}

func (p pages) getSegmentForm(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if !may(ctx, "segment:update") {
		return problem.Forbidden("segment:update")
	}
	v := segmentForm{Segment: marketing.Segment{Active: true}}
	if v1, ok := op.ViewerOf(ctx); ok {
		v.Center = v1.Home("segment:update")
	}
	var posted segmentSent
	if r.Method == http.MethodPost {
		var err error
		if posted, err = p.sent(r); err == nil {
			v.Segment = posted.segment()
		}
	}
	err := p.ops.Read(ctx, func(ctx context.Context, tx *op.Tx) error {
		if r.PathValue("id") != "" {
			key, err := web.PathID(r, "id", "segment")
			if err != nil {
				return err
			}
			saved, err := marketing.SegmentByID(ctx, tx, key)
			if err != nil {
				return err
			}
			if r.Method != http.MethodPost {
				v.Segment = saved
			}
			v.ID = key
		}
		return v.read(ctx, tx)
	})
	if err != nil {
		return err
	}
	return v.render(w, r)
}

func (v segmentForm) render(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	title := sg(ctx, "new")
	if !v.ID.IsNone() {
		title = sg(ctx, "edit-title", "name", v.Name)
	}
	return web.Render(w, r, web.Shell(web.Page{H1: title, Lead: web.Text(sg(ctx, "form-lead"))}, segmentFormPage(v)))
}

func (p pages) postSegment(w http.ResponseWriter, r *http.Request) error {
	in, err := p.sent(r)
	var out marketing.SegmentAnswer
	if err == nil && r.PathValue("id") != "" {
		in.SegmentID, err = web.PathID(r, "id", "segment")
	}
	if err == nil {
		out, err = marketing.SetSegment.Run(r.Context(), p.ops, marketing.SegmentInput{
			SegmentID: in.SegmentID, Version: in.Version, Name: in.Name, Note: in.Note, CenterID: in.CenterID, Conditions: in.Conditions, Active: in.Active,
		})
	}
	if err != nil {
		return web.Again(w, r, err, p.getSegmentForm)
	}
	return web.Redirect(w, r, "/segments/"+out.ID.String(), web.Status{Text: sg(r.Context(), "saved"), Tone: web.Good})
}

// built reads what is being built; a button of the builder may have been pressed.
func (p pages) built(r *http.Request) (v segmentForm, err error) {
	if !may(r.Context(), "segment:update") {
		return v, problem.Forbidden("segment:update")
	}
	in, err := p.sent(r)
	if err != nil {
		return v, err
	}
	v.Segment = in.segment()
	v.Conditions, v.Focus = edit(v.Conditions, r.PostForm.Get("_do"))
	if at := r.URL.Query().Get("at"); v.Focus == "" {
		v.Focus = at
	}
	return v, p.ops.Read(r.Context(), func(ctx context.Context, tx *op.Tx) error { return v.read(ctx, tx) })
}

// postBuild draws the builder after a button of it: the part alone, or the page where no script runs. Nothing is saved.
func (p pages) postBuild(w http.ResponseWriter, r *http.Request) error {
	v, err := p.built(r)
	if err != nil {
		return err
	}
	if web.IsFragment(r) {
		return web.Render(w, r, builder(v))
	}
	typed := url.Values{}
	for name, values := range r.PostForm {
		if !strings.HasPrefix(name, "conditions.") {
			typed[name] = values
		}
	}
	return v.render(w, r.WithContext(web.WithProblem(r.Context(), nil, typed)))
}

// postCount counts what is being built, while one types.
func (p pages) postCount(w http.ResponseWriter, r *http.Request) error {
	v, err := p.built(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, countWords(v))
}

// groups are the ways in which a group joins what belongs to it.
func groups(ctx context.Context, chosen string) (list []web.Option) {
	for _, g := range condition.Groups {
		list = append(list, web.Option{Value: g, Label: sg(ctx, "group-"+g), On: g == chosen})
	}
	return list
}

// parts are the fields by what they are about.
func (v segmentForm) parts() (names []string) {
	for _, f := range v.fields {
		if !slices.Contains(names, f.Part) {
			names = append(names, f.Part)
		}
	}
	return names
}

func (p *part) name(field string) string {
	return "conditions." + strconv.Itoa(p.No) + "." + field
}

// input is how the value of a condition is typed: a number, a day, a text.
func (p *part) input() string {
	switch {
	case p.Is == condition.Since || p.Is == condition.Until:
		return "date"
	case p.Field.Kind == condition.Text:
		return "text"
	}
	return "number"
}

// focused tells whether a control gets the focus after the builder was drawn.
func (v segmentForm) focused(p *part, control string) bool {
	return v.Focus == strconv.Itoa(p.No)+"."+control
}

func (v segmentForm) action() string {
	if v.ID.IsNone() {
		return "/segments/new"
	}
	return "/segments/" + v.ID.String() + "/edit"
}

func (v segmentForm) back() string {
	if v.ID.IsNone() {
		return "/segments"
	}
	return "/segments/" + v.ID.String()
}

// fieldID is the id of a control of the builder, as the summary of errors names it.
func fieldID(name string) string { return web.Field{Name: name}.ID() }

// rebuild lets a control draw the builder anew; at names the control that keeps the focus.
func rebuild(at string) templ.Attributes {
	to := "/segments/build"
	out := templ.Attributes{"hx-target": "#builder", "hx-swap": "innerHTML", "hx-include": "closest form"}
	if at != "" {
		to += "?at=" + at
		out["hx-trigger"] = "change"
	}
	out["hx-post"] = to
	return out
}

func takesNone(is string) bool { return condition.Takes(is) == 0 }

// typed is the value of a condition as it stands in its input.
func (p *part) typed(ctx context.Context) string {
	return strings.Join(p.Values, sg(ctx, "comma"))
}

func (p *part) hint(ctx context.Context) string {
	if p.input() == "text" {
		return sg(ctx, "text-hint")
	}
	return ""
}

// unit is what follows the number: days, or the field's own.
func (p *part) unit(ctx context.Context) string {
	switch p.Is {
	case condition.Within, condition.LongAgo:
		return sg(ctx, "days")
	case condition.Since, condition.Until:
		return ""
	}
	return unitOf(ctx, p.Field)
}

func typeOf(p *part) string {
	if p.input() == "date" {
		return "date"
	}
	return "text"
}

func modeOf(p *part) string {
	if p.input() == "number" {
		return "decimal"
	}
	return "text"
}

// wrongWords says what is missing or wrong, the first of it.
func wrongWords(ctx context.Context, p *problem.Problem) string {
	for _, f := range p.Fields {
		if f.Code == "required" {
			return sg(ctx, "incomplete")
		}
	}
	if len(p.Fields) > 0 {
		return web.FieldMessage(ctx, p, p.Fields[0].Location)
	}
	return web.Message(ctx, p)
}

// companyOf is the label of a segment of no center; "" where one may only have those of a center.
func companyOf(ctx context.Context) string {
	if v, ok := op.ViewerOf(ctx); ok && v.Scope("segment:update").All {
		return sg(ctx, "company")
	}
	return ""
}

func (v segmentForm) centerOptions(ctx context.Context) (list []web.Option) {
	for _, k := range v.centers {
		list = append(list, web.Option{Value: k.ID.String(), Label: k.Name(lang(ctx)), On: k.ID == v.Center})
	}
	return list
}

// exportPurposes are what a list may be for; the staff's own work comes first.
func exportPurposes(ctx context.Context) []web.Option {
	out := []web.Option{{Value: marketing.Internal, Label: sg(ctx, "internal")}}
	for _, k := range marketing.ExportPurposes {
		if k != marketing.Internal {
			out = append(out, web.Option{Value: k, Label: sg(ctx, "going-out", "purpose", word(ctx, "consent-purpose", k))})
		}
	}
	return out
}

func exportChannels(ctx context.Context) []web.Option {
	out := make([]web.Option, len(marketing.ExportChannels))
	for i, k := range marketing.ExportChannels {
		out[i] = web.Option{Value: k, Label: word(ctx, "consent-channel", k)}
	}
	return out
}
