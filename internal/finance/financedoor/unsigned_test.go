package financedoor_test

import (
	"net/http"
	"strings"
	"testing"

	"zhike/internal/contracts"
	"zhike/internal/testkit"
)

// TestFIN1_UnsignedContract: a draft takes no payment; its page at the cash desk says so and leads to the contract, without a form.
func TestFIN1_UnsignedContract(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		s.Ops.Gate = nil // a contract without a quote
		c, err := contracts.Draft.Run(s.Principal(s.HD), s.Ops, contracts.DraftInput{
			StudentID: s.Person(t, s.HD), CenterID: s.HD, ConsultantID: s.StaffID(s.Consultant(s.HD)), ChannelID: s.Web, Lines: []contracts.LineInput{{PackageID: s.Package}},
		})
		if err != nil {
			t.Fatal(err)
		}
		p := open(t, s, s.FrontDesk(s.HD))
		at := "/payments/new?contract_id=" + c.ID.String()
		page := p.get(at, http.StatusOK)
		p.wants(page, "合同 "+c.No+" 还没有签署，不能收款")
		if strings.Contains(page, `name="amount_fen"`) || !strings.Contains(page, `href="/contracts/`+c.ID.String()+`"`) {
			t.Errorf("a form, or no way to the contract: %s", words(page))
		}
		if _, err := contracts.Sign.Run(s.Principal(s.HD), s.Ops, contracts.SignInput{ContractID: c.ID}); err != nil {
			t.Fatal(err)
		}
		if page := p.get(at, http.StatusOK); !strings.Contains(page, `name="amount_fen"`) {
			t.Errorf("signed, and no form: %s", words(page))
		}
	})
}
