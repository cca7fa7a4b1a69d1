package people

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"zhike/internal/facts"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/organization"
)

// Kinds of data requests.
const (
	RequestExport    = "export"
	RequestCorrect   = "correct"
	RequestAnonymize = "anonymize"
)

// What a data request is, who asks, and how it was checked who that is (PPL-11). By law retention asks for nobody.
var (
	RequestKinds = []string{RequestExport, RequestCorrect, RequestAnonymize}
	RequestBy    = []string{"self", byGuardian, "retention"}
	Identities   = []string{"document", "known", "call-back", "none"}
)

const (
	byGuardian  = "guardian"
	byRetention = "retention"
)

// States of data requests.
const (
	RequestOpen      = "open" // waits for its approval
	RequestApproved  = "approved"
	RequestRefused   = "rejected"
	RequestWithdrawn = "withdrawn"
	RequestDone      = "done"
)

// exportFor is for how long after its approval an export may be handed out.
const exportFor = 30 * 24 * time.Hour

// DataRequest is what a person, or who may speak for it, asks about what is kept of it (PPL-11).
type DataRequest struct {
	ID       id.ID        `json:"id" db:"id"`
	Person   id.ID        `json:"person_id" db:"person"`
	Center   id.ID        `json:"center_id" db:"center"`
	Staff    id.ID        `json:"staff_id" db:"staff"` // who filed it
	Kind     string       `json:"kind" db:"kind"`
	By       string       `json:"asked_by" db:"asked_by"`
	Guardian id.ID        `json:"guardian_id" db:"guardian"`
	Identity string       `json:"identity" db:"identity"`
	Note     string       `json:"note" db:"note"`
	State    string       `json:"state" db:"state"`
	Due      bizdate.Date `json:"due" db:"due"`
	Created  time.Time    `json:"created_at" db:"created_at"`
	Decided  time.Time    `json:"decided_at,omitzero" db:"decided_at"`
	Done     time.Time    `json:"done_at,omitzero" db:"done_at"`
	Version  int64        `json:"version" db:"version"`

	FileState   string    `json:"file_state,omitempty" db:"file_state" doc:"of the file of an export: waiting, failed, ready, expired; none before it is asked for"`
	FileAttempt int64     `json:"-" db:"file_attempt"`
	FileDone    int64     `json:"file_done,omitempty" db:"file_done" doc:"parts that are read, of file_total"`
	FileTotal   int64     `json:"file_total,omitempty" db:"file_total"`
	FileStaff   id.ID     `json:"-" db:"file_staff"`                   // who asked for it
	FileAt      time.Time `json:"file_at,omitzero" db:"file_at"`       // when something was heard of it last
	FileUntil   time.Time `json:"file_until,omitzero" db:"file_until"` // when a file that is ready is removed
}

// TableName implements op.Record.
func (DataRequest) TableName() string { return "data_requests" }

// Exportable tells whether what is kept may be handed out at an instant.
func (r DataRequest) Exportable(at time.Time) bool {
	return r.Kind == RequestExport && (r.State == RequestApproved || r.State == RequestDone) && at.Before(r.Decided.Add(exportFor))
}

// Until is when an approved export ends.
func (r DataRequest) Until() time.Time { return r.Decided.Add(exportFor) }

func (r DataRequest) fact() facts.DataRequest {
	return facts.DataRequest{Request: r.ID, Person: r.Person, Center: r.Center, Asked: r.Kind, Due: r.Due}
}

func (r DataRequest) answer() Answer { return Answer{ID: r.ID, Version: r.Version} }

// FileDataRequest takes a request in, and asks for its approval by somebody else (PPL-11, TRU-25); process finds who decides. Refused:
// request-open (the same one waits), guardian-asks (who asks for a minor is its guardian), no-guardian, identity-unchecked, anonymized; for
// anonymizing what stands in the way, see Requests.
var FileDataRequest = op.Op[DataRequestInput, Answer]{
	Name: "people.file-data-request", Rule: "PPL-11", Needs: "data-request:create", Fact: facts.DataRequestFiled{}, Do: fileDataRequest,
	Subject: func(in DataRequestInput) op.Ref { return op.Ref{Kind: "person", ID: in.PersonID} },
}

// DataRequestInput says who asks for what.
type DataRequestInput struct {
	PersonID   id.ID  `json:"person_id" path:"id"`
	Kind       string `json:"kind" enum:"export,correct,anonymize"`
	By         string `json:"asked_by" enum:"self,guardian,retention" doc:"retention: nobody asks, the time for which the person is kept is over"`
	GuardianID id.ID  `json:"guardian_id,omitempty" doc:"who asks for the person"`
	Identity   string `json:"identity" enum:"document,known,call-back,none" doc:"how it was checked who asks"`
	Note       string `json:"note,omitempty" maxLength:"500" doc:"what is to be corrected, or what else was said"`
}

