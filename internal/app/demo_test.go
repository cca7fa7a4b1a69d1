package app_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"zhike/internal/app"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/clock"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/organization"
	"zhike/internal/people"
	"zhike/internal/process"
	"zhike/internal/sales"
)

// demoMorning is a Tuesday, 10:10 in Shanghai.
var demoMorning = time.Date(2026, 5, 12, 2, 10, 0, 0, time.UTC)

// openDemo starts the demo company in a folder at an instant and opens it.
func openDemo(t *testing.T, dir string, now time.Time) *app.App {
	t.Helper()
	file, err := app.PrepareDemo(t.Context(), app.DemoConfig{Data: dir, Centers: 2, Months: 3, Now: now, Progress: func(int, int) {}})
	if err != nil {
		t.Fatal(err)
	}
	a, err := app.Open(t.Context(), app.Config{DSN: file, Clock: clock.Fixed(now, 1)})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Ready(op.WithViewer(t.Context(), policy.System())); err != nil {
		t.Fatal(err)
	}
	return a
}

func closeApp(t *testing.T, a *app.App) {
	t.Helper()
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
}

func readAs(t *testing.T, a *app.App, v *policy.Viewer, fn func(ctx context.Context, tx *op.Tx) error) {
	t.Helper()
	if err := a.Run.Read(op.WithViewer(t.Context(), v), fn); err != nil {
		t.Fatal(err)
	}
}

// viewerAt is the viewer of the first holder of a role at a center.
func viewerAt(t *testing.T, a *app.App, role string, center id.ID, no int) (v *policy.Viewer) {
	t.Helper()
	readAs(t, a, policy.System(), func(ctx context.Context, tx *op.Tx) error {
		r, err := organization.RecipientOf(ctx, tx, a.Dir.Holders(role, center)[no].ID)
		v = r.Viewer
		return err
	})
	if v == nil {
		t.Fatalf("the %s has no account", role)
	}
	return v
}

// A demo that is started on a weekday morning looks like a school at work.
func TestDemo_Busy(t *testing.T) {
	a := openDemo(t, t.TempDir(), demoMorning)
	defer closeApp(t, a)
	busy(t, a, demoMorning)
}

func busy(t *testing.T, a *app.App, now time.Time) {
	t.Helper()
	today := bizdate.Of(now, a.Dir.Zone(id.None))
	for _, c := range a.Dir.Centers(policy.System()) {
		for no := range a.Dir.Holders("consultant", c.ID) {
			v := viewerAt(t, a, "consultant", c.ID, no)
			readAs(t, a, v, func(ctx context.Context, tx *op.Tx) error {
				open, err := sales.Enquiries(ctx, tx, sales.EnquiryFilter{Consultant: v.Staff, Outcome: "open", Limit: 1})
				if err != nil {
					return err
				}
				if open.Total < 10 || open.Total > 45 {
					t.Errorf("%s has %d open enquiries", v.Login, open.Total)
				}
				work, err := sales.WorkList(ctx, tx, v.Staff, 1, 0)
				if err != nil {
					return err
				}
				if work.Total < 3 {
					t.Errorf("%s has %d rows of work", v.Login, work.Total)
				}
				unread, err := process.Unread(ctx, tx)
				if unread > 15 {
					t.Errorf("%s has %d unread messages", v.Login, unread)
				}
				return err
			})
		}
		readAs(t, a, policy.System(), func(ctx context.Context, tx *op.Tx) error {
			late, err := sales.Enquiries(ctx, tx, sales.EnquiryFilter{Center: c.ID, Outcome: "open", Breached: true, Limit: 1})
			if err != nil {
				return err
			}
			if late.Total == 0 {
				t.Errorf("%s: no first contact is late", c.Code)
			}
			for span, days := range map[string][2]bizdate.Date{"today": {today, today}, "the next days": {today + 1, today + 3}} {
				booked, err := sales.Appointments(ctx, tx, sales.AppointmentFilter{Center: c.ID, From: days[0], Until: days[1], Open: true, Limit: 1})
				if err != nil {
					return err
				}
				if booked.Total < 2 {
					t.Errorf("%s: %d appointments for %s", c.Code, booked.Total, span)
				}
			}
			visits, err := sales.ListVisits(ctx, tx, sales.VisitFilter{Centers: []id.ID{c.ID}, Limit: 200})
			if err != nil {
				return err
			}
			waiting := 0
			for _, v := range visits.Items {
				if v.Finished.IsZero() {
					waiting++
				}
			}
			if waiting == 0 || waiting > 4 {
				t.Errorf("%s: %d visitors are in the house", c.Code, waiting)
			}
			return nil
		})
	}
	readAs(t, a, policy.System(), func(ctx context.Context, tx *op.Tx) error {
		open, err := process.CountTasks(ctx, tx, process.TaskFilter{})
		if err != nil {
			return err
		}
		if open == 0 {
			t.Error("nobody has a task")
		}
		unpaid, err := op.OneOf[int64](ctx, tx.Unscoped("test"), "SELECT COUNT(*) FROM instalments WHERE paid < amount AND due <= ?", int64(today))
		if unpaid == 0 {
			t.Error("no instalment is unpaid")
		}
		return err
	})
}

