package people

import (
	"context"
	"fmt"

	"zhike/internal/kernel/check"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/search"
)

// Operations lists this domain's operations.
func Operations() []op.Any {
	return []op.Any{
		Register, Change, RevertChange, Reveal, ShowDuplicate, NoteRevealLimit, RecordTouch, WithdrawTouch, JoinHousehold, LeaveHousehold, LinkGuardian, UnlinkGuardian, RegisterOrganization, ChangeOrganization, RevertOrganization, ArchiveOrganization, RestoreOrganization, AddOrganizationContact, RemoveOrganizationContact, Merge, Unmerge, MergeOrganizations, UnmergeOrganizations, TellApart, MarkField, SetCode, GiveConsent, WithdrawConsent, FileDataRequest, FinishDataRequest, MakeExport, KeepExport, FailExport, RemoveExport, ExportPerson, Anonymize,
	}
}

// Checks lists this domain's invariants (TRU-8).
func Checks() []check.Check {
	return []check.Check{
		{Name: "people.orphans", Rule: "TRU-8", Queries: orphans},
		{Name: "people.facts", Rule: "TRU-8", Queries: ofFacts},
		{Name: "people.organizations", Rule: "PPL-13", Queries: organizations},
		{Name: "people.merges", Rule: "PPL-5", Queries: merges},
		{Name: "people.search", Rule: "PPL-2", Run: checkTerms},
		{Name: "people.keys", Rule: "TRU-24", Run: checkKeys},
	}
}

// orphans: what hangs on a person has one.
var orphans = []check.Query{
	{What: "contact point: its person", Text: "SELECT c.id, 0 AS got, 1 AS want FROM contact_points c WHERE NOT EXISTS (SELECT 1 FROM persons p WHERE p.id = c.person)"},
	{What: "touch: its person", Text: "SELECT t.id, 0 AS got, 1 AS want FROM touches t WHERE NOT EXISTS (SELECT 1 FROM persons p WHERE p.id = t.person)"},
	{What: "link: its person", Text: "SELECT l.ref AS id, 0 AS got, 1 AS want FROM person_links l WHERE NOT EXISTS (SELECT 1 FROM persons p WHERE p.id = l.person)"},
	{What: "consent: its person", Text: "SELECT c.id, 0 AS got, 1 AS want FROM consents c WHERE NOT EXISTS (SELECT 1 FROM persons p WHERE p.id = c.person)"},
	{What: "data request: its person", Text: "SELECT r.id, 0 AS got, 1 AS want FROM data_requests r WHERE NOT EXISTS (SELECT 1 FROM persons p WHERE p.id = r.person)"},
	{What: "anonymized person: no phone is kept", Text: "SELECT c.person AS id, 0 AS got, 1 AS want FROM contact_points c JOIN persons p ON p.id = c.person WHERE p.anonymized_at IS NOT NULL"},
	{What: "search term: its person", Text: "SELECT t.person AS id, 0 AS got, 1 AS want FROM search_all t WHERE NOT EXISTS (SELECT 1 FROM persons p WHERE p.id = t.person)"},
	{What: "guardian: both persons", Text: `SELECT g.person AS id, 0 AS got, 1 AS want FROM guardians g WHERE NOT EXISTS (SELECT 1 FROM persons p WHERE p.id = g.person)
		OR NOT EXISTS (SELECT 1 FROM persons p WHERE p.id = g.guardian)`},
	{What: "person: the link of its registration", Text: "SELECT p.id, 0 AS got, 1 AS want FROM persons p WHERE NOT EXISTS (SELECT 1 FROM person_links l WHERE l.person = COALESCE(p.merged_into, p.id) AND l.kind = 'person' AND l.ref = p.id)"},
}

// standsFor is whom an event e is about by now: the person whose matter went back when a merge was undone, and who stands for it (PPL-5).
const standsFor = `(SELECT COALESCE(p.merged_into, p.id) FROM persons p WHERE p.id = COALESCE((SELECT v.person FROM moved_events v WHERE v.event = e.id), e.person))`

