//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"zhike/internal/contracts"
	"zhike/internal/finance"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/organization"
	"zhike/internal/process"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

// nextStep is the banner of what is to be done next.
const nextStep = "section.next"

// journey is one enquiry on its way from the desk to the report.
type journey struct {
	site
	t        *testing.T
	seen     int // facts that were looked at
	owner    string
	enquiry  id.ID
	person   id.ID
	contract id.ID
	payment  id.ID
}

// TestJourney is the first release by clicking alone, in a browser, on both databases: an enquiry is entered and given out by rule
// (SAL-2), called (PPL-12), invited (SAL-4), received (SAL-5, SAL-6), quoted, signed (SAL-7, CON-1..3), paid (FIN-1, FIN-2, FIN-4); the
// principal follows the day's figures to their records (UI-B1) and mails them (INS-6).
func TestJourney(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		lang := i18n.ZH
		if strings.HasSuffix(t.Name(), "postgres") {
			lang = i18n.EN
		}
		j := &journey{site: open(t, s, lang), t: t}
		server := j.mails(t)
		address := j.background()
		desk := j.as(t, "front-desk", s.HD)
		j.enter(desk)
		consultant := j.signIn(t, j.owner)
		j.call(consultant)
		j.book(consultant)
		j.checkIn(desk)
		j.receive(consultant)
		j.sell(consultant)
		j.sign(consultant)
		j.pay(desk)
		principal := j.as(t, "principal", s.HD)
		j.follow(principal)
		j.mail(principal, server, address)
		for _, u := range []*user{desk, consultant, principal} {
			u.calm()
		}
		s.Check(t)
	})
}

// background is what else happens at the school: figures of other centers and visitors must not slip into those of the journey. It gives
// the address of the principal.
func (j *journey) background() string {
	j.t.Helper()
	s := j.s
	s.Contract(j.t, s.CY)
	_, a := s.Appointment(j.t, s.HD)
	if _, err := sales.CheckIn.Run(s.FrontDesk(s.HD), s.Ops, sales.CheckInInput{AppointmentID: a.ID}); err != nil {
		j.t.Fatal(err)
	}
	principal := s.StaffID(s.Principal(s.HD))
	address := "principal-" + s.App.DB.Engine.String() + "@school.example" // the mail server is one for both
	if _, err := organization.ChangeStaff.Run(s.System(), s.Ops, organization.ChangeStaffInput{StaffID: principal, Email: &address}); err != nil {
		j.t.Fatal(err)
	}
	j.seen = len(s.Facts(j.t))
	return address
}

// facts fails the test unless exactly these were recorded since the last look, besides changes of language.
func (j *journey) facts(want ...string) {
	j.t.Helper()
	all := j.s.Facts(j.t)
	got := slices.DeleteFunc(slices.Clone(all[j.seen:]), func(kind string) bool { return kind == "organization.preferences-changed.1" })
	j.seen = len(all)
	if !slices.Equal(got, want) {
		j.t.Errorf("facts = %v, want %v", got, want)
	}
}

// read runs a query without limits of scope.
func (j *journey) read(fn func(ctx context.Context, tx *op.Tx) error) {
	j.t.Helper()
	j.s.Read(j.t, j.s.System(), fn)
}

// stage fails the test unless the enquiry stands there.
func (j *journey) stage(want sales.Stage) {
	j.t.Helper()
	j.read(func(ctx context.Context, tx *op.Tx) error {
		e, err := sales.EnquiryByID(ctx, tx, j.enquiry)
		if err == nil && e.Stage != want {
			j.t.Errorf("the enquiry stands at %s, want %s", e.Stage, want)
		}
		return err
	})
}

func (j *journey) later(d time.Duration) { j.s.Clock.Set(j.s.Clock.Now().Add(d)) }

