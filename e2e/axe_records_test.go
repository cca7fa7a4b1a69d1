//go:build e2e

package e2e

import (
	"context"
	"strings"
	"testing"

	"zhike/internal/finance"
	"zhike/internal/kernel/attach"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/marketing"
	"zhike/internal/organization"
	"zhike/internal/people"
	"zhike/internal/process"
	"zhike/internal/rollout"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

// records are what pages are about.
type records struct {
	enquiry, visited, quoted                           id.ID // enquiries: invited, received, quoted
	appointment, visit, finished, quote, draft, signed id.ID
	payment, person, room, view, feedback, day         id.ID
	region, other                                      id.ID // other is a likely duplicate of person
	campaign, draftCampaign, cost                      id.ID
	point                                              marketing.CapturePointAnswer
	rejected                                           id.ID // submission
	promotion, segment, reward                         id.ID
	request                                            id.ID // a data request
	organization, playbook                             id.ID
	task                                               id.ID
	asked, approval                                    id.ID // a quote that waits, and the approval that it waits for
}

// live fills a school with a record of each kind.
func live(t *testing.T, s *testkit.School) (r records) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	desk, consultant := s.FrontDesk(s.HD), s.Consultant(s.HD)
	e, a := s.Appointment(t, s.HD)
	r.enquiry, r.appointment = e.ID, a.ID
	task, err := process.GiveTask.Run(s.Principal(s.HD), s.Ops, process.GiveTaskInput{
		StaffID: s.StaffID(consultant), Task: process.OtherTask, Title: "核对合同", Note: "缺的补齐", Due: bizdate.Of(s.Clock.Now(), s.Dir.Zone(s.HD)) + 1, RecordKind: "enquiry", RecordID: e.ID,
	})
	must(err)
	r.task = task.ID
	_, err = process.CommentTask.Run(consultant, s.Ops, process.CommentTaskInput{TaskID: task.ID, Text: "今天做"})
	must(err)
	_, err = process.RepeatTask.Run(s.Principal(s.HD), s.Ops, process.RepeatTaskInput{StaffID: s.StaffID(consultant), Title: "周报", Every: "week", Weekdays: []int{5}, From: bizdate.Of(s.Clock.Now(), s.Dir.Zone(s.HD))})
	must(err)
	checkIn := func() (id.ID, id.ID) {
		e, a := s.Appointment(t, s.HD)
		v, err := sales.CheckIn.Run(desk, s.Ops, sales.CheckInInput{AppointmentID: a.ID})
		must(err)
		return e.ID, v.ID
	}
	r.visited, r.visit = checkIn()
	finish := func(visit id.ID) {
		_, err := sales.FinishVisit.Run(consultant, s.Ops, sales.FinishVisitInput{VisitID: visit, Needs: map[string]string{"goal": "口语"}, Outcome: "quote"})
		must(err)
	}
	quote := func() (enquiry, quote id.ID) {
		e, v := checkIn()
		finish(v)
		q, err := sales.MakeQuote.Run(consultant, s.Ops, sales.MakeQuoteInput{EnquiryID: e, Packages: []id.ID{s.Package}})
		must(err)
		r.finished = v
		return e, q.ID
	}
	r.quoted, r.quote = quote()
	asked, err := sales.MakeQuote.Run(consultant, s.Ops, sales.MakeQuoteInput{EnquiryID: r.quoted, Packages: []id.ID{s.Package}, Discount: 345_600, Reason: "团购"})
	must(err)
	r.asked, r.approval = asked.ID, asked.Approval
	_, q := quote()
	c, err := sales.DraftContract.Run(consultant, s.Ops, sales.DraftContractInput{QuoteID: q})
	must(err)
	r.draft, r.signed = c.ID, s.Contract(t, s.HD).ID
	p, err := finance.TakePayment.Run(desk, s.Ops, finance.TakePaymentInput{ContractID: r.signed, Method: "wechat", Amount: 100_000})
	must(err)
	r.payment = p.ID
	request, err := people.FileDataRequest.Run(desk, s.Ops, people.DataRequestInput{PersonID: s.Person(t, s.HD), Kind: "export", By: "self", Identity: "document"})
	must(err)
	r.request = request.ID
	room, err := organization.AddRoom.Run(s.IT(), s.Ops, organization.RoomInput{CenterID: s.HD, Name: "201", Seats: 12})
	must(err)
	r.room = room.ID
	view, err := organization.SaveView.Run(consultant, s.Ops, organization.SaveViewInput{List: "/enquiries", Name: "今天到期", Query: "due=today", Shared: "center"})
	must(err)
	r.view = view.ID
	region, err := organization.AddRegion.Run(s.IT(), s.Ops, organization.RegionInput{Code: "N", NameZH: "北区", NameEN: "North"})
	must(err)
	r.region = region.ID
	f, err := rollout.GiveFeedback.Run(consultant, s.Ops, rollout.GiveFeedbackInput{Category: "unclear", Said: "首联是什么", Page: "/enquiries"})
	must(err)
	r.feedback = f.ID
	r.campaigns(t, s)
	r.point = captured(t, s)
	r.rejected = idOf(t, s, "SELECT id FROM submissions WHERE state = 'rejected' LIMIT 1")
	r.segment = segmented(t, s)
	r.promotion, r.reward = s.Promotion(t, "秋季优惠"), s.Reward(t, s.HD, s.Enquiry(t, s.HD).PersonID)
	day, err := organization.AddSpecialDay.Run(s.System(), s.Ops, organization.SpecialDayInput{CenterID: s.HD, From: bizdate.Of(s.Clock.Now(), s.Dir.Zone(s.HD)) + 30, Kind: "closed", NameZH: "装修", NameEN: "Works"})
	must(err)
	r.day = day.ID
	s.Enquiry(t, s.HD)
	s.Exec(t, "UPDATE enquiries SET consultant = NULL, grade = 'A' WHERE id = ?", s.Enquiry(t, s.HD).ID) // lies in the pool
	s.Read(t, s.System(), func(ctx context.Context, tx *op.Tx) error {
		found, err := sales.EnquiryByID(ctx, tx, r.visited)
		r.person = found.Person
		return err
	})
	r.other = duplicate(t, s, r.person)
	r.organization = company(t, s, r.person, r.quoted)
	r.playbook = guided(t, s)
	_, err = people.Reveal.Run(desk, s.Ops, people.RevealInput{PersonID: r.person})
	must(err)
	scored(t, s)
	must(s.App.Settle(s.System()))
	return r
}

