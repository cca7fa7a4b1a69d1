package sim

import (
	"context"
	"time"

	"zhike/internal/contracts"
	"zhike/internal/finance"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/kernel/problem"
	"zhike/internal/people"
	"zhike/internal/process"
	"zhike/internal/sales"
)

// forgotten is the share of leads that nobody calls on their day.
const forgotten = 0.12

func (a *agenda) somebody() *people.RegisterInput {
	name, gender := a.names.person()
	in := &people.RegisterInput{
		Name: name, Gender: gender, CenterID: a.place.center, District: of(a.r, district),
		Birth:  bizdate.New(2012+a.r.IntN(10), time.Month(1+a.r.IntN(12)), 1+a.r.IntN(28)),
		Phones: []people.ContactInput{{Value: a.names.phone(), Relation: "mother"}},
	}
	return in
}

func (a *agenda) course() contracts.Course {
	return a.l.world.courses[a.r.IntN(len(a.l.world.courses))]
}

// lead enters a lead at the front desk; its consultant calls, sooner or later.
func (a *agenda) lead(ctx context.Context, channel string) error {
	formed := channel == "web" && a.running[a.l.world.channels[channel]].ID.IsNone() && a.forms.Float64() < byForm
	e, err := a.bring(ctx, channel, formed)
	if err != nil {
		return err
	}
	wait := time.Duration((3 + a.r.ExpFloat64()*14) * float64(time.Minute))
	if a.l.factor("appointment", channel, a.place.code, a.day) < 1 {
		wait *= 20
	}
	at := a.l.Clock.Now().Add(wait)
	if forgot := a.hit(forgotten) || at.After(a.closing()); forgot && !formed { // a form has no day set for the call: it is called at once or in the evening
		at = time.Time{} // another day: see untouched
	} else {
		a.at(at, func(ctx context.Context) error {
			if formed {
				if err := a.wanted(ctx, e); err != nil {
					return err
				}
			}
			return a.call(ctx, e.ID, e.Consultant, channel, 0)
		})
	}
	return a.l.run.Read(ctx, func(ctx context.Context, tx *op.Tx) error {
		full, err := sales.EnquiryByID(ctx, tx, e.ID)
		if err == nil {
			a.watch(full, at)
		}
		return err
	})
}

func (a *agenda) enter(ctx context.Context, channel string) (sales.Entered, error) {
	referrer, err := a.referrer(ctx, channel)
	if err != nil {
		return sales.Entered{}, err
	}
	return sales.Enter.Run(a.l.as(ctx, of(a.r, a.place.desk)), a.l.run, sales.EnterInput{
		ReferrerID: referrer, Person: a.somebody(), CenterID: a.place.center, ChannelID: a.l.world.channels[channel], CampaignID: a.by(channel), CourseID: a.course().ID, NextStep: "first-contact", NextDay: a.day,
	})
}

// watch has it noted when the first contact of an enquiry does not come in its time (SAL-2); called is when it comes, zero for
// another day.
func (a *agenda) watch(e sales.Enquiry, called time.Time) {
	due := e.ContactDue
	if e.Breached || due.IsZero() || !called.IsZero() && !called.After(due) || due.After(a.closing()) {
		return
	}
	a.at(later(due.Add(time.Minute), a.open), func(ctx context.Context) error {
		_, err := sales.NoteBreach.Run(ctx, a.l.run, sales.NoteBreachInput{EnquiryID: e.ID})
		if _, ok := problem.As(err); ok {
			return nil // it was called, or noted, meanwhile
		}
		return err
	})
}

// untouched plans the first contact of a lead that still waits for one.
func (a *agenda) untouched(e sales.Enquiry) {
	var at time.Time
	if a.hit(0.6) {
		at = a.minute(20 + a.r.IntN(660))
		code := a.channel(e.Channel)
		a.at(at, func(ctx context.Context) error { return a.call(ctx, e.ID, e.Consultant, code, int(a.day-e.EnteredDay)) })
	}
	a.watch(e, at)
}

// followUp plans what a consultant does about an enquiry that is due.
func (a *agenda) followUp(e sales.Enquiry) {
	if e.FirstTouch.IsZero() && !e.WalkIn {
		a.untouched(e)
		return
	}
	code := a.channel(e.Channel)
	a.at(a.minute(20+a.r.IntN(660)), func(ctx context.Context) error {
		switch e.NextStep {
		case "make-quote", "follow-quote":
			return a.afterQuote(ctx, e)
		default:
			return a.call(ctx, e.ID, e.Consultant, code, a.age(e))
		}
	})
}