// ofFacts: persons, touches and links are what the log says.
var ofFacts = []check.Query{
	{What: "person: facts of its registration", Text: `SELECT p.id, CAST(COUNT(e.id) AS BIGINT) AS got, 1 AS want FROM persons p
		LEFT JOIN events e ON e.subject = p.id AND e.kind IN ('people.person-registered.1', 'people.organization-registered.1') GROUP BY p.id HAVING COUNT(e.id) <> 1`},
	{What: "touch: facts of it", Text: `SELECT t.id, CAST(COUNT(e.id) AS BIGINT) AS got, 1 AS want FROM touches t
		LEFT JOIN events e ON e.subject = t.id AND e.kind = 'people.touch-recorded.1' GROUP BY t.id HAVING COUNT(e.id) <> 1`},
	{What: "touch that was taken back: facts of it", Text: `SELECT t.id, CAST(COUNT(e.id) AS BIGINT) AS got, CASE WHEN t.withdrawn_at IS NULL THEN 0 ELSE 1 END AS want FROM touches t
		LEFT JOIN events e ON e.subject = t.id AND e.kind = 'people.touch-withdrawn.1' GROUP BY t.id, t.withdrawn_at
		HAVING COUNT(e.id) <> CASE WHEN t.withdrawn_at IS NULL THEN 0 ELSE 1 END`},
	{What: "enquiry: the link of its person", Text: `SELECT e.subject AS id, 0 AS got, 1 AS want FROM events e WHERE e.kind = 'sales.enquiry-entered.1'
		AND NOT EXISTS (SELECT 1 FROM person_links l WHERE l.person = ` + standsFor + ` AND l.kind = 'enquiry' AND l.ref = e.subject)`},
	{What: "contract: the link of its student", Text: `SELECT e.subject AS id, 0 AS got, 1 AS want FROM events e WHERE e.kind = 'contracts.contract-signed.1'
		AND NOT EXISTS (SELECT 1 FROM person_links l WHERE l.person = ` + standsFor + ` AND l.kind = 'contract' AND l.ref = e.subject AND l.state IN ('open', 'ended'))`},
	{What: "change: its old values", Text: `SELECT e.id, 0 AS got, 1 AS want FROM events e WHERE e.kind IN ('people.person-changed.1', 'people.organization-changed.1')
		AND NOT EXISTS (SELECT 1 FROM event_personal v WHERE v.event = e.id)`},
}

type termsRow struct {
	personRow
	Phone string `db:"phone"`
}

// checkTerms: everybody is found by what they are called and by their phones, and by nothing else.
func checkTerms(ctx context.Context, tx *op.Tx) ([]string, error) {
	u := tx.Unscoped("an invariant is about every record; only ids are named")
	also := map[id.ID][]called{}
	list, err := op.AllOf[called](ctx, u, `SELECT p.merged_into, p.name, p.name_latin FROM persons p WHERE p.merged_into IS NOT NULL
		UNION SELECT COALESCE(p.merged_into, p.id) AS merged_into, m.kept_name AS name, m.kept_latin AS name_latin FROM merges m JOIN persons p ON p.id = m.kept WHERE m.undone_at IS NULL`)
	if err != nil {
		return nil, fmt.Errorf("read names of merged persons: %w", err)
	}
	for _, c := range list {
		also[c.Into] = append(also[c.Into], c)
	}
	var out []string
	var want, got int64
	for after := id.None; ; {
		rows, err := op.AllOf[termsRow](ctx, u, `SELECT p.id, p.name, p.name_latin, p.name_terms, p.phone_digits, COALESCE(c.value, '') AS phone
			FROM (SELECT q.id, q.name, q.name_latin, q.name_terms, q.phone_digits FROM persons q WHERE q.id > ? AND q.merged_into IS NULL ORDER BY q.id LIMIT 1000) AS p
			LEFT JOIN contact_points c ON c.person = p.id AND c.kind = 'phone' ORDER BY p.id, c.no`, after[:])
		if err != nil {
			return nil, err
		}
		if len(rows) == 0 {
			break
		}
		n, wrong := countKept(rows, also)
		want, out, after = want+n, append(out, wrong...), rows[len(rows)-1].ID
	}
	if err := tx.QueryRow(ctx, "SELECT COUNT(*) FROM search_all WHERE kind IN (?, ?)", []any{int64(search.Name), int64(search.Phone)}, &got); err != nil {
		return nil, fmt.Errorf("count search terms: %w", err)
	}
	if got != want {
		out = append(out, fmt.Sprintf("%d search terms, want %d", got, want))
	}
	return out[:min(len(out), check.AtMost)], nil
}

