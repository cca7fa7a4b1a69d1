package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
)

// answers are what the server says, after all writes, of what is counted again afterwards.
type answers struct {
	work    int64             // rows of the busy consultant's list
	cohorts map[string]cohort // by channel
	steps   map[string]int64  // leads and contracts of the same span, by the date of the step
}

// cohort is what became of those who came by a channel.
type cohort struct{ Leads, Appointments, Visits, Contracts int64 }

// questions asks the server.
func (z *zhike) questions() (a answers, err error) {
	ask := func(scenario string, out any) error {
		header, err := z.login(scenario)
		if err != nil {
			return err
		}
		c, err := dial(z.srv.addr, header)
		if err != nil {
			return err
		}
		defer c.close()
		_, body, err := c.do(z.ask(nil, scenario)[0], z.clock.Now())
		return errors.Join(err, json.Unmarshal(body, out))
	}
	var list struct{ Total int64 }
	if err := ask("work", &list); err != nil {
		return a, err
	}
	a.work = list.Total
	type row struct {
		Channel   string
		Leads     int64
		Appointed int64 `json:"appointments"`
		Visits    int64 `json:"visits_new"`
		Contracts int64 `json:"contracts_new"`
	}
	var report struct {
		Rows   []row
		Totals row
	}
	if err := ask("funnel", &report); err != nil {
		return a, err
	}
	a.cohorts = map[string]cohort{}
	for _, r := range report.Rows {
		a.cohorts[r.Channel] = cohort{r.Leads, r.Appointed, r.Visits, r.Contracts}
	}
	err = ask("steps", &report)
	a.steps = map[string]int64{"leads": report.Totals.Leads, "contracts": report.Totals.Contracts}
	return a, err
}

// recounted is an enquiry as it is counted again, one by one.
type recounted struct {
	ID         id.ID        `db:"id"`
	Consultant id.ID        `db:"consultant"`
	Channel    id.ID        `db:"channel"`
	Kind       string       `db:"kind"`
	Outcome    string       `db:"outcome"`
	Day        bizdate.Date `db:"entered_day"`
	FirstTouch time.Time    `db:"first_touch_at"`
	WalkIn     bool         `db:"walk_in"`
	NextDay    bizdate.Date `db:"next_day"`
}

// recount counts again, record by record, what the server answered. What returns to the pool within a day is not looked for: the busy
// consultant has had all of it for two days at most.
func (c *company) recount(ctx context.Context, tx *op.Tx, said answers) error {
	all := tx.Unscoped("all records of the invented company are counted")
	list, err := op.AllOf[recounted](ctx, all, "SELECT id, consultant, channel, kind, outcome, entered_day, first_touch_at, walk_in, next_day FROM enquiries")
	if err != nil {
		return fmt.Errorf("read enquiries: %w", err)
	}
	of := map[string]map[id.ID]bool{}
	for what, text := range map[string]string{
		"appointments": "SELECT enquiry FROM appointments WHERE state NOT IN ('cancelled', 'moved')",
		"visits":       "SELECT enquiry FROM visits WHERE withdrawn_at IS NULL",
		"contracts":    "SELECT enquiry FROM contracts WHERE signed_at IS NOT NULL AND enquiry IS NOT NULL",
		"today":        fmt.Sprintf("SELECT enquiry FROM appointments WHERE state = 'booked' AND day = %d", tx.Today(id.None)),
	} {
		keys, err := op.AllOf[id.ID](ctx, all, text)
		if err != nil {
			return fmt.Errorf("read %s: %w", what, err)
		}
		of[what] = map[id.ID]bool{}
		for _, key := range keys {
			of[what][key] = true
		}
	}
	work, leads, cohorts := int64(0), int64(0), map[string]cohort{}
	for _, e := range list {
		first := e.FirstTouch.IsZero() && !e.WalkIn
		if e.Consultant == c.Busy && e.Outcome == "open" && (first || e.NextDay <= tx.Today(id.None) || of["today"][e.ID]) {
			work++
		}
		if e.Kind != "new" && e.Kind != "return" || e.Day < c.since() || e.Day > c.Day {
			continue
		}
		leads++
		signed := of["contracts"][e.ID]
		came := signed || of["visits"][e.ID]
		k := cohorts[e.Channel.String()]
		k.add(came || of["appointments"][e.ID], came, signed)
		cohorts[e.Channel.String()] = k
	}
	if work != said.work || leads != said.steps["leads"] || !maps.Equal(cohorts, said.cohorts) {
		return fmt.Errorf("counted again: work %d, leads %d, cohorts %v; the server said %+v", work, leads, cohorts, said)
	}
	return nil
}

// add counts one: whoever came has come that far, with or without an appointment.
func (k *cohort) add(appointed, came, signed bool) {
	k.Leads++
	for _, step := range []struct {
		reached bool
		n       *int64
	}{{appointed, &k.Appointments}, {came, &k.Visits}, {signed, &k.Contracts}} {
		if step.reached {
			*step.n++
		}
	}
}
