package sales

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"zhike/internal/contracts"
	"zhike/internal/facts"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/kernel/problem"
	"zhike/internal/organization"
	"zhike/internal/people"
)

// formerWithin is for how many days a former student may be laid into the pool once the days of the setting are over: who left long before
// the program knew, as by an import, or before the setting was made, stays where he is.
const formerWithin = 90

// FormerInput names the contract that ended.
type FormerInput struct {
	ContractID id.ID `json:"contract_id" path:"id"`
}

// PoolFormer lays the student of a contract that ended into the public pool of its center, as many days after the end as the center sets
// (PPL-8): an enquiry of kind return that nobody owns, once for a contract; whose sale it was is its last owner. The job ReturnFormer runs it.
// Refused: not-former, where it is not time, or too late; where the student has another contract that runs or ended later, or an enquiry that is
// open or came or ended since; and of nobody (anonymized, or an organization).
var PoolFormer = op.Op[FormerInput, Entered]{
	Name: "sales.pool-former", Rule: "PPL-8", Needs: "enquiry:note-breach", Fact: facts.EnquiryEntered{}, Do: poolFormer,
	Subject: func(in FormerInput) op.Ref { return op.Ref{Kind: "contract", ID: in.ContractID} },
}

func poolFormer(ctx context.Context, tx *op.Tx, in FormerInput) (Entered, error) {
	c, err := contracts.ByID(ctx, tx, in.ContractID)
	if err != nil {
		return Entered{}, err
	}
	if err := tx.Lock(ctx, "persons", c.Student); err != nil { // two jobs follow each other
		return Entered{}, fmt.Errorf("lock person: %w", err)
	}
	list, err := formerOnes(ctx, tx, c.Center, c.Student)
	if err != nil {
		return Entered{}, err
	}
	i := slices.IndexFunc(list, func(e contracts.Ended) bool { return e.ID == c.ID })
	if i < 0 {
		return Entered{}, notFormer(c.ID)
	}
	p, err := people.ByID(ctx, tx, c.Student)
	if err != nil {
		return Entered{}, err
	}
	if !p.Anonymized.IsZero() || p.Organization || p.ID != c.Student {
		return Entered{}, notFormer(c.ID)
	}
	return enter(ctx, tx, EnterInput{PersonID: c.Student, CenterID: c.Center, CourseID: c.Course, Kind: "return", former: &list[i]})
}

func notFormer(contract id.ID) error {
	return problem.Refuse("PPL-8", "not-former", problem.Field{Location: "contract_id", Value: contract})
}

// ReturnFormer lays former students into the pool whose time it is (PPL-8), who left first, some hundred at a time. It runs every few minutes;
// people are told once of what one run brings.
func ReturnFormer(ctx context.Context, r *op.Runner) error {
	ctx = op.WithViewer(ctx, policy.System())
	var list []contracts.Ended
	err := r.Read(ctx, func(ctx context.Context, tx *op.Tx) (err error) {
		list, err = formerOnes(ctx, tx, id.None, id.None)
		return err
	})
	if err != nil {
		return err
	}
	ctx = op.WithRun(ctx, r.Clock.NewID())
	for _, c := range list {
		if _, err := PoolFormer.Run(ctx, r, FormerInput{ContractID: c.ID}); err != nil {
			if _, refused := problem.As(err); !refused {
				return err
			}
		}
	}
	return nil
}

// formerOnes are the contracts of a center and of a student, or of all, whose students go to the pool now: at most dueAtOnce of each setting.
func formerOnes(ctx context.Context, tx *op.Tx, only, student id.ID) (out []contracts.Ended, err error) {
	type span struct{ days, today int64 } // centers lie in other time zones
	dir, bySpan := organization.Of(tx), map[span][]id.ID{}
	for _, c := range dir.Centers(tx.Viewer) {
		days := dir.Number(c.ID, organization.PoolFormer)
		if days > 0 && (only.IsNone() || c.ID == only) {
			at := span{days, int64(tx.Today(c.ID))}
			bySpan[at] = append(bySpan[at], c.ID)
		}
	}
	order := func(a, b span) int { return int(a.days-b.days)*2 + int(a.today-b.today) }
	for _, at := range slices.SortedFunc(maps.Keys(bySpan), order) { // the same company returns them in the same order
		until := bizdate.Date(at.today - at.days)
		list, err := formerOf(ctx, tx, contracts.EndedFilter{Centers: bySpan[at], From: until - formerWithin, Until: until, Student: student, Limit: dueAtOnce})
		if err != nil {
			return nil, err
		}
		out = append(out, list...)
	}
	return out, nil
}

// formerOf reads on past those who do not go to the pool, so that they hold nobody up.
func formerOf(ctx context.Context, tx *op.Tx, f contracts.EndedFilter) (out []contracts.Ended, err error) {
	for len(out) < f.Limit {
		list, err := contracts.EndedBetween(ctx, tx, f)
		if err != nil {
			return nil, err
		}
		if len(list) > 0 {
			f.After = list[len(list)-1]
		}
		whole := len(list) == f.Limit
		if list, err = unasked(ctx, tx, list); err != nil {
			return nil, err
		}
		out = append(out, list...)
		if !whole {
			break
		}
	}
	return out, nil
}

// unasked leaves those out whose student has an enquiry that is open, or that came or ended since the contract did, and those that were laid
// into the pool before.
func unasked(ctx context.Context, tx *op.Tx, list []contracts.Ended) ([]contracts.Ended, error) {
	students := make([]id.ID, len(list))
	for i, c := range list {
		students[i] = c.Student
	}
	if len(list) == 0 {
		return nil, nil
	}
	rows, err := op.AllOf[struct {
		Person  id.ID        `db:"person"`
		Former  id.ID        `db:"former_contract"`
		Outcome string       `db:"outcome"`
		Entered bizdate.Date `db:"entered_day"`
		Ended   bizdate.Date `db:"outcome_day"`
	}](ctx, tx.Unscoped("work of the system"), "SELECT e.person, e.former_contract, e.outcome, e.entered_day, e.outcome_day FROM enquiries e WHERE e.person IN (?)", students)
	if err != nil {
		return nil, fmt.Errorf("look for enquiries of former students: %w", err)
	}
	asked := map[id.ID]bool{}
	for _, c := range list {
		for _, e := range rows {
			if e.Former == c.ID || e.Person == c.Student && (e.Outcome == "open" || e.Entered > c.Day || e.Ended > c.Day) {
				asked[c.ID] = true
			}
		}
	}
	return slices.DeleteFunc(list, func(c contracts.Ended) bool { return asked[c.ID] }), nil
}
