package sales_test

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/kernel/problem"
	"zhike/internal/marketing"
	"zhike/internal/process"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

// point adds a form of the center HD.
func point(t *testing.T, s *testkit.School, change func(*marketing.CapturePointInput)) marketing.CapturePointAnswer {
	t.Helper()
	in := marketing.CapturePointInput{Name: "官网报名", Kind: "form", CenterID: s.HD, ChannelID: s.Web}
	if change != nil {
		change(&in)
	}
	p, err := marketing.SetCapturePoint.Run(s.Marketing(), s.Ops, in)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// form is what a parent fills in, proven.
func form(p marketing.CapturePointAnswer, n int) marketing.ReceiveInput {
	return marketing.ReceiveInput{
		PointID: p.ID, Name: fmt.Sprintf("何雨桐%d", n), Phone: fmt.Sprintf("138001380%02d", n), Minor: true, Guardian: "何先生", Consent: true, Proven: true,
		Address: fmt.Sprintf("a%d", n), Challenge: fmt.Sprintf("c%d", n), UTM: map[string]string{"source": "xhs", "medium": "note"}, Referrer: "https://kag.example/promo", Lang: "zh",
	}
}

func receive(t *testing.T, s *testkit.School, in marketing.ReceiveInput) marketing.Received {
	t.Helper()
	out, err := marketing.ReceiveSubmission.Run(s.System(), s.Ops, in)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func enter(t *testing.T, s *testkit.School, in marketing.ReceiveInput) marketing.SubmissionAnswer {
	t.Helper()
	out, err := sales.EnterSubmission.Run(s.System(), s.Ops, sales.EnterSubmissionInput{SubmissionID: receive(t, s, in).ID})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func submission(t *testing.T, s *testkit.School, key id.ID) (out marketing.Submission) {
	t.Helper()
	s.Read(t, s.System(), func(ctx context.Context, tx *op.Tx) error { return tx.Select(&out).Where("id = ?", key).Scan(ctx) })
	return out
}

func lead(t *testing.T, s *testkit.School, key id.ID) (out marketing.Lead) {
	t.Helper()
	s.Read(t, s.System(), func(ctx context.Context, tx *op.Tx) error { return tx.Select(&out).Where("id = ?", key).Scan(ctx) })
	return out
}

// TestMKT11_SubmissionBecomesLead: campaign, channel, center, parameters and page are on the lead without being asked, the owner is told, the consent is kept with
// who gave it and when.
func TestMKT11_SubmissionBecomesLead(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		c, err := marketing.PlanCampaign.Run(s.Marketing(), s.Ops, testkit.Campaign(t, s, id.None))
		if err != nil {
			t.Fatal(err)
		}
		in := marketing.CapturePointInput{Name: "开放日", Kind: "link", CenterID: s.HD, CampaignID: c.ID}
		if _, err := marketing.SetCapturePoint.Run(s.Marketing(), s.Ops, in); err == nil {
			t.Error("a point in use for a campaign that is not approved was taken (MKT-2)")
		}
		s.Approve(t, c.ID)
		consultant := s.StaffID(s.Consultant2(s.HD))
		p := point(t, s, func(in *marketing.CapturePointInput) {
			in.CampaignID, in.ChannelID, in.StaffID = c.ID, id.None, consultant
		})
		out := enter(t, s, form(p, 1))
		got, l := submission(t, s, out.ID), lead(t, s, out.Lead)
		if got.State != marketing.SubmissionEntered || got.ConsentBy != "guardian" || !got.ConsentAt.Equal(testkit.Morning) || got.Guardian != "何先生" {
			t.Errorf("submission = %+v", got)
		}
		if l.Enquiry != out.Enquiry || l.Campaign != c.ID || l.Channel != s.Web || l.Center != s.HD || l.Point != p.ID || l.UTM["source"] != "xhs" || l.Referrer != "https://kag.example/promo" {
			t.Errorf("lead = %+v", l)
		}
		if n := s.Count(t, "SELECT COUNT(*) FROM notices WHERE kind = 'enquiry' AND staff = ?", consultant); n != 1 {
			t.Errorf("its owner was told %d times", n)
		}
		if kinds := s.Facts(t); !slices.Contains(kinds, "marketing.submission-received.1") || !slices.Contains(kinds, "marketing.submission-entered.1") {
			t.Errorf("facts = %v", kinds)
		}
		s.Exec(t, "UPDATE campaigns SET state = 'closed' WHERE id = ?", c.ID)
		if l := lead(t, s, enter(t, s, form(p, 2)).Lead); !l.Campaign.IsNone() || l.Channel != s.Web {
			t.Errorf("after the campaign: %+v", l)
		}
		s.Check(t)
	})
}

// TestMKT11_KnownPerson: who is known for sure gets a further lead on the open enquiry, whose owner is told, and a new enquiry once that is over.
func TestMKT11_KnownPerson(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		p := point(t, s, nil)
		first := enter(t, s, form(p, 1))
		again := form(p, 1)
		again.Said, again.Challenge = "想上周末班", "other"
		second := enter(t, s, again)
		if second.Enquiry != first.Enquiry || second.Lead == first.Lead {
			t.Errorf("first %+v, second %+v", first, second)
		}
		if n := s.Count(t, "SELECT COUNT(*) FROM notices WHERE kind = 'submission'"); n != 1 {
			t.Errorf("its owner was told %d times", n)
		}
		sibling := form(p, 1)
		sibling.Name, sibling.Challenge = "李小红", "third"
		if other := enter(t, s, sibling); other.Enquiry == first.Enquiry {
			t.Error("another name with the same phone joined the enquiry")
		}
		if _, err := sales.Lose.Run(s.Principal(s.HD), s.Ops, sales.LoseInput{EnquiryID: first.Enquiry, Reason: "price"}); err != nil {
			t.Fatal(err)
		}
		again.Said, again.Challenge = "再看看", "fourth"
		third := enter(t, s, again)
		if third.Enquiry == first.Enquiry || submission(t, s, third.ID).Person != submission(t, s, first.ID).Person {
			t.Errorf("after its end: %+v", third)
		}
		s.Check(t)
	})
}

