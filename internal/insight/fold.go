package insight

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"zhike/internal/facts"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/event"
	"zhike/internal/kernel/hours"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/rollup"
)

// matureDays is how long after a visit a contract still counts for its signing rate (metrics.md).
const matureDays = 60

// visit is what the signing rate needs to remember of a visit.
type visit struct {
	ID         id.ID        `db:"id"`
	Enquiry    id.ID        `db:"enquiry"`
	Center     id.ID        `db:"center"`
	Day        bizdate.Date `db:"day"`
	Channel    string       `db:"channel"`
	Consultant string       `db:"consultant"`
	Course     string       `db:"course"`
	Signed     bool         `db:"signed"`
}

// TableName implements op.Record.
func (visit) TableName() string { return "insight_visits" }

// sums is where a fact's figures go: the transaction, or memory when everything is counted again (INS-3).
type sums interface {
	add(metric string, day bizdate.Date, center id.ID, n int64, dims ...string)
	remember(v visit) error
	// sign gives the visits of an enquiry since a day that had not signed, and notes that they have.
	sign(enquiry id.ID, since bizdate.Date) ([]visit, error)
	forget(enquiry, key id.ID) error
	// turn gives the visits of an enquiry its channel and course.
	turn(m facts.Matter) error
}

func matterDims(m facts.Matter) []string {
	return ofCampaign([]string{"channel", m.Channel.String(), "consultant", m.Consultant.String(), "course", m.Course.String(), "kind", m.Kind}, m.Campaign)
}

// ofCampaign adds the campaign to dimensions, if there is one: most have none, and what none has is the sum less what they have.
func ofCampaign(dims []string, campaign id.ID) []string {
	if campaign.IsNone() {
		return dims
	}
	return append(dims, "campaign", campaign.String())
}

// minutesOf are the dimensions of a first contact. A median is not the sum of others: for each value of a dimension, contacts are
// counted by whole minutes, "<value>/<minutes>", so that days and centers add up and the median follows (performance.md, "How").
func minutesOf(f *facts.FirstContact) []string {
	minutes := "/" + strconv.FormatInt(f.Minutes, 10)
	dims := matterDims(f.Matter)
	for i := 1; i < len(dims); i += 2 {
		dims[i] += minutes
	}
	return append(dims, everything, minutes)
}

func isNew(kind string) bool { return kind == "new" || kind == "return" }

// fold adds a fact's figures. It is the only place that says what a metric counts.
func fold(s sums, f event.Fact, e event.Event) error {
	if err := turn(s, f); err != nil {
		return err
	}
	switch f := f.(type) {
	case facts.EnquiryEntered:
		metric := "renewal_enquiries"
		if isNew(f.Matter.Kind) {
			metric = "leads"
		}
		s.add(metric, f.Day, f.Center, 1, matterDims(f.Matter)...)
	case facts.TouchRecorded:
		if f.First != nil && isNew(f.First.Kind) {
			s.add("first_contact_minutes", e.Day, f.First.Center, 1, minutesOf(f.First)...)
		}
	case facts.ContactBreached:
		s.add("sla_breaches", e.Day, f.Center, 1, matterDims(f.Matter)...)
	case facts.AppointmentBooked:
		s.add("appointments", f.Day, f.Center, 1, append(matterDims(f.Matter), "inviter", f.Inviter.String())...)
	case facts.AppointmentMoved:
		dims := append(matterDims(f.Matter), "inviter", f.Inviter.String())
		s.add("appointments", f.Day, f.Center, -1, dims...)
		s.add("appointments", f.ToDay, f.Center, 1, dims...)
	case facts.AppointmentCancelled:
		appointed(s, &f.AppointmentState, -1)
	case facts.AppointmentMissed:
		s.add("no_shows", f.Day, f.Center, 1, append(matterDims(f.Matter), "inviter", f.Inviter.String())...)
	case facts.VisitCheckedIn:
		s.add("arrived", f.Day, f.Center, 1, append(matterDims(f.Matter), "inviter", f.Inviter.String())...)
		return visited(s, f.Matter, f.Visit, e.Day)
	case facts.WalkedIn:
		return visited(s, f.Matter, f.Visit, e.Day)
	case facts.ContractSigned:
		return contract(s, f, e)
	}
	moved(s, f, e.Day)
	appointed(s, ended(f), -1)
	return takeBack(s, f)
}

