package sales

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"zhike/internal/facts"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/kernel/problem"
	"zhike/internal/marketing"
	"zhike/internal/organization"
	"zhike/internal/process"
)

// NoteBreach records that a first contact did not come in its time; the job DueWork runs it (SAL-2).
var NoteBreach = op.Op[NoteBreachInput, Answer]{
	Name: "sales.note-breach", Rule: "SAL-2", Needs: "enquiry:note-breach", Fact: facts.ContactBreached{}, Do: noteBreach,
	Subject: func(in NoteBreachInput) op.Ref { return op.Ref{Kind: "enquiry", ID: in.EnquiryID} },
}

// NoteBreachInput names the enquiry.
type NoteBreachInput struct {
	EnquiryID id.ID `json:"enquiry_id" path:"id"`
}

func noteBreach(ctx context.Context, tx *op.Tx, in NoteBreachInput) (Answer, error) {
	e, err := loadEnquiry(ctx, tx, in.EnquiryID)
	if err != nil {
		return Answer{}, err
	}
	due, err := dueNow(ctx, tx, e)
	if err != nil {
		return Answer{}, err
	}
	if e.Breached || !e.FirstTouch.IsZero() || due.IsZero() || due.After(tx.Now) {
		return Answer{}, problem.Refuse("SAL-2", "no-breach", problem.Field{Location: "enquiry_id", Value: e.ID})
	}
	e.Breached = true
	if err := tx.Save(ctx, &e, "breached"); err != nil {
		return Answer{}, err
	}
	if err := climb(ctx, tx, e); err != nil {
		return Answer{}, err
	}
	tx.Record(e.ID, facts.ContactBreached{Matter: e.matter(), Due: e.ContactDue})
	return Answer{ID: e.ID, Stage: e.Stage, Version: e.Version}, nil
}

const (
	dueAtOnce = 200
	hour      = time.Hour
)

// DueWork does what time alone brings: breached first contacts and the steps of their ladder (SAL-2), reminders of appointments, and no-shows of days that are
// over (SAL-4). A job runs it every minute; each step may run twice and does its work once.
func DueWork(ctx context.Context, r *op.Runner) error {
	ctx = op.WithViewer(ctx, policy.System())
	if err := dueBreaches(ctx, r); err != nil {
		return err
	}
	if err := dueSteps(ctx, r); err != nil {
		return err
	}
	if err := dueReminders(ctx, r); err != nil {
		return err
	}
	return dueMisses(ctx, r)
}

