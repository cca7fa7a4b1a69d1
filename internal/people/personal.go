package people

import "zhike/internal/kernel/personal"

// Personal lists the rows of this domain that belong to a person (PPL-11). Its own row and what it is found by are Anonymize's.
func Personal() []personal.Rows {
	return []personal.Rows{
		{Table: "persons", By: []string{"id", "merged_into"}, At: "created_at", Keep: []string{"name", "name_latin", "pinyin", "gender", "district", "lang", "external_key", "name_terms", "phone_digits"}, Hide: []string{"name_terms", "phone_digits"}},
		{Table: "contact_points", By: []string{"person"}, Gone: true},
		{Table: "attributes", Words: []string{"text"}, By: []string{"subject"}, Gone: true},
		{Table: "touches", Words: []string{"note"}, By: []string{"person"}, At: "at", Clear: []string{"note"}, Keep: []string{"channel", "direction", "result", "next_step", "closed_reason"}},
		{Table: "guardians", By: []string{"person", "guardian"}, Keep: []string{"relation"}},
		{Table: "person_links", By: []string{"person"}, Keep: []string{"kind", "state"}},
		{Table: "organization_contacts", By: []string{"person"}, Gone: true},
		{Table: "consents", By: []string{"person", "guardian"}, At: "at", Keep: []string{"purpose", "channel", "source"}},
		{Table: "reveals", By: []string{"person"}, Keep: []string{"field"}, Hide: []string{"account"}},
		{Table: "merges", By: []string{"kept", "gone"}, Clear: []string{"kept_name", "kept_latin"}, Keep: []string{"families", "sources"}},
		{Table: "told_apart", By: []string{"person", "other"}},
		{Table: "data_requests", Words: []string{"note"}, By: []string{"person", "guardian"}, Clear: []string{"note"}, Keep: []string{"kind", "asked_by", "identity", "state", "file_state"}},
		{Table: "undos", By: []string{"subject"}, Gone: true, Mute: true},
		{Table: "events", By: []string{"person"}, Keep: []string{"kind", "by_login", "payload"}, Hide: []string{"actor", "by_login", "digest", "run"}},
		{Table: "search_terms", By: []string{"person"}, Mute: true, Gone: true},
		{Table: "search_fresh", By: []string{"person"}, Mute: true, Gone: true},
		{Table: "event_personal", By: []string{"person"}, Mute: true, Keep: []string{"field"}}, // opened beside the rows
		{Table: "person_keys", By: []string{"person"}, Mute: true},
		{Table: "moved_events", By: []string{"person", "was"}, Mute: true},
	}
}

// Holds lists what of this domain stands in the way of anonymizing a person.
func Holds() []personal.Hold {
	return []personal.Hold{
		{Code: "guards", Query: "SELECT COUNT(*) FROM guardians g JOIN persons c ON c.id = g.person WHERE g.guardian = ? AND c.anonymized_at IS NULL"},
	}
}