// enter: the desk enters who called; the rule gives the enquiry to the consultant who waits longest (SAL-2).
func (j *journey) enter(u *user) {
	u.clickOn("details[data-key=n] summary")
	u.press("shell.new-enquiry")
	u.at("/enquiries/new")
	u.typed("person.name", "何雨桐")
	u.typed("person.phones.0.value", "139 1234 5678")
	u.choose("channel_id", j.s.Web.String())
	u.choose("course_id", j.s.Course.String())
	u.press("sales.enter.save")
	u.until(`/^\/enquiries\/[0-9a-f-]{36}$/.test(location.pathname)`)
	u.reads("何雨桐")
	j.enquiry = u.last()
	j.facts("people.person-registered.1", "sales.enquiry-entered.1")
	j.read(func(ctx context.Context, tx *op.Tx) error {
		e, err := sales.EnquiryByID(ctx, tx, j.enquiry)
		j.person = e.Person
		// The first consultant has an enquiry of this morning already: it is the second one's turn.
		if want := j.s.StaffID(j.s.Consultant2(j.s.HD)); e.Consultant != want {
			j.t.Errorf("the rule chose %s, want %s", e.Consultant, want)
		}
		return err
	})
	j.owner = j.s.Login("consultant2", j.s.HD)
	u.reads(j.owner) // the consultant is called like the login
	j.stage(sales.New)
}

// call: the consultant finds it on the work list, opens the person, and records a first call (PPL-12).
func (j *journey) call(u *user) {
	j.later(6 * time.Minute)
	u.reads("何雨桐")
	u.clickOn("tr[data-row] a.nm")
	u.at("/enquiries/" + j.enquiry.String())
	u.press("sales.person-page")
	u.at("/people/" + j.person.String())
	u.pressIn(nextStep, "person-page.do.first-touch")
	u.until(`location.pathname.endsWith("/call")`)
	u.pick("result", "discuss")
	u.pick("next_day", "2026-06-05")
	u.typed("note", "爸爸出差，周五再谈")
	u.clickOn("form.form button.p")
	u.at("/people/" + j.person.String())
	u.sees("sales.call.saved")
	u.reads("爸爸出差，周五再谈")
	j.facts("people.touch-recorded.1")
	j.stage(sales.Contacted)
}

// book: the next step is the invitation (SAL-4).
func (j *journey) book(u *user) {
	u.pressIn(nextStep, "person-page.do.invitation")
	u.until(`location.pathname.endsWith("/book")`)
	u.pick("day", "2026-06-03")
	u.pick("time", "10:00")
	u.press("sales.book.save")
	u.at("/people/" + j.person.String())
	u.sees("sales.book.saved")
	u.reads("10:00")
	j.facts("sales.appointment-booked.1")
	j.stage(sales.Invited)
	j.read(func(ctx context.Context, tx *op.Tx) error {
		list, err := sales.Appointments(ctx, tx, sales.AppointmentFilter{Enquiry: j.enquiry, Limit: 10})
		if err == nil && (len(list.Items) != 1 || list.Items[0].State != sales.Booked) {
			j.t.Errorf("appointments = %+v", list.Items)
		}
		return err
	})
}

// checkIn: the desk sees who comes next and checks the visitor in with one click (SAL-5).
func (j *journey) checkIn(u *user) {
	j.later(40 * time.Minute)
	u.clickOn("a.mark")
	u.at("/")
	u.until(`document.querySelector("section.next").innerText.includes("何雨桐")`)
	u.pressIn(nextStep, "sales.appointments.check-in")
	u.until(fmt.Sprintf(`document.querySelector("#status").innerText.includes(%q)`, j.owner))
	u.until(`document.querySelector("[aria-labelledby=here]").innerText.includes("何雨桐")`)
	j.facts("sales.visit-checked-in.1")
	j.stage(sales.Visited)
}