func (a *agenda) channel(v id.ID) string {
	for code, key := range a.l.world.channels {
		if key == v {
			return code
		}
	}
	return ""
}

// call is a call by the consultant: nobody answers, an appointment is made, another call is agreed, or the matter ends.
func (a *agenda) call(ctx context.Context, enquiry, consultant id.ID, channel string, age int) error {
	ctx = a.l.as(ctx, consultant)
	in := people.TouchInput{EnquiryID: enquiry, Channel: "call", Direction: "out", Note: of(a.r, notes)}
	invite, _, _ := mix(channel)
	invite *= a.l.factor("appointment", channel, a.place.code, a.day)
	keen := 0.4 // a matter is talked over several times, in the end most come or say no
	if age < 3 {
		keen = 0.55
	}
	switch {
	case a.hit(0.3):
		in.Result, in.NextStep, in.NextDay, in.Note = "no-answer", "call-back", a.day+bizdate.Date(1+a.r.IntN(7)), ""
		if age > 75 {
			in.NextStep, in.NextDay, in.Closed = "", 0, "unreachable"
		}
	case a.hit(invite * keen):
		in.Result, in.NextStep, in.NextDay = "come", "invite", a.day+bizdate.Date(1+a.r.IntN(5))
	case a.hit(0.08) || age > 80:
		in.Result, in.Closed = "not-interested", of(a.r, []string{"price", "time", "distance", "other-school", "no-need"})
	default:
		in.Result, in.NextStep, in.NextDay = "discuss", "call-back", a.day+bizdate.Date(8+a.r.IntN(20))
	}
	a.leave(&in)
	if err := a.record(ctx, in); err != nil {
		return err
	}
	if in.Result != "come" {
		return nil
	}
	_, err := sales.Book.Run(ctx, a.l.run, sales.BookInput{EnquiryID: enquiry, Starts: a.someTime(in.NextDay)})
	return err
}

// someTime is a half hour of a day's opening hours.
func (a *agenda) someTime(day bizdate.Date) time.Time {
	return day.In(a.l.dir.Zone(a.place.center)).Add(time.Duration(10+a.r.IntN(9))*time.Hour + time.Duration(a.r.IntN(2))*30*time.Minute)
}

// expect plans the arrival, or not, of who has an appointment today.
func (a *agenda) expect(ctx context.Context, tx *op.Tx, ap sales.Appointment) error {
	e, err := sales.EnquiryByID(ctx, tx, ap.Enquiry)
	if err != nil {
		return err
	}
	a = a.of(e)
	channel := a.channel(e.Channel)
	_, show, _ := mix(channel)
	desk := of(a.r, a.place.desk)
	shows, surely := a.hit(show*a.l.factor("visit", channel, a.place.code, a.day)), a.waits(ap)
	if !shows && !surely {
		a.at(ap.Starts.Add(90*time.Minute), func(ctx context.Context) error {
			ctx = a.l.as(ctx, desk)
			if _, err := people.Reveal.Run(ctx, a.l.run, people.RevealInput{PersonID: ap.Person}); err != nil { // to call who did not come
				return err
			}
			_, err := sales.Miss.Run(ctx, a.l.run, sales.AppointmentInput{AppointmentID: ap.ID})
			return err
		})
		return nil
	}
	arrives := ap.Starts.Add(time.Duration(a.r.IntN(25)-10) * time.Minute)
	if surely {
		arrives = a.l.Cutoff.Add(-time.Duration(4+a.r.IntN(20)) * time.Minute)
	}
	a.at(arrives, func(ctx context.Context) error {
		v, err := sales.CheckIn.Run(a.l.as(ctx, desk), a.l.run, sales.CheckInInput{AppointmentID: ap.ID})
		if err != nil {
			return err
		}
		a.receive(v, channel)
		return nil
	})
	return nil
}

func (a *agenda) walkIn(ctx context.Context) error {
	p := a.somebody()
	v, err := sales.WalkIn.Run(a.l.as(ctx, of(a.r, a.place.desk)), a.l.run, sales.WalkInInput{
		Name: p.Name, Phone: p.Phones[0].Value, CourseID: a.course().ID, CenterID: a.place.center,
	})
	if err != nil {
		return err
	}
	a.receive(v, "walk-in")
	return nil
}

