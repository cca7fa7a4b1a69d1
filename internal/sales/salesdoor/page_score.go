package salesdoor

import (
	"context"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/learn"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/stat"
	"zhike/internal/people"
	"zhike/internal/sales"
	"zhike/internal/web"
	"zhike/internal/web/chart"
)

// scoresView is how good the scores are, and the likeliest enquiries (SAL-12).
type scoresView struct {
	ScoreWords
	Trainings []sales.ScoreModel
	Top       sales.ScoreList
}

const (
	topScores   = 20
	scoreWide   = 620
	scoreNarrow = 340
)

func (p door) getScores(w http.ResponseWriter, r *http.Request) error {
	var v scoresView
	err := p.read(r, func(ctx context.Context, tx *op.Tx) (err error) {
		if v.Trainings, err = sales.Trainings(ctx, tx); err != nil {
			return err
		}
		if v.Top, err = sales.Scores(ctx, tx, "", topScores); err != nil {
			return err
		}
		persons := make([]id.ID, len(v.Top.Items))
		for i, s := range v.Top.Items {
			persons[i] = s.Person
		}
		n, err := p.load(ctx, tx, persons...)
		if err != nil {
			return err
		}
		v.ScoreWords, err = wordsOfScores(ctx, tx, n)
		return err
	})
	if err != nil {
		return err
	}
	ctx := r.Context()
	page := web.Page{H1: t(ctx, "score.h1"), Lead: web.Text(v.conclusion(ctx))}
	if may(ctx, "score-model:create") {
		page.Aside = web.ButtonForm{Action: "/scores", Button: web.Button{Label: t(ctx, "score.train"), Kind: web.Primary}}
	}
	return web.Render(w, r, web.Shell(page, scoresPage(v)))
}

func (p door) postScores(w http.ResponseWriter, r *http.Request) error {
	if _, err := sales.TrainScores.Run(r.Context(), p.Ops, sales.TrainScoresInput{}); err != nil {
		return web.Again(w, r, err, p.getScores)
	}
	return web.Redirect(w, r, "/scores", web.Status{Text: t(r.Context(), "score.asked"), Tone: web.Good})
}

// postField marks a custom field as known at entry, or later.
func (p door) postField(known string) web.Func {
	return func(w http.ResponseWriter, r *http.Request) error {
		in, err := web.Decode[people.MarkFieldInput](r)
		if err == nil {
			in.Known = known
			_, err = people.MarkField.Run(r.Context(), p.Ops, in)
		}
		if err != nil {
			return web.Again(w, r, err, p.getScores)
		}
		return web.Redirect(w, r, "/scores", web.Status{Text: t(r.Context(), "score.marked"), Tone: web.Good})
	}
}

// last is the latest training that ended.
func (v scoresView) last() (sales.ScoreModel, bool) {
	for _, m := range v.Trainings {
		if m.State != sales.ScoreWaiting {
			return m, true
		}
	}
	return sales.ScoreModel{}, false
}

// conclusion says what the latest training means.
func (v scoresView) conclusion(ctx context.Context) string {
	m, ended := v.last()
	if !ended {
		return t(ctx, "score.never")
	}
	return ScoreConclusion(ctx, m)
}

// ScoreConclusion says in a sentence or two how good the scores of a training are.
func ScoreConclusion(ctx context.Context, m sales.ScoreModel) string {
	q := m.Quality
	switch {
	case m.State == sales.ScoreThin:
		enquiries, each := sales.LeastHistory()
		return t(ctx, "score.thin", "n", q.Enquiries, "signed", q.Signed, "enquiries", enquiries, "each", each)
	case q.Entry == nil:
		return t(ctx, "score.never")
	}
	args := []any{
		"n", i18n.Count(ctx, q.Enquiries), "signed", i18n.Count(ctx, q.Signed), "pairs", outOfHundred(q.Entry.AUC), "low", outOfHundred(q.Low), "high", outOfHundred(q.High),
		"error", strconv.FormatFloat(100*q.Entry.ECE, 'f', 1, 64),
	}
	if m.State == sales.ScoreChance {
		return t(ctx, "score.chance", args...)
	}
	text := t(ctx, "score.ready", append(args, "tenth", share(ctx, q.Entry.Lift[0].Got))...)
	if len(q.Warnings) > 0 {
		text += t(ctx, "score.warned", "count", len(q.Warnings))
	}
	return text
}