// TestMKT11_SameTwiceCountsOnce: the same submission, also with another proof or while it waits, is one row and one lead.
func TestMKT11_SameTwiceCountsOnce(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		p := point(t, s, nil)
		in := form(p, 1)
		waiting := receive(t, s, in)
		in.Challenge, in.Phone = "other", "+86 138-0013-8001"
		if again := receive(t, s, in); again.ID != waiting.ID || !again.Repeat || again.State != marketing.SubmissionWaiting {
			t.Errorf("while it waits: %+v, want %s again", again, waiting.ID)
		}
		for range 2 { // the job may run twice
			if err := sales.EnterSubmissions(t.Context(), s.Ops); err != nil {
				t.Fatal(err)
			}
		}
		if again := receive(t, s, in); again.ID != waiting.ID || again.State != marketing.SubmissionEntered {
			t.Errorf("once it is a lead: %+v", again)
		}
		if got := submission(t, s, waiting.ID); got.Times != 3 || s.Count(t, "SELECT COUNT(*) FROM leads WHERE point = ?", p.ID) != 1 {
			t.Errorf("%+v", got)
		}
		in.Said = "两个孩子"
		in.Challenge = form(p, 1).Challenge
		if used := receive(t, s, in); used.Reason != marketing.ReasonUsed {
			t.Errorf("another submission by the same proof: %+v", used)
		}
		s.Check(t)
	})
}

// TestMKT11_RejectedStaysReadable: each refusal is kept with its reason and no lead; marketing reads it, the phone masked.
func TestMKT11_RejectedStaysReadable(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		p := point(t, s, nil)
		for n, change := range map[string]func(*marketing.ReceiveInput){
			"trap":                      func(in *marketing.ReceiveInput) { in.Trap = "x" },
			"no-proof":                  func(in *marketing.ReceiveInput) { in.Proven = false },
			"incomplete: guardian":      func(in *marketing.ReceiveInput) { in.Guardian = " " },
			"incomplete: consent":       func(in *marketing.ReceiveInput) { in.Consent = false },
			"incomplete: name phone":    func(in *marketing.ReceiveInput) { in.Name, in.Phone = "", "12" },
			"incomplete: name guardian": func(in *marketing.ReceiveInput) { in.Name, in.Guardian = "\x00", "" },
			"too-long: phone":           func(in *marketing.ReceiveInput) { in.Phone = strings.Repeat("长", 1000) },
		} {
			in := form(p, len(n))
			change(&in)
			reason, detail, _ := strings.Cut(n, ": ")
			detail, _, _ = strings.Cut(detail, ",")
			out := receive(t, s, in)
			if got := submission(t, s, out.ID); got.State != marketing.SubmissionRejected || got.Reason != reason || got.Detail != detail {
				t.Errorf("%s: %+v", n, got)
			}
			if _, err := sales.EnterSubmission.Run(s.System(), s.Ops, sales.EnterSubmissionInput{SubmissionID: out.ID}); err == nil {
				t.Errorf("%s became a lead", n)
			}
		}
		off := false
		if _, err := marketing.SetCapturePoint.Run(s.Marketing(), s.Ops, marketing.CapturePointInput{PointID: p.ID, Name: "x", Kind: "form", CenterID: s.HD, ChannelID: s.Web, Active: &off}); err != nil {
			t.Fatal(err)
		}
		if out := receive(t, s, form(p, 9)); out.Reason != marketing.ReasonClosed {
			t.Errorf("a closed point: %+v", out)
		}
		s.Read(t, s.Marketing(), func(ctx context.Context, tx *op.Tx) error {
			var list []marketing.Submission
			err := tx.Select(&list).Where("point = ?", p.ID).Scan(ctx)
			for _, r := range list {
				if strings.Contains(r.Phone, "0013800") {
					t.Errorf("the phone is not masked: %s", r.Phone)
				}
			}
			if len(list) != 8 {
				t.Errorf("marketing reads %d", len(list))
			}
			return err
		})
		if n := s.Count(t, "SELECT COUNT(*) FROM leads WHERE point = ?", p.ID); n != 0 {
			t.Errorf("%d leads", n)
		}
	})
}

