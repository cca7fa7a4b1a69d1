package bench

import (
	"container/heap"
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"zhike/internal/contracts"
	"zhike/internal/finance"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/clock"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/kernel/problem"
	"zhike/internal/organization"
	"zhike/internal/people"
	"zhike/internal/sales"
)

// atOnce is the number of operations of one commit.
const atOnce = 500

// life lives the years of the company in the order of time, as they would have come: the rows of one person lie apart.
type life struct {
	*Program
	company  *company
	scale    Scale
	clock    *clock.Clock
	words    words
	say      func(format string, args ...any)
	places   []place
	packages []id.ID
	stories  []story
	viewers  map[id.ID]*policy.Viewer
	agenda   agenda
	r        *rand.Rand
	end      time.Time
	planned  int
}

// place is who works at a center.
type place struct {
	consultants []id.ID
	desk        id.ID
}

// story is what is to become of an enquiry.
type story struct {
	matter
	aim        sales.Stage
	again      int // number of the story that the person is known from, plus one
	touches    int // still to come
	consultant id.ID
	ref        id.ID // the appointment, visit, quote or contract of the present step
	drafted    contracts.DraftAnswer
}

// step is something that happens in a story.
type step func(ctx context.Context, l *life, no int, s *story) error

type event struct {
	at     time.Time
	no, of int
	do     step
}

// agenda is what is to come, the earliest first.
type agenda []event

// Len implements heap.Interface.
func (q agenda) Len() int { return len(q) }

// Less implements heap.Interface.
func (q agenda) Less(i, j int) bool {
	return q[i].at.Before(q[j].at) || q[i].at.Equal(q[j].at) && q[i].no < q[j].no
}

// Swap implements heap.Interface.
func (q agenda) Swap(i, j int) { q[i], q[j] = q[j], q[i] }

// Push implements heap.Interface.
func (q *agenda) Push(t any) { *q = append(*q, t.(event)) }

// Pop implements heap.Interface.
func (q *agenda) Pop() any {
	old := *q
	t := old[len(old)-1]
	*q = old[:len(old)-1]
	return t
}

