package sales_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

// scatter puts the enquiries of a consultant into situations at random, and gives some of them a score.
func scatter(t *testing.T, s *testkit.School, r *rand.Rand, keys []id.ID) {
	t.Helper()
	now, today := s.Clock.Now(), int64(bizdate.Of(s.Clock.Now(), time.UTC))
	ago := func(days int) int64 { return now.Add(-time.Duration(r.IntN(days*24)) * time.Hour).UnixMicro() }
	for i, key := range keys {
		s.Exec(t, "UPDATE enquiries SET next_day = ?, grade = ?, moved_at = ?, owned_at = ?, entered_at = ?, contact_due_at = ?, walk_in = FALSE WHERE id = ?",
			[]int64{0, today - 3, today, today + 4}[r.IntN(4)], []string{"", "A", "B", "C"}[r.IntN(4)], ago(40), ago(40), now.Add(-time.Hour).UnixMicro(),
			now.Add(time.Duration(r.IntN(90)-45)*time.Minute).UnixMicro(), key)
		if r.IntN(3) > 0 {
			at := ago(40)
			s.Exec(t, "UPDATE enquiries SET first_touch_at = ?, last_touch_at = ?, entered_at = ?, stage = 'contacted' WHERE id = ?", at, at, at, key)
		}
		if i%3 > 0 {
			s.Exec(t, "INSERT INTO enquiry_scores (enquiry, model, probability, reasons, at) VALUES (?, ?, ?, '[]', ?)", key, key, r.IntN(9_000), now.UnixMicro())
		}
	}
}

// presses is the urgency of an enquiry and why, by the rule, told from the record alone.
func presses(s *testkit.School, e sales.Enquiry, visit bool) (why string, urgency int64) {
	now := s.Clock.Now()
	today := bizdate.Of(now, time.UTC)
	back := map[string]int{"": 29, "A": 14, "B": 29, "C": 59}[e.Grade] // a day before the days of the settings
	idle := now.Add(-time.Duration(back) * 24 * time.Hour)
	switch {
	case e.FirstTouch.IsZero() && e.ContactDue.Before(now):
		return "first-overdue", 800
	case e.FirstTouch.IsZero():
		return "first", 800 - 400*e.ContactDue.Sub(now).Microseconds()/e.ContactDue.Sub(e.Entered).Microseconds()
	case visit:
		return "visit", 300
	case e.Moved.Before(idle) && e.LastTouch.Before(idle) && e.Owned.Before(idle):
		return "back", 200
	case e.NextDay == 0:
		return "no-step", 100
	case e.NextDay < today:
		return "overdue", 200
	case e.NextDay == today:
		return "due", 150
	}
	return "", 0
}

// TestSAL3_OrderOfExpectedValue: whatever is known of forty enquiries, the list holds those that want work today in the order of odds × amount
// × urgency, with their sum; pages of it make it up.
func TestSAL3_OrderOfExpectedValue(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		s.Contract(t, s.HD)
		must(0, sales.DueWorth(s.System(), s.Ops))(t)
		var keys []id.ID
		var comes sales.Entered
		must(0, s.Ops.Batch(s.FrontDesk(s.HD), func(ctx context.Context) error {
			for n := range 40 {
				e, err := sales.Enter.Run(ctx, s.Ops, enterInput(s, n))
				if err != nil {
					return err
				}
				keys, comes = append(keys, e.ID), e
			}
			return nil
		}))(t)
		owner := s.StaffID(s.Consultant(s.HD))
		s.Exec(t, "UPDATE enquiries SET consultant = ? WHERE outcome = 'open'", owner)
		scatter(t, s, rand.New(rand.NewPCG(8, 9)), keys)
		visit := comes.ID
		s.Touch(t, s.HD, comes)
		must(sales.Book.Run(s.Consultant(s.HD), s.Ops, sales.BookInput{EnquiryID: visit, Starts: s.Clock.Now().Add(3 * time.Hour)}))(t)

		list := workOf(t, s, owner, 200, 0)
		seen := map[string]int{}
		sum := money.Fen(0)
		for i, row := range list.Items {
			why, urgency := presses(s, row.Enquiry, row.ID == visit)
			if row.Why != why || row.Urgency != urgency {
				t.Errorf("row %d: %s × %d, want %s × %d (%+v)", i, row.Why, row.Urgency, why, urgency, row.Enquiry)
			}
			if want := money.Fen(row.Odds * int64(row.Amount) / 10_000); row.Expected != want || row.Amount == 0 {
				t.Errorf("row %d: expected %d of %d × %d, want %d", i, row.Expected, row.Odds, row.Amount, want)
			}
			if i > 0 {
				if before := list.Items[i-1]; int64(before.Expected)*before.Urgency < int64(row.Expected)*row.Urgency {
					t.Errorf("row %d (%d × %d) stands after %d × %d", i, row.Expected, row.Urgency, before.Expected, before.Urgency)
				}
			}
			seen[why]++
			sum += row.Expected
		}
		wanted := 0
		for _, key := range keys {
			if why, _ := presses(s, enquiry(t, s, key), key == visit); why != "" {
				wanted++
			}
		}
		if len(list.Items) != wanted || list.Total != int64(wanted) || list.Expected != sum || len(seen) != 7 {
			t.Errorf("%d rows, counted %d, want %d; expected %d, want %d; kinds %v", len(list.Items), list.Total, wanted, list.Expected, sum, seen)
		}
		var paged []id.ID
		for offset := 0; offset < wanted; offset += 7 {
			for _, row := range workOf(t, s, owner, 7, offset).Items {
				paged = append(paged, row.ID)
			}
		}
		if whole := idsOf(list.Items); !slices.Equal(paged, whole) {
			t.Errorf("pages give %v, want %v", paged, whole)
		}
	})
}

