package salesdoor_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"zhike/internal/contracts"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/people"
	"zhike/internal/testkit"
)

// TestCON1_PayerOfQuote: a child's guardian pays unless another is chosen, who is searched for can be chosen, and the signing credit is
// divided; one click makes the contract all the same.
func TestCON1_PayerOfQuote(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		own := s.Consultant(s.HD)
		p := open(own, t, s)
		quoteOf := func() (child, mother id.ID, page string) {
			t.Helper()
			e, visit := visited(t, s)
			birth := bizdate.New(2016, 1, 8)
			if _, err := people.Change.Run(own, s.Ops, people.ChangeInput{PersonID: e.PersonID, Birth: &birth}); err != nil {
				t.Fatal(err)
			}
			m, err := people.Register.Run(own, s.Ops, people.RegisterInput{Name: "王静", CenterID: s.HD})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := people.LinkGuardian.Run(own, s.Ops, people.LinkGuardianInput{PersonID: e.PersonID, GuardianID: m.ID, Relation: "mother"}); err != nil {
				t.Fatal(err)
			}
			p.post("/visits/"+visit.ID.String()+"/finish", http.StatusSeeOther, "course_id", s.Course.String(), "needs.goal", "口语", "outcome", "quote")
			to, _ := p.post("/enquiries/"+e.ID.String()+"/quote", http.StatusSeeOther, "package_ids", s.Package.String(), "parts", "1")
			return e.PersonID, m.ID, to
		}
		payerOf := func(page string) (payer id.ID, shares []contracts.ShareInput) {
			t.Helper()
			key, err := id.Parse(strings.TrimPrefix(page, "/contracts/"))
			if err != nil {
				t.Fatal(err)
			}
			s.Read(t, own, func(ctx context.Context, tx *op.Tx) error {
				d, err := contracts.ByID(ctx, tx, key)
				payer = d.Payer
				for _, share := range d.Shares {
					shares = append(shares, contracts.ShareInput{StaffID: share.Staff, Share: share.Share})
				}
				return err
			})
			return payer, shares
		}
		child, mother, here := quoteOf()
		page := p.get(here, http.StatusOK)
		p.wants(page, "谁付款", "学员未满 18 岁：来自监护人 王静（母亲）", "学员本人", "签约业绩怎么分")
		if !strings.Contains(page, `name="payer_id" value="`+mother.String()+`" checked`) || strings.Contains(page, `value="`+child.String()+`" checked`) {
			t.Error("the guardian of a child is not chosen")
		}
		to, _ := p.post(here+"/contract", http.StatusSeeOther, "payer_id", mother.String())
		if payer, shares := payerOf(to); payer != mother || len(shares) != 1 || shares[0].Share != 10_000 {
			t.Errorf("payer %s, shares %v", payer, shares)
		}

		_, _, here = quoteOf()
		other, err := people.Register.Run(own, s.Ops, people.RegisterInput{Name: "欧阳付款", CenterID: s.HD})
		if err != nil {
			t.Fatal(err)
		}
		page = p.get(here+"?payer="+url.QueryEscape("欧阳付款"), http.StatusOK)
		if !strings.Contains(page, `name="payer_id" value="`+other.ID.String()+`" checked`) {
			t.Error("who was searched for is not chosen")
		}
		me, colleague := s.StaffID(own).String(), s.StaffID(s.Consultant2(s.HD)).String()
		_, page = p.post(here+"/contract", http.StatusUnprocessableEntity, "payer_id", other.ID.String(), "shares.0.staff_id", me, "shares.0.percent", "60", "shares.1.staff_id", colleague, "shares.1.percent", "30")
		if errorAt(page, "shares.0.percent") == "" || !strings.Contains(page, "<details open>") {
			t.Error("nothing is said of shares that are not the whole")
		}
		_, page = p.post(here+"/contract", http.StatusUnprocessableEntity, "shares.0.staff_id", me, "shares.0.percent", "half")
		if got := errorAt(page, "shares.0.percent"); !strings.Contains(got, "不是百分数") {
			t.Errorf("at the share: %q", got)
		}
		to, _ = p.post(here+"/contract", http.StatusSeeOther, "payer_id", other.ID.String(), "shares.0.staff_id", me, "shares.0.percent", "66.66", "shares.1.staff_id", colleague, "shares.1.percent", "33.34", "shares.2.staff_id", "", "shares.2.percent", "")
		if payer, shares := payerOf(to); payer != other.ID || len(shares) != 2 || shares[0].Share+shares[1].Share != 10_000 {
			t.Errorf("payer %s, shares %v", payer, shares)
		}
	})
}
