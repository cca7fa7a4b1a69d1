package app_test

import (
	"fmt"
	"time"

	"pgregory.net/rapid"

	"zhike/internal/contracts"
	"zhike/internal/finance"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/people"
	"zhike/internal/sales"
)

// deeds are the steps of a walk, each by the name of its operation. What it is done to is drawn among all that there is, ended or not.
var deeds = map[string]func(w *walk){
	"people.merge": (*walk).merge, "people.unmerge": (*walk).unmerge,
	"people.record-touch": (*walk).recordTouch, "people.withdraw-touch": (*walk).withdrawTouch,
	"sales.enter-enquiry": (*walk).enterEnquiry, "sales.assign-enquiry": (*walk).assign, "sales.lose-enquiry": (*walk).loseEnquiry, "sales.reopen-enquiry": (*walk).reopen,
	"sales.book-appointment": (*walk).book, "sales.confirm-appointment": (*walk).confirm, "sales.move-appointment": (*walk).moveAppointment,
	"sales.cancel-appointment": (*walk).cancel, "sales.miss-appointment": (*walk).miss, "sales.withdraw-appointment": (*walk).withdrawAppointment,
	"sales.restore-appointment": (*walk).restore, "sales.check-in": (*walk).checkIn, "sales.withdraw-check-in": (*walk).withdrawCheckIn,
	"sales.walk-in": (*walk).walkInPerson, "sales.finish-visit": (*walk).finish, "sales.reopen-visit": (*walk).reopenVisit,
	"sales.make-quote": (*walk).quote, "sales.draft-contract": (*walk).draft, "contracts.sign": (*walk).sign,
	"finance.take-payment": (*walk).pay, "finance.reverse-payment": (*walk).reverse,
}

// anyOf draws one of a list, mostly among its newest; none where it is empty.
func anyOf[T any](w *walk, list []*T, what string) (one *T, ok bool) {
	if len(list) == 0 {
		return nil, false
	}
	from := 0
	if rapid.Bool().Draw(w.r, "the newest") {
		from = len(list) - 1
	}
	return list[rapid.IntRange(from, len(list)-1).Draw(w.r, what)], true
}

// seller draws who does what a consultant does: the owner, or the principal.
func (w *walk) seller(e *mEnquiry) string {
	if e.owner.IsNone() || w.chance(3, "by the principal") {
		return "principal"
	}
	return w.consultant(e.owner)
}

func (w *walk) consultant(owner id.ID) string {
	if w.s.StaffID(w.contexts["consultant"]) == owner {
		return "consultant"
	}
	return "consultant2"
}

func (w *walk) recordTouch() {
	e, ok := anyOf(w, w.enquiries, "enquiry")
	if !ok {
		return
	}
	in := people.TouchInput{EnquiryID: e.id, Channel: "call", Result: "discuss", NextStep: "call-back", NextDay: w.dayOf(w.now) + 1}
	want := ""
	switch rapid.IntRange(0, 7).Draw(w.r, "touch") {
	case 0, 1:
		in.NextStep, in.NextDay, in.Closed = "", 0, "price"
	case 2:
		in.NextStep, in.NextDay, want = "", 0, "invalid step-or-reason"
	}
	who := w.seller(e)
	out, ok := attempt(w, people.RecordTouch, who, "/enquiries/{id}/touches", in, want)
	if !ok {
		return
	}
	e.undoable(out.ID)
	t := &mTouch{id: out.ID, of: e, by: who, fact: w.note("touch")}
	w.touches = append(w.touches, t)
	e.next = in.NextStep
	if in.Closed != "" {
		t.ends = w.lose(e, in.Closed)
	} else {
		e.reach("contacted")
	}
}

func (w *walk) withdrawTouch() {
	t, ok := anyOf(w, w.touches, "touch")
	if !ok {
		return
	}
	want := w.late(t.fact, "touch")
	if want == "" && !t.of.last(t.id) {
		want = "undo-changed"
	}
	if want != "" && t.by != "principal" && t.by != w.consultant(t.of.owner) {
		want += "|not-found" // the matter is another's by now
	}
	if _, ok := attempt(w, people.WithdrawTouch, t.by, "/touches/{id}/withdraw", people.WithdrawTouchInput{TouchID: t.id}, want); !ok {
		return
	}
	t.of.takesBack(t.id)
	t.withdrawn, t.fact = true, w.note("withdrawn")
	w.again(t.ends)
}

