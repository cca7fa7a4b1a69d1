package sim

import (
	"container/heap"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/db"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/kernel/problem"
	"zhike/internal/marketing"
	"zhike/internal/sales"
)

// agenda is what happens on a day at a center, in the order of time.
type agenda struct {
	l       *Life
	place   place
	day     bizdate.Date
	r       *rand.Rand
	luck    *rand.Rand                   // of campaigns: they change nothing else
	said    *rand.Rand                   // of guidance: likewise
	forms   *rand.Rand                   // of what is sent by form: likewise
	gave    *rand.Rand                   // of promotions: likewise
	lain    *rand.Rand                   // of the public pool: likewise
	named   *rand.Rand                   // of referrers: likewise
	chores  *rand.Rand                   // of tasks beside the customers: likewise
	homes   *rand.Rand                   // of families and their data: likewise
	running map[id.ID]marketing.Campaign // today, by channel
	names   *names
	open    time.Time // the center opens
	queue   *queue
}

// queue is what is planned, in the order of time, then of planning.
type queue struct {
	tasks tasks
	n     int
}

type task struct {
	at time.Time
	no int
	do func(ctx context.Context) error
}

type tasks []task

// Len, Less, Swap, Push and Pop implement heap.Interface.
func (q tasks) Len() int { return len(q) }

func (q tasks) Less(i, j int) bool {
	return q[i].at.Before(q[j].at) || q[i].at.Equal(q[j].at) && q[i].no < q[j].no
}
func (q tasks) Swap(i, j int) { q[i], q[j] = q[j], q[i] }

// Push implements heap.Interface.
func (q *tasks) Push(t any) { *q = append(*q, t.(task)) }

// Pop implements heap.Interface.
func (q *tasks) Pop() any {
	old := *q
	t := old[len(old)-1]
	*q = old[:len(old)-1]
	return t
}

// at plans something; what would come after closing time is done at closing time, what should have been done before the life was
// taken up again is done now.
func (a *agenda) at(t time.Time, do func(ctx context.Context) error) {
	if t.Before(a.l.lived) {
		t = a.l.lived.Add(time.Minute)
	}
	if last := a.closing(); t.After(last) {
		t = last
	}
	a.queue.n++
	heap.Push(&a.queue.tasks, task{t, a.queue.n, do})
}

// closing is the last minute of the opening hours.
func (a *agenda) closing() time.Time { return a.open.Add(12*time.Hour - time.Minute) }

// minute is an instant of the opening hours.
func (a *agenda) minute(n int) time.Time { return a.open.Add(time.Duration(n) * time.Minute) }

// day lives one day at all centers, in one commit; how often forms were opened follows it.
func (l *Life) day(ctx context.Context, day bizdate.Date) error {
	l.opened = map[marketing.CaptureView]int64{}
	err := l.run.Batch(ctx, func(ctx context.Context) error {
		if err := l.returnIdle(ctx, day); err != nil {
			return err
		}
		l.viewers = map[id.ID]*policy.Viewer{}
		for i, p := range l.world.centers {
			a := l.agenda(p, i, day)
			l.Clock.Set(later(a.open, l.lived))
			if err := a.plan(ctx); err != nil {
				return fmt.Errorf("center %s: %w", p.code, err)
			}
			if err := a.run(ctx); err != nil {
				return fmt.Errorf("center %s: %w", p.code, err)
			}
		}
		return sales.SettleRewards(ctx, l.run)
	})
	if err != nil {
		return err
	}
	return l.run.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return marketing.WriteCaptureViews(ctx, tx, l.opened) })
}

// agenda is the empty one of a center, with its chances.
func (l *Life) agenda(p place, i int, day bizdate.Date) *agenda {
	r := l.chance(day, i)
	return &agenda{
		l: l, place: p, day: day, r: r, names: &names{r}, queue: &queue{}, open: day.In(l.dir.Zone(p.center)).Add(9 * time.Hour),
		luck: l.chance(day, i|1<<14), said: l.chance(day, i|1<<13), forms: l.chance(day, i|1<<12), gave: l.chance(day, i|1<<11), lain: l.chance(day, i|1<<10),
		named:  l.chance(day, i|1<<9),
		chores: l.chance(day, i|1<<8),
		homes:  l.chance(day, i|1<<7),
	}
}