// moved counts what a fact moves of money and of hours that nobody bought.
func moved(s sums, f event.Fact, day bizdate.Date) {
	switch f := f.(type) {
	case facts.RewardEarned:
		given(s, f.RewardAccount, day, f.Hours)
	case facts.RewardBooked:
		given(s, f.RewardAccount, day, f.Hours)
	case facts.RewardReversed:
		given(s, f.RewardAccount, day, -f.Taken)
	case facts.PaymentTaken:
		cash(s, f.Pay, day, 1)
	case facts.PaymentReversed:
		cash(s, f.Pay, day, -1)
	case facts.CostBooked:
		s.add("campaign_cost", f.Day, f.Center, int64(f.Amount), "campaign", f.Campaign.String(), "category", f.Category)
	case facts.CostReversed:
		s.add("campaign_cost", f.Day, f.Center, -int64(f.Amount), "campaign", f.Campaign.String(), "category", f.Category)
	}
}

// ended is the open appointment that a fact ends with its matter, if any.
func ended(f event.Fact) *facts.AppointmentState {
	switch f := f.(type) {
	case facts.TouchRecorded:
		return f.Ends
	case facts.EnquiryLost:
		return f.Ends
	case facts.EnquiryUpdated:
		return f.Ends
	case facts.VisitFinished:
		return f.Ends
	}
	return nil
}

// takeBack subtracts what a fact that was undone had added, on the day where it stands (UI-B2).
func takeBack(s sums, f event.Fact) error {
	switch f := f.(type) {
	case facts.TouchWithdrawn:
		if f.First != nil && isNew(f.First.Kind) {
			s.add("first_contact_minutes", f.Day, f.First.Center, -1, minutesOf(f.First)...)
		}
		appointed(s, f.Restores, 1)
	case facts.EnquiryReopened:
		appointed(s, f.Restores, 1)
	case facts.AppointmentRestored:
		switch f.From {
		case "cancelled":
			appointed(s, &f.AppointmentState, 1)
		case "no-show":
			s.add("no_shows", f.Day, f.Center, -1, append(matterDims(f.Matter), "inviter", f.Inviter.String())...)
		}
	case facts.AppointmentWithdrawn:
		appointed(s, &f.AppointmentState, -1)
	case facts.VisitReopened:
		appointed(s, f.Restores, 1)
	case facts.VisitWithdrawn:
		if !f.Appointment.IsNone() {
			s.add("arrived", f.Day, f.Center, -1, append(matterDims(f.Matter), "inviter", f.Inviter.String())...)
		}
		received(s, f.Matter, f.VisitDay, -1)
		return s.forget(f.Enquiry, f.Visit)
	}
	return nil
}

// appointed adds an appointment to its day, or takes it off; none where s is nil.
func appointed(s sums, a *facts.AppointmentState, n int64) {
	if a != nil {
		s.add("appointments", a.Day, a.Center, n, append(matterDims(a.Matter), "inviter", a.Inviter.String())...)
	}
}

func received(s sums, m facts.Matter, day bizdate.Date, n int64) {
	s.add("visits", day, m.Center, n, matterDims(m)...)
	if isNew(m.Kind) {
		s.add("visits_new", day, m.Center, n, matterDims(m)...)
	}
}

func visited(s sums, m facts.Matter, key id.ID, day bizdate.Date) error {
	received(s, m, day, 1)
	return s.remember(visit{ID: key, Enquiry: m.Enquiry, Center: m.Center, Day: day, Channel: m.Channel.String(), Consultant: m.Consultant.String(), Course: m.Course.String()})
}

func contract(s sums, f facts.ContractSigned, e event.Event) error {
	dims := matterDims(f.Matter)
	if len(f.Lines) > 0 {
		dims = append(dims, "package", f.Lines[0].Package.String())
	}
	s.add("contracts", e.Day, f.Center, 1, dims...)
	kind := "contracts_renewal"
	if isNew(f.Matter.Kind) {
		kind = "contracts_new"
	}
	s.add(kind, e.Day, f.Center, 1, dims...)
	s.add("contract_amount", e.Day, f.Center, int64(f.Payable), dims...)
	s.add("discount_given", e.Day, f.Center, int64(f.Discount), "consultant", f.Consultant.String())
	for _, l := range f.Lines {
		s.add("hours_sold", e.Day, f.Center, int64(l.Hours), "course", l.Course.String(), "package", l.Package.String())
		s.add("hours_gift", e.Day, f.Center, int64(l.Gift), "course", l.Course.String(), "package", l.Package.String())
	}
	if f.Enquiry.IsNone() {
		return nil
	}
	visits, err := s.sign(f.Enquiry, e.Day-matureDays)
	if err != nil {
		return err
	}
	for _, v := range visits {
		s.add("visits_signed", v.Day, v.Center, 1, ofCampaign([]string{"channel", v.Channel, "consultant", v.Consultant, "course", v.Course, "kind", f.Matter.Kind}, f.Campaign)...)
	}
	return nil
}

// given counts gift hours that are no part of a contract's price (MKT-12).
func given(s sums, a facts.RewardAccount, day bizdate.Date, n hours.Centi) {
	if n != 0 && !a.Line.IsNone() {
		s.add("hours_gift", day, a.At, int64(n), "course", a.Course.String(), "package", a.Package.String())
	}
}

