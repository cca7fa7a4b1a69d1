package salesdoor

import (
	"context"

	"zhike/internal/api"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/kernel/problem"
	"zhike/internal/people"
	"zhike/internal/sales"
)

type playbookID struct {
	ID id.ID `path:"id" json:"playbook_id"`
}

type playbookPart struct {
	api.Paging
	playbookID
}

type usesQuery struct {
	playbookID
	Limit  int    `query:"limit" minimum:"1" maximum:"200" doc:"50 if left out"`
	Cursor string `query:"cursor" maxLength:"40"`
	No     int64  `query:"no" minimum:"0" doc:"version of the card; all if left out"`
	Used   string `query:"used" enum:"yes,no"`
	Went   bool   `query:"went" doc:"only those that went on"`
}

type cardQuery struct {
	enquiryID
	Lang string `query:"lang" enum:"zh,en" doc:"zh if left out"`
}

// apiPlaybooks registers the cards of guidance (SAL-10).
func apiPlaybooks(a *api.API) {
	api.Whole(a, "/playbooks", "sales.playbooks", "playbook:read", func(ctx context.Context, tx *op.Tx, _ api.Paging) ([]sales.Playbook, error) {
		return sales.Playbooks(ctx, tx)
	})
	api.Get(a, "/playbooks/{id}", "sales.playbook", "playbook:read", func(ctx context.Context, tx *op.Tx, q playbookID) (sales.Playbook, error) {
		return sales.PlaybookByID(ctx, tx, q.ID)
	})
	api.Whole(a, "/playbooks/{id}/versions", "sales.playbook-versions", "playbook:read", func(ctx context.Context, tx *op.Tx, q playbookPart) ([]sales.PlaybookVersion, error) {
		return sales.PlaybookVersions(ctx, tx, q.ID)
	})
	api.Whole(a, "/playbooks/{id}/results", "sales.playbook-results", "playbook:read", func(ctx context.Context, tx *op.Tx, q playbookPart) ([]sales.PlaybookResult, error) {
		return sales.PlaybookResults(ctx, tx, q.ID)
	})
	api.List(a, "/playbooks/{id}/uses", "sales.playbook-uses", "playbook:read", playbookUses)
	api.Get(a, "/enquiries/{id}/playbook", "sales.playbook-for", "playbook:read", playbookFor)
	api.Post(a, "/playbooks", sales.WritePlaybook)
	api.Post(a, "/touches/{id}/guidance", sales.NoteGuidance)
}

func playbookUses(ctx context.Context, tx *op.Tx, q usesQuery) (page.Page[sales.PlaybookUse], error) {
	if q.Limit == 0 {
		q.Limit = page.Usual
	}
	list, err := sales.PlaybookUses(ctx, tx, sales.UseFilter{Playbook: q.ID, No: q.No, Used: q.Used, Went: q.Went, After: q.Cursor, Limit: q.Limit})
	return page.Page[sales.PlaybookUse]{Items: list.Items, Next: list.Next, Total: list.Total}, err
}

// fitting is the card that fits an enquiry best.
type fitting struct {
	sales.Playbook

	Others []sales.Playbook `json:"others" nullable:"false" doc:"others that fit, the best first"`
}

// playbookFor is the card that fits an enquiry.
func playbookFor(ctx context.Context, tx *op.Tx, q cardQuery) (fitting, error) {
	e, err := sales.EnquiryByID(ctx, tx, q.ID)
	if err != nil {
		return fitting{}, err
	}
	if q.Lang == "" {
		q.Lang = "zh"
	}
	last, err := people.Touches(ctx, tx, e.Person, 1)
	if err != nil {
		return fitting{}, err
	}
	list, err := sales.PlaybooksFor(ctx, tx, e, last, q.Lang)
	if err == nil && len(list) == 0 {
		err = problem.NotFound("playbook")
	}
	if err != nil {
		return fitting{}, err
	}
	return fitting{list[0], list[1:]}, nil
}