// Started again on the same day it keeps what is there; on a later day it lives the days between, and is busy again.
func TestDemo_LivesOn(t *testing.T) {
	dir := t.TempDir()
	closeApp(t, openDemo(t, dir, demoMorning))
	before := eventsOn(t, dir, demoMorning)
	same := demoMorning.Add(3 * time.Hour)
	closeApp(t, openDemo(t, dir, same))
	if again := eventsOn(t, dir, same); again[0] != before[0] {
		t.Errorf("a second start on the day changed the log: %d facts, before %d", again[0], before[0])
	}
	next := demoMorning.Add(48*time.Hour + 20*time.Minute)
	closeApp(t, openDemo(t, dir, next))
	after := eventsOn(t, dir, next)
	for n, day := range []string{"today", "yesterday", "the day before"} {
		if after[n+1] < 10 {
			t.Errorf("%d facts of %s", after[n+1], day)
		}
	}
	a := openDemo(t, dir, next)
	defer closeApp(t, a)
	busy(t, a, next)
	if found, err := a.Check(op.WithViewer(t.Context(), policy.System())); err != nil || len(found) > 0 {
		t.Errorf("check: %v %v", err, found)
	}
}

// eventsOn counts the facts of the log, of the day of now, and of the two days before it.
func eventsOn(t *testing.T, dir string, now time.Time) (n [4]int64) {
	t.Helper()
	a, err := app.Open(t.Context(), app.Config{DSN: filepath.Join(dir, "zhike.db"), Clock: clock.Fixed(now, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer closeApp(t, a)
	today := bizdate.Of(now, time.FixedZone("", 8*3600))
	readAs(t, a, policy.System(), func(ctx context.Context, tx *op.Tx) error {
		for i := range n {
			text, args := "SELECT COUNT(*) FROM events", []any{}
			if i > 0 {
				text, args = text+" WHERE day = ?", []any{int64(today) - int64(i-1)}
			}
			if n[i], err = op.OneOf[int64](ctx, tx.Unscoped("test"), text, args...); err != nil {
				return err
			}
		}
		return nil
	})
	return n
}

// What the demo's staff did, the timeline says by name (PPL-6); nobody entered who came by a form (MKT-11).
func TestPPL6_DemoNamesStaff(t *testing.T) {
	a := openDemo(t, t.TempDir(), demoMorning)
	defer closeApp(t, a)
	hd, _ := a.Dir.CenterByCode("HD")
	readAs(t, a, viewerAt(t, a, "principal", hd.ID, 0), func(ctx context.Context, tx *op.Tx) error {
		signed, err := sales.Enquiries(ctx, tx, sales.EnquiryFilter{Center: hd.ID, Outcome: "signed", Limit: 5})
		if err != nil {
			return err
		}
		if len(signed.Items) == 0 {
			return errors.New("nobody signed")
		}
		for _, e := range signed.Items {
			line, err := people.Timeline(ctx, tx, e.Person, people.TimelineFilter{})
			if err != nil {
				return err
			}
			sent, err := op.OneOf[int64](ctx, tx.Unscoped("test"), "SELECT COUNT(*) FROM submissions WHERE enquiry = ?", e.ID)
			if err != nil {
				return err
			}
			byForm := []string{"sales.enquiry-entered", "people.person-registered", "people.guardian-linked", "marketing.submission-entered", "people.touch-recorded"}
			for _, i := range line.Items {
				if sent > 0 && slices.Contains(byForm, i.Name()) {
					continue
				}
				if i.Name() != "sales.sla-breached" && a.Dir.StaffName(i.Staff) == "" {
					t.Errorf("%s was done by nobody: %+v", i.Name(), i)
				}
			}
		}
		return nil
	})
}

// A folder with another database is no demo.
func TestDemo_OtherDatabase(t *testing.T) {
	dir := t.TempDir()
	a, err := app.Open(t.Context(), app.Config{DSN: filepath.Join(dir, "zhike.db"), Clock: clock.Fixed(demoMorning, 1)})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := a.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	closeApp(t, a)
	if _, err := app.PrepareDemo(t.Context(), app.DemoConfig{Data: dir, Centers: 2, Months: 3, Now: demoMorning, Progress: func(int, int) {}}); err == nil {
		t.Error("another database was taken for a demo")
	}
	if _, err := os.Stat(filepath.Join(dir, "zhike.db")); err != nil {
		t.Error("the other database is gone")
	}
}
