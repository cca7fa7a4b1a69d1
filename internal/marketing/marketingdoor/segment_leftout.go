package marketingdoor

import (
	"context"
	"net/url"

	"github.com/a-h/templ"

	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/op"
	"zhike/internal/marketing"
	"zhike/internal/people"
	"zhike/internal/web"
)

// agreed counts by use who of those to be contacted agreed to it: the others are left out of such a list (PPL-9).
func (v *segmentView) agreed(ctx context.Context, tx *op.Tx) error {
	q, err := v.Segment.Side(ctx, tx, marketing.Contacted)
	if err == nil {
		v.Agreed, err = people.AgreedAmong(ctx, tx, q)
	}
	return err
}

// leftOut is how many a list for a use leaves out.
func (v segmentView) leftOut(use people.Use) int64 {
	return v.Counts.Count - v.Counts.Control - v.Agreed[use]
}

func (v segmentView) leftOutPath(use people.Use) string {
	return "/segments/" + v.ID.String() + "?" + url.Values{"side": {marketing.Unagreed}, "purpose": {use.Purpose}, "channel": {use.Channel}}.Encode()
}

// useName is a use in words: marketing by text message.
func (v segmentView) useName(ctx context.Context, use people.Use) string {
	return sg(ctx, "use", "purpose", word(ctx, "consent-purpose", use.Purpose), "channel", word(ctx, "consent-channel", use.Channel))
}

// leftOutTable says for each use whom a list would hold, and how many it leaves out; the number opens who and why.
func (v segmentView) leftOutTable(ctx context.Context) web.Table {
	table := web.Table{Caption: sg(ctx, "left-out-by-use"), Plain: true, Columns: []web.Column{{Label: sg(ctx, "use-column")}, {Label: sg(ctx, "on-list"), Num: true}, {Label: sg(ctx, "not-on-list"), Num: true}}}
	for _, purpose := range marketing.ExportPurposes {
		if purpose == marketing.Internal {
			continue
		}
		for _, channel := range marketing.ExportChannels {
			use := people.Use{Purpose: purpose, Channel: channel}
			left := web.Text(i18n.Count(ctx, v.leftOut(use)))
			if v.leftOut(use) > 0 {
				left = web.RecordLink(v.leftOutPath(use), i18n.Count(ctx, v.leftOut(use)))
			}
			table.Rows = append(table.Rows, web.Row{ID: purpose + "-" + channel, Cells: []templ.Component{web.Text(v.useName(ctx, use)), web.Text(i18n.Count(ctx, v.Agreed[use])), left}})
		}
	}
	return table
}

// whyLeftOut says why somebody is left out, and since when.
func whyLeftOut(ctx context.Context, m SegmentMember) string {
	if m.WhyDay.IsZero() {
		return sg(ctx, "why-"+m.Why)
	}
	return sg(ctx, "why-"+m.Why) + " · " + i18n.Date(ctx, m.WhyDay, web.Today(ctx))
}
