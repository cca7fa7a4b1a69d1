package insight

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/marketing"
)

// cohort chooses the enquiries of kind new and return whose journeys are read: those entered in a span, those of persons in whom a campaign had a
// part, or both.
type cohort struct {
	from, until bizdate.Date // no span if until is zero
	centers     []id.ID
	campaigns   []id.ID
	everybody   bool // not only in the viewer's scope: only sums of it may be shown
}

// where is the condition on enquiries e: figures are counted in the scope of report:read, whoever may open the records.
func (c cohort) where(tx *op.Tx, alias string) (string, []any) {
	scope := c.seen(tx, alias)
	text, args := scope.Text+" AND "+alias+".kind IN ('new', 'return')", slices.Clone(scope.Args)
	if len(c.campaigns) > 0 { // by the person: a source record of another enquiry counts too (MKT-4)
		of := c.seen(tx, "o")
		text += " AND " + alias + ".person IN (SELECT o.person FROM leads l JOIN enquiries o ON o.id = l.enquiry WHERE " + of.Text + " AND l.campaign IN (?))"
		args = append(append(args, of.Args...), c.campaigns)
	}
	if c.until != 0 {
		text, args = text+" AND "+alias+".entered_day >= ? AND "+alias+".entered_day <= ?", append(args, int64(c.from), int64(c.until))
	}
	if len(c.centers) > 0 {
		text, args = text+" AND "+alias+".center IN (?)", append(args, c.centers)
	}
	return text, args
}

// seen is the scope of figures on enquiries.
func (c cohort) seen(tx *op.Tx, alias string) policy.Frag {
	if c.everybody {
		return policy.Frag{Text: "1=1"}
	}
	return policy.Cut(tx.Viewer.Scope("report:read"), alias, "center", "consultant")
}

// journeys reads what became of the enquiries of a cohort, and what brought them, in a fixed number of queries (INS-3).
func journeys(ctx context.Context, tx *op.Tx, c cohort) ([]journey, error) {
	list, persons, err := walked(ctx, tx, c)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return list, touched(ctx, tx, c, list, persons)
}

// walked is journeys without what brought them.
func walked(ctx context.Context, tx *op.Tx, c cohort) ([]journey, map[id.ID][]int, error) {
	where, args := c.where(tx, "e")
	list, place, persons, err := entered(ctx, tx, where, args)
	if err != nil || len(list) == 0 {
		return nil, nil, err
	}
	type when struct {
		Enquiry id.ID     `db:"enquiry"`
		At      time.Time `db:"at"`
	}
	for _, q := range []struct {
		step int
		text string
	}{
		{StepAppointment, "SELECT a.enquiry AS enquiry, MIN(a.starts_at) AS at FROM appointments a JOIN enquiries e ON e.id = a.enquiry WHERE a.state NOT IN ('cancelled', 'moved') AND #where GROUP BY a.enquiry"},
		{StepVisit, "SELECT v.enquiry AS enquiry, MIN(v.arrived_at) AS at FROM visits v JOIN enquiries e ON e.id = v.enquiry WHERE v.withdrawn_at IS NULL AND #where GROUP BY v.enquiry"},
	} {
		rows, err := op.AllOf[when](ctx, tx.Unscoped("figures are counted in the scope of report:read"), strings.Replace(q.text, "#where", where, 1), args...)
		if err != nil {
			return nil, nil, fmt.Errorf("read steps of prospects: %w", err)
		}
		for _, r := range rows {
			list[place[r.Enquiry]].at[q.step] = r.At
		}
	}
	return list, persons, signedBy(ctx, tx, where, args, list, place)
}

// entered reads the enquiries, with their places in the list, and which of them each person has.
func entered(ctx context.Context, tx *op.Tx, where string, args []any) (list []journey, place map[id.ID]int, persons map[id.ID][]int, err error) {
	type row struct {
		ID         id.ID        `db:"id"`
		Person     id.ID        `db:"person"`
		Center     id.ID        `db:"center"`
		Channel    id.ID        `db:"channel"`
		Campaign   id.ID        `db:"campaign"`
		Consultant id.ID        `db:"consultant"`
		Course     id.ID        `db:"course"`
		Entered    time.Time    `db:"entered_at"`
		Day        bizdate.Date `db:"entered_day"`
		FirstTouch time.Time    `db:"first_touch_at"`
		Moved      time.Time    `db:"moved_at"`
		Reached    string       `db:"reached"`
		Kind       string       `db:"kind"`
	}
	rows, err := op.AllOf[row](ctx, tx.Unscoped("figures are counted in the scope of report:read"), "SELECT e.id, e.person, e.center, e.channel, e.campaign, e.consultant, e.course, e.entered_at, e.entered_day, e.first_touch_at, e.moved_at, e.reached, e.kind FROM enquiries e WHERE "+where+" ORDER BY e.id", args...)
	if err != nil {
		return nil, nil, nil, fmt.Errorf("read prospects: %w", err)
	}
	place, persons = make(map[id.ID]int, len(rows)), map[id.ID][]int{}
	list = make([]journey, len(rows))
	for i, r := range rows {
		place[r.ID], persons[r.Person] = i, append(persons[r.Person], i)
		list[i] = journey{enquiry: r.ID, person: r.Person, center: r.Center, channel: r.Channel, campaign: r.Campaign, consultant: r.Consultant, course: r.Course, kind: r.Kind, day: r.Day}
		list[i].at[StepLead] = r.Entered
		if r.Reached != "new" { // who came to the desk was spoken to there
			list[i].at[StepQualified] = r.FirstTouch
			if r.FirstTouch.IsZero() {
				list[i].at[StepQualified] = r.Moved
			}
		}
	}
	return list, place, persons, nil
}