func outOfHundred(x float64) string { return strconv.Itoa(int(math.Round(100 * x))) }

// figures are the qualities at entry and later, a row each.
func (v scoresView) figures(ctx context.Context, q sales.ScoreQuality) web.Table {
	out := web.Table{Caption: t(ctx, "score.figures"), Columns: []web.Column{
		{Label: t(ctx, "score.when")},
		{Label: t(ctx, "score.n"), Num: true},
		{Label: t(ctx, "score.signed"), Num: true},
		{Label: "AUC", Num: true},
		{Label: t(ctx, "score.ece"), Num: true},
		{Label: t(ctx, "score.brier"), Num: true},
	}}
	for _, row := range qualities(q) {
		out.Rows = append(out.Rows, web.Row{ID: row.key, Cells: []templ.Component{
			web.Text(t(ctx, "score."+row.key)), web.Text(i18n.Count(ctx, row.N)), web.Text(i18n.Count(ctx, row.Yes)), web.Text(thousandths(row.AUC)),
			web.Text(thousandths(row.ECE)), web.Text(thousandths(row.Brier)),
		}})
	}
	return out
}

// ScoreFigures are the qualities at entry and later as lines of cells between tabs.
func ScoreFigures(ctx context.Context, q sales.ScoreQuality) string {
	lines := []string{strings.Join([]string{t(ctx, "score.when"), t(ctx, "score.n"), t(ctx, "score.signed"), "AUC", t(ctx, "score.ece"), t(ctx, "score.brier")}, "\t")}
	for _, row := range qualities(q) {
		lines = append(lines, strings.Join([]string{
			t(ctx, "score."+row.key), i18n.Count(ctx, row.N), i18n.Count(ctx, row.Yes), thousandths(row.AUC), thousandths(row.ECE), thousandths(row.Brier),
		}, "\t"))
	}
	return strings.Join(lines, "\n")
}

// named is a quality with the key of when it holds.
type named struct {
	key string
	*learn.Quality
}

func qualities(q sales.ScoreQuality) []named {
	return slices.DeleteFunc([]named{{"at-entry", q.Entry}, {"later", q.Later}}, func(n named) bool { return n.Quality == nil })
}

func thousandths(x float64) string { return strconv.FormatFloat(x, 'f', 3, 64) }

// calibration draws what was estimated and what came, by tenths of the estimate, with the interval of what came.
func calibration(ctx context.Context, q learn.Quality, width float64) chart.Line {
	line := chart.Line{
		Head: chart.Head{
			Title: t(ctx, "score.calibration-title"), Of: t(ctx, "score.estimate"), Interval: t(ctx, "score.interval"), Width: width,
			Format: func(x float64) string { return strconv.FormatFloat(100*x, 'f', 0, 64) + "%" },
			Alt:    t(ctx, "score.calibration-alt", "error", strconv.FormatFloat(100*q.ECE, 'f', 1, 64)),
		},
		Series: []chart.Series{{Name: t(ctx, "score.estimated")}, {Name: t(ctx, "score.came")}}, FromZero: true, Height: 220,
	}
	for _, b := range q.Bins {
		low, high := stat.Wilson(int64(b.Yes), int64(b.N))
		line.Labels = append(line.Labels, line.Format(b.Mean))
		line.Series[0].Values = append(line.Series[0].Values, b.Mean)
		line.Series[1].Values = append(line.Series[1].Values, float64(b.Yes)/float64(b.N))
		line.Series[1].Band = append(line.Series[1].Band, chart.Interval{Low: low, High: high})
	}
	return line
}

// lift says what each tenth of the enquiries holds, the highest estimates first.
func lift(ctx context.Context, q learn.Quality) web.Table {
	out := web.Table{Caption: t(ctx, "score.lift"), Plain: true, Columns: []web.Column{
		{Label: t(ctx, "score.tenth")}, {Label: t(ctx, "score.n"), Num: true}, {Label: t(ctx, "score.signed"), Num: true}, {Label: t(ctx, "score.lift-times"), Num: true}, {Label: t(ctx, "score.got"), Num: true},
	}}
	for i, l := range q.Lift {
		out.Rows = append(out.Rows, web.Row{ID: strconv.Itoa(i + 1), Cells: []templ.Component{
			web.Text(strconv.Itoa(i + 1)), web.Text(i18n.Count(ctx, l.N)), web.Text(i18n.Count(ctx, l.Yes)), web.Text(strconv.FormatFloat(l.Lift, 'f', 2, 64)), web.Text(share(ctx, l.Got)),
		}})
	}
	return out
}