// receive: the consultant has a task; the needs analysis finishes the visit and the task (SAL-6).
func (j *journey) receive(u *user) {
	u.clickOn("a.mark")
	u.at("/")
	u.clickOn(`nav.nav a[href="/tasks"]`)
	u.at("/tasks")
	u.sees("task.receive")
	u.reads("何雨桐")
	u.press("task.receive")
	u.at("/visits/")
	u.typed("needs.goal", "口语")
	u.pick("outcome", "quote")
	u.press("sales.visit.save")
	u.at("/enquiries/" + j.enquiry.String() + "/quote") // what comes next
	u.sees("sales.visit.finished")
	j.facts("sales.visit-finished.1")
	j.read(func(ctx context.Context, tx *op.Tx) error {
		open, err := process.CountTasks(ctx, tx, process.TaskFilter{Staff: j.s.StaffID(j.s.Consultant2(j.s.HD))})
		if err == nil && open != 0 {
			j.t.Errorf("%d tasks are open after the visit", open)
		}
		return err
	})
}

// sell: a quote, and from it a contract; nothing is typed again (SAL-7, CON-1, CON-2).
func (j *journey) sell(u *user) {
	if u.read(`String(document.querySelector('input[name=package_ids]').checked)`) != "true" {
		u.pick("package_ids", j.s.Package.String())
	}
	u.until(`document.querySelector("#price").innerText.includes("19,200")`)
	u.press("sales.quote.save")
	u.at("/quotes/")
	u.reads("¥19,200")
	j.facts("sales.quote-made.1")
	j.stage(sales.Quoted)
	u.press("sales.quote.contract")
	u.at("/contracts/")
	j.contract = u.last()
	u.sees("contract-state.draft", "contract-page.next-sign")
	j.facts("contracts.contract-drafted.1", "sales.quote-accepted.1")
}

// sign: a review lists what changes; after it hours and an instalment are there (CON-3).
func (j *journey) sign(u *user) {
	u.pressIn(nextStep, "contract-page.sign")
	u.until(`location.pathname.endsWith("/sign")`)
	u.sees("contract-page.review-note")
	u.pressIn("main form", "contract-page.sign-confirm")
	u.at("/contracts/" + j.contract.String())
	u.sees("contract-page.signed-now", "contract-state.signed", "contract-page.hours-left")
	j.facts("contracts.contract-signed.1")
	j.stage(sales.Signed)
	j.read(func(ctx context.Context, tx *op.Tx) error {
		accounts, err := contracts.HoursOf(ctx, tx, j.person)
		if err == nil && (len(accounts) != 1 || accounts[0].Bought != 4800 || accounts[0].Gift != 400) {
			j.t.Errorf("hours = %+v, want 48 and 4 as a gift", accounts)
		}
		return err
	})
}

// pay: the desk takes what is due (FIN-1, FIN-2); the books balance (FIN-4).
func (j *journey) pay(u *user) {
	u.clickOn("a.mark")
	u.at("/")
	u.until(`document.querySelector("[aria-labelledby=cash]").innerText.includes("何雨桐")`)
	u.pressIn("[aria-labelledby=cash]", "sales.desk.take")
	u.at("/payments/new")
	if got := u.read(`document.querySelector("[name=amount_fen]").value`); strings.ReplaceAll(got, ",", "") != "19200.00" {
		u.t.Errorf("the amount is filled in as %s", got)
	}
	u.clickOn(`button[name=method][value=wechat]`)
	u.at("/payments/review")
	u.sees("payment-page.review-note")
	u.press("payment-page.confirm")
	u.until(`/^\/payments\/[0-9a-f-]{36}$/.test(location.pathname)`)
	u.reads("¥19,200.00")
	j.payment = u.last()
	j.facts("finance.payment-taken.1")
	j.read(func(ctx context.Context, tx *op.Tx) error {
		p, err := finance.PaymentByID(ctx, tx, j.payment)
		if err != nil {
			return err
		}
		if p.Amount != money.Yuan(19_200) || p.Method != "wechat" || p.No == "" {
			j.t.Errorf("payment = %+v", p.Payment)
		}
		c, err := contracts.ByID(ctx, tx, j.contract)
		if err == nil && c.Open() != 0 {
			j.t.Errorf("%s of the contract is open", c.Open())
		}
		return err
	})
	j.books()
}

