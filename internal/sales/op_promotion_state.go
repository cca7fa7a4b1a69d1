package sales

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"zhike/internal/contracts"
	"zhike/internal/facts"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/process"
)

// promotionMatter is the matter of approvals of promotions; its size is the most that one gives away, in hundredths of a per cent (SAL-8).
const promotionMatter = "promotion"

// StartPromotion lets a draft be used from its first day on: at once where the limit of who starts it covers what it gives away, else after
// an approval, which needs a reason (PRC-6). Refused: promotion-settled, in-past where its last day is over, promotion-limit without a
// reason, nobody-may-approve.
var StartPromotion = op.Op[StartPromotionInput, PromotionAnswer]{
	Name: "sales.start-promotion", Rule: "SAL-8", Needs: "promotion:update", Fact: facts.PromotionStarted{}, Do: startPromotion,
	Subject: func(in StartPromotionInput) op.Ref { return op.Ref{Kind: "promotion", ID: in.PromotionID} },
}

// StartPromotionInput names the promotion.
type StartPromotionInput struct {
	PromotionID id.ID  `json:"promotion_id" path:"id"`
	Reason      string `json:"reason,omitempty" maxLength:"500" doc:"why it is worth it, where it has to be approved"`
}

func startPromotion(ctx context.Context, tx *op.Tx, in StartPromotionInput) (PromotionAnswer, error) {
	p, err := PromotionByID(ctx, tx, in.PromotionID)
	if err != nil {
		return PromotionAnswer{}, err
	}
	if p.State != PromotionDraft && p.State != PromotionRejected {
		return PromotionAnswer{}, p.refuse("promotion-settled")
	}
	if p.Until < tx.Today(p.Center) {
		return PromotionAnswer{}, problem.Refuse("SAL-8", "invalid", problem.Field{Location: "promotion_id", Code: "promotion-over", Value: p.No, Args: map[string]any{"day": p.Until}})
	}
	size, own, err := p.weigh(ctx, tx)
	if err != nil {
		return PromotionAnswer{}, err
	}
	f := facts.PromotionStarted{PromotionAbout: p.about(), Size: size}
	if p.State = PromotionActive; !own {
		p.State = PromotionWaiting
		if f.Approval, err = p.ask(ctx, tx, size, strings.TrimSpace(in.Reason)); err != nil {
			return PromotionAnswer{}, err
		}
	}
	if err := tx.Save(ctx, &p, "state"); err != nil {
		return PromotionAnswer{}, err
	}
	tx.Record(p.ID, f)
	out := p.answer()
	out.Approval = f.Approval
	return out, nil
}

// PromotionSize is the most that a promotion gives away, in hundredths of a per cent, and whether the viewer starts it alone.
func PromotionSize(ctx context.Context, tx *op.Tx, p Promotion) (size int64, own bool, err error) {
	return p.weigh(ctx, tx)
}

func (p Promotion) weigh(ctx context.Context, tx *op.Tx) (size int64, own bool, err error) {
	packages, err := contracts.Packages(ctx, tx, id.None, true)
	if err != nil {
		return 0, false, err
	}
	size = p.size(packages)
	if tx.Viewer.System {
		return size, true, nil
	}
	limit, err := process.OwnLimit(ctx, tx, promotionMatter, p.Center)
	return size, limit < 0 || size <= limit, err
}

// ask asks for approval of what a promotion gives away.
func (p Promotion) ask(ctx context.Context, tx *op.Tx, size int64, reason string) (id.ID, error) {
	if reason == "" {
		return id.None, problem.Refuse("SAL-8", "invalid", problem.Field{Location: "reason", Code: "promotion-limit", Value: process.Sized(ctx, promotionMatter, size)})
	}
	packages, err := contracts.Packages(ctx, tx, id.None, true)
	if err != nil {
		return id.None, err
	}
	a, err := process.AskApproval(ctx, tx, process.Approval{
		Matter: promotionMatter, SubjectKind: "promotion", Subject: p.ID, Center: p.Center, Staff: tx.Viewer.Staff, Size: size, Cost: p.cost(packages) * money.Fen(max(1, p.PlanContracts)), Reason: reason,
		Params: map[string]string{"no": p.No, "contracts": strconv.FormatInt(p.PlanContracts, 10)},
	}, "promotion_id")
	return a.ID, err
}