// weights draws which columns move the estimates most.
func (v scoresView) weights(ctx context.Context, q sales.ScoreQuality, width float64) chart.Bars {
	bars := chart.Bars{Head: chart.Head{
		Title: t(ctx, "score.weights-title"), Of: t(ctx, "score.column"), Value: t(ctx, "score.weight"), Width: width,
		Format: func(x float64) string { return strconv.FormatFloat(x, 'f', 2, 64) },
	}, Lying: true}
	const most = 10
	for _, p := range q.Weights[:min(len(q.Weights), most)] {
		bars.Points = append(bars.Points, chart.Point{Label: v.Column(ctx, p.Column), Value: p.Adds})
	}
	return bars
}

// odd is a column that the guard speaks of, with the mark that may be given to it.
type odd struct {
	Text, Code string
	Mark       string // later, entry; none where a mark changes nothing
}

// Guarded are the columns that were refused or look as if they knew the outcome.
func (w ScoreWords) Guarded(ctx context.Context, q sales.ScoreQuality) []string {
	var out []string
	for _, o := range w.odd(ctx, q) {
		out = append(out, o.Text)
	}
	return out
}

func (w ScoreWords) odd(ctx context.Context, q sales.ScoreQuality) []odd {
	var out []odd
	for _, r := range q.Refused {
		o := odd{Text: t(ctx, "score.refused-"+r.Why, "what", w.Column(ctx, r.Column), "late", r.Late, "dated", r.Dated)}
		if r.Why == learn.Later {
			o.Mark = people.KnownEntry
		}
		out = append(out, o.of(r.Column))
	}
	for _, s := range q.Warnings {
		o := odd{Text: t(ctx, "score.warning", "what", w.Column(ctx, s.Column), "lift", thousandths(s.Lift)), Mark: people.KnownLater}
		out = append(out, o.of(s.Column))
	}
	return out
}

// of is what is said of a column; only custom fields are marked.
func (o odd) of(column string) odd {
	code, own := strings.CutPrefix(column, ownField)
	if o.Code = code; !own {
		o.Code, o.Mark = "", ""
	}
	return o
}

// trainings is the table of the latest ones.
func (v scoresView) trainings(ctx context.Context) web.Table {
	out := web.Table{Caption: t(ctx, "score.trainings"), Columns: []web.Column{
		{Label: t(ctx, "score.asked-at")}, {Label: t(ctx, "field.state")}, {Label: t(ctx, "score.n"), Num: true}, {Label: t(ctx, "score.signed"), Num: true}, {Label: "AUC", Num: true}, {Label: t(ctx, "score.ece"), Num: true},
	}}
	for _, m := range v.Trainings {
		auc, ece := i18n.None, i18n.None
		if m.Quality.Entry != nil {
			auc, ece = thousandths(m.Quality.Entry.AUC), thousandths(m.Quality.Entry.ECE)
		}
		out.Rows = append(out.Rows, web.Row{ID: m.ID.String(), Cells: []templ.Component{
			web.Text(moment(ctx, m.Asked)), web.Text(t(ctx, "score-state."+m.State)), web.Text(i18n.Count(ctx, m.Quality.Enquiries)), web.Text(i18n.Count(ctx, m.Quality.Signed)), web.Text(auc), web.Text(ece),
		}})
	}
	return out
}

// likeliest are the open enquiries in scope with the highest scores.
func (v scoresView) likeliest(ctx context.Context) web.Table {
	out := web.Table{Caption: t(ctx, "score.likeliest", "count", int(v.Top.Total)), Columns: []web.Column{
		{Label: t(ctx, "enquiry")}, {Label: t(ctx, "score.probability"), Num: true}, {Label: t(ctx, "score.reasons")},
	}}
	for _, s := range v.Top.Items {
		out.Rows = append(out.Rows, web.Row{ID: s.Enquiry.String(), Href: enquiryPath(s.Enquiry), Cells: []templ.Component{
			web.RecordLink(enquiryPath(s.Enquiry), v.person(ctx, s.Person)), web.Text(share(ctx, s.Probability)), reasonList(v.Reasons(ctx, s)),
		}})
	}
	return out
}
