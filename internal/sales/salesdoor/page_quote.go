package salesdoor

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"zhike/internal/contracts"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/people"
	"zhike/internal/process"
	"zhike/internal/sales"
	"zhike/internal/web"
)

// quoteForm is what is chosen for a quote; parts is in how many the price is paid.
type quoteForm struct {
	Packages   []id.ID      `json:"package_ids"`
	Promotions []id.ID      `json:"promotion_ids"`
	Discount   money.Fen    `json:"discount_fen"`
	Parts      int          `json:"parts"`
	ValidUntil bizdate.Date `json:"valid_until"`
	Reason     string       `json:"reason"`
}

// most parts that the form offers; other plans are made with the contract.
const mostParts = 3

// quoteView is the form of a quote with its price as far as it is chosen.
type quoteView struct {
	names
	Enquiry  sales.Enquiry
	Packages []contracts.Package
	Offered  []sales.Promotion // running ones, those that are not open to the enquiry as well
	Occasion sales.Occasion
	Form     quoteForm
	Price    priced
	Base     string // page to come back to
	Fragment bool   // in the dialog of the board
}

// action is where the form is sent.
func (v quoteView) action() string { return query(enquiryPath(v.Enquiry.ID, "quote"), "back", v.Base) }

// back is where the form leads back to.
func (v quoteView) back() string {
	if v.Base != "" {
		return v.Base
	}
	return enquiryPath(v.Enquiry.ID)
}

// priced is what the choice costs: exactly what the contract will say (SAL-7).
type priced struct {
	List, Payable money.Fen
	ByHand        money.Fen
	Granted       []contracts.Granted
	Plan          []contracts.InstalmentInput
	Refused       *problem.Problem
	Most          money.Fen // the largest discount that the viewer gives alone
}

// asked tells that the discount has to be approved.
func (p priced) asked() bool { return p.ByHand > p.Most }

// price prices a choice by the rule of the contract.
func (v quoteView) price() (out priced) {
	f := v.Form
	o := sales.Offer{Occasion: v.Occasion, Discount: f.Discount}
	for _, key := range f.Packages {
		for _, p := range v.Packages {
			if p.ID == key {
				o.Packages = append(o.Packages, p)
			}
		}
	}
	for _, key := range f.Promotions {
		for _, p := range v.Offered {
			if p.ID == key {
				o.Promotions = append(o.Promotions, p)
			}
		}
	}
	if len(o.Packages) == 0 {
		return out
	}
	price, err := o.Price()
	if err != nil {
		out.Refused, _ = problem.As(err)
		return out
	}
	out.List, out.Payable, out.ByHand, out.Granted = price.List, price.Payable, f.Discount, price.Granted
	out.Plan = sales.EqualParts(out.Payable, min(max(f.Parts, 1), mostParts), v.Occasion.Day)
	return out
}

