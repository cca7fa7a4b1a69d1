package sales_test

import (
	"context"
	"testing"

	"zhike/internal/kernel/op"
	"zhike/internal/people"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

// The card that fits stands beside an enquiry; its use is kept by version and counts once a contact;
// going on is coming further than at the contact.
func TestSAL10_Playbook(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		e, ctx := s.Enquiry(t, s.HD), s.Consultant(s.HD)
		others := 0
		card := func() sales.Playbook {
			return ask(t, s, ctx, func(ctx context.Context, tx *op.Tx) (sales.Playbook, error) {
				now, err := sales.EnquiryByID(ctx, tx, e.ID)
				if err != nil {
					return sales.Playbook{}, err
				}
				last, err := people.Touches(ctx, tx, now.Person, 1)
				if err != nil {
					return sales.Playbook{}, err
				}
				list, err := sales.PlaybooksFor(ctx, tx, now, last, "zh")
				if err != nil || len(list) == 0 {
					return sales.Playbook{}, err
				}
				for _, other := range list[1:] {
					if len(list) > 3 || other.Need != "" && list[0].Need == "" || other.Stage != "" && other.Stage != string(now.Stage) {
						t.Errorf("cards that fit, out of order: %+v", list)
					}
				}
				others = len(list) - 1
				return list[0], nil
			})
		}
		results := func(p sales.Playbook) []sales.PlaybookResult {
			return ask(t, s, ctx, func(ctx context.Context, tx *op.Tx) ([]sales.PlaybookResult, error) {
				return sales.PlaybookResults(ctx, tx, p.ID)
			})
		}
		if p := card(); p.Code != "first-contact-zh" {
			t.Fatalf("card of a new enquiry = %q", p.Code)
		}
		touch := must(people.RecordTouch.Run(ctx, s.Ops, people.TouchInput{EnquiryID: e.ID, Channel: "call", Result: "expensive", NextStep: "call-back", NextDay: today(s) + 1}))(t)
		p := card()
		if p.Code != "expensive-zh" || others == 0 {
			t.Fatalf("card after “too dear” = %q and %d others", p.Code, others)
		}
		for range 2 {
			must(sales.NoteGuidance.Run(ctx, s.Ops, sales.GuidanceInput{TouchID: touch.ID, PlaybookID: p.ID, No: p.Version, Used: true}))(t)
		}
		if got := results(p); len(got) != 1 || got[0] != (sales.PlaybookResult{No: 1, Shown: 1, Used: 1}) || !got[0].Thin() {
			t.Errorf("results = %+v", got)
		}
		must(sales.Book.Run(ctx, s.Ops, sales.BookInput{EnquiryID: e.ID, Starts: s.Clock.Now().AddDate(0, 0, 1)}))(t)
		if got := results(p); got[0].UsedWent != 1 {
			t.Errorf("results after the invitation = %+v", got)
		}
		written := must(sales.WritePlaybook.Run(s.Principal(s.HD), s.Ops, sales.PlaybookInput{PlaybookID: p.ID, Name: "n", Lang: "zh", Need: "expensive", Short: "a\nb", Active: true}))(t)
		if now := card(); now.Version != 2 || written.Version != 2 || now.Short != "a\nb" {
			t.Errorf("card after the change = %+v", now)
		}
		other := s.Enquiry(t, s.HD)
		taken := must(people.RecordTouch.Run(ctx, s.Ops, people.TouchInput{EnquiryID: other.ID, Channel: "call", Result: "expensive", NextStep: "call-back", NextDay: today(s) + 1}))(t)
		must(sales.NoteGuidance.Run(ctx, s.Ops, sales.GuidanceInput{TouchID: taken.ID, PlaybookID: p.ID, No: 2}))(t)
		if got := refusal(second(sales.NoteGuidance.Run(s.Principal(s.HD), s.Ops, sales.GuidanceInput{TouchID: taken.ID, PlaybookID: p.ID, No: 2, Used: true}))); got != "422 guidance-touch touch_id:" {
			t.Errorf("of another's contact: %s", got)
		}
		must(people.WithdrawTouch.Run(ctx, s.Ops, people.WithdrawTouchInput{TouchID: taken.ID}))(t)
		if got := results(p); len(got) != 1 {
			t.Errorf("a contact that was taken back counts: %+v", got)
		}
		must(sales.WritePlaybook.Run(s.Principal(s.HD), s.Ops, sales.PlaybookInput{PlaybookID: p.ID, Name: "n", Lang: "zh", Need: "expensive", Short: "a"}))(t)
		if now := card(); now.Code != "confirm-zh" {
			t.Errorf("card after it was retired = %q", now.Code)
		}
		for name, err := range map[string]error{
			"forbidden": second(sales.WritePlaybook.Run(ctx, s.Ops, sales.PlaybookInput{Name: "n", Lang: "zh", Short: "a"})),
			"invalid":   second(sales.WritePlaybook.Run(s.Principal(s.HD), s.Ops, sales.PlaybookInput{Name: "n", Lang: "zh", Short: "a\nb\nc\nd"})),
			"not-found": second(sales.NoteGuidance.Run(ctx, s.Ops, sales.GuidanceInput{TouchID: touch.ID, PlaybookID: p.ID, No: 9})),
		} {
			if err == nil {
				t.Errorf("%s: nothing is refused", name)
			}
		}
	})
}
