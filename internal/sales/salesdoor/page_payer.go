package salesdoor

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"zhike/internal/contracts"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/people"
	"zhike/internal/sales"
	"zhike/internal/web"
)

// shareRows is in how many shares the form divides the signing credit.
const shareRows = 3

// payerView is who may pay the contract of a quote (CON-1): the student, who is related to it, and who a search finds.
type payerView struct {
	Relatives []people.Relative // guardians first
	Found     []people.Brief
	Search    string
	For       people.Brief // the organization for which the enquiry is; none
}

func (v *payerView) read(ctx context.Context, tx *op.Tx, student, organization id.ID) error {
	if !organization.IsNone() {
		seen, err := people.InScope(ctx, tx, []id.ID{organization})
		if err != nil {
			return err
		}
		v.For = seen[organization]
	}
	p, err := people.ByID(ctx, tx, student)
	if refused, ok := problem.As(err); ok && refused.Status == http.StatusNotFound {
		return nil // who sees the quote but not the person chooses nobody: the student pays
	}
	if err != nil {
		return err
	}
	if v.Relatives, err = people.Relatives(ctx, tx, p); err != nil {
		return err
	}
	v.Relatives = slices.DeleteFunc(v.Relatives, func(r people.Relative) bool { return r.Beyond }) // a contract names whom one sees
	slices.SortStableFunc(v.Relatives, func(a, b people.Relative) int { return rankOf(a) - rankOf(b) })
	if v.Search != "" {
		v.Found, err = people.Search(ctx, tx, v.Search, deskFound)
	}
	return err
}

func rankOf(r people.Relative) int {
	if isGuardian(r) {
		return 0
	}
	return 1
}

func isGuardian(r people.Relative) bool { return r.Relation != "household" && r.Relation != "ward" }

// guardian is who pays for a minor unless another is chosen.
func (v quotePageView) guardian(ctx context.Context) (people.Relative, bool) {
	birth := v.Person.Birth
	minor := !birth.IsZero() && birth.AddMonths(12*grownUp) > web.Today(ctx)
	if !minor || len(v.Payers.Relatives) == 0 || !isGuardian(v.Payers.Relatives[0]) {
		return people.Relative{}, false
	}
	return v.Payers.Relatives[0], true
}

// payerOptions are who may pay: chosen is the guardian of a minor, else the student; who was searched for alone is chosen.
func (v quotePageView) payerOptions(ctx context.Context) (out []web.Option) {
	guardian, minor := v.guardian(ctx)
	one := len(v.Payers.Found) == 1
	company := !v.Payers.For.ID.IsNone() && !one // who sends its people pays for them, unless another is chosen
	add := func(b people.Brief, note string, on bool) {
		if !slices.ContainsFunc(out, func(o web.Option) bool { return o.Value == b.ID.String() }) {
			out = append(out, web.Option{Value: b.ID.String(), Label: nameOr(ctx, b.Shown()), Note: join(note, age(ctx, b.Birth), i18n.Phone(ctx, b.Phone)), On: on})
		}
	}
	if !v.Payers.For.ID.IsNone() {
		add(v.Payers.For, t(ctx, "organization.payer"), company)
	}
	for _, r := range v.Payers.Relatives {
		if r.Relation != "ward" {
			add(r.Brief, code(ctx, "relation", r.Relation), !one && !company && minor && r.ID == guardian.ID)
		}
	}
	student := v.Person
	student.ID = v.Quote.Person
	add(student, t(ctx, "payer.student"), !one && !company && !minor)
	for _, b := range v.Payers.Found {
		note := t(ctx, "payer.found")
		if b.Organization {
			note = t(ctx, "organization.payer")
		}
		add(b, note, one)
	}
	return out
}

// payerFrom says why the guardian is chosen (UI-F1).
func (v quotePageView) payerFrom(ctx context.Context) string {
	if !v.Payers.For.ID.IsNone() {
		return t(ctx, "organization.payer-from", "name", v.Payers.For.Shown())
	}
	g, minor := v.guardian(ctx)
	if !minor {
		return ""
	}
	return t(ctx, "payer.from-guardian", "name", nameOr(ctx, g.Shown()), "relation", code(ctx, "relation", g.Relation))
}

// contractForm is what the quote's page sends: who pays, and how the signing credit is divided.
type contractForm struct {
	Payer  id.ID `json:"payer_id"`
	Shares []struct {
		Staff   id.ID  `json:"staff_id"`
		Percent string `json:"percent" maxLength:"10"`
	} `json:"shares"`
}

// input gives the operation's; a row without a consultant is none.
func (f contractForm) input(quote id.ID) (sales.DraftContractInput, error) {
	in := sales.DraftContractInput{QuoteID: quote, PayerID: f.Payer}
	var bad problem.Invalid
	for i, s := range f.Shares {
		if s.Staff.IsNone() {
			continue
		}
		share, ok := hundredths(strings.TrimSuffix(strings.TrimSpace(s.Percent), "%"))
		if !ok {
			bad.Add("shares."+strconv.Itoa(i)+".percent", "bad-percent", s.Percent)
		}
		in.Shares = append(in.Shares, contracts.ShareInput{StaffID: s.Staff, Share: share})
	}
	return in, bad.Err("CON-1")
}

// hundredths reads a percentage with at most two decimals as hundredths of a per cent.
func hundredths(s string) (int64, bool) {
	whole, part, _ := strings.Cut(strings.TrimSpace(s), ".")
	if len(whole) > 3 || len(part) > 2 {
		return 0, false
	}
	n, err := strconv.ParseUint(whole+(part + "00")[:2], 10, 32)
	return int64(n), err == nil && whole != ""
}

// shareStaff is who has the credit in a row before it is divided: the quote's consultant all of it.
func (v quotePageView) shareStaff(row int) (id.ID, string) {
	if row == 0 && !v.Quote.Consultant.IsNone() {
		return v.Quote.Consultant, "100"
	}
	return id.None, ""
}

// postContract makes the contract that the quote promised: nothing is typed again.
func (p door) postContract(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "quote")
	if err != nil {
		return err
	}
	form, err := web.Decode[contractForm](r)
	if err != nil {
		return web.Again(w, r, err, p.getQuote)
	}
	in, err := form.input(key)
	if err != nil {
		return web.Again(w, r, err, p.getQuote)
	}
	out, err := sales.DraftContract.Run(r.Context(), p.Ops, in)
	if err != nil {
		return web.Again(w, r, problem.Relocate(err, "shares", "shares.0.percent", "shares.0.share", "shares.0.percent", "shares.1.share", "shares.1.percent", "shares.2.share", "shares.2.percent"), p.getQuote)
	}
	return web.Redirect(w, r, path("contracts", out.ID.String()), web.Status{Text: t(r.Context(), "quote.contract-made", "no", out.No), Tone: web.Good})
}