func (p door) getQuoteForm(w http.ResponseWriter, r *http.Request) error {
	v, err := p.quoting(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	if len(v.Packages) == 1 {
		v.Form.Packages = []id.ID{v.Packages[0].ID} // chosen already
	}
	if form, err := web.Decode[quoteForm](r); err == nil && r.Method == http.MethodPost {
		v.Form = form
	}
	if err := p.priced(r, &v); err != nil {
		return err
	}
	page := web.Page{H1: t(ctx, "quote.h1", "name", v.person(ctx, v.Enquiry.Person)), Sub: v.course(ctx, v.Enquiry.Course)}
	if v.Fragment {
		return web.Render(w, r, dialogBody(page.H1, quoteFormPage(v)))
	}
	return web.Render(w, r, web.Shell(page, quoteFormPage(v)))
}

// getPrice prices what is chosen so far: the part of the form that is swapped while one types.
func (p door) getPrice(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Decode[quoteForm](r)
	if refused, ok := problem.As(err); ok {
		return web.Render(w, r, pricePart(quoteView{Price: priced{Refused: refused}}))
	}
	v, err := p.quoting(r)
	if err != nil {
		return err
	}
	v.Form = form
	if err := p.priced(r, &v); err != nil {
		return err
	}
	return web.Render(w, r, pricePart(v))
}

// priced prices what is chosen, and tells how much of it the viewer may give away.
func (p door) priced(r *http.Request, v *quoteView) error {
	v.Price = v.price()
	return p.read(r, func(ctx context.Context, tx *op.Tx) (err error) {
		v.Price.Most, err = sales.DiscountLimit(ctx, tx, v.Enquiry.Center, v.Price.List)
		return err
	})
}

// quoting loads an enquiry with the packages that are sold, those of its course first.
func (p door) quoting(r *http.Request) (v quoteView, err error) {
	key, err := web.PathID(r, "id", "enquiry")
	if err != nil {
		return v, err
	}
	err = p.read(r, func(ctx context.Context, tx *op.Tx) error {
		if v.Enquiry, err = sales.EnquiryByID(ctx, tx, key); err != nil {
			return err
		}
		if v.Packages, err = contracts.Packages(ctx, tx, id.None, true); err != nil {
			return err
		}
		v.Occasion = sales.Occasion{Center: v.Enquiry.Center, Kind: v.Enquiry.Kind, Day: tx.Today(v.Enquiry.Center)}
		if may(ctx, "promotion:read") {
			if v.Offered, err = sales.RunningPromotions(ctx, tx, v.Occasion.Day); err != nil {
				return err
			}
		}
		v.names, err = p.load(ctx, tx, v.Enquiry.Person)
		return err
	})
	v.Base, _ = backOf(r)
	v.Fragment = web.IsFragment(r)
	return v, err
}

// ofCourse lists the packages of the enquiry's course, or the others.
func (v quoteView) ofCourse(its bool) []contracts.Package {
	var out []contracts.Package
	for _, p := range v.Packages {
		if (p.Course == v.Enquiry.Course) == its {
			out = append(out, p)
		}
	}
	return out
}

func (v quoteView) packageOptions(ctx context.Context, list []contracts.Package) []web.Option {
	var out []web.Option
	for _, p := range list {
		out = append(out, web.Option{
			Value: p.ID.String(), Label: p.Name(lang(ctx)), On: len(v.Packages) == 1,
			Note: join(i18n.MoneyWhole(ctx, p.Price), hoursText(ctx, p.Hours, p.Gift), t(ctx, "quote.valid-days", "count", int(p.ValidityDays))),
		})
	}
	return out
}

func (v quoteView) partOptions(ctx context.Context) []web.Option {
	out := make([]web.Option, mostParts)
	for i := range out {
		out[i] = web.Option{Value: strconv.Itoa(i + 1), Label: t(ctx, "quote.parts-"+strconv.Itoa(i+1)), On: i == 0}
	}
	return out
}

func (p door) postQuote(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Decode[quoteForm](r)
	if err != nil {
		return web.Again(w, r, err, p.getQuoteForm)
	}
	v, err := p.quoting(r)
	if err != nil {
		return err
	}
	v.Form = form
	in := sales.MakeQuoteInput{EnquiryID: v.Enquiry.ID, Packages: form.Packages, Promotions: form.Promotions, Discount: form.Discount, ValidUntil: form.ValidUntil, Reason: form.Reason}
	if form.Parts > 1 {
		in.Plan = v.price().Plan
	}
	out, err := sales.MakeQuote.Run(r.Context(), p.Ops, in)
	if err != nil {
		return web.Again(w, r, problem.Relocate(err, "lines", "package_ids", "package_ids.0", "package_ids", "plan", "parts"), p.getQuoteForm)
	}
	words := web.Status{Text: t(r.Context(), "quote.made", "no", out.No), Tone: web.Good}
	if !out.Approval.IsNone() {
		words = web.Status{Text: t(r.Context(), "quote.asked", "no", out.No), Tone: web.Warn}
	}
	if v.Base == "" {
		v.Base = path("quotes", out.ID.String())
	}
	return web.Redirect(w, r, v.Base, words)
}

// quotePageView is a quote as it is shown and printed.
type quotePageView struct {
	names
	Quote    sales.Quote
	Person   people.Brief
	Packages map[id.ID]contracts.Package
	Contract *contracts.Contract // made from it
	Test     *sales.Placement    // newest result of a placement test
	Payers   payerView           // while a contract can be made
	Approval process.Approval    // of its discount, where it was asked for
}

// held tells whether the quote is not for the customer: its discount waits for approval, or was refused. It is on no paper either (PRC-6).
func (v quotePageView) held() bool {
	return v.Quote.State == sales.QuoteWaiting || v.Quote.State == sales.QuoteRefused
}

func (p door) getQuote(w http.ResponseWriter, r *http.Request) error {
	v, err := p.quote(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	page := web.Page{H1: t(ctx, "quote.page-h1", "name", v.person(ctx, v.Quote.Person), "amount", i18n.MoneyWhole(ctx, v.Quote.Payable)), Sub: v.Quote.No}
	if v.held() {
		page.Title = v.Quote.No // a browser prints the title above the page
	}
	return web.Render(w, r, web.Shell(page, quotePage(v)))
}

func (p door) quote(r *http.Request) (v quotePageView, err error) {
	key, err := web.PathID(r, "id", "quote")
	if err != nil {
		return v, err
	}
	err = p.read(r, func(ctx context.Context, tx *op.Tx) error {
		if v.Quote, err = sales.QuoteByID(ctx, tx, key); err != nil {
			return err
		}
		all, err := contracts.Packages(ctx, tx, id.None, false)
		if err != nil {
			return err
		}
		v.Packages = map[id.ID]contracts.Package{}
		for _, pk := range all {
			v.Packages[pk.ID] = pk
		}
		if v.Test, err = sales.PlacementOf(ctx, tx, v.Quote.Person); err != nil {
			return err
		}
		made, err := contractsOf(ctx, tx, v.Quote.Enquiry)
		if err != nil {
			return err
		}
		for _, c := range made {
			if c.Quote == key {
				v.Contract = &c
			}
		}
		if err := v.payable(ctx, tx, r); err != nil {
			return err
		}
		if v.Approval, err = process.ApprovalOf(ctx, tx, key); err != nil {
			return err
		}
		v.names, err = p.load(ctx, tx, v.Quote.Person)
		v.Person = v.persons[v.Quote.Person]
		return err
	})
	return v, err
}

// payable reads who may pay, while a contract can be made.
func (v *quotePageView) payable(ctx context.Context, tx *op.Tx, r *http.Request) error {
	if v.Contract != nil || v.Quote.State != sales.QuoteOpen || !may(ctx, "contract:create") {
		return nil
	}
	v.Payers.Search = strings.TrimSpace(r.URL.Query().Get("payer"))
	organization, err := sales.OrganizationOf(ctx, tx, v.Quote.Enquiry)
	if err != nil {
		return err
	}
	return v.Payers.read(ctx, tx, v.Quote.Person, organization)
}

// tested is the level that the price was talked about, where the viewer sees the visit.
func (v quotePageView) tested(ctx context.Context) []web.Fact {
	if v.Test == nil {
		return nil
	}
	return placementFacts(ctx, *v.Test)[:1]
}

// contractable tells that the viewer can make the contract now.
func (v quotePageView) contractable(ctx context.Context) bool {
	return v.Contract == nil && v.Quote.State == sales.QuoteOpen && !expired(ctx, v.Quote) && may(ctx, "contract:create")
}

// renewable tells that the quote is of no use any more, and the viewer can make another.
func (v quotePageView) renewable(ctx context.Context) bool {
	over := v.Quote.State == sales.QuoteRefused || v.Quote.State == sales.QuoteOpen && !v.contractable(ctx)
	return over && may(ctx, "quote:create")
}

// contractsOf lists the contracts of an enquiry.
func contractsOf(ctx context.Context, tx *op.Tx, enquiry id.ID) ([]contracts.Contract, error) {
	list, err := contracts.List(ctx, tx, contracts.Filter{Enquiry: enquiry})
	return list.Items, err
}

// expired tells whether the last day of a quote is over.
func expired(ctx context.Context, q sales.Quote) bool { return q.ValidUntil < web.Today(ctx) }

// quoteChip says how a quote stands: an open one whose last day is over makes no contract any more (SAL-7).
func quoteChip(ctx context.Context, q sales.Quote) templ.Component {
	switch {
	case q.State == sales.QuoteWaiting:
		return web.Chip{Text: code(ctx, "quote-state", q.State), Tone: web.Warn}
	case q.State == sales.QuoteOpen && expired(ctx, q):
		return web.Chip{Text: code(ctx, "quote-state", "expired")}
	case q.State == sales.QuoteOpen:
		return web.Chip{Text: code(ctx, "quote-state", q.State), Tone: web.Good}
	}
	return web.Chip{Text: code(ctx, "quote-state", q.State)}
}
