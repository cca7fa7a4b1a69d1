package peopledoor

import (
	"net/http"

	"zhike/internal/kernel/op"
	"zhike/internal/kernel/personal"
	"zhike/internal/people"
	"zhike/internal/web"
)

// Pages registers the pages; sign-in and frame stand before them.
// Rows are the rows of all domains that belong to a person, holds what
// stands in the way of anonymizing it (PPL-11).
func Pages(mux *http.ServeMux, r *op.Runner, rows []personal.Rows, holds []personal.Hold) {
	p := pages{r, rows, holds}
	for pattern, page := range map[string]web.Func{
		"GET /people":                              p.getPeople,
		"GET /people/new":                          p.getNew,
		"POST /people/new":                         p.postNew,
		"GET /people/new/duplicates":               p.getDuplicates,
		"POST /people/new/duplicates":              p.postDuplicates,
		"GET /people/{id}":                         p.getPerson,
		"POST /people/{id}/reveal":                 p.postReveal,
		"GET /people/{id}/edit":                    p.getEdit,
		"POST /people/{id}/edit":                   p.postEdit,
		"GET /people/{id}/cells/{field}":           personCells.Get(r),
		"POST /people/{id}/cells/{field}":          personCells.Post(r),
		"GET /people/{id}/family":                  p.getFamily,
		"POST /people/{id}/guardians":              p.postGuardian,
		"POST /people/{id}/guardians/unlink":       p.postUnlink,
		"POST /people/{id}/household":              p.postHousehold,
		"GET /people/duplicates":                   p.getPairs,
		"GET /people/{id}/merge":                   p.getMerge,
		"POST /people/{id}/merge":                  p.postMerge,
		"POST /people/{id}/unmerge":                p.postUnmerge,
		"POST /people/{id}/tell-apart":             p.postApart,
		"GET /people/{id}/data-request":            p.getNewRequest,
		"POST /people/{id}/data-request":           p.postRequest,
		"GET /data-requests":                       p.getRequests,
		"GET /data-requests/retention":             p.getRetention,
		"GET /data-requests/{id}":                  p.getRequest,
		"POST /data-requests/{id}/finish":          p.postFinish,
		"POST /data-requests/{id}/export":          p.postExport,
		"POST /data-requests/{id}/file":            p.postFile,
		"GET /data-requests/{id}/progress":         p.getFileProgress,
		"GET /people/{id}/consent":                 p.getConsent,
		"POST /people/{id}/consent":                p.postConsent(people.GiveConsent, "consent-noted"),
		"POST /people/{id}/consent/withdraw":       p.postConsent(people.WithdrawConsent, "consent-ended"),
		"GET /settings/lists":                      p.getLists,
		"POST /settings/lists":                     p.postEntry,
		"GET /settings/lists/{list}/{entry}":       p.getEntry,
		"POST /settings/lists/{list}/{entry}":      p.postChangeEntry,
		"GET /reveals":                             p.getReveals,
		"GET /reveals/each":                        p.getEachReveal,
		"GET /organizations":                       p.getOrganizations,
		"GET /organizations/new":                   p.getOrganizationNew,
		"POST /organizations/new":                  p.postOrganizationNew,
		"POST /organizations/new/duplicates":       p.postOrganizationDuplicates,
		"GET /organizations/{id}":                  p.getOrganization,
		"GET /organizations/{id}/edit":             p.getOrganizationEdit,
		"POST /organizations/{id}/edit":            p.postOrganizationEdit,
		"POST /organizations/{id}/reveal":          p.postOrganizationReveal,
		"POST /organizations/{id}/archive":         p.postOrganization(people.ArchiveOrganization, "archived-now"),
		"POST /organizations/{id}/restore":         p.postOrganization(people.RestoreOrganization, "restored"),
		"GET /organizations/{id}/merge":            p.getOrganizationMerge,
		"POST /organizations/{id}/merge":           p.postOrganizationMerge,
		"POST /organizations/{id}/unmerge":         p.postOrganizationUnmerge,
		"GET /organizations/{id}/contacts":         p.getContacts,
		"POST /organizations/{id}/contacts":        p.postContact,
		"POST /organizations/{id}/contacts/remove": p.postContactRemove,
	} {
		mux.Handle(pattern, page)
	}
}

type pages struct {
	run   *op.Runner
	rows  []personal.Rows
	holds []personal.Hold
}
