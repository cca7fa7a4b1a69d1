package sales_test

import (
	"context"
	"testing"

	"zhike/internal/contracts"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

func quote(t *testing.T, s *testkit.School, key id.ID) sales.Quote {
	t.Helper()
	return ask(t, s, s.System(), func(ctx context.Context, tx *op.Tx) (sales.Quote, error) { return sales.QuoteByID(ctx, tx, key) })
}

// An enquiry about one course that ends in a package of another: the contract is about what is sold (CON-1).
func TestCON1_CourseOfWhatIsSold(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		ctx, e := s.Consultant(s.HD), analysed(t, s)
		other := must(contracts.AddCourse.Run(s.IT(), s.Ops, contracts.CourseInput{Code: "MATH", NameZH: "数学", NameEN: "Maths"}))(t)
		s.Exec(t, "UPDATE enquiries SET course = ? WHERE id = ?", other.ID, e.ID)
		q := must(sales.MakeQuote.Run(ctx, s.Ops, sales.MakeQuoteInput{EnquiryID: e.ID, Packages: []id.ID{s.Package}}))(t)
		c := must(sales.DraftContract.Run(ctx, s.Ops, sales.DraftContractInput{QuoteID: q.ID}))(t)
		got := ask(t, s, ctx, func(ctx context.Context, tx *op.Tx) (id.ID, error) {
			d, err := contracts.ByID(ctx, tx, c.ID)
			return d.Course, err
		})
		if got != s.Course {
			t.Errorf("the contract is of course %s, want %s", got, s.Course)
		}
	})
}

// The price that is shown is exactly what the contract says: lines, discount, plan, to the fen (SAL-7).
func TestSAL7_QuoteBecomesContract(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		ctx, e := s.Consultant(s.HD), analysed(t, s)
		plan := []contracts.InstalmentInput{{Due: today(s), Amount: money.Yuan(10_000)}, {Due: today(s) + 30, Amount: money.Yuan(28_400) - 19_999}}
		var q sales.QuoteAnswer
		same(t, "facts", since(t, s, func() {
			q = must(sales.MakeQuote.Run(ctx, s.Ops, sales.MakeQuoteInput{EnquiryID: e.ID, Packages: []id.ID{s.Package, s.Package}, Discount: 19_999, Plan: plan}))(t)
		}), []string{"sales.quote-made.1"})
		if q.List != money.Yuan(38_400) || q.Discount != 19_999 || q.Payable != money.Yuan(38_400)-19_999 || q.No != "Q-HD-000001" {
			t.Errorf("quote = %+v", q)
		}
		kept, is := quote(t, s, q.ID), enquiry(t, s, e.ID)
		if kept.ValidUntil != today(s)+14 || kept.State != "open" || len(kept.Lines) != 2 || kept.Lines[0].Payable+kept.Lines[1].Payable != q.Payable || is.Stage != sales.Quoted || is.NextStep != "follow-quote" || is.NextDay != today(s)+2 {
			t.Errorf("kept %+v, enquiry %+v", kept, is)
		}
		must(contracts.ChangePackage.Run(s.IT(), s.Ops, raise(s)))(t) // what was offered holds
		s.Clock.Set(at(s, today(s)+14, 10, 0))
		var c contracts.DraftAnswer
		same(t, "facts", since(t, s, func() { c = must(sales.DraftContract.Run(ctx, s.Ops, sales.DraftContractInput{QuoteID: q.ID}))(t) }),
			[]string{"contracts.contract-drafted.1", "sales.quote-accepted.1"})
		if c.List != q.List || c.Discount != q.Discount || c.Payable != q.Payable || c.State != contracts.Drafted {
			t.Errorf("contract = %+v, quote %+v", c, q)
		}
		full := ask(t, s, ctx, func(ctx context.Context, tx *op.Tx) (contracts.Contract, error) {
			d, err := contracts.ByID(ctx, tx, c.ID)
			return d.Contract, err
		})
		if full.Quote != q.ID || full.Enquiry != e.ID || full.Student != e.PersonID || full.Payer != e.PersonID || full.Consultant != e.Consultant || full.Course != s.Course || full.Channel != s.Web {
			t.Errorf("contract = %+v", full)
		}
		if n := count(t, s, "SELECT COALESCE(SUM(amount), 0) FROM instalments WHERE contract = ?", c.ID); n != int64(q.Payable) {
			t.Errorf("the plan sums to %d", n)
		}
		if quote(t, s, q.ID).State != "accepted" {
			t.Error("the quote is open")
		}
		s.Check(t)
	})
}

