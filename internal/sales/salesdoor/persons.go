package salesdoor

import (
	"context"
	"slices"
	"strings"
	"time"

	"zhike/internal/contracts"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/phone"
	"zhike/internal/marketing"
	"zhike/internal/people"
)

// load reads how the records of a page are called: three queries, however many rows it has.
func (p door) load(ctx context.Context, tx *op.Tx, persons ...id.ID) (n names, err error) {
	n.dir = p.Dir
	persons = slices.DeleteFunc(slices.Clone(persons), id.ID.IsNone)
	if len(persons) > 0 {
		if n.persons, err = people.Briefs(ctx, tx, persons); err != nil {
			return n, err
		}
	}
	if n.channels, err = marketing.Channels(ctx, tx); err != nil {
		return n, err
	}
	n.courses, err = contracts.Courses(ctx, tx, false)
	return n, err
}

// nameOr is a name, or the word for who has none.
func nameOr(ctx context.Context, name string) string {
	if name == "" {
		return t(ctx, "unnamed")
	}
	return name
}

// dial is the link that calls a number; "" where it is masked or missing.
func dial(number string) string {
	if number == "" || strings.Contains(number, "*") {
		return ""
	}
	return "tel:" + number
}

func genderOf(ctx context.Context, gender string) string {
	if gender == "" {
		return ""
	}
	return code(ctx, "gender", gender)
}

// shortDay is the day of an instant in little space.
func shortDay(ctx context.Context, at time.Time) string {
	return i18n.DateShort(ctx, dayOf(ctx, at))
}

// lossReasons lists the codes of why a matter ends.
func lossReasons(ctx context.Context, tx *op.Tx) ([]string, error) {
	return people.Codes(ctx, tx, "loss-reason")
}

// saveLabel is what the panel's button says: on the work list it goes on.
func saveLabel(ctx context.Context, v callView) string {
	if isWork(v.Base) {
		return t(ctx, "call.save-next")
	}
	return t(ctx, "save")
}

// candidate is the person that is being typed (PPL-4). A phone that is not yet whole finds nobody.
func candidate(in people.RegisterInput) people.Candidate {
	c := people.Candidate{Name: strings.TrimSpace(in.Name), Birth: in.Birth}
	for _, typed := range in.Phones {
		if number, err := phone.Parse(typed.Value, "CN"); err == nil {
			c.Phones = append(c.Phones, number)
		}
	}
	return c
}

// ownerOf says who has the matter of somebody that may be the same person.
func (n names) ownerOf(ctx context.Context, d people.Duplicate) string {
	return join(t(ctx, "owner", "name", n.staff(d.Owner)), n.center(ctx, d.Center))
}
