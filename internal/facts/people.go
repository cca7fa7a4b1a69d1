package facts

import (
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
)

// PersonRegistered says that a person was entered (PPL-1).
type PersonRegistered struct {
	Person id.ID `json:"person_id"`
	Center id.ID `json:"center_id"` // where; none for the company's pool
	Staff  id.ID `json:"staff_id"`  // by whom; none for imports
	Phones int   `json:"phones"`
}

// Kind implements event.Fact.
func (PersonRegistered) Kind() string { return "people.person-registered.1" }

// About implements event.Fact.
func (f PersonRegistered) About() (center, person id.ID) { return f.Center, f.Person }

// PersonChanged says which fields of a person changed. The old values stand beside the event, sealed under the person's key; the
// payload names the digest of each (TRU-24).
type PersonChanged struct {
	Person  id.ID             `json:"person_id"`
	Center  id.ID             `json:"center_id"`
	Version int64             `json:"version"` // of the person after the change
	Fields  []string          `json:"fields"`
	Digests map[string]string `json:"digests"`                // field → SHA-256 of what is sealed, hexadecimal
	Reverts id.ID             `json:"reverts_event,omitzero"` // the change that is taken back (UI-B2)
	Before  map[string][]byte `json:"-"`                      // field → sealed old value, on the way to its table
}

// Kind implements event.Fact.
func (PersonChanged) Kind() string { return "people.person-changed.1" }

// About implements event.Fact.
func (f PersonChanged) About() (center, person id.ID) { return f.Center, f.Person }

// PhoneRevealed says that a masked phone was shown in full (PPL-10), or a likely duplicate outside the viewer's scope (PPL-4).
type PhoneRevealed struct {
	Person id.ID  `json:"person_id"`
	Center id.ID  `json:"center_id"` // of who looked
	Field  string `json:"field"`     // phone, duplicate

	Private []string `json:"private,omitempty"` // also shown: id-number, address
}

// Kind implements event.Fact.
func (PhoneRevealed) Kind() string { return "people.phone-revealed.1" }

// About implements event.Fact.
func (f PhoneRevealed) About() (center, person id.ID) { return f.Center, f.Person }

// RevealLimitReached says that somebody asked for more reveals in a day than the role allows, or for more entries of the pool than the
// center does, and was refused (PPL-10, PPL-8). It is recorded once a day, account and field.
type RevealLimitReached struct {
	Account id.ID  `json:"account_id"`
	Staff   id.ID  `json:"staff_id"`
	Center  id.ID  `json:"center_id"` // of who looked
	Person  id.ID  `json:"person_id"` // who was not shown
	Field   string `json:"field"`     // phone, duplicate, pool
	Shown   int64  `json:"shown"`     // reveals of the day; 0 of the pool
}

// Kind implements event.Fact.
func (RevealLimitReached) Kind() string { return "people.reveal-limit-reached.1" }

// About implements event.Fact.
func (f RevealLimitReached) About() (center, person id.ID) { return f.Center, f.Person }

// TouchRecorded says that somebody was in contact with a person (PPL-12).
type TouchRecorded struct {
	Touch     id.ID        `json:"touch_id"`
	Person    id.ID        `json:"person_id"`
	Enquiry   id.ID        `json:"enquiry_id"`
	Center    id.ID        `json:"center_id"`
	Staff     id.ID        `json:"staff_id"`
	Channel   string       `json:"channel"`   // call, sms, email, wechat, visit, chat, note, form
	Direction string       `json:"direction"` // out, in
	Result    string       `json:"result"`    // code of the list
	NextStep  string       `json:"next_step"` // code; empty: closed
	NextDay   bizdate.Date `json:"next_day"`
	Closed    string       `json:"closed_reason"`   // code of why the matter ends, where there is no next step
	Grade     string       `json:"grade,omitempty"` // of intention, where the touch showed it: A, B, C (PPL-8)
	// First is there where the touch is the first contact of a lead (SAL-2).
	First *FirstContact `json:"first_contact,omitempty"`
	// Ends is the open appointment that is cancelled where the touch closes the matter (SAL-4).
	Ends *AppointmentState `json:"ended_appointment,omitempty"`
}