func dueIDs(ctx context.Context, r *op.Runner, text string, args func(tx *op.Tx) []any) (ids []id.ID, err error) {
	err = r.Read(ctx, func(ctx context.Context, tx *op.Tx) error {
		ids, err = op.AllOf[id.ID](ctx, tx.Unscoped("work of the system"), text, args(tx)...)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("look for what is due: %w", err)
	}
	return ids, nil
}

func dueBreaches(ctx context.Context, r *op.Runner) error {
	ids, err := dueIDs(ctx, r, `SELECT id FROM enquiries WHERE first_touch_at IS NULL AND breached = FALSE AND contact_due_at IS NOT NULL
		AND contact_due_at < ? AND outcome = 'open' ORDER BY contact_due_at LIMIT ?`, func(tx *op.Tx) []any { return []any{tx.Now, dueAtOnce} })
	if err != nil {
		return err
	}
	return eachLate(ctx, r, ids, func(ctx context.Context, key id.ID) error {
		_, err := NoteBreach.Run(ctx, r, NoteBreachInput{EnquiryID: key})
		if _, refused := problem.As(err); refused {
			return r.Write(ctx, func(ctx context.Context, tx *op.Tx) error { return postpone(ctx, tx, key) })
		}
		return err
	})
}

// eachLate does something about each enquiry, in the bulk run that brought it: of an imported list people hear once, not row by row.
func eachLate(ctx context.Context, r *op.Runner, ids []id.ID, do func(ctx context.Context, key id.ID) error) error {
	var runs map[id.ID]id.ID
	err := r.Read(ctx, func(ctx context.Context, tx *op.Tx) (err error) {
		runs, err = marketing.RunsOf(ctx, tx, ids)
		return err
	})
	if err != nil {
		return err
	}
	for _, key := range ids {
		if err := do(op.WithRun(ctx, runs[key]), key); err != nil {
			return err
		}
	}
	return nil
}

// dueNow is when the first contact of an enquiry is due by the calendar of now: a day that was closed since it was entered gives it more
// time, one that was opened takes none (ORG-1, SAL-2).
func dueNow(ctx context.Context, tx *op.Tx, e Enquiry) (time.Time, error) {
	c, err := channelOf(ctx, tx, e.Channel)
	if err != nil || e.ContactDue.IsZero() {
		return e.ContactDue, err
	}
	minutes, err := minutesFor(tx, e, c)
	if err != nil {
		return e.ContactDue, err
	}
	if at := dueOf(tx, e, minutes, e.ID.Time()); at.After(e.ContactDue) {
		return at, nil
	}
	return e.ContactDue, nil
}

// postpone notes the later deadline of an enquiry whose center was closed meanwhile.
func postpone(ctx context.Context, tx *op.Tx, key id.ID) error {
	e, err := loadEnquiry(ctx, tx, key)
	if err != nil {
		return err
	}
	at, err := dueNow(ctx, tx, e)
	if err != nil || !at.After(e.ContactDue) {
		return err
	}
	if _, err := tx.Exec(ctx, "UPDATE enquiries SET contact_due_at = ? WHERE id = ?", at, e.ID); err != nil {
		return fmt.Errorf("postpone first contact: %w", err)
	}
	return nil
}

// dueSteps does the next step of the ladder for each enquiry for which one is due; where the ladder was changed meanwhile and none is, it
// notes when the next one will be.
func dueSteps(ctx context.Context, r *op.Runner) error {
	ids, err := dueIDs(ctx, r, `SELECT id FROM enquiries WHERE first_touch_at IS NULL AND outcome = 'open' AND ladder_at IS NOT NULL
		AND ladder_at <= ? ORDER BY ladder_at LIMIT ?`, func(tx *op.Tx) []any { return []any{tx.Now, dueAtOnce} })
	if err != nil {
		return err
	}
	return eachLate(ctx, r, ids, func(ctx context.Context, key id.ID) error {
		_, err := Escalate.Run(ctx, r, EnquiryInput{EnquiryID: key})
		if _, refused := problem.As(err); refused {
			err = r.Write(ctx, func(ctx context.Context, tx *op.Tx) error {
				e, err := loadEnquiry(ctx, tx, key)
				if err != nil {
					return err
				}
				return climb(ctx, tx, e)
			})
		}
		return err
	})
}

// dueReminders tells inviters of appointments that come soon: within the center's setting appointment.reminder-minutes (SAL-4).
func dueReminders(ctx context.Context, r *op.Runner) error {
	return r.Write(ctx, func(ctx context.Context, tx *op.Tx) error {
		dir := organization.Of(tx)
		byMinutes := map[string][]id.ID{}
		for _, c := range dir.Centers(tx.Viewer) {
			minutes := dir.Setting(c.ID, "appointment.reminder-minutes", "120")
			byMinutes[minutes] = append(byMinutes[minutes], c.ID)
		}
		for text, centers := range byMinutes {
			minutes, err := strconv.Atoi(text)
			if err != nil {
				return fmt.Errorf("read setting appointment.reminder-minutes: %w", err)
			}
			if err := remind(ctx, tx, centers, tx.Now.Add(time.Duration(minutes)*time.Minute)); err != nil {
				return err
			}
		}
		return nil
	})
}

func remind(ctx context.Context, tx *op.Tx, centers []id.ID, until time.Time) error {
	var soon []Appointment
	err := tx.Unscoped("work of the system").Select(&soon).Where("state IN ('booked', 'confirmed') AND reminded = FALSE AND starts_at > ? AND starts_at <= ? AND center IN (?)",
		tx.Now, until, centers).Limit(dueAtOnce).Scan(ctx)
	if err != nil {
		return fmt.Errorf("look for reminders: %w", err)
	}
	for _, a := range soon {
		a.Reminded = true
		if err := tx.Save(ctx, &a, "reminded"); err != nil {
			return err
		}
		n := process.Notice{
			Staff: a.Inviter, Kind: "reminder", Person: a.Person, Link: "/enquiries/" + a.Enquiry.String(),
			Params: map[string]string{"time": a.Starts.In(tx.Zone(a.Center)).Format("15:04")},
		}
		if err := process.Notify(ctx, tx, n); err != nil {
			return err
		}
	}
	return nil
}

// dueMisses turns what was not closed by the end of its day into no-shows, except where the person was received that day.
func dueMisses(ctx context.Context, r *op.Runner) error {
	ids, err := dueIDs(ctx, r, "SELECT a.id FROM appointments a WHERE a.state IN ('booked', 'confirmed') AND a.starts_at < ? AND NOT "+received+" ORDER BY a.starts_at LIMIT ?",
		func(tx *op.Tx) []any { return []any{tx.Now.Add(-12 * hour), dueAtOnce} })
	if err != nil {
		return err
	}
	for _, key := range ids {
		if _, err := Miss.Run(ctx, r, AppointmentInput{AppointmentID: key}); err != nil {
			if _, ok := problem.As(err); !ok {
				return err
			}
		}
	}
	return nil
}
