package peopledoor

import (
	"context"

	"zhike/internal/api"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/people"
)

// organizationAPI registers company customers (PPL-13); their timeline, merges and phones are those of /people/{id}.
func organizationAPI(a *api.API) {
	api.List(a, "/organizations", "people.organizations", "organization:read", listOrganizations)
	api.Get(a, "/organizations/{id}", "people.organization", "organization:read", showOrganization)
	api.Post(a, "/organizations", people.RegisterOrganization)
	api.Patch(a, "/organizations/{id}", people.ChangeOrganization)
	api.Post(a, "/organizations/{id}/revert", people.RevertOrganization)
	api.Post(a, "/organizations/{id}/archive", people.ArchiveOrganization)
	api.Post(a, "/organizations/{id}/restore", people.RestoreOrganization)
	api.Post(a, "/organizations/{id}/merge", people.MergeOrganizations)
	api.Post(a, "/organizations/{id}/unmerge", people.UnmergeOrganizations)
	api.Post(a, "/organizations/{id}/contacts", people.AddOrganizationContact)
	api.Post(a, "/organizations/{id}/contacts/remove", people.RemoveOrganizationContact)
}

type organizationsQuery struct {
	api.Paging
	CenterID id.ID  `query:"center_id" doc:"has a matter there"`
	Industry string `query:"industry" maxLength:"100"`
	ParentID id.ID  `query:"subsidiary_of" doc:"its subsidiaries"`
	Archived string `query:"archived" enum:"archived,all" doc:"those that are customers if left out"`
}

func listOrganizations(ctx context.Context, tx *op.Tx, q organizationsQuery) (page.Page[people.OrganizationBrief], error) {
	r := q.Request()
	list, err := people.Organizations(ctx, tx, people.OrganizationFilter{
		Query: q.Q, Center: q.CenterID, Industry: q.Industry, Parent: q.ParentID, Archived: q.Archived, After: r.Cursor, Limit: r.Limit,
	})
	return page.Page[people.OrganizationBrief]{Items: list.Items, Next: list.Next, Total: list.Total}, err
}

// OrganizationShown is a company customer with what an invoice to it says, its contact points as far as the role sees them, and who has a
// role there.
type OrganizationShown struct {
	people.Organization
	Name        string                       `json:"name"`
	NameLatin   string                       `json:"name_latin"`
	ExternalKey string                       `json:"external_key"`
	Center      id.ID                        `json:"center_id"`
	Version     int64                        `json:"version"`
	Points      []people.Contact             `json:"contact_points"`
	Contacts    []people.OrganizationContact `json:"contacts"`
}

func showOrganization(ctx context.Context, tx *op.Tx, q personID) (out OrganizationShown, err error) {
	p, is, err := people.OpenedOrganization(ctx, tx, q.ID)
	if err != nil {
		return out, err
	}
	q.ID = p.ID // of which stands for one that was merged
	out = OrganizationShown{Organization: is, Name: p.Name, NameLatin: p.NameLatin, ExternalKey: p.ExternalKey, Center: p.Center, Version: p.Version}
	if out.Points, err = people.Contacts(ctx, tx, q.ID); err != nil {
		return out, err
	}
	out.Contacts, err = people.ContactsAt(ctx, tx, q.ID)
	return out, err
}
