package peopledoor

import (
	"cmp"
	"context"
	"net/http"
	"strconv"

	"zhike/internal/api"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/kernel/personal"
	"zhike/internal/people"
)

// API registers persons; touches are registered with enquiries.
func API(a *api.API, rows []personal.Rows, holds []personal.Hold) {
	requests(a, rows, holds)
	api.List(a, "/people", "people.people", "person:read", listPeople)
	api.Get(a, "/people/{id}", "people.person", "person:read", showPerson)
	api.Get(a, "/people/{id}/timeline", "people.timeline", "person:read", showTimeline)
	api.Post(a, "/people", people.Register)
	api.Patch(a, "/people/{id}", people.Change)
	api.Post(a, "/people/{id}/revert", people.RevertChange)
	api.PostWith(a, "/people/{id}/reveal", people.Reveal, revealed)
	api.Call(a, http.MethodPost, "/people/duplicates", "people.duplicates", func(r *http.Request, c people.Candidate) (DuplicatesShown, error) {
		list, err := people.FindDuplicates(r.Context(), a.Ops, c)
		return DuplicatesShown{Items: list}, err
	}, api.Runs(people.ShowDuplicate), api.Keyless())
	api.Whole(a, "/codes", "people.codes", "person:read", func(ctx context.Context, tx *op.Tx, _ api.Paging) ([]people.Code, error) {
		return people.AllCodes(ctx, tx)
	})
	api.Whole(a, "/settings/lists", "people.lists", "setting:read", func(ctx context.Context, tx *op.Tx, _ api.Paging) ([]people.Entry, error) {
		return people.Entries(ctx, tx)
	})
	api.Post(a, "/settings/lists", people.SetCode)
	api.Post(a, "/custom-fields", people.MarkField)
	api.Post(a, "/accounts/{id}/reveal-limit", people.NoteRevealLimit)
	api.Post(a, "/people/{id}/household", people.JoinHousehold)
	api.Post(a, "/people/{id}/household/leave", people.LeaveHousehold)
	api.Post(a, "/people/{id}/guardians", people.LinkGuardian)
	api.Post(a, "/people/{id}/guardians/unlink", people.UnlinkGuardian)
	api.List(a, "/people/likely-duplicates", "people.likely-duplicates", "person:merge", likelyDuplicates)
	api.Get(a, "/people/{id}/merges", "people.merges", "person:read", showMerges)
	api.Post(a, "/people/{id}/merge", people.Merge)
	api.Post(a, "/people/{id}/unmerge", people.Unmerge)
	api.Post(a, "/people/{id}/tell-apart", people.TellApart)
	api.Get(a, "/people/{id}/consents", "people.consents", "person:read", func(ctx context.Context, tx *op.Tx, q personID) (out ConsentList, err error) {
		out.Consents, err = people.Consents(ctx, tx, q.ID)
		return out, err
	})
	revealAPI(a)
	organizationAPI(a)
	api.Post(a, "/people/{id}/consents", people.GiveConsent)
	api.Post(a, "/people/{id}/consents/withdraw", people.WithdrawConsent)
}

// revealAPI registers who was shown masked data (PPL-10).
func revealAPI(a *api.API) {
	api.List(a, "/reveals", "people.reveals", "reveal:read", func(ctx context.Context, tx *op.Tx, q apiReveals) (page.Page[people.RevealNote], error) {
		out, err := people.RevealNotes(ctx, tx, q.filter())
		return nextOf(q.offsetQuery, out.Items, out.Total), err
	})
	api.List(a, "/reveals/by-staff", "people.reveals-by-staff", "reveal:read", func(ctx context.Context, tx *op.Tx, q apiReveals) (page.Page[people.RevealCount], error) {
		out, err := people.CountReveals(ctx, tx, q.filter())
		return nextOf(q.offsetQuery, out.Items, out.Total), err
	})
}

type apiReveals struct {
	offsetQuery
	Staff   id.ID        `query:"staff_id"`
	From    bizdate.Date `query:"from" doc:"first business date"`
	Until   bizdate.Date `query:"until" doc:"last business date"`
	Refused bool         `query:"refused" doc:"only what was refused beyond the day's limit"`
}