func cash(s sums, p facts.Pay, day bizdate.Date, sign int64) {
	dims := ofCampaign([]string{"method", p.Method, "consultant", p.Consultant.String(), "channel", p.Channel.String(), "kind", p.Kind}, p.Campaign)
	part := "cash_in_other"
	switch p.Kind {
	case "new", "return":
		part = "cash_in_new"
	case "renewal", "upgrade":
		part = "cash_in_renewal"
	}
	s.add("cash_in", day, p.Center, sign*int64(p.Amount), dims...)
	s.add(part, day, p.Center, sign*int64(p.Amount), dims...)
}

// txSums adds to the transaction of the fact.
type txSums struct {
	ctx context.Context //nolint:containedctx // lives for one call
	tx  *op.Tx
}

func (t txSums) add(metric string, day bizdate.Date, center id.ID, n int64, dims ...string) {
	t.tx.Add(metric, day, center, n, dims...)
}

func (t txSums) remember(v visit) error { return t.tx.Insert(t.ctx, v) }

func (t txSums) forget(_, key id.ID) error {
	if _, err := t.tx.Exec(t.ctx, "DELETE FROM insight_visits WHERE id = ?", key); err != nil {
		return fmt.Errorf("forget visit: %w", err)
	}
	return nil
}

func (t txSums) turn(m facts.Matter) error {
	if _, err := t.tx.Exec(t.ctx, "UPDATE insight_visits SET channel = ?, course = ? WHERE enquiry = ?", m.Channel.String(), m.Course.String(), m.Enquiry); err != nil {
		return fmt.Errorf("turn visits: %w", err)
	}
	return nil
}

func (t txSums) sign(enquiry id.ID, since bizdate.Date) (list []visit, err error) {
	err = t.tx.Unscoped("roll-ups count for everybody").Select(&list).Where("enquiry = ? AND day >= ? AND signed = FALSE", enquiry, int64(since)).Order("id").Scan(t.ctx)
	if err != nil {
		return nil, fmt.Errorf("look for visits: %w", err)
	}
	for _, v := range list {
		v.Signed = true
		if err := t.tx.Save(t.ctx, &v, "signed"); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// memSums counts everything again in memory.
type memSums struct {
	deltas rollup.Deltas
	visits map[id.ID][]visit
}

func (m *memSums) add(metric string, day bizdate.Date, center id.ID, n int64, dims ...string) {
	m.deltas.Add(metric, day, center, n, dims...)
}

func (m *memSums) remember(v visit) error {
	m.visits[v.Enquiry] = append(m.visits[v.Enquiry], v)
	return nil
}

func (m *memSums) forget(enquiry, key id.ID) error {
	m.visits[enquiry] = slices.DeleteFunc(m.visits[enquiry], func(v visit) bool { return v.ID == key })
	return nil
}

func (m *memSums) turn(of facts.Matter) error {
	for i := range m.visits[of.Enquiry] {
		m.visits[of.Enquiry][i].Channel, m.visits[of.Enquiry][i].Course = of.Channel.String(), of.Course.String()
	}
	return nil
}

func (m *memSums) sign(enquiry id.ID, since bizdate.Date) (out []visit, err error) {
	for i, v := range m.visits[enquiry] {
		if !v.Signed && v.Day >= since {
			m.visits[enquiry][i].Signed = true
			out = append(out, v)
		}
	}
	return out, nil
}

// Reactions keeps the roll-ups of every fact that a metric counts.
func Reactions() []op.Reaction {
	return append(opening(),
		counted[facts.EnquiryEntered](), counted[facts.TouchRecorded](), counted[facts.ContactBreached](), counted[facts.AppointmentBooked](), counted[facts.AppointmentMoved](),
		counted[facts.TouchWithdrawn](), counted[facts.EnquiryLost](), counted[facts.EnquiryUpdated](), counted[facts.EnquiryChanged](), counted[facts.EnquiryReopened](), counted[facts.VisitFinished](),
		counted[facts.AppointmentRestored](), counted[facts.AppointmentWithdrawn](), counted[facts.VisitReopened](), counted[facts.VisitWithdrawn](), counted[facts.AppointmentCancelled](), counted[facts.AppointmentMissed](), counted[facts.VisitCheckedIn](), counted[facts.WalkedIn](),
		counted[facts.ContractSigned](), counted[facts.PaymentTaken](), counted[facts.PaymentReversed](), counted[facts.CostBooked](), counted[facts.CostReversed](),
		counted[facts.RewardEarned](), counted[facts.RewardBooked](), counted[facts.RewardReversed](),
	)
}

func counted[F event.Fact]() op.Reaction {
	return op.On(func(ctx context.Context, tx *op.Tx, f F, e event.Event) error { return fold(txSums{ctx, tx}, f, e) })
}