// TestPRF6_StatementsOfTheWorkList: a page of the work list sends one statement, and one for the quotes of its rows, however long the list; a page
// beyond the end says how much there is.
func TestPRF6_StatementsOfTheWorkList(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		owner := s.StaffID(s.Consultant(s.HD))
		for _, n := range []int{2, 30} {
			for range n {
				e := s.Enquiry(t, s.HD)
				s.Exec(t, "UPDATE enquiries SET consultant = ? WHERE id = ?", owner, e.ID)
			}
			s.Read(t, s.Principal(s.HD), func(ctx context.Context, tx *op.Tx) error {
				before := tx.Queries
				list, err := sales.WorkList(ctx, tx, owner, 10, 0)
				if asked := tx.Queries - before; asked > 2 || len(list.Items) == 0 {
					t.Errorf("%d rows of %d: %d statements", len(list.Items), list.Total, asked)
				}
				if err != nil {
					return err
				}
				beyond, err := sales.WorkList(ctx, tx, owner, 10, 1000)
				if len(beyond.Items) != 0 || beyond.Total != list.Total || beyond.Expected != list.Expected || beyond.Next != "" {
					t.Errorf("beyond the end: %+v, want the total %d", beyond, list.Total)
				}
				return err
			})
		}
	})
}

func idsOf(rows []sales.WorkRow) (out []id.ID) {
	for _, row := range rows {
		out = append(out, row.ID)
	}
	return out
}

func workOf(t *testing.T, s *testkit.School, staff id.ID, limit, offset int) sales.WorkPage {
	t.Helper()
	return ask(t, s, s.Principal(s.HD), func(ctx context.Context, tx *op.Tx) (sales.WorkPage, error) {
		return sales.WorkList(ctx, tx, staff, limit, offset)
	})
}

// TestSAL3_WorthFromHistory: without a score the odds are those of enquiries that came as far, without a quote the amount is what a contract of
// the course brings; both are made anew each day, and each says where it comes from.
func TestSAL3_WorthFromHistory(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		e := s.Enquiry(t, s.HD)
		worth := func(key id.ID) string {
			type answer struct {
				w     sales.Worth
				found bool
			}
			a := ask(t, s, s.Principal(s.HD), func(ctx context.Context, tx *op.Tx) (answer, error) {
				w, found, err := sales.WorthOf(ctx, tx, key)
				return answer{w, found}, err
			})
			if !a.found {
				return "none"
			}
			return fmt.Sprint(a.w.Odds, " ", a.w.OddsBy, " × ", int64(a.w.Amount), " ", a.w.AmountBy, " = ", int64(a.w.Expected))
		}
		due := func() { t.Helper(); must(0, sales.DueWorth(s.System(), s.Ops))(t) }
		due()
		price := s.Count(t, "SELECT CAST(SUM(price) / COUNT(*) AS BIGINT) FROM packages WHERE active = TRUE AND course = ?", s.Course)
		if got, want := worth(e.ID), fmt.Sprint("0 none × ", price, " course = 0"); got != want {
			t.Errorf("without any history: %s, want %s", got, want)
		}
		past(t, s, 40, nil)
		signed := s.Count(t, "SELECT COUNT(*) FROM enquiries WHERE outcome = 'signed'")
		due()
		if got := worth(e.ID); !strings.HasPrefix(got, "0 none") {
			t.Errorf("made anew within the day: %s", got)
		}
		later(s, 24*time.Hour)
		contract := s.Contract(t, s.HD)
		paid := s.Count(t, "SELECT payable FROM contracts WHERE id = ?", contract.ID)
		due()
		all, won := int64(41), signed+1 // decided ones: all came as far as new
		odds := (won*all + 10*won) * 10_000 / ((all + 10) * all)
		if got, want := worth(e.ID), fmt.Sprint(odds, " stage × ", paid, " course = ", odds*paid/10_000); got != want {
			t.Errorf("with history: %s, want %s", got, want)
		}
		s.Exec(t, "INSERT INTO enquiry_scores (enquiry, model, probability, reasons, at) VALUES (?, ?, 4321, '[]', 0)", e.ID, e.ID)
		s.Exec(t, "UPDATE enquiries SET course = NULL WHERE id = ?", e.ID)
		if got, want := worth(e.ID), fmt.Sprint("4321 score × ", paid, " company = ", 4321*paid/10_000); got != want {
			t.Errorf("with a score: %s, want %s", got, want)
		}
		s.Exec(t, "UPDATE enquiries SET outcome = 'lost', stage = 'lost' WHERE id = ?", e.ID)
		if got := worth(e.ID); got != "none" {
			t.Errorf("lost: %s", got)
		}
	})
}