func (q apiReveals) filter() people.RevealFilter {
	return people.RevealFilter{Staff: q.Staff, From: q.From, Until: q.Until, Refused: q.Refused, Offset: q.Cursor, Limit: q.most()}
}

// requests registers data requests (PPL-11).
func requests(a *api.API, rows []personal.Rows, holds []personal.Hold) {
	api.List(a, "/data-requests", "people.data-requests", "data-request:read", func(ctx context.Context, tx *op.Tx, q requestsQuery) (page.Page[people.DataRequest], error) {
		out, err := people.DataRequests(ctx, tx, q.PersonID, q.Cursor, q.most())
		return q.next(out.Items, out.Total), err
	})
	api.Get(a, "/data-requests/{id}", "people.data-request", "data-request:read", func(ctx context.Context, tx *op.Tx, q requestID) (people.DataRequest, error) {
		return people.DataRequestByID(ctx, tx, q.ID)
	})
	api.List(a, "/people/retention-over", "people.retention-over", "data-request:finish", func(ctx context.Context, tx *op.Tx, q offsetQuery) (page.Page[people.Kept], error) {
		out, err := people.RetentionOver(ctx, tx, rows, holds, q.Cursor, q.most())
		return nextOf(q, out.Items, out.Total), err
	})
	api.Post(a, "/people/{id}/data-requests", people.FileDataRequest)
	api.Post(a, "/data-requests/{id}/finish", people.FinishDataRequest)
	api.Post(a, "/data-requests/{id}/file", people.MakeExport)
	api.PostWith(a, "/data-requests/{id}/export", people.ExportPerson, func(ctx context.Context, tx *op.Tx, out people.Answer) (people.Exported, error) {
		return people.ExportedFile(ctx, tx, out.ID)
	})
}

type requestID struct {
	ID id.ID `path:"id" json:"request_id"`
}

type offsetQuery struct {
	Limit  int `query:"limit" minimum:"1" maximum:"200" doc:"50 if left out"`
	Cursor int `query:"cursor" minimum:"0" maximum:"1000000" doc:"next_cursor of the page before"`
}

type requestsQuery struct {
	offsetQuery
	PersonID id.ID `query:"person_id"`
}

func (q offsetQuery) most() int { return cmp.Or(q.Limit, listRows) }

func (q requestsQuery) next(items []people.DataRequest, total int64) page.Page[people.DataRequest] {
	return nextOf(q.offsetQuery, items, total)
}

func nextOf[T any](q offsetQuery, items []T, total int64) page.Page[T] {
	out := page.Page[T]{Items: items, Total: total}
	if until := q.Cursor + len(items); int64(until) < total {
		out.Next = strconv.Itoa(until)
	}
	return out
}

// ConsentList is what a person agreed to or withdrew, the last statement of each purpose and channel (PPL-9).
type ConsentList struct {
	Consents []people.Consent `json:"consents"`
}

// DuplicatesShown are those who may be the same person (PPL-4); who is beyond scope is shown masked, which is recorded as a reveal.
type DuplicatesShown struct {
	Items []people.Duplicate `json:"items"`
}

type personID struct {
	ID id.ID `path:"id" json:"person_id"`
}

type peopleQuery struct {
	api.Paging
	CenterID    id.ID  `query:"center_id" doc:"where they were entered"`
	ExternalKey string `query:"external_key" maxLength:"200"`
}

func listPeople(ctx context.Context, tx *op.Tx, q peopleQuery) (page.Page[people.Brief], error) {
	r := q.Request()
	list, err := people.Persons(ctx, tx, people.Filter{Query: q.Q, Center: q.CenterID, ExternalKey: q.ExternalKey, After: r.Cursor, Limit: r.Limit})
	return page.Page[people.Brief]{Items: list.Items, Next: list.Next, Total: list.Total}, err
}

// PersonShown is a person with contact points, as far as the role sees them, states and relatives.
type PersonShown struct {
	people.Person
	States    []string          `json:"states" doc:"prospect, student, former, guardian"`
	Contacts  []people.Contact  `json:"contacts"`
	Relatives []people.Relative `json:"relatives"`
	Custom    []CustomValue     `json:"custom_fields" nullable:"false" doc:"ID numbers and addresses among them are masked as phones are, and left out where these are hidden (PPL-10)"`
}