// signedBy adds contracts and what was paid on them.
func signedBy(ctx context.Context, tx *op.Tx, where string, args []any, list []journey, place map[id.ID]int) error {
	type contract struct {
		Enquiry id.ID     `db:"enquiry"`
		At      time.Time `db:"at"`
		Payable money.Fen `db:"payable"`
		Cash    money.Fen `db:"cash"`
	}
	rows, err := op.AllOf[contract](ctx, tx.Unscoped("figures are counted in the scope of report:read"), `SELECT c.enquiry AS enquiry, c.signed_at AS at, c.payable AS payable,
		(SELECT CAST(COALESCE(SUM(p.amount), 0) AS BIGINT) FROM payments p WHERE p.contract = c.id) AS cash
		FROM contracts c JOIN enquiries e ON e.id = c.enquiry WHERE c.signed_at IS NOT NULL AND `+where+" ORDER BY c.id", args...)
	if err != nil {
		return fmt.Errorf("read contracts of prospects: %w", err)
	}
	for _, r := range rows {
		j := &list[place[r.Enquiry]]
		if j.at[StepContract].IsZero() || r.At.Before(j.at[StepContract]) {
			j.at[StepContract] = r.At
		}
		j.payable, j.cash = j.payable+r.Payable, j.cash+r.Cash
	}
	return nil
}

// touched adds the source records of the persons, those of their other enquiries in scope too.
func touched(ctx context.Context, tx *op.Tx, c cohort, list []journey, persons map[id.ID][]int) error {
	type lead struct {
		Person   id.ID     `db:"person"`
		Channel  id.ID     `db:"channel"`
		Campaign id.ID     `db:"campaign"`
		At       time.Time `db:"at"`
		Form     bool      `db:"form"`
	}
	where, args := c.where(tx, "e")
	seen := c.seen(tx, "o")
	rows, err := op.AllOf[lead](ctx, tx.Unscoped("figures are counted in the scope of report:read"), `SELECT o.person AS person, l.channel AS channel, l.campaign AS campaign, l.at AS at, k.id IS NOT NULL AS form
		FROM enquiries o JOIN leads l ON l.enquiry = o.id LEFT JOIN capture_points k ON k.id = l.point AND k.kind <> 'api'
		WHERE `+seen.Text+" AND o.person IN (SELECT e.person FROM enquiries e WHERE "+where+")", append(slices.Clone(seen.Args), args...)...)
	if err != nil {
		return fmt.Errorf("read sources of prospects: %w", err)
	}
	for _, r := range rows {
		for _, i := range persons[r.Person] {
			list[i].touches = append(list[i].touches, touchpoint{campaign: r.Campaign, channel: r.Channel, at: r.At, form: r.Form})
		}
	}
	for i := range list {
		slices.SortFunc(list[i].touches, func(a, b touchpoint) int {
			return cmp.Or(a.at.Compare(b.at), slices.Compare(a.campaign[:], b.campaign[:]), slices.Compare(a.channel[:], b.channel[:]))
		})
	}
	return nil
}

// windows gives how long a channel's source records count for what follows (MKT-4); 90 days where it is unknown.
func windows(ctx context.Context, tx *op.Tx) (func(id.ID) time.Duration, error) {
	tree, err := marketing.Channels(ctx, tx)
	if err != nil {
		return nil, err
	}
	return func(channel id.ID) time.Duration {
		days := int64(90)
		if c, ok := tree.ByID(channel); ok {
			days = c.WindowDays
		}
		return time.Duration(days) * 24 * time.Hour
	}, nil
}

// entire tells whether a viewer is shown all that a campaign brought, not only the own part of it: who sees the figures of all centers, or of the one
// whose campaign it is, or of all those for which it is.
func entire(v *policy.Viewer, c marketing.Campaign) bool {
	scope := v.Scope("report:read")
	outside := func(center id.ID) bool { return !slices.Contains(scope.Centers, center) }
	switch {
	case scope.All:
		return true
	case !c.Center.IsNone():
		return !outside(c.Center)
	}
	return len(c.Centers) > 0 && !slices.ContainsFunc(c.Centers, outside)
}

// CampaignTallies is what some campaigns brought until now, by a model of attribution (MKT-3), counted from the records: all of it for who is shown
// the entire campaign, else the part in the viewer's scope of figures, which the tally says.
func CampaignTallies(ctx context.Context, tx *op.Tx, campaigns []id.ID, m Model) (map[id.ID]Tally, error) {
	out := map[id.ID]Tally{}
	known, err := marketing.CampaignsOf(ctx, tx, campaigns)
	if err != nil {
		return nil, err
	}
	window, err := windows(ctx, tx)
	if err != nil {
		return nil, err
	}
	var of [2][]id.ID // in part, entire
	for _, key := range campaigns {
		i := 0
		if entire(tx.Viewer, known[key]) {
			i = 1
		}
		of[i] = append(of[i], key)
	}
	for i, keys := range of {
		if len(keys) == 0 {
			continue
		}
		list, err := journeys(ctx, tx, cohort{campaigns: keys, everybody: i == 1})
		if err != nil {
			return nil, err
		}
		some := map[id.ID]Tally{}
		for _, key := range keys {
			some[key] = Tally{Part: i == 0}
		}
		m.tally(some, list, window)
		maps.Copy(out, some)
	}
	return out, nil
}

// tally credits prospects to those campaigns that have a tally.
func (m Model) tally(out map[id.ID]Tally, list []journey, window func(id.ID) time.Duration) {
	for _, j := range list {
		for _, p := range m.credit(j, window) {
			if t, asked := out[p.campaign]; asked {
				out[p.campaign] = t.plus(p.Tally)
			}
		}
	}
}
