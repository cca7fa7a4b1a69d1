package contracts

import (
	"fmt"
	"slices"
	"strings"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/policy"
	"zhike/internal/kernel/problem"
)

const (
	wholeShare      = 10_000 // 100 per cent
	mostShares      = 10
	mostInstalments = 60
)

// InstalmentInput is a part of the price and the day on which it is due.
type InstalmentInput struct {
	Due    bizdate.Date `json:"due"`
	Amount money.Fen    `json:"amount_fen"`
}

// ShareInput is a consultant's part of the sale.
type ShareInput struct {
	StaffID id.ID `json:"staff_id"`
	Share   int64 `json:"share" doc:"hundredths of a per cent: 10000 is all"`
}

// Plan gives the instalment plan of an amount: the given one, or all at once today if none is given (CON-1). Refused: parts
// that are not positive or do not sum to the amount, days missing or not ascending, more than 60.
func Plan(given []InstalmentInput, payable money.Fen, today bizdate.Date) ([]InstalmentInput, error) {
	if len(given) == 0 {
		return []InstalmentInput{{Due: today, Amount: payable}}, nil
	}
	var bad problem.Invalid
	if len(given) > mostInstalments {
		bad.Add("plan", "too-many", len(given), "max", mostInstalments)
		return nil, bad.Err("CON-1")
	}
	var sum money.Fen
	for i, p := range given {
		switch {
		case p.Due.IsZero():
			bad.Add(fmt.Sprintf("plan.%d.due", i), "required", nil)
		case i > 0 && p.Due <= given[i-1].Due:
			bad.Add(fmt.Sprintf("plan.%d.due", i), "due-order", p.Due)
		}
		if p.Amount <= 0 || p.Amount > payable {
			bad.Add(fmt.Sprintf("plan.%d.amount_fen", i), "amount-range", p.Amount, "max", payable)
			continue
		}
		sum += p.Amount
	}
	if len(bad) == 0 && sum != payable {
		bad.Add("plan", "plan-sum", sum, "sum", sum, "payable", payable)
	}
	return given, bad.Err("CON-1")
}

// checkShares collects what is wrong with the signing consultants: their shares sum to 100 % exactly (CON-1).
func checkShares(list []ShareInput) problem.Invalid {
	var bad problem.Invalid
	if len(list) == 0 {
		bad.Add("shares", "required", nil)
		return bad
	}
	if len(list) > mostShares {
		bad.Add("shares", "too-many", len(list), "max", mostShares)
		return bad
	}
	var sum int64
	for i, s := range list {
		if s.Share <= 0 || s.Share > wholeShare {
			bad.Add(fmt.Sprintf("shares.%d.share", i), "out-of-range", s.Share, "from", 1, "until", wholeShare)
			continue
		}
		if slices.ContainsFunc(list[:i], func(o ShareInput) bool { return o.StaffID == s.StaffID }) {
			bad.Add(fmt.Sprintf("shares.%d.staff_id", i), "twice", s.StaffID)
		}
		sum += s.Share
	}
	if len(bad) == 0 && sum != wholeShare {
		bad.Add("shares", "share-sum", sum)
	}
	return bad
}

func checkKind(kind string) problem.Invalid {
	var bad problem.Invalid
	if !slices.Contains(Kinds, kind) {
		bad.Add("kind", "not-one-of", kind, "list", strings.Join(Kinds, ", "))
	}
	return bad
}

// reaches tells whether a right reaches a record of a center and owner that is about to be made.
func reaches(s policy.Scope, center, owner id.ID) bool {
	return s.All || slices.Contains(s.Centers, center) || slices.Contains(s.Staff, owner)
}

// sign decides what a signature on a day makes of a draft (CON-2): its terms are frozen, it is valid from that day for the longest
// validity of its lines. Refused: not-draft.
func (c Contract) sign(lines []Line, day bizdate.Date) (Contract, error) {
	if c.State != Drafted {
		return c, problem.Refuse("CON-2", "not-draft", problem.Field{Location: "contract_id", Value: c.No}).With("state", string(c.State))
	}
	var days int64
	for _, l := range lines {
		days = max(days, l.ValidityDays)
	}
	c.State, c.SignedDay, c.ValidFrom, c.ValidUntil = Signed, day, day, day+bizdate.Date(days)-1
	return c, nil
}

// TakesPayment tells whether a contract takes payments: once it is signed, until it is ended by refund or transfer.
func (c Contract) TakesPayment() bool {
	switch c.State {
	case Signed, Active, Paused, Completed, Expired:
		return true
	case Drafted, AwaitingApproval, Terminated, Transferred:
		return false
	}
	return false
}