// CustomValue is what a person has in a custom field (PRC-10), as the viewer may see it.
type CustomValue struct {
	people.Attribute
	Masked bool `json:"masked" doc:"not seen in full; it is revealed with the phones"`
}

type pairsQuery struct {
	Limit  int `query:"limit" minimum:"1" maximum:"200" doc:"50 if left out"`
	Cursor int `query:"cursor" minimum:"0" maximum:"10000" doc:"next_cursor of the page before"`
}

func likelyDuplicates(ctx context.Context, tx *op.Tx, q pairsQuery) (page.Page[people.Pair], error) {
	if q.Limit == 0 {
		q.Limit = listRows
	}
	list, err := people.Pairs(ctx, tx, q.Cursor, q.Limit)
	out := page.Page[people.Pair]{Items: list.Items, Total: int64(list.Total)}
	if until := q.Cursor + len(list.Items); until < list.Total {
		out.Next = strconv.Itoa(until)
	}
	return out, err
}

// MergesShown are those who were merged into a person.
type MergesShown struct {
	Items []people.Merged `json:"items"`
}

func showMerges(ctx context.Context, tx *op.Tx, q personID) (out MergesShown, err error) {
	p, err := people.Opened(ctx, tx, q.ID)
	if err != nil {
		return out, err
	}
	out.Items, err = people.MergesOf(ctx, tx, p.ID)
	return out, err
}

func showPerson(ctx context.Context, tx *op.Tx, q personID) (out PersonShown, err error) {
	if out.Person, err = people.Opened(ctx, tx, q.ID); err != nil {
		return out, err
	}
	q.ID = out.ID // of who stands for one that was merged
	states, err := people.States(ctx, tx, []id.ID{q.ID})
	if err != nil {
		return out, err
	}
	out.States = states[q.ID]
	if out.Contacts, err = people.Contacts(ctx, tx, q.ID); err != nil {
		return out, err
	}
	if out.Relatives, err = people.Relatives(ctx, tx, out.Person); err != nil {
		return out, err
	}
	list, err := people.ShownAttributes(ctx, tx, q.ID)
	out.Custom = []CustomValue{}
	for _, a := range list {
		out.Custom = append(out.Custom, CustomValue{Attribute: a, Masked: a.Masked})
	}
	return out, err
}

type timelineQuery struct {
	ID         id.ID  `path:"id" json:"person_id"`
	Limit      int    `query:"limit" minimum:"1" maximum:"200" doc:"50 if left out"`
	Cursor     id.ID  `query:"cursor" doc:"next_cursor of the page before"`
	Department string `query:"department" enum:"sales,desk,finance,system"`
}

// TimelineShown is a page of a timeline, newest first.
type TimelineShown struct {
	api.Page[people.Item]
	Counts map[string]int `json:"counts" doc:"by department; the empty name is all"`
}

func showTimeline(ctx context.Context, tx *op.Tx, q timelineQuery) (TimelineShown, error) {
	p, err := people.Opened(ctx, tx, q.ID)
	if err != nil {
		return TimelineShown{}, err
	}
	t, err := people.Timeline(ctx, tx, p.ID, people.TimelineFilter{Department: q.Department, Before: q.Cursor, Limit: q.Limit})
	next := ""
	if t.More && len(t.Items) > 0 {
		next = t.Items[len(t.Items)-1].ID.String()
	}
	return TimelineShown{Page: api.PageOf(t.Items, next, int64(t.Counts[q.Department])), Counts: t.Counts}, err
}

// Phones are the contact points of a person in full, and the custom values that are ID numbers or addresses.
type Phones struct {
	ID       id.ID              `json:"id"`
	Contacts []people.Contact   `json:"contacts"`
	Private  []people.Attribute `json:"private" nullable:"false"`
}

// revealed reads the phones in full, once the reveal is recorded.
func revealed(ctx context.Context, tx *op.Tx, a people.Answer) (Phones, error) {
	list, err := people.Revealed(ctx, tx, a.ID)
	if err != nil {
		return Phones{}, err
	}
	private, err := people.RevealedAttributes(ctx, tx, a.ID)
	return Phones{ID: a.ID, Contacts: list, Private: append([]people.Attribute{}, private...)}, err
}