// Nothing is cut in silence: what a visitor types that is too long is refused by field, length and limit, and so is the like of it after; of what a link or a browser adds the
// beginning is kept, which the submission and its enquiry say (MKT-11).
func TestMKT11_TooLong(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		p := point(t, s, nil)
		for field, set := range map[string]func(in *marketing.ReceiveInput, n int){
			"name 100":     func(in *marketing.ReceiveInput, n int) { in.Name = strings.Repeat("何", n) },
			"guardian 100": func(in *marketing.ReceiveInput, n int) { in.Guardian = strings.Repeat("何", n) },
			"said 500":     func(in *marketing.ReceiveInput, n int) { in.Said = strings.Repeat("想", n) },
		} {
			in := form(p, len(field))
			in.Challenge = field
			field, limit, _ := strings.Cut(field, " ")
			most, _ := strconv.Atoi(limit)
			set(&in, most+1)
			out := receive(t, s, in)
			got := submission(t, s, out.ID)
			bad := in.Wrong()
			if got.State != marketing.SubmissionRejected || got.Reason != marketing.ReasonTooLong || got.Detail != field || got.Cut != field || len(bad) != 1 || bad[0].Location != field || bad[0].Args["count"] != most+1 || bad[0].Args["limit"] != most {
				t.Errorf("%s: %+v, said to be %+v", field, got, bad)
			}
			set(&in, most)
			if fits := submission(t, s, receive(t, s, in).ID); fits.State != marketing.SubmissionWaiting || fits.Cut != "" || fits.ID == got.ID {
				t.Errorf("%s of %d characters: %+v", field, most, fits)
			}
		}
		in := form(p, 1)
		in.UTM["source"], in.UTM["term"], in.Referrer = strings.Repeat("a", 101), strings.Repeat("b", 100), "https://kag.example/"+strings.Repeat("c", 300)
		entered := enter(t, s, in)
		got := submission(t, s, entered.ID)
		if got.State != marketing.SubmissionEntered || got.Cut != "utm_source referrer" || got.UTM["source"] != in.UTM["source"][:100] || got.UTM["term"] != in.UTM["term"] || got.Referrer != in.Referrer[:300] {
			t.Errorf("a long link: %+v", got)
		}
		of := ask(t, s, s.Principal(s.HD), func(ctx context.Context, tx *op.Tx) ([]marketing.Captured, error) {
			return marketing.CapturedOf(ctx, tx, entered.Enquiry)
		})
		if len(of) != 1 || of[0].Cut != got.Cut {
			t.Errorf("the enquiry says %+v", of)
		}
	})
}

