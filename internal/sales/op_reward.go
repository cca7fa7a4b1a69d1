package sales

import (
	"context"
	"fmt"
	"strings"

	"zhike/internal/contracts"
	"zhike/internal/facts"
	"zhike/internal/kernel/hours"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/kernel/problem"
	"zhike/internal/organization"
)

// EarnReward notes the reward for who recommended us to the person of an enquiry, once something of its contract is paid, and books it where the
// referrer has an hour account (MKT-12); the job SettleRewards runs it. How many hours is the rule of the contract's center at that time. Refused:
// no-reward, where nobody recommended us, nothing is paid, or there is one for the person.
var EarnReward = op.Op[EnquiryInput, RewardAnswer]{
	Name: "sales.earn-reward", Rule: "MKT-12", Needs: "enquiry:note-breach", Fact: facts.RewardEarned{}, Do: earnReward,
	Subject: func(in EnquiryInput) op.Ref { return op.Ref{Kind: "enquiry", ID: in.EnquiryID} },
}

// RewardAnswer tells where a reward stands, and how much of it was taken back.
type RewardAnswer struct {
	ID      id.ID       `json:"id"`
	State   RewardState `json:"state"`
	Taken   hours.Centi `json:"taken_hours_x100"`
	Version int64       `json:"version"`
}

func (r Reward) answer() RewardAnswer {
	return RewardAnswer{ID: r.ID, State: r.State, Taken: r.Taken, Version: r.Version}
}

func earnReward(ctx context.Context, tx *op.Tx, in EnquiryInput) (RewardAnswer, error) {
	e, err := loadEnquiry(ctx, tx, in.EnquiryID)
	if err != nil {
		return RewardAnswer{}, err
	}
	paid, err := contracts.PaidFor(ctx, tx, []id.ID{e.ID})
	if err != nil {
		return RewardAnswer{}, err
	}
	was, known, err := rewardFor(ctx, tx, e)
	if err != nil {
		return RewardAnswer{}, err
	}
	again := known && was.Enquiry == e.ID && was.State == RewardReversed && was.Reason == "" // its payment was reversed, and another one came
	if e.Referrer.IsNone() || e.Kind != "new" && e.Kind != "return" || len(paid) == 0 || known && !again {
		return RewardAnswer{}, problem.Refuse("MKT-12", "no-reward", problem.Field{Location: "enquiry_id", Value: e.ID})
	}
	c := paid[0]
	r := Reward{
		ID: was.ID, Enquiry: e.ID, Person: e.Person, Referrer: e.Referrer, Center: c.Center, Consultant: e.Consultant, Contract: c.Contract, State: RewardWaiting, Earned: tx.Now, Day: tx.Today(c.Center),
		Hours: hours.Whole(organization.Of(tx).Number(c.Center, organization.ReferralHours)), Version: was.Version,
	}
	if r.Hours == 0 {
		r.State = noReward
	}
	if known {
		err = tx.Save(ctx, &r, "referrer", "center", "consultant", "contract", "hours", "state", "line", "taken", "earned_at", "day")
	} else {
		r.ID, r.Version = tx.NewID(), 1
		err = tx.Insert(ctx, r)
	}
	if err != nil {
		return RewardAnswer{}, fmt.Errorf("note reward: %w", err)
	}
	f := facts.RewardEarned{Reward: r.fact()}
	if r.State == RewardWaiting {
		if f.RewardAccount, err = r.book(ctx, tx); err != nil {
			return RewardAnswer{}, err
		}
	}
	tx.Record(r.ID, f)
	return r.answer(), nil
}

// BookReward books a reward that waited for an hour account of the referrer, or of a child (MKT-12); the job SettleRewards runs it. Refused:
// no-account, reward-settled.
var BookReward = op.Op[RewardInput, RewardAnswer]{
	Name: "sales.book-reward", Rule: "MKT-12", Needs: "enquiry:note-breach", Fact: facts.RewardBooked{},
	Subject: func(in RewardInput) op.Ref { return op.Ref{Kind: "reward", ID: in.RewardID} },
	Do: func(ctx context.Context, tx *op.Tx, in RewardInput) (RewardAnswer, error) {
		r, err := RewardByID(ctx, tx, in.RewardID)
		if err != nil {
			return RewardAnswer{}, err
		}
		if r.State != RewardWaiting {
			return RewardAnswer{}, r.refuse("reward-settled")
		}
		a, err := r.book(ctx, tx)
		if err != nil {
			return RewardAnswer{}, err
		}
		if a.Line.IsNone() {
			return RewardAnswer{}, r.refuse("reward-no-account")
		}
		tx.Record(r.ID, facts.RewardBooked{Reward: r.fact(), RewardAccount: a})
		return r.answer(), nil
	},
}

// RewardInput names the reward.
type RewardInput struct {
	RewardID id.ID `json:"reward_id" path:"id"`
}

func (r Reward) refuse(code string) error {
	return problem.Refuse("MKT-12", "invalid", problem.Field{Location: "reward_id", Code: code, Value: r.ID})
}

