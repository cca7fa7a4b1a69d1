package contracts

import (
	"context"

	"zhike/internal/facts"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
)

// Sign notes the signature of a contract: its terms and prices are frozen, its hours are bought (CON-2, CON-3). Refused: not-draft.
var Sign = op.Op[SignInput, SignAnswer]{
	Name: "contracts.sign", Rule: "CON-2", Needs: "contract:sign", Fact: facts.ContractSigned{}, Do: sign,
	Subject: func(in SignInput) op.Ref { return op.Ref{Kind: "contract", ID: in.ContractID} },
}

// SignInput names the contract.
type SignInput struct {
	ContractID id.ID  `json:"contract_id" path:"id"`
	Version    *int64 `json:"version,omitempty" doc:"the version that was shown for signature (ORG-10)"`
}

// SignAnswer is the signed contract.
type SignAnswer struct {
	ID         id.ID        `json:"id"`
	State      State        `json:"state"`
	SignedDay  bizdate.Date `json:"signed_day"`
	ValidUntil bizdate.Date `json:"valid_until"`
	Version    int64        `json:"version"`
}

func sign(ctx context.Context, tx *op.Tx, in SignInput) (SignAnswer, error) {
	c, err := lockContract(ctx, tx, in.ContractID)
	if err != nil {
		return SignAnswer{}, err
	}
	lines, err := linesOf(ctx, tx, c.ID)
	if err != nil {
		return SignAnswer{}, err
	}
	if c, err = c.sign(lines, tx.Today(c.Center)); err != nil {
		return SignAnswer{}, err
	}
	c.SignedAt = tx.Now
	if in.Version != nil {
		c.Version = *in.Version
	}
	if err := tx.Save(ctx, &c, "state", "signed_at", "signed_day", "valid_from", "valid_until"); err != nil {
		return SignAnswer{}, err
	}
	f := facts.ContractSigned{
		Matter: c.Matter(), Contract: c.ID, Payer: c.Payer, List: c.List, Discount: c.Discount, Payable: c.Payable, Until: c.ValidUntil,
	}
	if f.Promotions, err = promotionsOf(ctx, tx, c.ID); err != nil {
		return SignAnswer{}, err
	}
	var entries []HourEntry
	for _, l := range lines {
		entries = append(entries, l.opening()...)
		f.Lines = append(f.Lines, facts.SignedLine{Line: l.ID, Package: l.Package, Course: l.Course, Hours: l.Hours, Gift: l.Gift, Payable: l.Payable})
	}
	if err := enterHours(ctx, tx, c, c.ID, entries); err != nil {
		return SignAnswer{}, err
	}
	tx.Record(c.ID, f)
	return SignAnswer{ID: c.ID, State: c.State, SignedDay: c.SignedDay, ValidUntil: c.ValidUntil, Version: c.Version}, nil
}

// promotionsOf sums what promotions give on a contract, by promotion.
func promotionsOf(ctx context.Context, tx *op.Tx, contract id.ID) (out []facts.SignedPromotion, err error) {
	granted, err := grantedOf(ctx, tx, contract)
	for _, g := range granted {
		if len(out) == 0 || out[len(out)-1].Promotion != g.Promotion {
			out = append(out, facts.SignedPromotion{Promotion: g.Promotion})
		}
		last := &out[len(out)-1]
		last.Off += g.Off
		last.Gift += g.Gift
	}
	return out, err
}