// FirstContact is how long a lead waited for its first contact.
type FirstContact struct {
	Matter
	Minutes int64 `json:"working_minutes"` // of the center's opening hours, from the entry
}

// ByForm tells whether the person left words at a capture point, and nobody of the school was in contact (MKT-11): it is no first contact, and leads to no stage.
func (f TouchRecorded) ByForm() bool { return f.Channel == "form" }

// Kind implements event.Fact.
func (TouchRecorded) Kind() string { return "people.touch-recorded.1" }

// About implements event.Fact.
func (f TouchRecorded) About() (center, person id.ID) { return f.Center, f.Person }

// TouchWithdrawn says that a touch was taken back by who recorded it (UI-B2): it counts no more. First, and Day, the business date of
// the touch, say what it had counted as.
type TouchWithdrawn struct {
	Touch    id.ID             `json:"touch_id"`
	Recorded id.ID             `json:"recorded_event"` // that the touch was recorded
	Person   id.ID             `json:"person_id"`
	Enquiry  id.ID             `json:"enquiry_id"`
	Center   id.ID             `json:"center_id"`
	Staff    id.ID             `json:"staff_id"`
	Day      bizdate.Date      `json:"recorded_day"`
	First    *FirstContact     `json:"first_contact,omitempty"`
	Stage    string            `json:"stage,omitempty"`                // of the enquiry, again
	Restores *AppointmentState `json:"restored_appointment,omitempty"` // that the touch had ended, and that is still ahead
	Ended    *AppointmentState `json:"-"`                              // that the touch had ended
}

// Kind implements event.Fact.
func (TouchWithdrawn) Kind() string { return "people.touch-withdrawn.1" }

// About implements event.Fact.
func (f TouchWithdrawn) About() (center, person id.ID) { return f.Center, f.Person }

// HouseholdJoined says that persons live together (PPL-3).
type HouseholdJoined struct {
	Person    id.ID `json:"person_id"`
	Household id.ID `json:"household_id"`
	Center    id.ID `json:"center_id"`
}

// Kind implements event.Fact.
func (HouseholdJoined) Kind() string { return "people.household-joined.1" }

// About implements event.Fact.
func (f HouseholdJoined) About() (center, person id.ID) { return f.Center, f.Person }

// HouseholdLeft says that somebody lives with these persons no more (PPL-3).
type HouseholdLeft struct {
	Person    id.ID `json:"person_id"`
	Household id.ID `json:"household_id"`
	Center    id.ID `json:"center_id"`
}

// Kind implements event.Fact.
func (HouseholdLeft) Kind() string { return "people.household-left.1" }

// About implements event.Fact.
func (f HouseholdLeft) About() (center, person id.ID) { return f.Center, f.Person }

// GuardianUnlinked says that somebody is no more the guardian of a person.
type GuardianUnlinked struct {
	Person   id.ID  `json:"person_id"`
	Guardian id.ID  `json:"guardian_id"`
	Relation string `json:"relation"` // that it was
	Center   id.ID  `json:"center_id"`
}

// Kind implements event.Fact.
func (GuardianUnlinked) Kind() string { return "people.guardian-unlinked.1" }

// About implements event.Fact.
func (f GuardianUnlinked) About() (center, person id.ID) { return f.Center, f.Person }

// GuardianLinked says who is the guardian of a person.
type GuardianLinked struct {
	Person   id.ID  `json:"person_id"`
	Guardian id.ID  `json:"guardian_id"`
	Relation string `json:"relation"` // mother, father, other
	Center   id.ID  `json:"center_id"`
}

