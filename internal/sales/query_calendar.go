package sales

import (
	"context"
	"fmt"
	"slices"
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
)

// Entry is an appointment in the calendar (SAL-15), or the day of an enquiry's next step where Appointment is none.
type Entry struct {
	Appointment id.ID            `db:"appointment"`
	Enquiry     id.ID            `db:"enquiry"`
	Person      id.ID            `db:"person"`
	Center      id.ID            `db:"center"`
	Consultant  id.ID            `db:"consultant"`
	Day         bizdate.Date     `db:"day"`
	Starts      time.Time        `db:"starts_at"`
	State       AppointmentState `db:"state"`
	NextStep    string           `db:"next_step"`
}

// Open tells whether somebody is still expected.
func (e Entry) Open() bool { return e.State == Booked || e.State == Confirmed }

// DayCount is how much a day of a consultant's calendar holds.
type DayCount struct {
	Consultant   id.ID        `db:"consultant"`
	Day          bizdate.Date `db:"day"`
	Appointments int64        `db:"appointments"`
	Steps        int64        `db:"steps"`
}

// CalendarFilter chooses the calendar of the enquiries that Of chooses.
type CalendarFilter struct {
	Of           EnquiryFilter
	First, Last  bizdate.Date
	ByConsultant bool
	Rows, Page   int // consultants of a page, and which one from 1; a page beyond the last is the last
	Most         int // entries of each kind that are listed a day: of each consultant, or of all
}

// Calendar is what happens when: the entries that are listed, and the number of all.
type Calendar struct {
	Counts      []DayCount
	Consultants []id.ID // all that have something, by how much; none stands for the enquiries without one
	Listed      []id.ID // those of the page
	Page        int
	Entries     []Entry // appointments by time, then next steps
}

const (
	appointmentsOf = " FROM appointments a JOIN enquiries e ON e.id = a.enquiry WHERE {scope:appointment a} AND a.state NOT IN ('moved', 'cancelled') AND a.day >= ? AND a.day <= ? AND "
	// the visit itself stands in the calendar as the appointment
	stepsOf = " FROM enquiries e WHERE e.stage IN (?) AND e.next_step NOT IN ('', 'visit') AND e.next_day >= ? AND e.next_day <= ? AND "
)

// CalendarOf gives the calendar of some days in scope: three queries, however much there is. Appointments that were moved or cancelled are
// left out, and so are next steps of what has ended.
func CalendarOf(ctx context.Context, tx *op.Tx, f CalendarFilter) (out Calendar, err error) {
	where, args := f.Of.where()
	first, last, open := int64(f.First), int64(f.Last), stagesOf("open")
	booked := append([]any{first, last}, args...)
	planned := append([]any{open, first, last}, args...)
	out.Counts, err = op.All[DayCount](ctx, tx, "SELECT consultant, day, SUM(appointments) AS appointments, SUM(steps) AS steps FROM ("+
		"SELECT e.consultant, a.day, 1 AS appointments, 0 AS steps"+appointmentsOf+where+
		" UNION ALL SELECT e.consultant, e.next_day AS day, 0 AS appointments, 1 AS steps"+stepsOf+where+") x GROUP BY consultant, day", slices.Concat(booked, planned)...)
	if err != nil {
		return out, fmt.Errorf("count calendar: %w", err)
	}
	out.Consultants = busiest(out.Counts)
	part, chosen := "", ""
	var who []any
	if f.ByConsultant {
		if len(out.Consultants) == 0 {
			return out, nil
		}
		out.Page = min(max(f.Page, 1), (len(out.Consultants)+f.Rows-1)/f.Rows)
		out.Listed = out.Consultants[(out.Page-1)*f.Rows:]
		out.Listed = out.Listed[:min(f.Rows, len(out.Listed))]
		part, chosen, who = "e.consultant, ", " AND (e.consultant IN (?) OR e.consultant IS NULL AND ?)", []any{out.Listed, slices.Contains(out.Listed, id.None)}
	}
	text := "SELECT * FROM (SELECT a.id AS appointment, e.id AS enquiry, e.person, a.center, e.consultant, a.day, a.starts_at, a.state, '' AS next_step," +
		" ROW_NUMBER() OVER (PARTITION BY " + part + "a.day ORDER BY a.starts_at, a.id) AS no" + appointmentsOf + where + chosen + ") x WHERE no <= ? ORDER BY starts_at, appointment"
	if out.Entries, err = entries(ctx, tx, text, slices.Concat(booked, who, []any{f.Most})); err != nil {
		return out, err
	}
	text = "SELECT * FROM (SELECT NULL AS appointment, e.id AS enquiry, e.person, e.center, e.consultant, e.next_day AS day, NULL AS starts_at, '' AS state, e.next_step," +
		" ROW_NUMBER() OVER (PARTITION BY " + part + "e.next_day ORDER BY e.next_step, e.id) AS no" + stepsOf + where + chosen + ") x WHERE no <= ? ORDER BY day, next_step, enquiry"
	steps, err := entries(ctx, tx, text, slices.Concat(planned, who, []any{f.Most}))
	out.Entries = append(out.Entries, steps...)
	return out, err
}

// listedEntry is an entry with its place in its day.
type listedEntry struct {
	Entry
	No int64 `db:"no"`
}

func entries(ctx context.Context, tx *op.Tx, text string, args []any) ([]Entry, error) {
	list, err := op.All[listedEntry](ctx, tx, text, args...)
	if err != nil {
		return nil, fmt.Errorf("list calendar: %w", err)
	}
	out := make([]Entry, len(list))
	for i, e := range list {
		out[i] = e.Entry
	}
	return out, nil
}

// busiest lists the consultants of counts, who has most first.
func busiest(counts []DayCount) []id.ID {
	sums := map[id.ID]int64{}
	for _, c := range counts {
		sums[c.Consultant] += c.Appointments + c.Steps
	}
	list := make([]id.ID, 0, len(sums))
	for key := range sums {
		list = append(list, key)
	}
	slices.SortFunc(list, func(a, b id.ID) int {
		if sums[a] != sums[b] {
			return int(sums[b] - sums[a])
		}
		return slices.Compare(a[:], b[:])
	})
	return list
}
