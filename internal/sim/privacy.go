package sim

import (
	"context"
	"slices"
	"time"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/people"
	"zhike/internal/process"
	"zhike/internal/sales"
)

// What the desk notes of families, by chances of its own: it changes nothing else of the life.
const (
	agreeShare  = 0.2 // of those who came the day before, whose guardian signs what the school may do
	twiceDay    = 12  // of each month somebody is entered a second time
	mergeDay    = 14  // and a supervisor sees it
	requestDay  = 18  // a guardian asks to have something corrected
	decideAfter = 2 * time.Hour
)

// uses are what a guardian agrees to on paper (PPL-9).
var uses = []people.ConsentInput{
	{Purpose: "marketing", Channel: "sms", Source: "paper"},
	{Purpose: "photos", Channel: "publication", Source: "paper"},
	{Purpose: "survey", Channel: "wechat", Source: "in-person"},
}

// privacy plans what the desk notes of families and what they ask about their data (PPL-5, PPL-9, PPL-11).
func (a *agenda) privacy(ctx context.Context, tx *op.Tx) error {
	came, err := sales.ListVisits(ctx, tx, sales.VisitFilter{Centers: []id.ID{a.place.center}, From: a.day - 1, Until: a.day - 1, Limit: 50})
	if err != nil || len(a.place.desk) == 0 {
		return err
	}
	for _, v := range came.Items {
		if a.homes.Float64() < agreeShare {
			a.desk(20+a.homes.IntN(300), func(ctx context.Context) error { return a.agree(ctx, v.Person) })
		}
	}
	signed, err := sales.Enquiries(ctx, tx, sales.EnquiryFilter{Center: a.place.center, Outcome: "signed", Sort: "-entered", Limit: lastSigned})
	if err != nil || len(signed.Items) == 0 {
		return err
	}
	first := a.day.MonthStart() - 1
	who := of(a.homes, signed.Items).Person
	if a.day == first+twiceDay || a.eve() {
		a.desk(40, func(ctx context.Context) error { return a.twice(ctx, who) })
	}
	if a.day == first+mergeDay && !a.eve() {
		a.at(a.minute(60), a.join)
	}
	if a.day == first+requestDay || a.eve() {
		a.desk(90, func(ctx context.Context) error { return a.request(ctx, who) })
	}
	return nil
}

// desk plans what somebody of the front desk does.
func (a *agenda) desk(minute int, what func(ctx context.Context) error) {
	who := of(a.homes, a.place.desk)
	a.at(a.minute(minute), func(ctx context.Context) error { return what(a.l.as(ctx, who)) })
}

// guardian is the guardian of a child: one who is known, or the mother, who is entered.
func (a *agenda) guardian(ctx context.Context, child people.Person) (id.ID, error) {
	var known []id.ID
	err := a.l.run.Read(ctx, func(ctx context.Context, tx *op.Tx) (err error) {
		known, err = people.GuardiansOf(ctx, tx, child.ID)
		return err
	})
	if err != nil || len(known) > 0 {
		return append(known, id.None)[0], err
	}
	g, err := people.Register.Run(ctx, a.l.run, people.RegisterInput{Name: of(a.homes, surnames) + of(a.homes, girls), Gender: "female", CenterID: a.place.center, HouseholdOf: child.ID})
	if err != nil {
		return id.None, err
	}
	_, err = people.LinkGuardian.Run(ctx, a.l.run, people.LinkGuardianInput{PersonID: child.ID, GuardianID: g.ID, Relation: "mother"})
	return g.ID, err
}

// person reads somebody as the viewer of the context.
func (a *agenda) person(ctx context.Context, key id.ID) (p people.Person, err error) {
	err = a.l.run.Read(ctx, func(ctx context.Context, tx *op.Tx) (err error) {
		p, err = people.ByID(ctx, tx, key)
		return err
	})
	return p, err
}

// agree notes what the guardian of somebody agreed to.
func (a *agenda) agree(ctx context.Context, child id.ID) error {
	p, err := a.person(ctx, child)
	if err != nil || p.Birth.IsZero() {
		return err
	}
	guardian, err := a.guardian(ctx, p)
	if err != nil {
		return err
	}
	for _, in := range uses[:1+a.homes.IntN(len(uses))] {
		in.PersonID, in.GuardianID = p.ID, guardian
		if _, err := people.GiveConsent.Run(ctx, a.l.run, in); err != nil {
			return err
		}
	}
	return nil
}

// twice enters somebody again: the other parent called, from another number.
func (a *agenda) twice(ctx context.Context, key id.ID) error {
	p, err := a.person(ctx, key)
	if err != nil || p.Birth.IsZero() {
		return err
	}
	n := names{a.homes}
	_, err = people.Register.Run(ctx, a.l.run, people.RegisterInput{Name: p.Name, Gender: p.Gender, Birth: p.Birth, CenterID: a.place.center, Phones: []people.ContactInput{{Value: n.phone(), Relation: "father"}}})
	return err
}

// join merges who was entered twice, as a supervisor does.
func (a *agenda) join(ctx context.Context) error {
	heads := a.l.dir.Holders("supervisor", a.place.center)
	if len(heads) == 0 {
		return nil
	}
	ctx = a.l.as(ctx, heads[0].ID)
	var pairs people.PairList
	err := a.l.run.Read(ctx, func(ctx context.Context, tx *op.Tx) (err error) {
		pairs, err = people.Pairs(ctx, tx, 0, 20)
		return err
	})
	if err != nil {
		return err
	}
	i := slices.IndexFunc(pairs.Items, func(p people.Pair) bool { return p.Why == people.WhyNameBirth && p.First.Name == p.Then.Name })
	if i < 0 {
		return nil
	}
	_, err = people.Merge.Run(ctx, a.l.run, people.MergeInput{PersonID: pairs.Items[i].First.ID, WithID: pairs.Items[i].Then.ID})
	return err
}

// request files what a guardian asks about the data of a child; on the eve it is left to whoever opens the program.
func (a *agenda) request(ctx context.Context, child id.ID) error {
	p, err := a.person(ctx, child)
	if err != nil || p.Birth.IsZero() {
		return err
	}
	guardian, err := a.guardian(ctx, p)
	if err != nil {
		return err
	}
	in := people.DataRequestInput{PersonID: p.ID, Kind: people.RequestCorrect, By: "guardian", GuardianID: guardian, Identity: "document", Note: "名字中有一个字写错了"}
	if a.eve() {
		in.Kind, in.Note = people.RequestExport, "想看看留了哪些资料"
	}
	r, err := people.FileDataRequest.Run(ctx, a.l.run, in)
	if err != nil || a.eve() {
		return err
	}
	a.at(a.l.Clock.Now().Add(decideAfter), func(ctx context.Context) error { return a.grant(ctx, r.ID) })
	return nil
}

// grant approves a request and has it done.
func (a *agenda) grant(ctx context.Context, request id.ID) error {
	var it process.Approval
	err := a.l.run.Read(op.WithViewer(ctx, policy.System()), func(ctx context.Context, tx *op.Tx) (err error) {
		it, err = process.WaitingFor(ctx, tx, request)
		return err
	})
	if err != nil {
		return err
	}
	holders := a.l.dir.Holders(it.Role, a.place.center)
	if len(holders) == 0 {
		return nil
	}
	ctx = a.l.as(ctx, holders[0].ID)
	if _, err := process.Approve.Run(ctx, a.l.run, process.ApprovalInput{ApprovalID: it.ID}); err != nil {
		return err
	}
	_, err = people.FinishDataRequest.Run(ctx, a.l.run, people.RequestRef{RequestID: request})
	return err
}
