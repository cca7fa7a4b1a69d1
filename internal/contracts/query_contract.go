package contracts

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/kernel/problem"
)

// Filter chooses contracts; what is zero does not choose.
type Filter struct {
	Center     id.ID
	Centers    []id.ID // one of them
	Consultant id.ID
	Channel    id.ID
	Campaign   id.ID
	Course     id.ID
	Student    id.ID
	Person     id.ID // as student or payer
	Enquiry    id.ID
	Promotion  id.ID   // that gives something on it
	Packages   []id.ID // a line is of one of them
	LeftFrom   int64   // renewals that were signed while at least so many per cent of the earlier contract were left; see renewed
	States     []string
	Kind       string
	Kinds      []string     // one of them
	From       bizdate.Date // signed on or after
	Until      bizdate.Date // signed on or before
	No         string       // beginning of the number
	Persons    []id.ID      // found by a search: student or payer is one of them, or the number begins with No; nil: no search
	page.Request
}

// Sorts of contracts: drafted, signed, no, payable, paid.
var sorts = page.Sorts{Usual: "-drafted", Columns: map[string]string{
	"drafted": "drafted_at", "signed": "signed_day", "no": "no", "payable": "payable", "paid": "paid",
}}

// List lists contracts in scope, newest first unless sorted otherwise.
func List(ctx context.Context, tx *op.Tx, f Filter) (page.Page[Contract], error) {
	return page.Read[Contract](ctx, tx, "contract", f.where(), sorts, f.Request)
}

func (f Filter) where() *page.Filter {
	var where page.Filter
	for _, c := range []struct {
		text  string
		value id.ID
	}{
		{"center = ?", f.Center},
		{"consultant = ?", f.Consultant},
		{"channel = ?", f.Channel},
		{"campaign = ?", f.Campaign},
		{"course = ?", f.Course},
		{"student = ?", f.Student},
		{"enquiry = ?", f.Enquiry},
	} {
		if !c.value.IsNone() {
			where.And(c.text, c.value)
		}
	}
	if !f.Person.IsNone() {
		where.And("student = ? OR payer = ?", f.Person, f.Person)
	}
	if len(f.Centers) > 0 {
		where.And("center IN (?)", f.Centers)
	}
	if !f.Promotion.IsNone() {
		where.And("id IN (SELECT contract FROM contract_promotions WHERE promotion = ?)", f.Promotion)
	}
	if len(f.Packages) > 0 {
		where.And("id IN (SELECT contract FROM contract_lines WHERE package IN (?))", f.Packages)
	}
	if f.LeftFrom > 0 {
		f.early(&where)
	}
	if len(f.States) > 0 {
		where.And("state IN (?)", f.States)
	}
	if f.Kind != "" {
		where.And("kind = ?", f.Kind)
	}
	if len(f.Kinds) > 0 {
		where.And("kind IN (?)", f.Kinds)
	}
	if !f.From.IsZero() {
		where.And("signed_day >= ?", int64(f.From))
	}
	if !f.Until.IsZero() {
		where.And("signed_day <= ? AND signed_day > 0", int64(f.Until))
	}
	switch {
	case f.Persons != nil && f.No != "":
		where.And("student IN (?) OR payer IN (?) OR (no >= ? AND no < ?)", f.Persons, f.Persons, f.No, f.No+lastRune)
	case f.Persons != nil:
		where.And("student IN (?) OR payer IN (?)", f.Persons, f.Persons)
	case f.No != "":
		where.And("no >= ? AND no < ?", f.No, f.No+lastRune)
	}
	return &where
}

// early chooses renewals by what was left of the earlier contract.
func (f Filter) early(where *page.Filter) {
	if f.Promotion.IsNone() {
		where.And("id IN (SELECT r.contract FROM ("+renewals("")+") r WHERE r.still >= ?)", f.LeftFrom)
		return
	}
	where.And("id IN (SELECT r.contract FROM ("+renewals("AND c.id IN (SELECT contract FROM contract_promotions WHERE promotion = ?)")+") r WHERE r.still >= ?)", f.Promotion, f.LeftFrom)
}

// Address is the page that lists the contracts of the filter, by what figures choose: period, kinds, centers, promotion, packages, what was left.
func (f Filter) Address() string {
	q := url.Values{}
	set := func(name, value string) {
		if value != "" {
			q.Set(name, value)
		}
	}
	set("signed_from", f.From.String())
	set("signed_until", f.Until.String())
	set("kind", strings.Join(f.Kinds, ","))
	if f.LeftFrom > 0 {
		q.Set("left_from", strconv.FormatInt(f.LeftFrom, 10))
	}
	if !f.Promotion.IsNone() {
		q.Set("promotion", f.Promotion.String())
	}
	for _, k := range f.Packages {
		q.Add("package", k.String())
	}
	for _, k := range f.Centers {
		q.Add("center", k.String())
	}
	if len(f.Centers) == 0 {
		q.Set("center", "") // all of them, whatever the center switch says
	}
	return "/contracts?" + q.Encode()
}

// lastRune ends the range of the texts with a beginning.
const lastRune = "\U0010ffff"

// StateSum is how many contracts stand in a state, and for how much.
type StateSum struct {
	State   State     `json:"state" db:"state"`
	Count   int64     `json:"count" db:"n"`
	Payable money.Fen `json:"payable_fen" db:"payable"`
	Paid    money.Fen `json:"paid_fen" db:"paid"`
}