// Kind implements event.Fact.
func (GuardianLinked) Kind() string { return "people.guardian-linked.1" }

// About implements event.Fact.
func (f GuardianLinked) About() (center, person id.ID) { return f.Center, f.Person }

// PersonsMerged says that two persons are one human being (PPL-5): all that was the merged one's is the person's from now on. Fields are
// those of the person that changed; their old values stand beside the event, sealed under the person's key. From says whose each known
// field is: kept, merged, or both.
type PersonsMerged struct {
	Merge   id.ID             `json:"merge_id"`
	Person  id.ID             `json:"person_id"` // whose record stands
	Gone    id.ID             `json:"merged_id"` // whose was merged into it
	Center  id.ID             `json:"center_id"`
	Version int64             `json:"version"` // of the person after the merge
	Fields  []string          `json:"fields"`
	From    map[string]string `json:"from"`
	Digests map[string]string `json:"digests"` // field → SHA-256 of what is sealed, hexadecimal
	Before  map[string][]byte `json:"-"`       // field → sealed old value, on the way to its table
}

// Kind implements event.Fact.
func (PersonsMerged) Kind() string { return "people.persons-merged.1" }

// About implements event.Fact.
func (f PersonsMerged) About() (center, person id.ID) { return f.Center, f.Person }

// PersonsUnmerged says that a merge was undone (PPL-5): each has again what was its own. Fields are those of the person that changed.
type PersonsUnmerged struct {
	Merge   id.ID             `json:"merge_id"`
	Person  id.ID             `json:"person_id"`
	Gone    id.ID             `json:"merged_id"` // who stands for itself again
	Center  id.ID             `json:"center_id"`
	Version int64             `json:"version"`
	Fields  []string          `json:"fields"`
	Digests map[string]string `json:"digests"`
	Before  map[string][]byte `json:"-"`
}

// Kind implements event.Fact.
func (PersonsUnmerged) Kind() string { return "people.persons-unmerged.1" }

// About implements event.Fact.
func (f PersonsUnmerged) About() (center, person id.ID) { return f.Center, f.Person }

// PersonsToldApart says that two persons who look alike are two human beings (PPL-4).
type PersonsToldApart struct {
	Person id.ID `json:"person_id"`
	Other  id.ID `json:"other_id"`
	Center id.ID `json:"center_id"`
}

// Kind implements event.Fact.
func (PersonsToldApart) Kind() string { return "people.persons-told-apart.1" }

// About implements event.Fact.
func (f PersonsToldApart) About() (center, person id.ID) { return f.Center, f.Person }

// FieldMarked says when the values of a custom field are known (SAL-12).
type FieldMarked struct {
	Code     string `json:"code"`
	Resource string `json:"resource"`
	Known    string `json:"known"` // entry, later
	Was      string `json:"was"`
}

// Kind implements event.Fact.
func (FieldMarked) Kind() string { return "people.field-marked.1" }

// About implements event.Fact.
func (FieldMarked) About() (center, person id.ID) { return id.None, id.None }

// CodeSet says what an entry of a list that people choose from is by now (SAL-3, SAL-6).
type CodeSet struct {
	List   string   `json:"list"` // touch-result, next-step, loss-reason
	Code   string   `json:"code"`
	NameZH string   `json:"name_zh"` // empty: the name that it came with
	NameEN string   `json:"name_en"`
	Place  int64    `json:"place"` // among those that are offered, from 1; 0: retired
	Spoken bool     `json:"spoken"`
	Added  bool     `json:"added"`
	Fields []string `json:"fields"` // that changed
}

// Kind implements event.Fact.
func (CodeSet) Kind() string { return "people.code-set.1" }

// About implements event.Fact.
func (CodeSet) About() (center, person id.ID) { return id.None, id.None }