func TestSAL7_MakeQuoteRefused(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		e, other := analysed(t, s), s.Enquiry(t, s.HD)
		do := func(ctx context.Context, edit func(in *sales.MakeQuoteInput)) func() error {
			in := sales.MakeQuoteInput{EnquiryID: e.ID, Packages: []id.ID{s.Package}}
			if edit != nil {
				edit(&in)
			}
			return func() error { return second(sales.MakeQuote.Run(ctx, s.Ops, in)) }
		}
		own := s.Consultant(s.HD)
		signed := analysed(t, s)
		q := must(sales.MakeQuote.Run(own, s.Ops, sales.MakeQuoteInput{EnquiryID: signed.ID, Packages: []id.ID{s.Package}}))(t)
		d := must(sales.DraftContract.Run(own, s.Ops, sales.DraftContractInput{QuoteID: q.ID}))(t)
		must(contracts.Sign.Run(own, s.Ops, contracts.SignInput{ContractID: d.ID}))(t)
		refuse(t, s, map[string]refused{
			"signed":           {do(own, func(in *sales.MakeQuoteInput) { in.EnquiryID = signed.ID }), "422 already-ended enquiry_id:"},
			"no package":       {do(own, func(in *sales.MakeQuoteInput) { in.Packages = nil }), "422 invalid package_ids:required"},
			"unknown package":  {do(own, func(in *sales.MakeQuoteInput) { in.Packages = []id.ID{s.HD} }), "422 invalid package_ids.0:unknown"},
			"beyond the limit": {do(own, func(in *sales.MakeQuoteInput) { in.Discount = money.Yuan(960) + 1 }), "422 invalid discount_fen:discount-limit"},
			"negative":         {do(own, func(in *sales.MakeQuoteInput) { in.Discount = -1 }), "422 invalid discount_fen:discount-range"},
			"principal beyond": {do(s.Principal(s.HD), func(in *sales.MakeQuoteInput) { in.Discount = money.Yuan(3841) }), "422 invalid discount_fen:discount-limit"},
			"of the past":      {do(own, func(in *sales.MakeQuoteInput) { in.ValidUntil = today(s) - 1 }), "422 invalid valid_until:in-past"},
			"plan too small": {do(own, func(in *sales.MakeQuoteInput) {
				in.Plan = []contracts.InstalmentInput{{Due: today(s), Amount: money.Yuan(100)}}
			}), "422 invalid plan:plan-sum"},
			"no analysis":     {do(own, func(in *sales.MakeQuoteInput) { in.EnquiryID = other.ID }), "409 step-missing needs-analysis"},
			"colleague":       {do(s.Consultant2(s.HD), nil), "404 not-found"},
			"other center":    {do(s.Principal(s.CY), nil), "404 not-found"},
			"front desk":      {do(s.FrontDesk(s.HD), nil), "403 forbidden"},
			"finance":         {do(s.Finance(s.HD), nil), "403 forbidden"},
			"general manager": {do(s.GM(), nil), "403 forbidden"},
		})
		must(sales.MakeQuote.Run(own, s.Ops, sales.MakeQuoteInput{EnquiryID: e.ID, Packages: []id.ID{s.Package}, Discount: money.Yuan(960)}))(t) // the limit itself
	})
}

func TestSAL7_DraftContractRefused(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		_, used := quoted(t, s)
		own := s.Consultant(s.HD)
		must(sales.DraftContract.Run(own, s.Ops, sales.DraftContractInput{QuoteID: used.ID}))(t)
		_, q := quoted(t, s)
		e := analysed(t, s)
		old := must(sales.MakeQuote.Run(own, s.Ops, sales.MakeQuoteInput{EnquiryID: e.ID, Packages: []id.ID{s.Package}, ValidUntil: today(s)}))(t)
		s.Clock.Set(at(s, today(s)+1, 10, 0))
		there := s.Person(t, s.CY)
		do := func(ctx context.Context, edit func(in *sales.DraftContractInput)) func() error {
			in := sales.DraftContractInput{QuoteID: q.ID}
			if edit != nil {
				edit(&in)
			}
			return func() error { return second(sales.DraftContract.Run(ctx, s.Ops, in)) }
		}
		refuse(t, s, map[string]refused{
			"used":            {do(own, func(in *sales.DraftContractInput) { in.QuoteID = used.ID }), "422 quote-used quote_id:"},
			"expired":         {do(own, func(in *sales.DraftContractInput) { in.QuoteID = old.ID }), "422 quote-expired quote_id:"},
			"another's payer": {do(own, func(in *sales.DraftContractInput) { in.PayerID = there }), "404 not-found"},
			"half the shares": {do(own, func(in *sales.DraftContractInput) {
				in.Shares = []contracts.ShareInput{{StaffID: s.StaffID(own), Share: 5000}}
			}), "422 invalid shares:share-sum"},
			"colleague":    {do(s.Consultant2(s.HD), nil), "404 not-found"},
			"other center": {do(s.Principal(s.CY), nil), "404 not-found"},
			"front desk":   {do(s.FrontDesk(s.HD), nil), "403 forbidden"},
		})
	})
}

// Numbers of quotes have no gaps, also where one was refused (CON-1); a center counts its own.
func TestSAL7_NumbersWithoutGaps(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		for _, want := range []string{"Q-HD-000001", "Q-HD-000002", "Q-HD-000003"} {
			e, q := quoted(t, s)
			if q.No != want {
				t.Errorf("number %s, want %s", q.No, want)
			}
			if err := second(sales.MakeQuote.Run(s.Consultant(s.HD), s.Ops, sales.MakeQuoteInput{EnquiryID: e.ID, Packages: []id.ID{s.Package}, Discount: money.Yuan(5_000)})); err == nil {
				t.Error("beyond the limit")
			}
		}
		s.Check(t)
	})
}

func TestSAL7_EqualParts(t *testing.T) {
	day := bizdate.New(2026, 1, 31)
	var sum money.Fen
	parts := sales.EqualParts(money.Yuan(100), 3, day)
	for _, p := range parts {
		sum += p.Amount
	}
	if len(parts) != 3 || sum != money.Yuan(100) || parts[0].Amount-parts[2].Amount > 1 || parts[0].Due != day || parts[1].Due != bizdate.New(2026, 2, 28) || parts[2].Due != bizdate.New(2026, 3, 31) {
		t.Errorf("parts = %+v", parts)
	}
}