// TestMKT11_Flood: from one address some dozens are taken in ten minutes, the rest is refused and kept; another address, and later, go on.
func TestMKT11_Flood(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		p := point(t, s, nil)
		flood := func(n int) marketing.Received {
			in := form(p, n%100)
			in.Address, in.Said = "one", fmt.Sprint(n)
			in.Challenge = in.Said
			return receive(t, s, in)
		}
		for n := range 200 {
			if out := flood(n); (out.Reason == marketing.ReasonFlood) != (n >= 40) {
				t.Fatalf("submission %d: %+v", n, out)
			}
		}
		rows, sent := s.Count(t, "SELECT COUNT(*) FROM submissions"), s.Count(t, "SELECT CAST(SUM(times) AS BIGINT) FROM submissions")
		if rows != 140 || sent != 200 {
			t.Errorf("%d rows of %d submissions: the flood is kept to a bound, and counted", rows, sent)
		}
		if out := receive(t, s, form(p, 1)); out.State != marketing.SubmissionWaiting {
			t.Errorf("another address: %+v", out)
		}
		s.Clock.Set(s.Clock.Now().Add(11 * time.Minute))
		if out := flood(777); out.State != marketing.SubmissionWaiting {
			t.Errorf("after the flood: %+v", out)
		}
	})
}

// TestMKT11_RefusedLeadIsKept: what the rules of enquiries refuse is rejected with that code; nothing of it stays, and the job does not try it for ever.
func TestMKT11_RefusedLeadIsKept(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		p := point(t, s, nil)
		out := receive(t, s, form(p, 1))
		s.Exec(t, "UPDATE submissions SET phone = '12' WHERE id = ?", out.ID)
		if err := sales.EnterSubmissions(t.Context(), s.Ops); err != nil {
			t.Fatal(err)
		}
		if got := submission(t, s, out.ID); got.State != marketing.SubmissionRejected || got.Reason != "bad-phone" {
			t.Errorf("%+v", got)
		}
		_, err := marketing.RejectSubmission.Run(s.System(), s.Ops, marketing.RejectInput{SubmissionID: out.ID, Reason: "x"})
		if p, ok := problem.As(err); !ok || p.Code != "submission-settled" {
			t.Errorf("rejected twice: %v", err)
		}
		if _, err := marketing.ReceiveSubmission.Run(s.Principal(s.HD), s.Ops, form(p, 2)); err == nil {
			t.Error("somebody else than the program received a submission")
		}
		if !slices.ContainsFunc(process.NoticeKinds, func(k process.NoticeKind) bool { return k.Name == "submission" }) {
			t.Error("the notice cannot be chosen")
		}
	})
}

// TestMKT11_Scope: a principal reads, counts and changes the points of the own center, and what came by them; marketing all of them.
func TestMKT11_Scope(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		here, there := point(t, s, nil), point(t, s, func(in *marketing.CapturePointInput) { in.CenterID = s.CY })
		enter(t, s, form(here, 1))
		receive(t, s, form(there, 2))
		for _, c := range []struct {
			who  context.Context
			want int64
		}{{s.Principal(s.HD), 1}, {s.Marketing(), 2}} {
			s.Read(t, c.who, func(ctx context.Context, tx *op.Tx) error {
				points, err := marketing.CapturePoints(ctx, tx, marketing.CapturePointFilter{}, page.Request{Limit: 10})
				if err != nil {
					return err
				}
				list, err := marketing.Submissions(ctx, tx, marketing.SubmissionFilter{}, page.Request{Limit: 10})
				if points.Total != c.want || list.Total != c.want || int64(len(list.Items)) != c.want {
					t.Errorf("%d points, %d submissions, want %d", points.Total, list.Total, c.want)
				}
				if _, err := marketing.CapturePointByID(ctx, tx, there.ID); (err == nil) != (c.want == 2) {
					t.Errorf("the point of the other center: %v", err)
				}
				return err
			})
		}
		_, err := marketing.SetCapturePoint.Run(s.Principal(s.HD), s.Ops, marketing.CapturePointInput{PointID: there.ID, Name: "x", Kind: "form", CenterID: s.HD, ChannelID: s.Web})
		if p, ok := problem.As(err); !ok || p.Status != 404 {
			t.Errorf("the point of the other center was changed: %v", err)
		}
		_, err = marketing.SetCapturePoint.Run(s.Principal(s.HD), s.Ops, marketing.CapturePointInput{Name: "x", Kind: "form", ChannelID: s.Web})
		if p, ok := problem.As(err); !ok || p.Status != 422 {
			t.Errorf("a principal added a point of the whole company: %v", err)
		}
		s.Read(t, s.Principal(s.HD), func(ctx context.Context, tx *op.Tx) error {
			counts, err := marketing.CountCaptures(ctx, tx, []id.ID{here.ID})
			if n := counts[here.ID]; n.Submitted != 1 || n.Entered != 1 || n.Joined != 0 || n.Rejected != 0 {
				t.Errorf("counts = %+v", n)
			}
			return err
		})
	})
}