func (w *walk) enterEnquiry() {
	want := ""
	if w.openOf() != nil {
		want = "invalid open-enquiry"
	}
	staff := w.s.StaffID(w.contexts["consultant"])
	in := sales.EnterInput{PersonID: w.person, CenterID: w.s.HD, ChannelID: w.s.Web, CourseID: w.s.Course, ConsultantID: staff}
	out, ok := attempt(w, sales.Enter, "principal", "/enquiries", in, want)
	if ok {
		w.enquiries = append(w.enquiries, &mEnquiry{standing: standing{stage: "new", reached: "new"}, id: out.ID, owner: staff, fact: w.note("entered")})
	}
}

func (w *walk) assign() {
	e, ok := anyOf(w, w.enquiries, "enquiry")
	if !ok {
		return
	}
	to := w.s.StaffID(w.contexts[rapid.SampledFrom([]string{"consultant", "consultant2"}).Draw(w.r, "to")])
	want := ""
	if to == e.owner {
		want = "invalid same-owner"
	}
	if _, ok := attempt(w, sales.Assign, "principal", "/enquiries/{id}/assign", sales.AssignInput{EnquiryID: e.id, ConsultantID: to, Reason: "load"}, want); ok {
		e.change()
		e.owner, e.fact = to, w.note("assigned")
	}
}

func (w *walk) loseEnquiry() {
	e, ok := anyOf(w, w.enquiries, "enquiry")
	if !ok {
		return
	}
	want := ""
	if !e.open() {
		want = "already-ended"
	}
	if _, ok := attempt(w, sales.Lose, w.seller(e), "/enquiries/{id}/lose", sales.LoseInput{EnquiryID: e.id, Reason: "price"}, want); ok {
		e.undoable(e.id)
		e.next, e.fact = "", w.note("lost")
		e.ends = w.lose(e, "price")
	}
}

func (w *walk) reopen() {
	e, ok := anyOf(w, w.enquiries, "enquiry")
	if !ok {
		return
	}
	want := w.late(e.fact, "lost")
	if want == "" && !e.last(e.id) {
		want = "undo-changed"
	}
	if _, ok := attempt(w, sales.ReopenEnquiry, w.seller(e), "/enquiries/{id}/reopen", sales.EnquiryInput{EnquiryID: e.id}, want); ok {
		e.takesBack(e.id)
		e.fact = w.note("reopened")
		w.again(e.ends)
	}
}

func (w *walk) quote() {
	e, ok := anyOf(w, w.enquiries, "enquiry")
	if !ok {
		return
	}
	discount := money.Yuan(int64(rapid.SampledFrom([]int{0, 500, 960, 961}).Draw(w.r, "discount")))
	payable := money.Yuan(19_200) - discount
	q := &mQuote{of: e, until: w.now, plan: payable.Split(rapid.IntRange(1, 3).Draw(w.r, "instalments"))}
	in := sales.MakeQuoteInput{EnquiryID: e.id, Packages: []id.ID{w.s.Package}, Discount: discount}
	for i, part := range q.plan {
		in.Plan = append(in.Plan, contracts.InstalmentInput{Due: w.dayOf(w.now) + bizdate.Date(30*i), Amount: part})
	}
	who, want := w.seller(e), ""
	if q.state = "open"; discount > money.Yuan(960) && who != "principal" { // 5 % (SAL-7)
		if q.state, want = "waiting", "invalid discount-limit"; w.chance(2, "with a reason") {
			in.Reason, want = "two children", ""
		}
	}
	if e.stage == "signed" {
		want = "already-ended"
	}
	if !w.did("needs", e) {
		want = "step-missing"
	}
	out, ok := attempt(w, sales.MakeQuote, who, "/quotes", in, want)
	if !ok {
		return
	}
	if out.Payable != payable {
		w.r.Fatalf("a quote of %d, want %d", out.Payable, payable)
	}
	e.change()
	e.reach("quoted")
	e.next, q.id = "follow-quote", out.ID
	w.quotes = append(w.quotes, q)
}

func (w *walk) draft() {
	q, ok := anyOf(w, w.quotes, "quote")
	if !ok {
		return
	}
	want := ""
	switch {
	case q.state == "waiting":
		want = "quote-waiting"
	case q.state != "open":
		want = "quote-used"
	case w.dayOf(w.now) > w.dayOf(q.until)+14:
		want = "quote-expired"
	}
	out, ok := attempt(w, sales.DraftContract, "principal", "/contracts", sales.DraftContractInput{QuoteID: q.id}, want)
	if !ok {
		return
	}
	q.state = "accepted"
	c := &mContract{id: out.ID, of: q.of}
	for _, amount := range q.plan {
		c.plan = append(c.plan, part{amount: amount})
	}
	w.contracts = append(w.contracts, c)
}

