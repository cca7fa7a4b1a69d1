package finance

import (
	"context"
	"fmt"
	"slices"

	"zhike/internal/contracts"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/kernel/problem"
)

// PaymentFilter chooses payments; what is zero does not choose.
type PaymentFilter struct {
	Center     id.ID
	Centers    []id.ID // one of them
	Person     id.ID
	Contract   id.ID
	Consultant id.ID // of the contract
	Channel    id.ID // of the contract
	Campaign   id.ID // likewise
	Cashier    id.ID
	Method     string
	Kinds      []string // of the contract, one of them; NoContract: without one
	From       bizdate.Date
	Until      bizdate.Date // last day
	No         string       // beginning of the receipt number
	Persons    []id.ID      // found by a search: the payer is one of them, or the number begins with No; nil: no search
	page.Request
}

// NoContract is the kind of payments that pay no contract.
const NoContract = "none"

var paymentSorts = page.Sorts{Usual: "-at", Columns: map[string]string{"at": "at", "no": "no", "amount": "amount"}}

// PaymentList is a page of payments with the sum of all that were chosen, reversals taken off.
type PaymentList struct {
	page.Page[Payment]
	Sum money.Fen `json:"sum_fen"`
}

// Payments lists payments and reversals in scope, newest first unless sorted otherwise.
func Payments(ctx context.Context, tx *op.Tx, f PaymentFilter) (out PaymentList, err error) {
	where := f.where()
	if out.Page, err = page.Read[Payment](ctx, tx, "payment", where, paymentSorts, f.Request); err != nil {
		return out, err
	}
	text, args := where.SQL()
	out.Sum, err = op.One[money.Fen](ctx, tx, "SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM payments p WHERE {scope:payment p}"+text, args...)
	if err != nil {
		return out, fmt.Errorf("sum payments: %w", err)
	}
	return out, nil
}

func (f PaymentFilter) where() *page.Filter {
	var where page.Filter
	for _, c := range []struct {
		text  string
		value id.ID
	}{{"center = ?", f.Center}, {"person = ?", f.Person}, {"contract = ?", f.Contract}, {"consultant = ?", f.Consultant}, {"channel = ?", f.Channel}, {"campaign = ?", f.Campaign}, {"cashier = ?", f.Cashier}} {
		if !c.value.IsNone() {
			where.And(c.text, c.value)
		}
	}
	if f.Method != "" {
		where.And("method = ?", f.Method)
	}
	if !f.From.IsZero() {
		where.And("day >= ?", int64(f.From))
	}
	if !f.Until.IsZero() {
		where.And("day <= ?", int64(f.Until))
	}
	if len(f.Centers) > 0 {
		where.And("center IN (?)", f.Centers)
	}
	if len(f.Kinds) > 0 {
		kinds := slices.Clone(f.Kinds)
		if i := slices.Index(kinds, NoContract); i >= 0 {
			kinds[i] = ""
		}
		where.And("contract_kind IN (?)", kinds)
	}
	switch {
	case f.Persons != nil && f.No != "":
		where.And("person IN (?) OR (no >= ? AND no < ?)", f.Persons, f.No, f.No+lastRune)
	case f.Persons != nil:
		where.And("person IN (?)", f.Persons)
	case f.No != "":
		where.And("no >= ? AND no < ?", f.No, f.No+lastRune)
	}
	return &where
}

// lastRune ends the range of the texts with a beginning.
const lastRune = "\U0010ffff"

// PaymentView is a payment with what it pays and, for who may read the journal, its lines.
type PaymentView struct {
	Payment
	ContractNo  string        `json:"contract_no"`
	ReversedBy  id.ID         `json:"reversed_by"` // the payment that reverses it
	Allocations []Allocation  `json:"allocations"`
	Journal     []JournalLine `json:"journal"`
}

// PaymentByID gives a payment.
func PaymentByID(ctx context.Context, tx *op.Tx, key id.ID) (v PaymentView, err error) {
	if v.Payment, err = paymentByID(ctx, tx, key); err != nil {
		return v, err
	}
	if err := tx.Unscoped("its payment was seen").Select(&v.Allocations).Where("payment = ?", key).Order("id").Scan(ctx); err != nil {
		return v, fmt.Errorf("read allocations: %w", err)
	}
	if err := tx.Select(&v.Journal).Where("cause = ?", key).Order("id").Scan(ctx); err != nil {
		return v, fmt.Errorf("read journal: %w", err)
	}
	if !v.Contract.IsNone() {
		numbers, err := contracts.Numbers(ctx, tx, []id.ID{v.Contract})
		if err != nil {
			return v, err
		}
		v.ContractNo = numbers[v.Contract]
	}
	if v.Reversed {
		v.ReversedBy, err = op.One[id.ID](ctx, tx, "SELECT p.id FROM payments p WHERE {scope:payment p} AND p.reverses = ?", key)
		if err != nil {
			return v, problem.Found(err, "payment")
		}
	}
	return v, nil
}

func paymentByID(ctx context.Context, tx *op.Tx, key id.ID) (p Payment, err error) {
	err = tx.Select(&p).Where("id = ?", key).Scan(ctx)
	return p, problem.Found(err, "payment")
}
