package people

import (
	"context"
	"fmt"
	"slices"

	"zhike/internal/facts"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
)

// ShowDuplicate lets the viewer see, masked and with the owner's name, a likely duplicate outside of the viewer's scope (PPL-4). It
// counts as a reveal. The candidate must match the person, so that ids cannot be tried out. Refused: reveal-limit (PPL-10).
var ShowDuplicate = op.Op[ShowDuplicateInput, Answer]{
	Name: "people.show-duplicate", Rule: "PPL-4", Needs: "person:create", Fact: facts.PhoneRevealed{}, Do: showDuplicate,
	Refused: func(ctx context.Context, r *op.Runner, in ShowDuplicateInput, p *problem.Problem) error {
		return reportLimit(ctx, r, p, in.PersonID, revealDuplicate)
	},
}

// ShowDuplicateInput names the person that Duplicates found, and what it was found by.
type ShowDuplicateInput struct {
	PersonID  id.ID     `json:"person_id"`
	Candidate Candidate `json:"candidate"`
}

func showDuplicate(ctx context.Context, tx *op.Tx, in ShowDuplicateInput) (Answer, error) {
	list, err := Duplicates(ctx, tx, in.Candidate)
	if err != nil {
		return Answer{}, err
	}
	for _, d := range list {
		if d.ID != in.PersonID {
			continue
		}
		if err := countReveal(ctx, tx, d.ID, revealDuplicate); err != nil {
			return Answer{}, err
		}
		tx.Record(d.ID, facts.PhoneRevealed{Person: d.ID, Center: tx.Viewer.Center, Field: revealDuplicate})
		return Answer{ID: d.ID}, nil
	}
	return Answer{}, problem.NotFound("person")
}

// mostShown is how many persons outside of the scope one look shows: a number that more people share says little.
const mostShown = 3

// FindDuplicates is what a form does while a person is entered: it looks for likely duplicates, and shows those outside of the
// viewer's scope, which counts as a reveal of each. Beyond the day's limit they stay nameless.
func FindDuplicates(ctx context.Context, r *op.Runner, c Candidate) ([]Duplicate, error) {
	read := func() (list []Duplicate, err error) {
		err = r.Read(ctx, func(ctx context.Context, tx *op.Tx) (err error) {
			list, err = Duplicates(ctx, tx, c)
			return err
		})
		return list, err
	}
	list, err := read()
	if err != nil {
		return nil, err
	}
	shown := 0
	for _, d := range list {
		if d.Seen || d.Revealed || shown == mostShown {
			continue
		}
		_, err := ShowDuplicate.Run(op.WithKey(ctx, ""), r, ShowDuplicateInput{PersonID: d.ID, Candidate: c})
		if p, refused := problem.As(err); refused && p.Status < 500 {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("show duplicate: %w", err)
		}
		shown++
	}
	if shown == 0 {
		return list, nil
	}
	return read()
}

// FindKnown gives who surely is the person that a form enters, after Register refused it as known-person (PPL-4); others were said to be
// somebody else. Those beyond the viewer's scope are shown as FindDuplicates does.
func FindKnown(ctx context.Context, r *op.Runner, c Candidate, others []id.ID) ([]Duplicate, error) {
	list, err := FindDuplicates(ctx, r, c)
	return onlySure(list, others), err
}

// onlySure leaves the sure duplicates that were not said to be somebody else.
func onlySure(list []Duplicate, others []id.ID) []Duplicate {
	return slices.DeleteFunc(list, func(d Duplicate) bool { return !d.Sure || slices.Contains(others, d.ID) })
}

// ask refuses to enter who is known for sure, where a form asks for that.
func (in RegisterInput) ask(ctx context.Context, tx *op.Tx) error {
	if !in.Ask {
		return nil
	}
	c := Candidate{Name: in.Name, Birth: in.Birth}
	for _, p := range in.Phones {
		c.Phones = append(c.Phones, p.Value)
	}
	list, err := Duplicates(ctx, tx, c)
	if err != nil {
		return err
	}
	if len(onlySure(list, in.Others)) > 0 {
		return problem.Refuse("PPL-4", "known-person", problem.Field{Location: "phones", Code: "known-person"})
	}
	return nil
}