func (w *walk) sign() {
	c, ok := anyOf(w, w.contracts, "contract")
	if !ok {
		return
	}
	want := ""
	if c.signed {
		want = "not-draft"
	}
	if _, ok := attempt(w, contracts.Sign, "principal", "/contracts/{id}/sign", contracts.SignInput{ContractID: c.id}, want); ok {
		c.signed = true
		c.of.change()
		c.of.comesTo("signed")
		c.of.next = ""
	}
}

func (w *walk) pay() {
	in := finance.TakePaymentInput{PersonID: w.person, CenterID: w.s.HD, Method: "cash", Amount: money.Fen(rapid.Int64Range(1, 2_500_000).Draw(w.r, "amount"))}
	want := ""
	c, ok := anyOf(w, w.contracts, "contract")
	if ok {
		in.ContractID = c.id
	}
	if ok && !c.signed {
		want = "step-missing|invalid not-signed"
	}
	out, done := attempt(w, finance.TakePayment, "front-desk", "/payments", in, want)
	if !done {
		return
	}
	p := &mPayment{id: out.ID, of: c, amount: in.Amount}
	var sum money.Fen
	if ok {
		p.paid, sum = c.pays(in.Amount)
	}
	if out.Allocated != sum || out.Balance != in.Amount-sum {
		w.r.Fatalf("a payment of %d pays %d and leaves %d, want %d", in.Amount, out.Allocated, out.Balance, sum)
	}
	w.payments = append(w.payments, p)
}

func (w *walk) reverse() {
	p, ok := anyOf(w, w.payments, "payment")
	if !ok {
		return
	}
	want := ""
	switch {
	case p.reversal:
		want = "is-reversal"
	case p.reversed:
		want = "already-reversed"
	}
	out, ok := attempt(w, finance.ReversePayment, "finance", "/payments/{id}/reverse", finance.ReversePaymentInput{PaymentID: p.id, Reason: "wrong amount"}, want)
	if !ok {
		return
	}
	p.reversed = true
	for i, paid := range p.paid {
		p.of.plan[i].paid -= paid
	}
	w.payments = append(w.payments, &mPayment{id: out.ID, of: p.of, amount: -p.amount, reversal: true})
}

// next draws the next step: any, what takes the last one back, or what leads on.
func (w *walk) next(names []string, before string) string {
	switch rapid.IntRange(0, 6).Draw(w.r, "next") {
	case 0, 1:
		return w.onward()
	case 2:
		if e := w.openOf(); e != nil && w.expected(e) != nil {
			return rapid.SampledFrom([]string{"sales.confirm-appointment", "sales.miss-appointment", "sales.cancel-appointment", "sales.move-appointment"}).Draw(w.r, "expected")
		}
	case 3, 4:
		if o, ok := w.register[before]; ok && deeds[o.Describe().Undo] != nil {
			return o.Describe().Undo
		}
	}
	return rapid.SampledFrom(names).Draw(w.r, "step")
}

// onward is the step that leads on to a paid contract.
func (w *walk) onward() string {
	e := w.openOf()
	switch {
	case len(w.contracts) > 0 && w.contracts[len(w.contracts)-1].signed:
		return "finance.take-payment"
	case len(w.contracts) > 0:
		return "contracts.sign"
	case len(w.quotes) > 0:
		return "sales.draft-contract"
	case e == nil:
		return "sales.enter-enquiry"
	case w.did("needs", e):
		return "sales.make-quote"
	case e.stage == "visited":
		return "sales.finish-visit"
	case w.expected(e) != nil:
		return "sales.check-in"
	case w.did("touch", e):
		return "sales.book-appointment"
	}
	return "people.record-touch"
}

// wait lets time go by: a second, now and then minutes or days; then the center is open.
func (w *walk) wait() {
	d := time.Second
	switch rapid.IntRange(0, 19).Draw(w.r, "wait") {
	case 0, 1:
		d = time.Duration(rapid.IntRange(1, 90).Draw(w.r, "minutes")) * time.Minute
	case 2:
		d = time.Duration(rapid.IntRange(1, 20).Draw(w.r, "days")) * 24 * time.Hour
	case 3, 4:
		if e := w.openOf(); e != nil && w.expected(e) != nil {
			d = max(d, w.expected(e).starts.Sub(w.now)+time.Minute)
		}
	}
	w.now = w.ahead(w.now.Add(d))
	w.s.Clock.Set(w.now)
}

// begin registers somebody new, mostly with an enquiry.
func (w *walk) begin() {
	w.phones++
	in := people.RegisterInput{Name: "何雨桐", CenterID: w.s.HD, Phones: []people.ContactInput{{Value: fmt.Sprintf("137%08d", w.phones)}}}
	out, _ := attempt(w, people.Register, "front-desk", "/people", in, "")
	w.person = out.ID
	if !w.chance(6, "without an enquiry") {
		w.enterEnquiry()
	}
}
