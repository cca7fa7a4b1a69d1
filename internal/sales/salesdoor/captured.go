package salesdoor

import (
	"context"
	"strings"

	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/marketing"
	"zhike/internal/people"
	"zhike/internal/sales"
	"zhike/internal/web"
)

// captured lists what came by capture points of an enquiry in scope.
func captured(ctx context.Context, tx *op.Tx, enquiry id.ID) ([]marketing.Captured, error) {
	if _, err := sales.EnquiryByID(ctx, tx, enquiry); err != nil {
		return nil, err
	}
	return marketing.CapturedOf(ctx, tx, enquiry)
}

// capture reads what the person left at capture points, and whether somebody else has to consent.
func (v *enquiryView) capture(ctx context.Context, tx *op.Tx) (err error) {
	if v.Captured, err = marketing.CapturedOf(ctx, tx, v.Enquiry.ID); err != nil || len(v.Captured) == 0 {
		return err
	}
	p, err := people.ByID(ctx, tx, v.Enquiry.Person)
	if err != nil {
		return err
	}
	v.Minor, err = people.ConsentBy(ctx, tx, p)
	return err
}

// capturedFacts are point, words, source and consent of a submission.
func (v enquiryView) capturedFacts(ctx context.Context, s marketing.Captured) web.FactList {
	var out web.FactList
	add := func(term, value string) {
		if value != "" {
			out.Facts = append(out.Facts, web.Fact{Term: t(ctx, "captured."+term), Value: web.Text(value)})
		}
	}
	add("at", i18n.DateTime(ctx, s.Received, web.Zone(ctx), web.Now(ctx)))
	if may(ctx, "capture-point:read") {
		out.Facts = append(out.Facts, web.Fact{Term: t(ctx, "captured.point"), Value: web.RecordLink("/capture-points/"+s.Point.String(), s.PointName)})
	} else {
		add("point", s.PointName)
	}
	add("said", s.Said)
	var utm []string
	for _, k := range marketing.UTMParams {
		if s.UTM[k] != "" {
			utm = append(utm, k+"="+s.UTM[k])
		}
	}
	add("utm", strings.Join(utm, " · "))
	add("page", s.Page)
	add("cut", strings.Join(strings.Fields(s.Cut), " · "))
	if s.Minor {
		add("guardian", s.Guardian)
	}
	add("consent", v.consentWords(ctx, s))
	return out
}

// consentWords say who consented, and where that does not count: somebody else must, or the person alone (PPL-9).
func (v enquiryView) consentWords(ctx context.Context, s marketing.Captured) string {
	switch {
	case s.ConsentBy == "":
		return t(ctx, "captured.consent-none")
	case s.Minor != v.Minor:
		return t(ctx, "captured.consent-void-"+s.ConsentBy)
	case s.Minor:
		return t(ctx, "captured.consent-guardian", "name", s.Guardian)
	}
	return t(ctx, "captured.consent-self")
}
