package marketing_test

import (
	"context"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/marketing"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

// crowd makes people as a company of scale S has them: 20,000, each with an enquiry or two, touches, some visits, every fifth a contract.
func crowd(s *testkit.School, today bizdate.Date) []someone {
	r := rand.New(rand.NewPCG(1, 2))
	day := func() bizdate.Date { return today - bizdate.Date(r.IntN(700)) }
	list := make([]someone, 20_000)
	for i := range list {
		p := someone{birth: today.AddMonths(-12*(4+r.IntN(12))) - bizdate.Date(r.IntN(360)), gender: []string{"female", "male"}[r.IntN(2)], district: []string{"海淀", "朝阳", "西城"}[r.IntN(3)], center: []id.ID{s.HD, s.CY}[r.IntN(2)]}
		for range 1 + r.IntN(2) {
			p.enquiries = append(p.enquiries, asked{stage: string(sales.Stages[r.IntN(len(sales.Stages))]), channel: s.Web, entered: day()})
		}
		for range r.IntN(8) {
			p.touches = append(p.touches, day())
		}
		for range r.IntN(3) {
			p.visits = append(p.visits, day())
		}
		if i%5 == 0 {
			p.contracts, p.hours = []bought{{state: "active", payable: 1_000_000, signed: day()}}, []int64{4800, -200 * int64(r.IntN(20))}
		}
		list[i] = p
	}
	return list
}

// BenchmarkSegmentCount measures the live count over 20,000 people: a usual segment, and one of every kind of condition.
func BenchmarkSegmentCount(b *testing.B) {
	s := testkit.NewSchool(b, filepath.Join(b.TempDir(), "zhike.db"))
	today := bizdate.Of(s.Clock.Now(), s.Ops.Zone(id.None))
	err := s.Ops.Write(s.System(), func(ctx context.Context, tx *op.Tx) error { return live(ctx, tx, crowd(s, today), s.Ops.Zone(id.None)) })
	if err != nil {
		b.Fatal(err)
	}
	usual := where("all", " age at-least 6", " age at-most 12", " any", "  stage is visited,quoted", "  visits at-least 1", " last-touch long-ago 30", " none", "  stage is signed", "  contracts at-least 1")
	wide := where("all", " channel is "+s.Web.String(), " any", "  all", "   hours-left at-most 10", "   contract-value at-least 5000", "  all", "   visits at-most 1", "   touches at-least 2", "   none", "    entered within 30", "    last-visit within 60", " district is 海淀,朝阳", " state is prospect,student", " consent is sms")
	for _, c := range []struct {
		name string
		ctx  context.Context
		wide bool
	}{{"usual", s.Marketing(), false}, {"usual/center", s.Principal(s.HD), false}, {"wide", s.Marketing(), true}, {"wide/center", s.Principal(s.HD), true}} {
		b.Run(c.name, func(b *testing.B) {
			rows := usual
			if c.wide {
				rows = wide
			}
			for b.Loop() {
				s.Read(b, c.ctx, func(ctx context.Context, tx *op.Tx) error {
					_, err := marketing.CountConditions(ctx, tx, rows)
					return err
				})
			}
		})
	}
}