// cost is the most that a contract with the promotion costs: what is taken off the dearest package it is for, the price of the hours it adds,
// or of the thing.
func (p Promotion) cost(packages []contracts.Package) (most money.Fen) {
	switch p.Form {
	case FormAmount:
		return p.Amount
	case FormGift:
		return p.ThingCost
	}
	for _, k := range packages {
		switch {
		case !p.On(k.ID):
		case p.Form == FormPercent:
			most = max(most, k.Price.ShareEven(p.Percent, 10_000))
		case k.Hours > 0:
			most = max(most, k.Price.ShareEven(int64(p.Gift), int64(k.Hours)))
		}
	}
	return most
}

// StopPromotion ends a promotion before its time: no quote is made with it any more; those made keep their price as long as they hold.
// Refused: promotion-settled, no reason.
var StopPromotion = op.Op[StopPromotionInput, PromotionAnswer]{
	Name: "sales.stop-promotion", Rule: "SAL-8", Needs: "promotion:update", Fact: facts.PromotionStopped{},
	Subject: func(in StopPromotionInput) op.Ref { return op.Ref{Kind: "promotion", ID: in.PromotionID} },
	Do: func(ctx context.Context, tx *op.Tx, in StopPromotionInput) (PromotionAnswer, error) {
		p, err := PromotionByID(ctx, tx, in.PromotionID)
		if err != nil {
			return PromotionAnswer{}, err
		}
		if p.State == PromotionStopped || p.State == PromotionWaiting {
			return PromotionAnswer{}, p.refuse("promotion-settled")
		}
		reason := strings.TrimSpace(in.Reason)
		if reason == "" {
			return PromotionAnswer{}, problem.Refuse("SAL-8", "invalid", problem.Field{Location: "reason", Code: "required"})
		}
		p.StoppedDay = tx.Today(p.Center)
		if p.State != PromotionActive { // it was never given
			p.StoppedDay = min(p.StoppedDay, p.From-1)
		}
		p.State = PromotionStopped
		if err := tx.Save(ctx, &p, "state", "stopped_day"); err != nil {
			return PromotionAnswer{}, err
		}
		tx.Record(p.ID, facts.PromotionStopped{PromotionAbout: p.about(), Reason: reason})
		return p.answer(), nil
	},
}

// StopPromotionInput says why.
type StopPromotionInput struct {
	PromotionID id.ID  `json:"promotion_id" path:"id"`
	Reason      string `json:"reason" maxLength:"500"`
}

// promotionDecided brings a promotion that waited for an approval to a state (PRC-6).
func promotionDecided(ctx context.Context, tx *op.Tx, f facts.Asked, to PromotionState) error {
	if f.SubjectKind != "promotion" {
		return nil
	}
	_, err := tx.Exec(ctx, "UPDATE promotions SET state = ?, version = version + 1 WHERE id = ? AND state = 'waiting'", string(to), f.Subject)
	if err != nil {
		return fmt.Errorf("bring promotion to its state: %w", err)
	}
	return nil
}

// take counts a signed contract against the quota of its promotions. It locks them, so that of those who sign at once as many succeed as
// there are places (TRU-5). Refused: promotion-quota; promotion-over where the last day is over.
func take(ctx context.Context, tx *op.Tx, f facts.ContractSigned) error {
	for _, used := range f.Promotions {
		if err := tx.Lock(ctx, "promotions", used.Promotion); err != nil {
			return fmt.Errorf("lock promotion: %w", err)
		}
		p, err := promotionOf(ctx, tx, used.Promotion)
		if err != nil {
			return err
		}
		field := problem.Field{Location: "contract_id", Value: p.No}
		switch {
		case p.Until < tx.Today(f.Center):
			field.Code, field.Args = "promotion-over", map[string]any{"day": p.Until}
		case p.Left() == 0:
			field.Code, field.Args = "promotion-quota", map[string]any{"quota": p.Quota}
		default:
			if _, err := tx.Exec(ctx, "UPDATE promotions SET used = used + 1 WHERE id = ?", p.ID); err != nil {
				return fmt.Errorf("count use of promotion: %w", err)
			}
			continue
		}
		return problem.Refuse("SAL-8", "invalid", field)
	}
	return nil
}
