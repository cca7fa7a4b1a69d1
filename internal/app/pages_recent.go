package app

import (
	"context"
	"strings"

	"zhike/internal/contracts"
	"zhike/internal/finance"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/people"
	"zhike/internal/sales"
	"zhike/internal/web"
)

// mostRecent is how many of the records that one looked at last are offered (UI-S4).
const mostRecent = 8

// recent names the records of addresses that the browser remembers, newest first, each as far as it is in scope. The browser keeps
// addresses only: what lies there may be seen by others who use it.
func (p *pages) recent(ctx context.Context, paths []string) (list []web.Suggestion, err error) {
	err = p.read(ctx, func(ctx context.Context, tx *op.Tx) error {
		for _, path := range paths[:min(len(paths), mostRecent)] {
			s, err := recentRecord(ctx, tx, path)
			if _, unseen := problem.As(err); unseen {
				continue
			}
			if err != nil {
				return err
			}
			list = append(list, s)
		}
		return nil
	})
	return list, err
}

// recentRecord finds what an address shows. Refused: not-found, also for addresses of anything else.
func recentRecord(ctx context.Context, tx *op.Tx, path string) (s web.Suggestion, err error) {
	kind, text, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	key, err := id.Parse(text)
	if err != nil {
		return s, problem.NotFound("page")
	}
	person := key
	switch kind {
	case "people":
		if _, err := people.ByID(ctx, tx, key); err != nil {
			return s, err
		}
	case "enquiries":
		e, err := sales.EnquiryByID(ctx, tx, key)
		if err != nil {
			return s, err
		}
		person, s.Note = e.Person, shellText(ctx, "recent-enquiry")
	case "contracts":
		c, err := contracts.ByID(ctx, tx, key)
		if err != nil {
			return s, err
		}
		person, s.Note = c.Student, shellText(ctx, "recent-contract", "no", c.No)
	case "payments":
		v, err := finance.PaymentByID(ctx, tx, key)
		if err != nil {
			return s, err
		}
		person, s.Note = v.Person, shellText(ctx, "recent-payment", "no", v.No)
	default:
		return s, problem.NotFound("page")
	}
	names, err := personNames(ctx, tx, []id.ID{person})
	if err != nil {
		return s, err
	}
	s.Href, s.Title = "/"+kind+"/"+key.String(), names[person]
	return s, nil
}