func (a *agenda) run(ctx context.Context) error {
	for a.queue.tasks.Len() > 0 {
		t := heap.Pop(&a.queue.tasks).(task)
		if !a.l.Cutoff.IsZero() && t.at.After(a.l.Cutoff) {
			return nil
		}
		a.l.Clock.Set(t.at)
		err := t.do(ctx)
		if _, refused := problem.As(err); refused && !a.l.lived.IsZero() {
			continue // people worked in the company meanwhile: what they decided may leave no room for it
		}
		if err != nil {
			return fmt.Errorf("at %s: %w", t.at.Format("15:04"), err)
		}
	}
	return nil
}

// plan looks at the records of the center and at what comes in.
func (a *agenda) plan(ctx context.Context) error {
	a.arrivals()
	return a.l.run.Read(ctx, func(ctx context.Context, tx *op.Tx) error {
		if err := a.campaigns(ctx, tx); err != nil {
			return err
		}
		if err := a.companies(ctx, tx); err != nil {
			return err
		}
		appointments, err := sales.Appointments(ctx, tx, sales.AppointmentFilter{Center: a.place.center, From: a.day, Until: a.day, Open: true, Limit: 200})
		if err != nil {
			return err
		}
		expected := map[id.ID]bool{}
		for _, ap := range appointments.Items {
			expected[ap.Enquiry] = true
		}
		if err := a.followUps(ctx, tx, expected); err != nil {
			return err
		}
		for _, ap := range appointments.Items {
			if err := a.expect(ctx, tx, ap); err != nil {
				return err
			}
		}
		if err := a.pool(ctx, tx); err != nil {
			return err
		}
		a.messages()
		if err := a.edges(ctx, tx); err != nil {
			return err
		}
		return a.instalments(ctx, tx)
	})
}

// edges plans what the team does beside the customers, and what a day has at the beginning and at the end of a stretch of life.
func (a *agenda) edges(ctx context.Context, tx *op.Tx) error {
	if err := a.team(ctx, tx); err != nil {
		return err
	}
	if a.l.lived.After(a.open) {
		if err := a.talks(ctx, tx); err != nil {
			return err
		}
		if err := a.waiting(ctx, tx); err != nil {
			return err
		}
	}
	if a.eve() {
		if err := a.present(ctx, tx); err != nil {
			return err
		}
	}
	if err := a.privacy(ctx, tx); err != nil {
		return err
	}
	return a.aims(ctx, tx)
}

// talks plans the end of the talks that were going on when the life was left.
func (a *agenda) talks(ctx context.Context, tx *op.Tx) error {
	list, err := sales.ListVisits(ctx, tx, sales.VisitFilter{Centers: []id.ID{a.place.center}, From: a.day, Until: a.day, Limit: 200})
	if err != nil {
		return err
	}
	for _, v := range list.Items {
		if !v.Finished.IsZero() {
			continue
		}
		e, err := sales.EnquiryByID(ctx, tx, v.Enquiry)
		if err != nil {
			return err
		}
		a.of(e).receive(sales.VisitAnswer{ID: v.ID, Enquiry: v.Enquiry, Person: v.Person, Consultant: v.Consultant}, a.channel(e.Channel))
	}
	return nil
}

// followUps plans what is due on the enquiries of those who are not expected today.
func (a *agenda) followUps(ctx context.Context, tx *op.Tx, expected map[id.ID]bool) error {
	const rows = 200
	for page := 0; ; page++ {
		due, err := sales.Enquiries(ctx, tx, sales.EnquiryFilter{Center: a.place.center, Outcome: "open", NextUntil: a.day, Sort: "next", Limit: rows, Offset: rows * page})
		if err != nil {
			return err
		}
		for _, e := range due.Items {
			if !expected[e.ID] && !lies(e) {
				a.of(e).followUp(e)
			}
		}
		if len(due.Items) < rows {
			return nil
		}
	}
}

// arrivals plans the leads of the day.
func (a *agenda) arrivals() {
	for i, c := range channelMix {
		for range poisson(a.r, a.l.leads(i, a.place.code, a.day)) {
			at := a.minute(a.r.IntN(690))
			if at.Before(a.l.lived) {
				continue
			}
			if c.code == "walk-in" {
				a.at(at, a.walkIn)
			} else {
				a.at(at, func(ctx context.Context) error { return a.lead(ctx, c.code) })
			}
		}
	}
}

// poisson draws a count (Knuth, The Art of Computer Programming, volume 2, 3.4.1).
func poisson(r *rand.Rand, mean float64) int {
	limit, p, n := math.Exp(-mean), 1.0, 0
	for {
		p *= r.Float64()
		if p <= limit {
			return n
		}
		n++
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func (a *agenda) hit(p float64) bool { return a.r.Float64() < p }
