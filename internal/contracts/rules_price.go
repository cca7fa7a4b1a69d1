package contracts

import (
	"fmt"
	"slices"

	"zhike/internal/kernel/hours"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/problem"
)

// LineInput is one priced line of a quote or contract. Who drafts a contract by hand names the package only; the rest is what
// was shown and is refused if it is not what the package says (SAL-7).
type LineInput struct {
	PackageID    id.ID       `json:"package_id"`
	Edition      int64       `json:"edition,omitempty" doc:"the current one if left out; an earlier one only from a quote"`
	CourseID     id.ID       `json:"course_id,omitempty"`
	Hours        hours.Centi `json:"hours_x100,omitempty"`
	Gift         hours.Centi `json:"gift_hours_x100,omitempty"`
	List         money.Fen   `json:"list_fen,omitempty"`
	Payable      money.Fen   `json:"payable_fen,omitempty"`
	ValidityDays int64       `json:"validity_days,omitempty"`
	Consume      string      `json:"consume,omitempty" enum:"paid-first,gift-first,proportional"`
}

const (
	mostLines = 20
	mostPrice = money.Fen(10_000_000_000) // 100 million yuan
)

// Granted is what a promotion gives on the lines of a contract, in their order (SAL-8). Sales decides it by the promotion's rule.
type Granted struct {
	PromotionID id.ID         `json:"promotion_id"`
	No          string        `json:"no"`
	Name        string        `json:"name"`
	Off         []money.Fen   `json:"off_fen"`
	Gift        []hours.Centi `json:"gift_hours_x100"`
	Thing       string        `json:"thing,omitempty"`
}

// Given sums what is taken off, and the hours that are added.
func (g Granted) Given() (off money.Fen, gift hours.Centi) {
	for _, n := range g.Off {
		off += n
	}
	for _, h := range g.Gift {
		gift += h
	}
	return off, gift
}

// fits tells whether there is an amount and hours for each of n lines, none of them negative.
func (g Granted) fits(n int) bool {
	return len(g.Off) == n && len(g.Gift) == n &&
		!slices.ContainsFunc(g.Off, func(f money.Fen) bool { return f < 0 }) && !slices.ContainsFunc(g.Gift, func(h hours.Centi) bool { return h < 0 })
}

// PriceLines prices packages, one line each: what promotions take off each line, and then the discount by hand, which is spread over the
// lines in proportion to what is left of them, exactly. Quote and contract are priced by this rule alone, so the price shown is exactly what
// the contract says (SAL-7). Refused: no line, more than 20, a discount that is negative or leaves nothing to pay, more than 100 million
// yuan, promotions that take off more than a line costs.
func PriceLines(packages []Package, granted []Granted, discount money.Fen) ([]LineInput, error) {
	var bad problem.Invalid
	if len(packages) == 0 {
		bad.Add("lines", "required", nil)
	}
	if len(packages) > mostLines {
		bad.Add("lines", "too-many", len(packages), "max", mostLines)
		return nil, bad.Err("SAL-7")
	}
	lines := make([]LineInput, len(packages))
	left := make([]money.Fen, len(packages))
	var list, sum money.Fen
	for i, p := range packages {
		lines[i] = LineInput{PackageID: p.ID, Edition: p.Edition, CourseID: p.Course, Hours: p.Hours, Gift: p.Gift, List: p.Price, ValidityDays: p.ValidityDays, Consume: p.Consume}
		left[i] = p.Price
		list += p.Price
	}
	for n, g := range granted {
		field := fmt.Sprintf("granted.%d", n)
		if !g.fits(len(lines)) {
			bad.Add(field, "price-differs", g.No)
			continue
		}
		for i := range lines {
			left[i] -= g.Off[i]
			lines[i].Gift += g.Gift[i]
		}
		if slices.ContainsFunc(left, func(f money.Fen) bool { return f < 0 }) {
			bad.Add(field, "promotion-too-much", g.No)
		}
	}
	for _, f := range left {
		sum += f
	}
	if len(packages) > 0 && len(bad) == 0 && (discount < 0 || discount >= sum) {
		bad.Add("discount_fen", "discount-range", discount, "list", sum)
	}
	if list > mostPrice {
		bad.Add("lines", "amount-range", nil, "max", mostPrice)
	}
	if err := bad.Err("SAL-7"); err != nil {
		return nil, err
	}
	for i, less := range discount.Spread(left) {
		lines[i].Payable = left[i] - less
	}
	return lines, nil
}

// agreed refuses lines that were shown with other terms than the packages and the discount give (SAL-7). A line that names its
// package only was not shown.
func agreed(shown, priced []LineInput) problem.Invalid {
	var bad problem.Invalid
	for i, s := range shown {
		if s.Hours == 0 && s.List == 0 && s.Payable == 0 {
			continue
		}
		if s.Edition == 0 {
			s.Edition = priced[i].Edition
		}
		if s.CourseID.IsNone() {
			s.CourseID = priced[i].CourseID
		}
		if s != priced[i] {
			bad.Add(fmt.Sprintf("lines.%d.payable_fen", i), "price-differs", s.Payable, "want", priced[i].Payable)
		}
	}
	return bad
}

// unitPrice is what one paid hour costs, in whole fen, rounded down: consumed hours never recognize more than was paid, and the
// last one takes the rest (CON-4).
func unitPrice(payable money.Fen, paid hours.Centi) money.Fen {
	return payable * 100 / money.Fen(paid)
}