// SumByState sums the contracts in scope by state, whatever states f asks for: the tabs and the total of a list.
func SumByState(ctx context.Context, tx *op.Tx, f Filter) ([]StateSum, error) {
	f.States = nil
	text, args := f.where().SQL()
	list, err := op.All[StateSum](ctx, tx, `SELECT state, COUNT(*) AS n, CAST(SUM(payable) AS BIGINT) AS payable, CAST(SUM(paid) AS BIGINT) AS paid
		FROM contracts c WHERE {scope:contract c}`+text+" GROUP BY state", args...)
	if err != nil {
		return nil, fmt.Errorf("sum contracts: %w", err)
	}
	return list, nil
}

// Details is a contract with everything that was agreed.
type Details struct {
	Contract
	Lines      []LineView    `json:"lines"`
	Plan       []Instalment  `json:"plan"`
	Shares     []Share       `json:"shares"`
	Promotions []GrantedLine `json:"promotions"`
}

// LineView is a line with the names of its package.
type LineView struct {
	Line
	PackageCode string `json:"package_code" db:"package_code"`
	NameZH      string `json:"name_zh" db:"name_zh"`
	NameEN      string `json:"name_en" db:"name_en"`
}

// Name gives the name of the package in a language.
func (l LineView) Name(lang string) string { return named(lang, l.NameZH, l.NameEN) }

// ByID gives a contract with its lines, plan and shares.
func ByID(ctx context.Context, tx *op.Tx, key id.ID) (d Details, err error) {
	if err := tx.Select(&d.Contract).Where("id = ?", key).Scan(ctx); err != nil {
		return d, problem.Found(err, "contract")
	}
	d.Lines, err = op.All[LineView](ctx, tx, `SELECT l.id, l.contract, l.no, l.package, l.edition, l.course, l.hours, l.gift, l.list, l.payable, l.unit_price, l.paid,
		l.validity_days, l.consume, p.code AS package_code, p.name_zh, p.name_en
		FROM contract_lines l JOIN contracts c ON c.id = l.contract JOIN packages p ON p.id = l.package
		WHERE {scope:contract c} AND l.contract = ? ORDER BY l.no`, key)
	if err != nil {
		return d, fmt.Errorf("read lines: %w", err)
	}
	if d.Plan, err = planOf(ctx, tx, key); err != nil {
		return d, err
	}
	if d.Promotions, err = grantedOf(ctx, tx, key); err != nil {
		return d, err
	}
	err = tx.Unscoped("its contract was seen").Select(&d.Shares).Where("contract = ?", key).Order("share DESC, staff").Scan(ctx)
	if err != nil {
		return d, fmt.Errorf("read shares: %w", err)
	}
	return d, nil
}

// Numbers gives the numbers of contracts in scope, for lists of other records that name them.
func Numbers(ctx context.Context, tx *op.Tx, keys []id.ID) (map[id.ID]string, error) {
	list, err := op.All[struct {
		ID id.ID  `db:"id"`
		No string `db:"no"`
	}](ctx, tx, "SELECT c.id, c.no FROM contracts c WHERE {scope:contract c} AND c.id IN (?)", keys)
	if err != nil {
		return nil, fmt.Errorf("read contract numbers: %w", err)
	}
	out := make(map[id.ID]string, len(list))
	for _, c := range list {
		out[c.ID] = c.No
	}
	return out, nil
}

// Owed is a contract as finance needs it: locked, with what is open of its lines and instalments.
type Owed struct {
	Contract Contract
	Lines    []Line
	Plan     []Instalment
}

// LockOwed locks a contract in scope until the end of the transaction (TRU-5) and gives what is owed on it.
func LockOwed(ctx context.Context, tx *op.Tx, contract id.ID) (o Owed, err error) {
	if o.Contract, err = lockContract(ctx, tx, contract); err != nil {
		return o, err
	}
	if o.Lines, err = linesOf(ctx, tx, contract); err != nil {
		return o, err
	}
	o.Plan, err = planOf(ctx, tx, contract)
	return o, err
}

// Paid gives the paid amounts of all contracts, lines and instalments by their ids, for the check of finance (TRU-8).
func Paid(ctx context.Context, tx *op.Tx) (map[id.ID]money.Fen, error) {
	out := map[id.ID]money.Fen{}
	list, err := op.AllOf[struct {
		ID   id.ID     `db:"id"`
		Paid money.Fen `db:"paid"`
	}](ctx, tx.Unscoped("an invariant is about every record"), `SELECT id, paid FROM contracts WHERE paid <> 0
		UNION ALL SELECT id, paid FROM contract_lines WHERE paid <> 0 UNION ALL SELECT id, paid FROM instalments WHERE paid <> 0`)
	if err != nil {
		return nil, fmt.Errorf("read paid amounts: %w", err)
	}
	for _, p := range list {
		out[p.ID] = p.Paid
	}
	return out, nil
}

// ByPromotion sums what each promotion gives on the whole contract.
func (d Details) ByPromotion() (out []GrantedLine) {
	for _, g := range d.Promotions {
		if n := len(out); n > 0 && out[n-1].Promotion == g.Promotion {
			out[n-1].Off += g.Off
			out[n-1].Gift += g.Gift
			out[n-1].Thing += g.Thing
			continue
		}
		out = append(out, g)
	}
	return out
}
