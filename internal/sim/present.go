package sim

import (
	"context"
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/people"
	"zhike/internal/process"
	"zhike/internal/sales"
)

// Who looks into the company in the middle of its last day (Config.Cutoff) finds it at work: leads wait for their first contact,
// people are invited for this day and the next ones, somebody sits in the waiting room. What the usual life does not bring by
// itself, the day before does: an advertisement appears, and the consultants invite from their lists.

const (
	waiting    = 2 // leads a consultant that wait for their first contact in the morning, at least
	invited    = 3 // appointments a consultant on the last day and the two after it, at least
	waitingFor = 35 * time.Minute
)

// eve tells whether this is the day before the last one of a life that ends in the middle of a day.
func (a *agenda) eve() bool { return !a.l.Cutoff.IsZero() && a.day == a.l.Until-1 }

// waits tells whether an appointment is of those who sit in the waiting room when the life ends.
func (a *agenda) waits(ap sales.Appointment) bool {
	if a.l.Cutoff.IsZero() || a.day != a.l.Until || a.l.Cutoff.Before(a.open.Add(waitingFor)) || a.l.Cutoff.After(a.closing()) {
		return false
	}
	return !ap.Starts.After(a.l.Cutoff) && ap.Starts.After(a.l.Cutoff.Add(-waitingFor))
}

// present plans what the eve brings for the last day.
func (a *agenda) present(ctx context.Context, tx *op.Tx) error {
	open, err := sales.Enquiries(ctx, tx, sales.EnquiryFilter{Center: a.place.center, Outcome: "open", Sort: "entered", Limit: 200})
	if err != nil {
		return err
	}
	booked, err := sales.Appointments(ctx, tx, sales.AppointmentFilter{Center: a.place.center, From: a.day, Open: true, Limit: 200})
	if err != nil {
		return err
	}
	busy, due := map[id.ID]bool{}, map[id.ID]int{}
	for _, ap := range booked.Items {
		busy[ap.Enquiry] = true
		if ap.Day > a.day && ap.Day <= a.l.Until+2 {
			due[ap.Consultant]++
		}
	}
	left := waiting * len(a.place.consultants)
	lists := map[id.ID][]sales.Enquiry{}
	for _, e := range open.Items {
		switch {
		case e.FirstTouch.IsZero() && !e.WalkIn:
			left--
		case !busy[e.ID] && e.NextDay > a.day && !lies(e) && e.Pooled.IsZero(): // those due today are called anyway
			lists[e.Consultant] = append(lists[e.Consultant], e)
		}
	}
	a.advertise(left)
	n := 0
	for _, c := range a.place.consultants {
		for _, e := range lists[c][:min(len(lists[c]), max(0, invited-due[c]))] {
			starts := a.inviteFor(n)
			n++
			a.at(a.minute(60+a.r.IntN(500)), func(ctx context.Context) error { return a.invite(ctx, e, starts) })
		}
	}
	return nil
}

// advertise brings leads in the late afternoon, which nobody calls any more on that day.
func (a *agenda) advertise(n int) {
	for i := range n {
		channel := []string{"web", "phone", "web"}[i%3]
		a.at(a.minute(400+a.r.IntN(240)), func(ctx context.Context) error {
			e, err := a.enter(ctx, channel)
			if err != nil {
				return err
			}
			return a.l.run.Read(ctx, func(ctx context.Context, tx *op.Tx) error {
				full, err := sales.EnquiryByID(ctx, tx, e.ID)
				if err == nil {
					a.watch(full, time.Time{})
				}
				return err
			})
		})
	}
}

// inviteFor gives the time of the n-th invitation: two about now, one in an hour, the others on the last day and the days after it.
func (a *agenda) inviteFor(n int) time.Time {
	now := a.l.Cutoff.Truncate(30 * time.Minute)
	first, last := a.l.Until.In(a.l.dir.Zone(a.place.center)).Add(10*time.Hour), a.l.Until.In(a.l.dir.Zone(a.place.center)).Add(19*time.Hour)
	if at := now.Add(time.Duration(max(0, n-1)) * time.Hour); n < 3 && !at.Before(first) && !at.After(last) {
		return at
	}
	return a.someTime(a.l.Until + bizdate.Date(max(0, n%4-1)))
}

// invite calls somebody of the consultant's list, who comes.
func (a *agenda) invite(ctx context.Context, e sales.Enquiry, starts time.Time) error {
	ctx = a.l.as(ctx, e.Consultant)
	_, err := people.RecordTouch.Run(ctx, a.l.run, people.TouchInput{
		EnquiryID: e.ID, Channel: "call", Direction: "out", Result: "come", Note: of(a.r, notes), NextStep: "invite", NextDay: bizdate.Of(starts, a.l.dir.Zone(a.place.center)),
	})
	if err != nil {
		return err
	}
	_, err = sales.Book.Run(ctx, a.l.run, sales.BookInput{EnquiryID: e.ID, Starts: starts})
	return err
}

// messages plans that staff read what they were told up to the evening before: each on every other day.
func (a *agenda) messages() {
	for i, staff := range a.place.told {
		if (int(a.day)+i)%2 == 0 {
			a.at(a.minute(1+a.r.IntN(40)), func(ctx context.Context) error { return a.read(a.l.as(ctx, staff)) })
		}
	}
}

func (a *agenda) read(ctx context.Context) error {
	var until id.ID
	err := a.l.run.Read(ctx, func(ctx context.Context, tx *op.Tx) error {
		list, _, err := process.Notices(ctx, tx, id.None, 40)
		if err != nil {
			return err
		}
		for _, n := range list {
			if n.Created.Before(a.open) {
				if n.Read.IsZero() {
					until = n.ID
				}
				break
			}
		}
		return nil
	})
	if err != nil || until.IsNone() {
		return err
	}
	_, err = process.ReadNotices.Run(ctx, a.l.run, process.ReadNoticesInput{Until: until})
	return err
}
