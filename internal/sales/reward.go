package sales

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"zhike/internal/contracts"
	"zhike/internal/facts"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/event"
	"zhike/internal/kernel/hours"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/people"
)

// RewardState says where a reward stands.
type RewardState string

// The states of a reward.
const (
	RewardWaiting  RewardState = "waiting" // neither the referrer nor a child of the referrer has an hour account yet
	RewardBooked   RewardState = "booked"
	RewardReversed RewardState = "reversed"

	noReward RewardState = "none" // by the rule that held when it would have been earned; so that a later rule gives none for it
)

// RewardStates lists those that are shown.
var RewardStates = []RewardState{RewardWaiting, RewardBooked, RewardReversed}

// Reward is what somebody is given for a person whom they brought (转介绍奖励, MKT-12): hours by the rule of the center where that person paid for
// the first time. There is one for a person at most.
type Reward struct {
	ID         id.ID        `json:"id" db:"id"`
	Enquiry    id.ID        `json:"enquiry_id" db:"enquiry"`
	Person     id.ID        `json:"person_id" db:"person"` // who was brought
	Referrer   id.ID        `json:"referrer_id" db:"referrer"`
	Center     id.ID        `json:"center_id" db:"center"`                  // of the contract
	Consultant id.ID        `json:"consultant_id,omitzero" db:"consultant"` // of the enquiry when it was paid
	Contract   id.ID        `json:"contract_id" db:"contract"`              // that was paid
	Hours      hours.Centi  `json:"hours_x100" db:"hours"`
	State      RewardState  `json:"state" db:"state"`
	Line       id.ID        `json:"line_id,omitzero" db:"line"`  // of the hour account: the referrer's, or a child's
	Taken      hours.Centi  `json:"taken_hours_x100" db:"taken"` // by the reversal
	Reason     string       `json:"reason" db:"reason"`          // of a reversal by hand
	Earned     time.Time    `json:"earned_at" db:"earned_at"`
	Day        bizdate.Date `json:"day" db:"day"` // of the payment
	Due        bool         `json:"-" db:"due"`   // SettleRewards is to look at it
	Version    int64        `json:"version" db:"version"`
}

// TableName implements op.Record.
func (Reward) TableName() string { return "rewards" }

func (r Reward) fact() facts.Reward {
	return facts.Reward{Reward: r.ID, Referrer: r.Referrer, Person: r.Person, Enquiry: r.Enquiry, Contract: r.Contract, Center: r.Center, Hours: r.Hours}
}

// rewardReactions notes what may change a reward, for SettleRewards: a reversed payment, and an account that the referrer, or a child, has now.
func rewardReactions() []op.Reaction {
	return []op.Reaction{
		op.On(func(ctx context.Context, tx *op.Tx, f facts.PaymentReversed, _ event.Event) error {
			return dueRewards(ctx, tx, "contract = ? AND state IN ('waiting', 'booked')", f.Contract)
		}),
		op.On(func(ctx context.Context, tx *op.Tx, f facts.ContractSigned, _ event.Event) error {
			guardians, err := people.GuardiansOf(ctx, tx, f.Person)
			if err != nil {
				return err
			}
			for _, who := range append(guardians, f.Person) {
				if err := dueRewards(ctx, tx, "state = 'waiting' AND referrer = ?", who); err != nil {
					return err
				}
			}
			return nil
		}),
		op.On(func(ctx context.Context, tx *op.Tx, f facts.GuardianLinked, _ event.Event) error {
			return dueRewards(ctx, tx, "state = 'waiting' AND referrer = ?", f.Guardian)
		}),
	}
}

func dueRewards(ctx context.Context, tx *op.Tx, where string, args ...any) error {
	if _, err := tx.Exec(ctx, "UPDATE rewards SET due = TRUE WHERE "+where, args...); err != nil {
		return fmt.Errorf("note due reward: %w", err)
	}
	return nil
}

// account finds where the hours of a reward go: into the account of the referrer, else of a child of the referrer.
func (r Reward) account(ctx context.Context, tx *op.Tx) (contracts.Account, bool, error) {
	wards, err := people.WardsOf(ctx, tx, r.Referrer)
	if err != nil {
		return contracts.Account{}, false, err
	}
	return contracts.AccountOf(ctx, tx, append([]id.ID{r.Referrer}, wards...), tx.Today(r.Center))
}

// book enters the hours of a reward that waits into an account, where there is one; else it waits on.
func (r *Reward) book(ctx context.Context, tx *op.Tx) (facts.RewardAccount, error) {
	a, ok, err := r.account(ctx, tx)
	if err != nil || !ok {
		return facts.RewardAccount{}, err
	}
	r.State, r.Line = RewardBooked, a.Line
	if err := tx.Save(ctx, r, "state", "line"); err != nil {
		return facts.RewardAccount{}, fmt.Errorf("book reward: %w", err)
	}
	return accountOf(a), contracts.GiveHours(ctx, tx, a, r.ID, r.Hours)
}

func accountOf(a contracts.Account) facts.RewardAccount {
	return facts.RewardAccount{Line: a.Line, At: a.Center, Student: a.Student, Course: a.Course, Package: a.Package, Consultant: a.Consultant}
}

// rewardFor finds the reward for the person of an enquiry.
func rewardFor(ctx context.Context, tx *op.Tx, e Enquiry) (r Reward, known bool, err error) {
	err = tx.Unscoped("the rule decides, nobody reads it").Select(&r).Where("person = ? OR enquiry = ?", e.Person, e.ID).Order("earned_at").Limit(1).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return r, false, nil
	}
	return r, err == nil, err
}
