package sim

import (
	"context"
	"fmt"
	"time"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/marketing"
	"zhike/internal/sales"
)

// What of the leads that come over the net, outside of campaigns, comes by the center's own form; of a hundred submissions how many are
// a machine's.
const (
	byForm   = 0.4
	machines = 0.05
)

var (
	wishes  = []string{"想约周末试听", "孩子三年级，想先测评", "咨询暑假班", "晚上七点以后联系", ""}
	sources = []string{"website", "baidu", "wechat", "dianping"}
)

func (a *agenda) bring(ctx context.Context, channel string, formed bool) (sales.Entered, error) {
	if formed {
		return a.submit(ctx)
	}
	return a.enter(ctx, channel)
}

// submit sends a lead's form, which is entered at once (MKT-11).
func (a *agenda) submit(ctx context.Context) (out sales.Entered, err error) {
	point, err := a.point(ctx)
	if err != nil {
		return out, err
	}
	a.l.opened[marketing.CaptureView{Point: point, Day: a.day}] += 2 + int64(a.forms.IntN(9)) // most who open it send nothing
	who := a.somebody()
	in := marketing.ReceiveInput{
		PointID: point, Name: who.Name, Phone: who.Phones[0].Value, Minor: true, Guardian: string([]rune(of(a.forms, surnames))[:1]) + "女士", Consent: true, Said: of(a.forms, wishes), Lang: "zh",
		UTM: map[string]string{"source": of(a.forms, sources), "medium": "page"}, Proven: true, Challenge: fmt.Sprintf("sim-%x", a.forms.Uint64()),
	}
	if a.forms.Float64() < machines {
		bad := in
		bad.Name, bad.Phone, bad.Trap, bad.Challenge = "SEO "+bad.Name, (&names{a.forms}).phone(), "https://example.com", bad.Challenge+"-x"
		if _, err := marketing.ReceiveSubmission.Run(ctx, a.l.run, bad); err != nil {
			return out, err
		}
	}
	got, err := marketing.ReceiveSubmission.Run(ctx, a.l.run, in)
	if err != nil {
		return out, err
	}
	a.l.Clock.Set(a.l.Clock.Now().Add(time.Second))
	entered, err := sales.EnterSubmission.Run(ctx, a.l.run, sales.EnterSubmissionInput{SubmissionID: got.ID})
	if err != nil {
		return out, err
	}
	err = a.l.run.Read(ctx, func(ctx context.Context, tx *op.Tx) error {
		e, err := sales.EnquiryByID(ctx, tx, entered.Enquiry)
		out = sales.Entered{ID: e.ID, PersonID: e.Person, Consultant: e.Consultant}
		return err
	})
	return out, err
}

// wanted notes the course that who sent a form wants, which the first call asks.
func (a *agenda) wanted(ctx context.Context, e sales.Entered) error {
	course := a.course().ID
	_, err := sales.ChangeEnquiry.Run(a.l.as(ctx, e.Consultant), a.l.run, sales.ChangeEnquiryInput{EnquiryID: e.ID, CourseID: &course})
	return err
}

// point is the form on the center's page: made at the first use.
func (a *agenda) point(ctx context.Context) (key id.ID, err error) {
	web, on := a.l.world.channels["web"], true
	err = a.l.run.Read(ctx, func(ctx context.Context, tx *op.Tx) error {
		list, err := marketing.CapturePoints(ctx, tx, marketing.CapturePointFilter{Active: &on}, page.Request{Limit: page.Most})
		for _, p := range list.Items {
			if p.Center == a.place.center && p.Channel == web && p.Campaign.IsNone() && p.Kind == "form" && p.Staff.IsNone() {
				key = p.ID
			}
		}
		return err
	})
	if err != nil || !key.IsNone() {
		return key, err
	}
	c, _ := a.l.dir.Center(a.place.center)
	p, err := marketing.SetCapturePoint.Run(ctx, a.l.run, marketing.CapturePointInput{Name: c.NameZH + "官网预约", Kind: "form", CenterID: a.place.center, ChannelID: web})
	return p.ID, err
}
