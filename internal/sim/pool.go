package sim

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/organization"
	"zhike/internal/people"
	"zhike/internal/process"
	"zhike/internal/sales"
)

// Some of the matters that would end are left lying instead: the consultant sends something, and never comes back to it. They return to the
// public pool, where others claim them and work them again (PPL-8). What is drawn for them is drawn from a chance of its own.
const (
	leftLying    = 0.25            // of the matters that a consultant would close
	lyingStep    = "send-material" // says so: nobody takes this step in the life
	poolClaims   = 3               // a consultant and day, as the school sets it
	poolFull     = 150             // entries at which every consultant looks into the pool each day
	poolSeen     = 50              // entries that one looks through
	poolWants    = 5               // the most that one would take
	betweenLooks = 4 * time.Minute
)

// lyingGrades are the grades of intention that the last contact showed.
var (
	lyingGrades = []string{"A", "A", "B", "B", "B", "C", "", "", ""}
	lyingNotes  = []string{"资料发过去了，等家长回复", "说过阵子再看", "要和家里人商量", "孩子最近忙，月底再说"}
)

// setPool sets how many enquiries a consultant claims a day.
func (l *Life) setPool(ctx context.Context) error {
	_, err := organization.SetSetting.Run(ctx, l.run, organization.SettingInput{Key: organization.PoolClaims, Value: strconv.Itoa(poolClaims)})
	return err
}

// returnIdle gives back to the pool what lay too long, and lays former students into it, in the morning of a day.
func (l *Life) returnIdle(ctx context.Context, day bizdate.Date) error {
	at := later(day.In(l.dir.Zone(id.None)).Add(9*time.Hour), l.lived)
	if !l.Cutoff.IsZero() && at.After(l.Cutoff) {
		return nil
	}
	l.Clock.Set(at)
	if err := sales.ReturnIdle(ctx, l.run); err != nil {
		return fmt.Errorf("return to the pool: %w", err)
	}
	if err := sales.ReturnFormer(ctx, l.run); err != nil {
		return fmt.Errorf("former students to the pool: %w", err)
	}
	if err := process.DueSeries(ctx, l.run); err != nil {
		return fmt.Errorf("make tasks that come again: %w", err)
	}
	return nil
}

// apart is the agenda of matters that came out of the pool: one day and one order of things, but chances of their own.
func (a *agenda) apart() *agenda {
	b := *a
	b.r, b.said, b.forms, b.gave, b.named, b.names = a.lain, a.lain, a.lain, a.lain, a.lain, &names{a.lain}
	return &b
}

// of is the agenda of an enquiry.
func (a *agenda) of(e sales.Enquiry) *agenda {
	if e.Pooled.IsZero() {
		return a
	}
	return a.apart()
}

// age is for how many days the consultant has had an enquiry.
func (a *agenda) age(e sales.Enquiry) int {
	since := e.EnteredDay
	if !e.Pooled.IsZero() && !e.Owned.IsZero() {
		since = bizdate.Of(e.Owned, a.l.dir.Zone(a.place.center))
	}
	return int(a.day - since)
}

// lies tells whether nobody does anything about an enquiry.
func lies(e sales.Enquiry) bool { return e.Consultant.IsNone() || e.NextStep == lyingStep }

// leave makes of a contact that would end a matter one after which it is left lying; sometimes.
func (a *agenda) leave(in *people.TouchInput) {
	if in.Closed == "" || a.lain.Float64() >= leftLying {
		return
	}
	in.Closed, in.Result, in.Note, in.Grade = "", "later", of(a.lain, lyingNotes), of(a.lain, lyingGrades)
	in.NextStep, in.NextDay = lyingStep, a.day+1+bizdate.Date(a.lain.IntN(5))
}

// pool plans that consultants look into the pool, the more the fuller it is. On a last day that ends in the middle they have not yet.
func (a *agenda) pool(ctx context.Context, tx *op.Tx) error {
	if !a.l.Cutoff.IsZero() && a.day == a.l.Until {
		return nil
	}
	list, err := sales.Pool(ctx, tx, sales.PoolFilter{Center: a.place.center, Limit: poolSeen})
	if err != nil || list.Total == 0 {
		return err
	}
	b := a.apart()
	for _, c := range a.place.consultants {
		if a.lain.Float64()*poolFull >= float64(list.Total) {
			continue
		}
		keys := shuffled(a.lain, list.Items)
		wants := 1 + a.lain.IntN(poolWants)
		a.at(a.minute(30+a.lain.IntN(560)), func(ctx context.Context) error { return b.claims(ctx, c, keys, wants) })
	}
	return nil
}

func shuffled(r *rand.Rand, list []sales.PoolEntry) []id.ID {
	keys := make([]id.ID, len(list))
	for i, at := range r.Perm(len(list)) {
		keys[i] = list[at].ID
	}
	return keys
}

// claims looks at entries of the pool and claims them, until as many are one's own as one wants, or may have. One is told of those that one
// had oneself until lately, and of those that another took meanwhile.
func (a *agenda) claims(ctx context.Context, consultant id.ID, keys []id.ID, wants int) error {
	as, start := a.l.as(ctx, consultant), a.l.Clock.Now()
	for i, key := range keys {
		if wants == 0 {
			return nil
		}
		a.l.Clock.Set(start.Add(time.Duration(i) * time.Second))
		in := sales.EnquiryInput{EnquiryID: key}
		_, err := sales.ViewPoolEntry.Run(as, a.l.run, in)
		if err == nil {
			_, err = sales.Claim.Run(as, a.l.run, in)
		}
		if p, refused := problem.As(err); refused {
			a.l.refused[p.Code]++
			if p.Code == "claim-limit" || p.Code == "view-limit" {
				return nil
			}
			continue
		}
		if err != nil {
			return err
		}
		wants--
		a.at(start.Add(time.Duration(poolWants-wants)*betweenLooks), func(ctx context.Context) error { return a.again(ctx, key) })
	}
	return nil
}

// again is the first call to who was claimed, unless somebody decided otherwise meanwhile.
func (a *agenda) again(ctx context.Context, enquiry id.ID) error {
	var e sales.Enquiry
	err := a.l.run.Read(ctx, func(ctx context.Context, tx *op.Tx) (err error) {
		e, err = sales.EnquiryByID(ctx, tx, enquiry)
		return err
	})
	if err != nil || lies(e) || !e.Stage.Open() {
		return err
	}
	return a.call(ctx, e.ID, e.Consultant, a.channel(e.Channel), 0)
}
