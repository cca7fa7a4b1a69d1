package salesdoor

import (
	"context"
	"math"
	"slices"
	"strconv"
	"strings"

	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/organization"
	"zhike/internal/people"
	"zhike/internal/sales"
)

// ScoreWords words scores and their reasons (SAL-12).
type ScoreWords struct {
	names
	fields []people.Field
}

// LoadScoreWords reads the names that reasons speak of.
func LoadScoreWords(ctx context.Context, tx *op.Tx) (ScoreWords, error) {
	n, err := door{Deps{Dir: organization.Of(tx)}}.load(ctx, tx)
	if err != nil {
		return ScoreWords{}, err
	}
	return wordsOfScores(ctx, tx, n)
}

func wordsOfScores(ctx context.Context, tx *op.Tx, n names) (w ScoreWords, err error) {
	w.names = n
	w.fields, err = people.Fields(ctx, tx, "enquiry")
	return w, err
}

const ownField = "field:"

// Column is the name of what is known of an enquiry; of a custom field its own.
func (w ScoreWords) Column(ctx context.Context, column string) string {
	code, own := strings.CutPrefix(column, ownField)
	if !own {
		return t(ctx, "score-column."+column)
	}
	i := slices.IndexFunc(w.fields, func(f people.Field) bool { return f.Code == code })
	switch {
	case i < 0:
		return code
	case lang(ctx) == "en" && w.fields[i].NameEN != "":
		return w.fields[i].NameEN
	case w.fields[i].NameZH != "":
		return w.fields[i].NameZH
	}
	return code
}

// Reason says what of an enquiry speaks for its signing, or against it.
func (w ScoreWords) Reason(ctx context.Context, r sales.ScoreReason) string {
	key := "score.against"
	if r.Adds > 0 {
		key = "score.for"
	}
	return t(ctx, key, "what", w.Column(ctx, r.Column), "value", w.value(ctx, r))
}

// Reasons are the reasons of a score, the largest first.
func (w ScoreWords) Reasons(ctx context.Context, s sales.EnquiryScore) []string {
	out := make([]string, len(s.Reasons))
	for i, r := range s.Reasons {
		out[i] = w.Reason(ctx, r)
	}
	return out
}

// value words what a column holds; numbers of days and years are whole, and dates are days.
func (w ScoreWords) value(ctx context.Context, r sales.ScoreReason) string {
	switch {
	case !r.Known:
		return t(ctx, "score.unknown")
	case r.Column == "age":
		return t(ctx, "years", "count", int(r.Number))
	case r.Column == "days" || r.Column == "silent":
		return t(ctx, "score.days", "count", int(math.Round(r.Number)))
	case r.Text == "" && w.counted(r.Column):
		return strconv.FormatFloat(r.Number, 'f', -1, 64)
	case r.Text == "":
		return t(ctx, "score.rare")
	}
	return w.level(ctx, r)
}

// counted tells whether a column holds numbers.
func (w ScoreWords) counted(column string) bool {
	if code, own := strings.CutPrefix(column, ownField); own {
		i := slices.IndexFunc(w.fields, func(f people.Field) bool { return f.Code == code })
		return i >= 0 && (w.fields[i].Kind == people.FieldNumber || w.fields[i].Kind == people.FieldDate)
	}
	return slices.Contains([]string{"touches", "answered", "booked", "missed", "visits", "quotes"}, column)
}

func (w ScoreWords) level(ctx context.Context, r sales.ScoreReason) string {
	key, err := id.Parse(r.Text)
	switch {
	case err == nil && r.Column == "channel":
		return w.channel(ctx, key)
	case err == nil && r.Column == "course":
		return w.course(ctx, key)
	case err == nil && r.Column == "center":
		return w.center(ctx, key)
	case r.Text == "yes" || r.Text == "no":
		return t(ctx, r.Text)
	}
	switch r.Column {
	case "kind":
		return code(ctx, "enquiry-kind", r.Text)
	case "last-result":
		return code(ctx, "touch-result", r.Text)
	case "weekday", "lang":
		return t(ctx, "score-"+r.Column+"."+r.Text)
	}
	return r.Text
}

// share is a probability in whole hundredths.
func share(ctx context.Context, p float64) string { return i18n.Percent(ctx, &p) }

func worthTitle(ctx context.Context, w sales.Worth) string {
	if w.Expected <= 0 {
		return t(ctx, "worth.h2", "amount", i18n.None)
	}
	return t(ctx, "worth.h2", "amount", wholeYuan(ctx, w.Expected))
}

func worthSum(ctx context.Context, w sales.Worth) string {
	odds := float64(w.Odds) / 10_000
	return t(ctx, "worth.sum", "odds", i18n.Percent(ctx, &odds), "amount", wholeYuan(ctx, w.Amount))
}

func urgency(ctx context.Context, w sales.Worth) string {
	if w.Urgency <= 100 {
		return t(ctx, "worth.calm")
	}
	return t(ctx, "worth.urgency", "times", strconv.FormatFloat(float64(w.Urgency)/100, 'f', -1, 64))
}