// guided writes a card of guidance, which a consultant then used.
func guided(t *testing.T, s *testkit.School) id.ID {
	t.Helper()
	card, err := sales.WritePlaybook.Run(s.Principal(s.HD), s.Ops, sales.PlaybookInput{Name: "试听前", Lang: "zh", Stage: "contacted", Short: "先问目标\n再约时间", Questions: "谁一起来？", Answers: "太远：先看路线", Active: true})
	if err != nil {
		t.Fatal(err)
	}
	ctx := s.Consultant(s.HD)
	touch, err := people.RecordTouch.Run(ctx, s.Ops, people.TouchInput{EnquiryID: s.Enquiry(t, s.HD).ID, Channel: "call", Result: "discuss", NextStep: "call-back", NextDay: bizdate.Of(s.Clock.Now(), s.Dir.Zone(s.HD)) + 1})
	if err != nil {
		t.Fatal(err)
	}
	if _, err = sales.NoteGuidance.Run(ctx, s.Ops, sales.GuidanceInput{TouchID: touch.ID, PlaybookID: card.ID, No: card.Version, Used: true}); err != nil {
		t.Fatal(err)
	}
	return card.ID
}

// campaigns fills in a draft and a campaign that is approved, with a cost and a lead.
func (r *records) campaigns(t *testing.T, s *testkit.School) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	c, err := marketing.PlanCampaign.Run(s.Marketing(), s.Ops, testkit.Campaign(t, s, id.None))
	must(err)
	r.draftCampaign = c.ID
	c, err = marketing.PlanCampaign.Run(s.Marketing(), s.Ops, testkit.Campaign(t, s, id.None))
	must(err)
	r.campaign = c.ID
	s.Approve(t, c.ID)
	scan, err := attach.Receive(s.Marketing(), s.Ops, "收据.pdf", strings.NewReader("%PDF-1.7"))
	must(err)
	cost, err := marketing.BookCost.Run(s.Marketing(), s.Ops, marketing.BookCostInput{CampaignID: c.ID, Category: "media", Amount: 80_000, Document: "FP-1", Files: []id.ID{scan.ID}})
	must(err)
	r.cost = cost.ID
	_, err = sales.Enter.Run(s.FrontDesk(s.HD), s.Ops, sales.EnterInput{PersonID: s.Person(t, s.HD), CenterID: s.HD, CampaignID: c.ID})
	must(err)
}

// duplicate registers two likely duplicates of a person, merges one into it, and gives the other.
func duplicate(t *testing.T, s *testkit.School, person id.ID) (other id.ID) {
	t.Helper()
	var numbers []people.ContactInput
	s.Read(t, s.System(), func(ctx context.Context, tx *op.Tx) error {
		list, err := people.Contacts(ctx, tx, person)
		for _, c := range list {
			numbers = append(numbers, people.ContactInput{Value: c.Value})
		}
		return err
	})
	for range 2 {
		in := people.RegisterInput{Name: "何雨彤", NameLatin: "He Yutong", District: "海淀区", CenterID: s.HD, Phones: append(numbers, people.ContactInput{Value: "13900139000"})}
		a, err := people.Register.Run(s.FrontDesk(s.HD), s.Ops, in)
		if err == nil && other.IsNone() {
			_, err = people.Merge.Run(s.FrontDesk(s.HD), s.Ops, people.MergeInput{PersonID: person, WithID: a.ID})
		}
		if err != nil {
			t.Fatal(err)
		}
		other = a.ID
	}
	return other
}