// receive plans the talk with a visitor.
func (a *agenda) receive(v sales.VisitAnswer, channel string) {
	a.at(a.l.Clock.Now().Add(6*time.Minute), func(ctx context.Context) error {
		_, err := sales.BeginReception.Run(a.l.as(ctx, v.Consultant), a.l.run, sales.ReceptionInput{VisitID: v.ID})
		return err
	})
	a.at(a.l.Clock.Now().Add(time.Duration(35+a.r.IntN(40))*time.Minute), func(ctx context.Context) error {
		_, _, signing := mix(channel)
		in := sales.FinishVisitInput{VisitID: v.ID, Outcome: "quote", Needs: map[string]string{
			"goal": of(a.r, []string{"口语流利", "考试提分", "兴趣", "出国"}), "level": of(a.r, []string{"零基础", "学过一年", "学过三年"}), "time": of(a.r, []string{"周末", "周三晚上", "都可以"}),
		}}
		switch {
		case a.hit(0.12):
			in.Outcome, in.LostReason = "lost", of(a.r, []string{"price", "time", "distance", "other-school"})
		case a.hit(0.15):
			in.Outcome = "think"
		}
		ctx = a.l.as(ctx, v.Consultant)
		if _, err := sales.FinishVisit.Run(ctx, a.l.run, in); err != nil {
			return err
		}
		if in.Outcome == "quote" {
			return a.quote(ctx, v.Enquiry, v.Person, signing*1.1)
		}
		return nil
	})
}

// quote offers a package; some sign at once.
func (a *agenda) quote(ctx context.Context, enquiry, person id.ID, signing float64) error {
	p := of(a.r, a.l.world.packages)
	in := sales.MakeQuoteInput{EnquiryID: enquiry, Packages: []id.ID{p.ID}}
	if a.hit(0.25) {
		in.Discount = (p.Price/50).Share(1, 100) * 100
	}
	beyond := 0.04
	if a.eve() { // something waits for whoever opens the program
		beyond = 0.5
	}
	if a.hit(beyond) {
		in.Discount, in.Reason = p.Price.Share(6+int64(a.r.IntN(13)), 100)/100*100, of(a.r, discountReasons)
	}
	if payable := p.Price - in.Discount; a.hit(0.35) {
		parts := payable.Split(3)
		for i, part := range parts {
			in.Plan = append(in.Plan, contracts.InstalmentInput{Due: a.day + bizdate.Date(30*i), Amount: part})
		}
	}
	if err := a.favour(ctx, &in); err != nil {
		return err
	}
	q, err := sales.MakeQuote.Run(ctx, a.l.run, in)
	if err == nil && !q.Approval.IsNone() {
		if !a.eve() {
			a.decide(q.Approval)
		}
		return nil
	}
	if err != nil || !a.hit(signing*0.6) {
		return err
	}
	return a.sign(ctx, q.ID, person)
}

// decide plans the decision about an approval.
func (a *agenda) decide(key id.ID) {
	a.at(a.l.Clock.Now().Add(time.Duration(20+a.r.IntN(200))*time.Minute), func(ctx context.Context) error { return a.approve(ctx, key) })
}

// waiting plans the decisions that were open when the life was left.
func (a *agenda) waiting(ctx context.Context, tx *op.Tx) error {
	list, err := process.Approvals(ctx, tx, process.ApprovalFilter{View: process.Any, Limit: 200})
	for _, it := range list {
		if it.State == process.Waiting && it.Center == a.place.center {
			a.decide(it.ID)
		}
	}
	return err
}

// approve decides what waits for an approval, as somebody whose turn it is.
func (a *agenda) approve(ctx context.Context, key id.ID) error {
	var it process.Approval
	err := a.l.run.Read(op.WithViewer(ctx, policy.System()), func(ctx context.Context, tx *op.Tx) (err error) {
		it, err = process.ApprovalByID(ctx, tx, key)
		return err
	})
	if err != nil {
		return err
	}
	holders := a.l.dir.Holders(it.Role, a.place.center)
	if len(holders) == 0 {
		return nil
	}
	ctx = a.l.as(ctx, of(a.r, holders).ID)
	if a.hit(0.8) {
		_, err = process.Approve.Run(ctx, a.l.run, process.ApprovalInput{ApprovalID: key})
	} else {
		_, err = process.Reject.Run(ctx, a.l.run, process.AnswerInput{ApprovalID: key, Text: of(a.r, refusals)})
	}
	return err
}