// live lives until an instant.
func (l *life) live(ctx context.Context, until time.Time) error {
	l.r, l.end, l.viewers = rand.New(rand.NewPCG(l.company.Seed, 1)), until, map[id.ID]*policy.Viewer{}
	l.cast()
	done, said := 0, 0
	for l.agenda.Len() > 0 {
		err := l.Run.Batch(ctx, func(ctx context.Context) error {
			for range min(atOnce, l.agenda.Len()) {
				e := heap.Pop(&l.agenda).(event)
				l.clock.Set(e.at)
				if err := e.do(ctx, l, e.of, &l.stories[e.of]); err != nil {
					return fmt.Errorf("%s: %w", e.at.Format(time.RFC3339), err)
				}
				done++
			}
			return nil
		})
		if err != nil {
			return err
		}
		if done-said >= 25_000 {
			said = done
			l.say("lived %d operations, %s", done, l.clock.Now().Format(time.DateOnly))
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	for _, s := range l.stories {
		l.company.Matters = append(l.company.Matters, s.matter)
	}
	l.company.Day = bizdate.Of(until, time.UTC)
	return nil
}

// cast decides who enters when and what becomes of each: the shares of the stages are those of the floor's data. A fifth of the
// people come back with a second matter.
func (l *life) cast() {
	stages := []sales.Stage{sales.New, sales.Contacted, sales.Invited, sales.Visited, sales.Quoted, sales.Signed, sales.Lost, sales.Pooled}
	begin, n := l.clock.Now(), l.scale.People
	at := func(share float64) time.Time { return begin.Add(time.Duration(share * float64(l.end.Sub(begin)))) }
	var touched []int
	for i := range n + n/5 {
		s := story{matter: matter{Person: i, Center: l.r.IntN(l.scale.Centers)}, aim: stages[weighted(l.r, 5, 15, 15, 10, 5, 20, 25, 5)]}
		comes := at(float64(min(i, n)) / float64(n))
		if i >= n {
			first := (i-n)*5 + l.r.IntN(5)
			s.Person, s.Center, s.again = first, max(l.stories[first].Center, 0), first+1
			entered := float64(first) / float64(n)
			comes = at(entered + l.r.Float64()*(1-entered))
		}
		switch s.aim {
		case sales.New:
			comes = l.end.Add(-time.Duration(l.r.IntN(48)) * time.Hour) // a first contact that is not late for years
		case sales.Pooled:
			s.Center = -1
		default:
			touched = append(touched, i)
		}
		l.stories = append(l.stories, s)
		l.plan(i, comes, enter)
	}
	left := l.scale.Activities
	for _, i := range touched {
		l.stories[i].touches = 1
		left--
	}
	for ; left > 0; left-- {
		l.stories[of(l.r, touched)].touches++
	}
}

// plan puts a step on the agenda, in the hours of work; what would come after the end comes at the end.
func (l *life) plan(no int, at time.Time, do step) {
	local := at.In(l.Dir.Zone(id.None))
	if h := local.Hour(); h < 10 || h > 19 {
		local = bizdate.Of(local, local.Location()).In(local.Location()).Add(10*time.Hour + time.Duration(l.r.IntN(540))*time.Minute)
		if h > 19 {
			local = local.AddDate(0, 0, 1)
		}
	}
	if local.After(l.end) {
		local = l.end
	}
	l.planned++
	heap.Push(&l.agenda, event{local.UTC(), l.planned, no, do})
}

func (l *life) after(no int, d time.Duration, do step) { l.plan(no, l.clock.Now().Add(d), do) }

// as is the context of a staff member within the commit of ctx.
func (l *life) as(ctx context.Context, staff id.ID) context.Context {
	v, ok := l.viewers[staff]
	if !ok {
		v = l.Dir.Viewer(organization.Account{Staff: staff, Login: "bench", Active: true})
		l.viewers[staff] = v
	}
	return op.WithViewer(ctx, v)
}

func (l *life) center(s *story) id.ID {
	if s.Center < 0 {
		return id.None
	}
	return l.company.Centers[s.Center]
}

func enter(ctx context.Context, l *life, no int, s *story) error {
	in := sales.EnterInput{
		CenterID: l.center(s), ChannelID: of(l.r, l.company.Sources), CourseID: of(l.r, l.company.Courses),
		NextStep: "first-contact", NextDay: bizdate.Of(l.clock.Now(), l.Dir.Zone(id.None)),
	}
	if known := s.again - 1; known >= 0 && !l.stories[known].PersonID.IsNone() {
		in.PersonID, in.Kind = l.stories[known].PersonID, "return"
	} else {
		p := l.words.person(l.company.Seed, s.Person)
		in.Person = &people.RegisterInput{Name: p.name, Gender: p.gender, District: p.district, Phones: []people.ContactInput{{Value: p.phone}}}
		if p.email != "" {
			in.Person.Emails = []people.ContactInput{{Value: p.email}}
		}
		var err error
		if in.Person.Birth, err = bizdate.Parse(p.birth); err != nil {
			return err
		}
	}
	e, err := sales.Enter.Run(ctx, l.Run, in)
	if err != nil {
		return err
	}
	s.PersonID, s.Enquiry, s.consultant, s.Stage = e.PersonID, e.ID, e.Consultant, string(e.Stage)
	if s.aim == sales.Pooled {
		s.Stage = string(sales.Pooled)
	}
	if s.touches > 0 {
		l.after(no, time.Duration(5+l.r.IntN(90))*time.Minute, touch)
	}
	return nil
}

func touch(ctx context.Context, l *life, no int, s *story) error {
	s.touches--
	today := bizdate.Of(l.clock.Now(), l.Dir.Zone(id.None))
	in := people.TouchInput{EnquiryID: s.Enquiry, Channel: of(l.r, []string{"call", "call", "wechat", "sms"}), Direction: "out", Note: of(l.r, l.words["notes"])}
	in.Result, in.NextStep, in.NextDay = of(l.r, []string{"discuss", "no-answer", "come"}), "call-back", today+bizdate.Date(1+l.r.IntN(5))
	if s.touches == 0 && s.aim == sales.Lost {
		in.Result, in.NextStep, in.NextDay, in.Closed = "not-interested", "", 0, of(l.r, []string{"price", "time", "distance"})
	}
	if _, err := people.RecordTouch.Run(l.as(ctx, s.consultant), l.Run, in); err != nil {
		return err
	}
	s.Stage = string(sales.Contacted)
	switch {
	case s.touches > 0:
		l.after(no, time.Duration(4+l.r.IntN(80))*time.Hour, touch)
	case s.aim == sales.Lost:
		s.Stage = string(sales.Lost)
	case s.aim.Rank() >= sales.Invited.Rank():
		l.after(no, 2*time.Minute, invite)
	}
	return nil
}

// invite books an appointment on one of the next days that the center is open.
func invite(ctx context.Context, l *life, no int, s *story) error {
	zone := l.Dir.Zone(l.center(s))
	day := bizdate.Of(l.clock.Now(), zone) + bizdate.Date(1+l.r.IntN(5))
	for !l.Dir.Calendar(l.center(s)).OpenOn(day) {
		day++
	}
	starts := day.In(zone).Add(10*time.Hour + time.Duration(l.r.IntN(16))*30*time.Minute)
	a, err := sales.Book.Run(l.as(ctx, s.consultant), l.Run, sales.BookInput{EnquiryID: s.Enquiry, Starts: starts})
	if err != nil {
		return err
	}
	s.Stage, s.ref = string(sales.Invited), a.ID
	switch {
	case starts.After(l.end): // still to come
	case s.aim == sales.Invited:
		l.plan(no, starts.Add(90*time.Minute), miss)
	default:
		l.plan(no, starts, arrive)
	}
	return nil
}

// miss ends an appointment for which nobody came; who came that day for another matter misses none.
func miss(ctx context.Context, l *life, _ int, s *story) error {
	desk, in := l.as(ctx, l.places[s.Center].desk), sales.AppointmentInput{AppointmentID: s.ref}
	_, err := sales.Miss.Run(desk, l.Run, in)
	if p, ok := problem.As(err); ok && p.Code == "was-received" {
		_, err = sales.Cancel.Run(desk, l.Run, in)
	}
	return err
}

func arrive(ctx context.Context, l *life, no int, s *story) error {
	v, err := sales.CheckIn.Run(l.as(ctx, l.places[s.Center].desk), l.Run, sales.CheckInInput{AppointmentID: s.ref})
	if err != nil {
		return err
	}
	s.Stage, s.ref = string(sales.Visited), v.ID
	l.after(no, 45*time.Minute, talk)
	return nil
}

func talk(ctx context.Context, l *life, no int, s *story) error {
	in := sales.FinishVisitInput{VisitID: s.ref, Outcome: "think", Needs: map[string]string{"goal": of(l.r, l.words["notes"])}}
	if s.aim != sales.Visited {
		in.Outcome = "quote"
		l.after(no, 5*time.Minute, quote)
	}
	_, err := sales.FinishVisit.Run(l.as(ctx, s.consultant), l.Run, in)
	return err
}

func quote(ctx context.Context, l *life, no int, s *story) error {
	q, err := sales.MakeQuote.Run(l.as(ctx, s.consultant), l.Run, sales.MakeQuoteInput{EnquiryID: s.Enquiry, Packages: []id.ID{of(l.r, l.packages)}})
	if err != nil {
		return err
	}
	s.Stage, s.ref = string(sales.Quoted), q.ID
	if s.aim == sales.Signed {
		l.after(no, 10*time.Minute, sign)
	}
	return nil
}

func sign(ctx context.Context, l *life, no int, s *story) error {
	ctx = l.as(ctx, s.consultant)
	c, err := sales.DraftContract.Run(ctx, l.Run, sales.DraftContractInput{QuoteID: s.ref})
	if err != nil {
		return err
	}
	if _, err := contracts.Sign.Run(ctx, l.Run, contracts.SignInput{ContractID: c.ID}); err != nil {
		return err
	}
	s.Stage, s.drafted = string(sales.Signed), c
	l.after(no, 10*time.Minute, pay)
	return nil
}

func pay(ctx context.Context, l *life, _ int, s *story) error {
	_, err := finance.TakePayment.Run(l.as(ctx, l.places[s.Center].desk), l.Run, finance.TakePaymentInput{
		ContractID: s.drafted.ID, PersonID: s.PersonID, Amount: s.drafted.Payable, Method: of(l.r, []string{"wechat", "alipay", "card", "bank"}),
	})
	return err
}