func fileDataRequest(ctx context.Context, tx *op.Tx, in DataRequestInput) (Answer, error) {
	if err := tx.Lock(ctx, "persons", in.PersonID); err != nil {
		return Answer{}, fmt.Errorf("lock person: %w", err)
	}
	p, err := ByID(ctx, tx, in.PersonID)
	if err != nil {
		return Answer{}, err
	}
	if !p.Anonymized.IsZero() {
		return Answer{}, isAnonymous(p.ID)
	}
	if in.By != byGuardian {
		in.GuardianID = id.None
	}
	if err := in.check(ctx, tx, p); err != nil {
		return Answer{}, err
	}
	var waits int64
	if err := tx.QueryRow(ctx, "SELECT COUNT(*) FROM data_requests WHERE person = ? AND kind = ? AND state IN ('open', 'approved')", []any{p.ID, in.Kind}, &waits); err != nil {
		return Answer{}, fmt.Errorf("look for open requests: %w", err)
	}
	if waits > 0 {
		return Answer{}, problem.Refuse("PPL-11", "request-open", problem.Field{Location: "kind", Value: in.Kind})
	}
	days := organization.Of(tx).Number(p.Center, organization.RequestDays)
	r := DataRequest{
		ID: tx.NewID(), Person: p.ID, Center: p.Center, Staff: tx.Viewer.Staff, Kind: in.Kind, By: in.By, Guardian: in.GuardianID, Identity: in.Identity,
		Note: strings.TrimSpace(in.Note), State: RequestOpen, Due: tx.Today(p.Center) + bizdate.Date(days), Created: tx.Now,
	}
	if err := tx.Insert(ctx, r); err != nil {
		return Answer{}, err
	}
	tx.Record(r.ID, facts.DataRequestFiled{DataRequest: r.fact(), By: r.By, Guardian: r.Guardian, Identity: r.Identity, Staff: r.Staff})
	return r.answer(), nil
}

func (in DataRequestInput) check(ctx context.Context, tx *op.Tx, p Person) error {
	var bad problem.Invalid
	for _, f := range []struct {
		name, value string
		list        []string
	}{{"kind", in.Kind, RequestKinds}, {"asked_by", in.By, RequestBy}, {"identity", in.Identity, Identities}} {
		if !slices.Contains(f.list, f.value) {
			bad.Add(f.name, "not-one-of", f.value, "value", f.value, "list", strings.Join(f.list, ", "))
		}
	}
	if len(bad) > 0 {
		return bad.Err("PPL-11")
	}
	minor, err := isMinor(ctx, tx, p)
	if err != nil {
		return err
	}
	switch {
	case in.By == byRetention && in.Kind != RequestAnonymize:
		bad.Add("asked_by", "nobody-asks", in.By)
	case in.By != byRetention && in.Identity == "none":
		bad.Add("identity", "identity-unchecked", in.Identity)
	case in.By == "self" && minor:
		bad.Add("asked_by", "guardian-asks", in.By)
	case in.By == byGuardian:
		relation, err := relationOf(ctx, tx, p.ID, in.GuardianID)
		if err != nil {
			return err
		}
		if relation == "" {
			bad.Add("guardian_id", "no-guardian", in.GuardianID)
		}
	}
	return bad.Err("PPL-11")
}

func isAnonymous(person id.ID) error {
	return problem.Refuse("PPL-11", "anonymized", problem.Field{Location: "person_id", Value: person})
}

// RequestRef names a data request.
type RequestRef struct {
	RequestID id.ID `json:"request_id" path:"id"`
}

func (in RequestRef) ref() op.Ref { return op.Ref{Kind: "data-request", ID: in.RequestID} }

func loadRequest(ctx context.Context, tx *op.Tx, key id.ID) (r DataRequest, err error) {
	err = tx.Select(&r).Where("id = ?", key).Scan(ctx)
	return r, problem.Found(err, "data-request")
}

// FinishDataRequest says that what was to be corrected is corrected (PPL-11). Refused: request-not-approved.
var FinishDataRequest = op.Op[RequestRef, Answer]{
	Name: "people.finish-data-request", Rule: "PPL-11", Needs: "data-request:finish", Fact: facts.DataRequestFinished{}, Subject: RequestRef.ref,
	Do: func(ctx context.Context, tx *op.Tx, in RequestRef) (Answer, error) {
		r, err := loadRequest(ctx, tx, in.RequestID)
		if err != nil {
			return Answer{}, err
		}
		if r.State != RequestApproved || r.Kind != RequestCorrect {
			return Answer{}, notApproved(r)
		}
		if err := r.finish(ctx, tx); err != nil {
			return Answer{}, err
		}
		tx.Record(r.ID, facts.DataRequestFinished{DataRequest: r.fact()})
		return r.answer(), nil
	},
}

func notApproved(r DataRequest) error {
	return problem.Refuse("PPL-11", "request-not-approved", problem.Field{Location: "request_id", Value: r.ID})
}

func (r *DataRequest) finish(ctx context.Context, tx *op.Tx) error {
	r.State, r.Done = RequestDone, tx.Now
	return tx.Save(ctx, r, "state", "done_at")
}

// ExportPerson notes that the file with all that is kept of a person is handed out; ExportedFile then reads it (PPL-11). It may be done again
// while the file is kept. Refused: request-not-approved, export-over, export-no-file.
var ExportPerson = op.Op[RequestRef, Answer]{
	Name: "people.export-person", Rule: "PPL-11", Needs: "data-request:export", Fact: facts.PersonExported{}, Subject: RequestRef.ref,
	Do: func(ctx context.Context, tx *op.Tx, in RequestRef) (Answer, error) {
		r, err := loadRequest(ctx, tx, in.RequestID)
		if err != nil {
			return Answer{}, err
		}
		if err := r.mayFetch(tx.Now); err != nil {
			return Answer{}, err
		}
		if r.State == RequestApproved {
			if err := r.finish(ctx, tx); err != nil {
				return Answer{}, err
			}
		}
		tx.Record(r.ID, facts.PersonExported{DataRequest: r.fact()})
		return r.answer(), nil
	},
}

func (r DataRequest) mayExport(now time.Time) error {
	switch {
	case r.Exportable(now):
		return nil
	case r.Kind == RequestExport && !r.Decided.IsZero() && r.State != RequestRefused:
		return problem.Refuse("PPL-11", "export-over", problem.Field{Location: "request_id", Value: r.ID})
	}
	return notApproved(r)
}