// books are the lines of the journal that follow from the payment.
func (j *journey) books() {
	j.t.Helper()
	type line struct {
		Account string    `db:"account"`
		Amount  money.Fen `db:"amount"`
	}
	var lines []line
	j.read(func(ctx context.Context, tx *op.Tx) (err error) {
		lines, err = op.AllOf[line](ctx, tx.Unscoped("test"), "SELECT account, amount FROM journal WHERE cause = ?", j.payment)
		return err
	})
	sums, total := map[string]money.Fen{}, money.Fen(0)
	for _, l := range lines {
		sums[l.Account] += l.Amount
		total += l.Amount
	}
	if total != 0 || len(lines) < 4 {
		j.t.Errorf("%d lines sum to %s", len(lines), total)
	}
	for account, want := range map[string]money.Fen{finance.CashAccount("wechat"): money.Yuan(19_200), finance.DeferredRevenue: money.Yuan(-19_200), finance.CustomerBalance: 0} {
		if got, met := sums[account]; !met || got != want {
			j.t.Errorf("account %s holds %s, want %s: %v", account, got, want, sums)
		}
	}
}

// follow: the principal opens the report of the day, and each figure of its total opens a list that states the same (UI-B1).
func (j *journey) follow(u *user) {
	for list, want := range map[string]string{"/visits": "2", "/contracts": "1", "/payments": "¥19,200", "/enquiries": "2"} {
		u.press("home.open-report")
		u.at("/reports/daily-sales")
		link := fmt.Sprintf(`tfoot a[href^=%q]`, list+"?")
		shown := u.read(fmt.Sprintf(`(() => { const a = document.querySelector(%q).cloneNode(true); a.querySelectorAll(".vh").forEach(e => e.remove()); return a.textContent.trim() })()`, link))
		if shown != want {
			u.t.Errorf("the report counts %s of %s, want %s", shown, list, want)
		}
		u.clickOn(link)
		u.at(list)
		u.until(fmt.Sprintf(`document.querySelector("h1").innerText.includes(%q)`, shown))
		if rows := u.read(`String(document.querySelectorAll("main tbody tr").length)`); !strings.HasPrefix(want, "¥") && rows != want {
			u.t.Errorf("the list of %s has %s rows, the report counts %s", list, rows, want)
		}
		u.clickOn("a.mark")
		u.at("/")
	}
	u.press("home.open-report")
	u.at("/reports/daily-sales")
	j.facts()
}

// mail: two clicks send the report; one message comes, with the figures (INS-6).
func (j *journey) mail(u *user, server *testkit.MailServer, address string) {
	before := u.clicks
	u.press("insight.mail")
	u.pressIn("dialog[open]", "insight.send")
	u.reads(strings.Fields(j.s.App.Catalogue.Text(u.lang, "insight.mailed", "count", 1))...)
	if n := u.clicks - before; n != 2 {
		u.t.Errorf("%d clicks to mail the report, want 2", n)
	}
	m := server.Await(u.t, address)
	for _, body := range []string{m.Text, m.HTML} {
		if !strings.Contains(body, "19,200") || strings.Contains(body, "38,400") {
			u.t.Errorf("the mail does not hold the figures of the report:\n%s", body)
		}
	}
	if want := u.text("report.daily-sales"); len(m.To) != 1 || m.To[0].Address != address || !strings.Contains(m.Subject+m.Text, want) {
		u.t.Errorf("the mail goes to %v, subject %q", m.To, m.Subject)
	}
	j.facts("insight.report-mailed.1")
	j.later(time.Minute)
	if err := j.s.App.Settle(j.s.System()); err != nil {
		u.t.Fatal(err)
	}
	n := 0
	for _, m := range server.Messages(u.t) {
		if len(m.To) == 1 && m.To[0].Address == address {
			n++
		}
	}
	if n != 1 {
		u.t.Errorf("%d mails came, want 1", n)
	}
}