// countKept counts the search terms that persons should have, and names those whose texts are others. rows are sorted by person, one
// for each phone.
func countKept(rows []termsRow, also map[id.ID][]called) (terms int64, wrong []string) {
	for i := 0; i < len(rows); {
		kept, phones := rows[i].personRow, []ContactInput(nil)
		for ; i < len(rows) && rows[i].ID == kept.ID; i++ {
			if rows[i].Phone != "" {
				phones = append(phones, ContactInput{Value: rows[i].Phone})
			}
		}
		made, list := kept.row(phones, also[kept.ID]...)
		terms += int64(len(list))
		if made.NameTerms != kept.NameTerms || made.PhoneDigits != kept.PhoneDigits {
			wrong = append(wrong, fmt.Sprintf("person %s is not found by what it is called", kept.ID))
		}
	}
	return terms, wrong
}

// checkKeys: the master key opens the keys of persons.
func checkKeys(ctx context.Context, tx *op.Tx) ([]string, error) {
	v, err := vaultOf(tx)
	if err != nil {
		return nil, err
	}
	if err := v.Check(ctx, tx.Tx); err != nil {
		return []string{"the keys of persons: " + err.Error()}, nil //nolint:nilerr // it is what the check found
	}
	return nil, nil
}

// organizations: what an organization has stands beside a row of persons that says it is one, and the other way round (PPL-13).
var organizations = []check.Query{
	{What: "organization: its row of persons", Text: "SELECT o.id, 0 AS got, 1 AS want FROM organizations o WHERE NOT EXISTS (SELECT 1 FROM persons p WHERE p.id = o.id AND p.organization)"},
	{What: "person that is an organization: what it has", Text: "SELECT p.id, 0 AS got, 1 AS want FROM persons p WHERE p.organization AND NOT EXISTS (SELECT 1 FROM organizations o WHERE o.id = p.id)"},
	{What: "contact of an organization: both", Text: `SELECT k.id, 0 AS got, 1 AS want FROM organization_contacts k WHERE NOT EXISTS (SELECT 1 FROM organizations o WHERE o.id = k.organization)
		OR NOT EXISTS (SELECT 1 FROM persons p WHERE p.id = k.person AND NOT p.organization)`},
	{What: "organization: it is merged with organizations only, and is a student, guardian or member of nothing", Text: `SELECT o.id, 1 AS got, 0 AS want FROM organizations o WHERE EXISTS
		(SELECT 1 FROM person_links l WHERE l.person = o.id AND l.kind IN ('enquiry', 'contract')) OR EXISTS (SELECT 1 FROM guardians g WHERE g.person = o.id OR g.guardian = o.id)
		OR EXISTS (SELECT 1 FROM persons p WHERE p.merged_into = o.id AND NOT p.organization OR p.id = o.id AND p.household IS NOT NULL)
		OR EXISTS (SELECT 1 FROM persons p JOIN persons k ON k.id = p.merged_into WHERE p.id = o.id AND NOT k.organization)`},
}