// ReverseReward takes back a reward, and of its hours those that are left, as when who was brought leaves early (MKT-12). By hand it needs a
// reason, and is not earned again; the program takes it back when nothing of the contract is paid any more. Refused: no reason, a reward that was
// taken back before.
var ReverseReward = op.Op[ReverseRewardInput, RewardAnswer]{
	Name: "sales.reverse-reward", Rule: "MKT-12", Needs: "reward:reverse", Fact: facts.RewardReversed{}, Do: reverseReward,
	Subject: func(in ReverseRewardInput) op.Ref { return op.Ref{Kind: "reward", ID: in.RewardID} },
}

// ReverseRewardInput names the reward and says why it is taken back.
type ReverseRewardInput struct {
	RewardID id.ID  `json:"reward_id" path:"id"`
	Reason   string `json:"reason" maxLength:"500"`
}

func reverseReward(ctx context.Context, tx *op.Tx, in ReverseRewardInput) (RewardAnswer, error) {
	r, err := RewardByID(ctx, tx, in.RewardID)
	if err != nil {
		return RewardAnswer{}, err
	}
	r.Reason = strings.TrimSpace(in.Reason)
	switch {
	case r.State != RewardWaiting && r.State != RewardBooked:
		return RewardAnswer{}, r.refuse("reward-reversed")
	case r.Reason == "" && !tx.Viewer.System:
		return RewardAnswer{}, problem.Refuse("MKT-12", "invalid", problem.Field{Location: "reason", Code: "required"})
	}
	f := facts.RewardReversed{Reward: r.fact(), Reason: r.Reason}
	if r.State == RewardBooked {
		a, taken, err := contracts.TakeBackHours(ctx, tx, r.Line, r.ID, r.Hours)
		if err != nil {
			return RewardAnswer{}, err
		}
		f.RewardAccount, f.Taken = accountOf(a), taken
	}
	r.State, r.Taken, r.Due = RewardReversed, f.Taken, false
	if err := tx.Save(ctx, &r, "state", "taken", "reason", "due"); err != nil {
		return RewardAnswer{}, fmt.Errorf("reverse reward: %w", err)
	}
	tx.Record(r.ID, f)
	return r.answer(), nil
}

// SettleRewards earns, books and takes back the rewards for which it is time (MKT-12), some hundred at a time. It runs every few minutes.
func SettleRewards(ctx context.Context, r *op.Runner) error {
	ctx = op.WithViewer(ctx, policy.System())
	var earned, due []id.ID
	err := r.Read(ctx, func(ctx context.Context, tx *op.Tx) (err error) {
		if earned, err = earnedRewards(ctx, tx); err != nil {
			return err
		}
		due, err = op.AllOf[id.ID](ctx, tx.Unscoped("work of the system"), "SELECT id FROM rewards WHERE due = TRUE ORDER BY id LIMIT ?", dueAtOnce)
		return err
	})
	if err != nil {
		return err
	}
	for _, key := range earned {
		if _, err := EarnReward.Run(ctx, r, EnquiryInput{EnquiryID: key}); err != nil {
			if _, refused := problem.As(err); !refused {
				return err
			}
		}
	}
	for _, key := range due {
		if err := settleReward(ctx, r, key); err != nil {
			return err
		}
	}
	return nil
}

// earnedRewards are the enquiries whose referrer is to be rewarded.
func earnedRewards(ctx context.Context, tx *op.Tx) ([]id.ID, error) {
	list, err := op.AllOf[id.ID](ctx, tx.Unscoped("work of the system"), `SELECT e.id FROM enquiries e WHERE e.referrer IS NOT NULL AND e.outcome = 'signed' AND e.kind IN ('new', 'return')
		AND NOT EXISTS (SELECT 1 FROM rewards r WHERE (r.person = e.person OR r.enquiry = e.id) AND (r.state <> 'reversed' OR r.reason <> '')) ORDER BY e.id`)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	paid, err := contracts.PaidFor(ctx, tx, list)
	if err != nil {
		return nil, err
	}
	var out []id.ID
	for _, c := range paid {
		if out = append(out, c.Enquiry); len(out) == dueAtOnce {
			break
		}
	}
	return out, nil
}

// settleReward does what is due about a reward: it is taken back where nothing of its contract is paid any more, else booked if it can be.
func settleReward(ctx context.Context, r *op.Runner, key id.ID) error {
	var unpaid bool
	err := r.Read(ctx, func(ctx context.Context, tx *op.Tx) error {
		reward, err := RewardByID(ctx, tx, key)
		if err != nil {
			return err
		}
		paid, err := contracts.PaidFor(ctx, tx, []id.ID{reward.Enquiry})
		unpaid = len(paid) == 0
		return err
	})
	if err != nil {
		return err
	}
	if unpaid {
		_, err = ReverseReward.Run(ctx, r, ReverseRewardInput{RewardID: key})
	} else {
		_, err = BookReward.Run(ctx, r, RewardInput{RewardID: key})
	}
	if _, refused := problem.As(err); err != nil && !refused {
		return err
	}
	return r.Write(ctx, func(ctx context.Context, tx *op.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE rewards SET due = FALSE WHERE id = ?", key)
		return err
	})
}