// discountReasons are why consultants give away more than they may, refusals why they do not get it.
var (
	discountReasons = []string{"对面机构报价低，家长当场比价", "老学员介绍来的，兄妹两个一起报", "家长一次付清全年，要求再让一点", "去年在我们这里学过，回来续读", "企业员工团购，三个孩子一起报"}
	refusals        = []string{"没有写对手的报价，先问清楚", "本月让利已经很多，请按标准优惠谈", "可以送课时，不降价"}
)

// afterQuote: who was quoted signs, asks for time, or goes away.
func (a *agenda) afterQuote(ctx context.Context, e sales.Enquiry) error {
	as := a.l.as(ctx, e.Consultant)
	_, _, signing := mix(a.channel(e.Channel))
	var quotes []sales.Quote
	err := a.l.run.Read(as, func(ctx context.Context, tx *op.Tx) (err error) {
		quotes, err = sales.QuotesOf(ctx, tx, e.ID)
		return err
	})
	if err != nil {
		return err
	}
	if len(quotes) == 0 || quotes[0].State != "open" || quotes[0].ValidUntil < a.day {
		return a.call(ctx, e.ID, e.Consultant, "", 40)
	}
	in := people.TouchInput{EnquiryID: e.ID, Channel: "call", Direction: "out", Result: "discuss", NextStep: "follow-quote", NextDay: a.day + bizdate.Date(2+a.r.IntN(4)), Note: of(a.r, notes)}
	switch {
	case a.hit(signing * 0.45):
		in.Result, in.NextDay = "willing", a.day
	case a.hit(0.25):
		in.Result, in.NextStep, in.NextDay, in.Closed = "expensive", "", 0, of(a.r, []string{"price", "other-school", "time"})
	}
	a.leave(&in)
	if err := a.record(as, in); err != nil || in.Result != "willing" {
		return err
	}
	return a.sign(as, quotes[0].ID, e.Person)
}

// sign makes and signs the contract; the desk takes the first payment.
func (a *agenda) sign(ctx context.Context, quote, person id.ID) error {
	payer, err := a.payerOf(ctx, quote)
	if err != nil {
		return err
	}
	c, err := sales.DraftContract.Run(ctx, a.l.run, sales.DraftContractInput{QuoteID: quote, PayerID: payer})
	if err != nil {
		return err
	}
	if !payer.IsNone() {
		person = payer
	}
	if _, err := contracts.Sign.Run(ctx, a.l.run, contracts.SignInput{ContractID: c.ID}); err != nil {
		return err
	}
	var first money.Fen
	err = a.l.run.Read(ctx, func(ctx context.Context, tx *op.Tx) error {
		open, err := contracts.OpenInstalments(ctx, tx, contracts.InstalmentFilter{Contract: c.ID})
		if err == nil && len(open) > 0 {
			first = open[0].Amount - open[0].Paid
		}
		return err
	})
	if err != nil || first == 0 {
		return err
	}
	a.at(a.l.Clock.Now().Add(time.Duration(5+a.r.IntN(20))*time.Minute), func(ctx context.Context) error { return a.pay(ctx, c.ID, person, first) })
	return nil
}

func (a *agenda) pay(ctx context.Context, contract, person id.ID, amount money.Fen) error {
	_, err := finance.TakePayment.Run(a.l.as(ctx, of(a.r, a.place.desk)), a.l.run, finance.TakePaymentInput{
		ContractID: contract, PersonID: person, Amount: amount, Method: of(a.r, []string{"wechat", "wechat", "alipay", "card", "bank", "cash"}),
	})
	return err
}

// instalments plans the payments of those who have one due by today; some are late.
func (a *agenda) instalments(ctx context.Context, tx *op.Tx) error {
	due, err := contracts.OpenInstalments(ctx, tx, contracts.InstalmentFilter{Center: a.place.center, DueUntil: a.day})
	if err != nil {
		return err
	}
	for _, d := range due {
		late := a.day > d.Due
		if late && !a.hit(0.06) || !late && !a.hit(0.7) {
			continue
		}
		a.at(a.minute(30+a.r.IntN(600)), func(ctx context.Context) error { return a.pay(ctx, d.Contract, d.Payer, d.Amount-d.Paid) })
	}
	return nil
}
