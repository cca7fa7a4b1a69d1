package insight

import (
	"cmp"
	"context"
	"fmt"
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

// cohort chooses the enquiries of kind new and return whose journeys are read: those entered in a span, or those that a campaign had a part in.
type cohort struct {
	from, until bizdate.Date
	centers     []id.ID
	campaigns   []id.ID
}

// where is the condition on enquiries e: figures are counted in the scope of report:read, whoever may open the records.
func (c cohort) where(tx *op.Tx, alias string) (string, []any) {
	scope := policy.Cut(tx.Viewer.Scope("report:read"), alias, "center", "consultant")
	text, args := scope.Text+" AND "+alias+".kind IN ('new', 'return')", slices.Clone(scope.Args)
	if len(c.campaigns) > 0 {
		text, args = text+" AND "+alias+".id IN (SELECT l.enquiry FROM leads l WHERE l.campaign IN (?))", append(args, c.campaigns)
	} else {
		text, args = text+" AND "+alias+".entered_day >= ? AND "+alias+".entered_day <= ?", append(args, int64(c.from), int64(c.until))
	}
	if len(c.centers) > 0 {
		text, args = text+" AND "+alias+".center IN (?)", append(args, c.centers)
	}
	return text, args
}

// journeys reads what became of the enquiries of a cohort, in a fixed number of queries (INS-3).
func journeys(ctx context.Context, tx *op.Tx, c cohort) ([]journey, error) {
	where, args := c.where(tx, "e")
	list, place, persons, err := entered(ctx, tx, where, args)
	if err != nil || len(list) == 0 {
		return nil, err
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
			return nil, fmt.Errorf("read steps of prospects: %w", err)
		}
		for _, r := range rows {
			list[place[r.Enquiry]].at[q.step] = r.At
		}
	}
	if err := signedBy(ctx, tx, where, args, list, place); err != nil {
		return nil, err
	}
	return list, touched(ctx, tx, c, list, persons)
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
	}
	rows, err := op.AllOf[row](ctx, tx.Unscoped("figures are counted in the scope of report:read"), "SELECT e.id, e.person, e.center, e.channel, e.campaign, e.consultant, e.course, e.entered_at, e.entered_day, e.first_touch_at, e.moved_at, e.reached FROM enquiries e WHERE "+where+" ORDER BY e.id", args...)
	if err != nil {
		return nil, nil, nil, fmt.Errorf("read prospects: %w", err)
	}
	place, persons = make(map[id.ID]int, len(rows)), map[id.ID][]int{}
	list = make([]journey, len(rows))
	for i, r := range rows {
		place[r.ID], persons[r.Person] = i, append(persons[r.Person], i)
		list[i] = journey{enquiry: r.ID, person: r.Person, center: r.Center, channel: r.Channel, campaign: r.Campaign, consultant: r.Consultant, course: r.Course, day: r.Day}
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
	}
	where, args := c.where(tx, "e")
	seen := policy.Cut(tx.Viewer.Scope("report:read"), "o", "center", "consultant")
	rows, err := op.AllOf[lead](ctx, tx.Unscoped("figures are counted in the scope of report:read"), `SELECT o.person AS person, l.channel AS channel, l.campaign AS campaign, l.at AS at FROM enquiries o JOIN leads l ON l.enquiry = o.id
		WHERE `+seen.Text+" AND o.person IN (SELECT e.person FROM enquiries e WHERE "+where+")", append(slices.Clone(seen.Args), args...)...)
	if err != nil {
		return fmt.Errorf("read sources of prospects: %w", err)
	}
	for _, r := range rows {
		for _, i := range persons[r.Person] {
			list[i].touches = append(list[i].touches, touchpoint{campaign: r.Campaign, channel: r.Channel, at: r.At})
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

// CampaignTallies is what some campaigns brought until now, by a model of attribution (MKT-3): counted from the records, in the viewer's scope of
// figures.
func CampaignTallies(ctx context.Context, tx *op.Tx, campaigns []id.ID, m Model) (map[id.ID]Tally, error) {
	out := map[id.ID]Tally{}
	if len(campaigns) == 0 {
		return out, nil
	}
	list, err := journeys(ctx, tx, cohort{campaigns: campaigns})
	if err != nil {
		return nil, err
	}
	window, err := windows(ctx, tx)
	if err != nil {
		return nil, err
	}
	for _, j := range list {
		for _, p := range m.credit(j, window) {
			if slices.Contains(campaigns, p.campaign) {
				out[p.campaign] = out[p.campaign].plus(p.Tally)
			}
		}
	}
	return out, nil
}
