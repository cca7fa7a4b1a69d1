package salesdoor_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"zhike/internal/people"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

// TestSAL3_ExpectedAmountOpens: each row says what it is worth, and its figure opens to where the enquiry's page says how that comes about.
func TestSAL3_ExpectedAmountOpens(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		e := s.Enquiry(t, s.HD)
		s.Exec(t, "INSERT INTO enquiry_scores (enquiry, model, probability, reasons, at) VALUES (?, ?, 2500, '[]', 0)", e.ID, e.ID)
		if err := sales.DueWorth(s.System(), s.Ops); err != nil {
			t.Fatal(err)
		}
		s.Exec(t, "UPDATE usual_amounts SET amount = 3000000")
		p := open(s.Consultant(s.HD), t, s)
		page := p.get("/", http.StatusOK)
		p.wants(page, "预期共 ¥7,500")
		leads(t, page, `href="/enquiries/`+e.ID.String()+`#worth"`)
		page = p.get("/enquiries/"+e.ID.String(), http.StatusOK)
		leads(t, page, `id="worth"`)
		p.wants(page, "预期 ¥7,500", "签约可能 25% × 签约金额 ¥30,000", "现在的紧急程度是平时的")
	})
}

// TestSAL3_WorkListByPages: what does not stand on the first page stands on the next; past its end the last page is shown.
func TestSAL3_WorkListByPages(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		err := s.Ops.Batch(s.FrontDesk(s.HD), func(ctx context.Context) error {
			for n := range 53 {
				person := &people.RegisterInput{Name: fmt.Sprintf("家长%02d", n), Phones: []people.ContactInput{{Value: fmt.Sprintf("139%08d", n)}}}
				if _, err := sales.Enter.Run(ctx, s.Ops, sales.EnterInput{Person: person, CenterID: s.HD, ChannelID: s.Web, CourseID: s.Course}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		s.Exec(t, "UPDATE enquiries SET consultant = ?", s.StaffID(s.Consultant(s.HD)))
		p := open(s.Consultant(s.HD), t, s)
		first := p.get("/", http.StatusOK)
		p.wants(first, "今天 53 件", "还有 3 件")
		leads(t, first, `href="/?no=50"`)
		last := p.get("/?no=50", http.StatusOK)
		p.wants(last, "第 51 / 53 件", "上一页")
		leads(t, last, "no=52&amp;of=53")
		rows := func(page string) int { return strings.Count(page, `data-row`) }
		if rows(first) != 50 || rows(last) != 3 {
			t.Errorf("%d and %d rows", rows(first), rows(last))
		}
		p.wants(p.get("/?no=1000", http.StatusOK), "/ 53 件", "上一页")
	})
}

// leads checks that a page holds the attributes.
func leads(t *testing.T, page string, attributes ...string) {
	t.Helper()
	for _, a := range attributes {
		if !strings.Contains(page, a) {
			t.Errorf("the page lacks %s", a)
		}
	}
}
