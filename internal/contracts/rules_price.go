package contracts

import (
	"fmt"

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

// PriceLines prices packages, one line each: the discount on the whole is spread over the lines in proportion to their list
// prices, exactly. Quote and contract are priced by this rule alone, so the price shown is exactly what the contract says
// (SAL-7). Refused: no line, more than 20, a discount that is negative or leaves nothing to pay, more than 100 million yuan.
func PriceLines(packages []Package, discount money.Fen) ([]LineInput, error) {
	var bad problem.Invalid
	if len(packages) == 0 {
		bad.Add("lines", "required", nil)
	}
	if len(packages) > mostLines {
		bad.Add("lines", "too-many", len(packages), "max", mostLines)
		return nil, bad.Err("SAL-7")
	}
	var list money.Fen
	prices := make([]money.Fen, len(packages))
	for i, p := range packages {
		prices[i] = p.Price
		list += p.Price
	}
	if len(packages) > 0 && (discount < 0 || discount >= list) {
		bad.Add("discount_fen", "discount-range", discount, "list", list)
	}
	if list > mostPrice {
		bad.Add("lines", "amount-range", nil, "max", mostPrice)
	}
	if err := bad.Err("SAL-7"); err != nil {
		return nil, err
	}
	lines := make([]LineInput, len(packages))
	for i, less := range discount.Spread(prices) {
		p := packages[i]
		lines[i] = LineInput{
			PackageID: p.ID, Edition: p.Edition, CourseID: p.Course, Hours: p.Hours, Gift: p.Gift, List: p.Price, Payable: p.Price - less,
			ValidityDays: p.ValidityDays, Consume: p.Consume,
		}
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