// Consented is a statement about a purpose and channel (PPL-9).
type Consented struct {
	Consent  id.ID        `json:"consent_id"`
	Person   id.ID        `json:"person_id"`
	Center   id.ID        `json:"center_id"`
	Purpose  string       `json:"purpose"` // marketing, survey, photos
	Channel  string       `json:"channel"` // sms, call, email, wechat, publication
	Source   string       `json:"source"`  // in-person, paper, phone, form, message
	Day      bizdate.Date `json:"day"`     // on which it was stated
	Guardian id.ID        `json:"guardian_id,omitzero"`
}

// About implements event.Fact.
func (f Consented) About() (center, person id.ID) { return f.Center, f.Person }

// ConsentGiven says that a person, or the guardian of a minor, agreed to a purpose by a channel (PPL-9).
type ConsentGiven struct{ Consented }

// Kind implements event.Fact.
func (ConsentGiven) Kind() string { return "people.consent-given.1" }

// ConsentWithdrawn says that a consent holds no more (PPL-9).
type ConsentWithdrawn struct{ Consented }

// Kind implements event.Fact.
func (ConsentWithdrawn) Kind() string { return "people.consent-withdrawn.1" }

// DataRequest is what is common to the facts about a data request (PPL-11).
type DataRequest struct {
	Request id.ID        `json:"request_id"`
	Person  id.ID        `json:"person_id"`
	Center  id.ID        `json:"center_id"`
	Asked   string       `json:"kind"` // export, correct, anonymize
	Due     bizdate.Date `json:"due"`
}

// About implements event.Fact.
func (f DataRequest) About() (center, person id.ID) { return f.Center, f.Person }

// DataRequestFiled says that a person, or who may speak for it, asks about what is kept of it (PPL-11).
type DataRequestFiled struct {
	DataRequest
	By       string `json:"asked_by"` // self, guardian, retention
	Guardian id.ID  `json:"guardian_id,omitzero"`
	Identity string `json:"identity"` // how it was checked
	Staff    id.ID  `json:"staff_id"` // who filed it
}

// Kind implements event.Fact.
func (DataRequestFiled) Kind() string { return "people.data-request-filed.1" }

// DataRequestFinished says that a data request was answered (PPL-11).
type DataRequestFinished struct{ DataRequest }

// Kind implements event.Fact.
func (DataRequestFinished) Kind() string { return "people.data-request-finished.1" }

// PersonExported says that all that is kept of a person was handed out (PPL-11).
type PersonExported struct{ DataRequest }

// Kind implements event.Fact.
func (PersonExported) Kind() string { return "people.person-exported.1" }

// ExportFile is what is common to the facts about the file of an export (PPL-11).
type ExportFile struct {
	DataRequest
	Attempt int64 `json:"attempt"`
	Staff   id.ID `json:"staff_id,omitzero"` // who asked for the file
}

// ExportBegun says that the file of an export is to be made.
type ExportBegun struct{ ExportFile }

// Kind implements event.Fact.
func (ExportBegun) Kind() string { return "people.export-begun.1" }

// ExportKept says that the file of an export is ready.
type ExportKept struct {
	ExportFile
	Until time.Time `json:"until"` // UTC, when it is removed
}

// Kind implements event.Fact.
func (ExportKept) Kind() string { return "people.export-kept.1" }

// ExportFailed says that the file of an export could not be made.
type ExportFailed struct{ ExportFile }

// Kind implements event.Fact.
func (ExportFailed) Kind() string { return "people.export-failed.1" }

// ExportRemoved says that the file of an export is gone, its time being over.
type ExportRemoved struct{ ExportFile }

// Kind implements event.Fact.
func (ExportRemoved) Kind() string { return "people.export-removed.1" }

// PersonAnonymized says that the name, phones and notes of a person, and of those who were merged into it, are gone (PPL-11).
type PersonAnonymized struct {
	DataRequest
	Merged []id.ID `json:"merged_ids"`
}

// Kind implements event.Fact.
func (PersonAnonymized) Kind() string { return "people.person-anonymized.1" }
