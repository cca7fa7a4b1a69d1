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
)

// What a consent is for, by which channel, and where it was stated (PPL-9).
var (
	Purposes        = []string{"marketing", "survey", "photos"}
	ConsentChannels = []string{"sms", "call", "email", "wechat", "publication"}
	ConsentSources  = []string{"in-person", "paper", "phone", "form", "message"}
)

const (
	photos      = "photos" // of a person, published
	publication = "publication"
	ofAge       = 18 * 12 // months
)

// Consent is what a person, or the guardian of a minor, said about a purpose and channel (PPL-9).
type Consent struct {
	ID       id.ID        `json:"id" db:"id"`
	Purpose  string       `json:"purpose" db:"purpose"`
	Channel  string       `json:"channel" db:"channel"`
	Given    bool         `json:"given" db:"given"` // else withdrawn
	Source   string       `json:"source" db:"source"`
	Day      bizdate.Date `json:"day" db:"day"` // on which it was stated
	Guardian id.ID        `json:"guardian_id" db:"guardian"`
	Staff    id.ID        `json:"staff_id" db:"staff"` // who noted it; none: not staff
	At       time.Time    `json:"at" db:"at"`
}

// ConsentInput says what was stated about a purpose and channel.
type ConsentInput struct {
	PersonID   id.ID        `json:"person_id" path:"id"`
	Purpose    string       `json:"purpose" enum:"marketing,survey,photos"`
	Channel    string       `json:"channel" enum:"sms,call,email,wechat,publication"`
	Source     string       `json:"source" enum:"in-person,paper,phone,form,message"`
	Day        bizdate.Date `json:"day,omitempty" doc:"on which it was stated; today if left out"`
	GuardianID id.ID        `json:"guardian_id,omitempty" doc:"who consents for a minor"`
}

func (in ConsentInput) ref() op.Ref { return op.Ref{Kind: "person", ID: in.PersonID} }

// GiveConsent notes that a person, or the guardian of a minor, agreed to a purpose by a channel (PPL-9). Refused: no-such-use (photos are
// published, all else goes by a channel of messages), consent-later, guardian-consent (a minor's is the guardian's), no-guardian.
var GiveConsent = op.Op[ConsentInput, Answer]{
	Name: "people.give-consent", Rule: "PPL-9", Needs: "person:update", Fact: facts.ConsentGiven{}, Subject: ConsentInput.ref, Do: giveConsent,
}

func giveConsent(ctx context.Context, tx *op.Tx, in ConsentInput) (Answer, error) {
	p, in, err := in.of(ctx, tx)
	if err != nil {
		return Answer{}, err
	}
	minor, err := isMinor(ctx, tx, p)
	if err != nil {
		return Answer{}, err
	}
	switch {
	case minor && in.GuardianID.IsNone():
		return Answer{}, problem.Refuse("PPL-9", "invalid", problem.Field{Location: "guardian_id", Code: "guardian-consent"})
	case !minor:
		in.GuardianID = id.None
	default:
		relation, err := relationOf(ctx, tx, p.ID, in.GuardianID)
		if err != nil {
			return Answer{}, err
		}
		if relation == "" {
			return Answer{}, problem.Refuse("PPL-9", "invalid", problem.Field{Location: "guardian_id", Code: "no-guardian", Value: in.GuardianID})
		}
	}
	c, err := in.state(ctx, tx, true)
	if err != nil {
		return Answer{}, err
	}
	tx.Record(p.ID, facts.ConsentGiven{Consented: in.fact(p, c)})
	return Answer{ID: p.ID, Version: p.Version}, nil
}

// WithdrawConsent notes that a consent holds no more; everybody may say so, a minor too (PPL-9). Refused: no-consent, where none is given.
var WithdrawConsent = op.Op[ConsentInput, Answer]{
	Name: "people.withdraw-consent", Rule: "PPL-9", Needs: "person:update", Fact: facts.ConsentWithdrawn{}, Subject: ConsentInput.ref, Do: withdrawConsent,
}

func withdrawConsent(ctx context.Context, tx *op.Tx, in ConsentInput) (Answer, error) {
	p, in, err := in.of(ctx, tx)
	if err != nil {
		return Answer{}, err
	}
	list, err := consentsOf(ctx, tx, p.ID)
	if err != nil {
		return Answer{}, err
	}
	given := slices.ContainsFunc(list, func(c Consent) bool { return c.Given && c.Purpose == in.Purpose && c.Channel == in.Channel })
	if !given {
		return Answer{}, problem.Refuse("PPL-9", "no-consent", problem.Field{Location: "purpose", Value: in.Purpose})
	}
	c, err := in.state(ctx, tx, false)
	if err != nil {
		return Answer{}, err
	}
	tx.Record(p.ID, facts.ConsentWithdrawn{Consented: in.fact(p, c)})
	return Answer{ID: p.ID, Version: p.Version}, nil
}

// of checks the input and gives its person, locked: two statements of one person follow each other.
func (in ConsentInput) of(ctx context.Context, tx *op.Tx) (Person, ConsentInput, error) {
	if err := tx.Lock(ctx, "persons", in.PersonID); err != nil {
		return Person{}, in, fmt.Errorf("lock person: %w", err)
	}
	p, err := ByID(ctx, tx, in.PersonID)
	if err != nil {
		return p, in, err
	}
	today := tx.Today(p.Center)
	if in.Day.IsZero() {
		in.Day = today
	}
	return p, in, in.check(today).Err("PPL-9")
}

func (in ConsentInput) check(today bizdate.Date) problem.Invalid {
	var bad problem.Invalid
	for _, f := range []struct {
		name, value string
		list        []string
	}{{"purpose", in.Purpose, Purposes}, {"channel", in.Channel, ConsentChannels}, {"source", in.Source, ConsentSources}} {
		if !slices.Contains(f.list, f.value) {
			bad.Add(f.name, "not-one-of", f.value, "value", f.value, "list", strings.Join(f.list, ", "))
		}
	}
	if len(bad) == 0 && (in.Purpose == photos) != (in.Channel == publication) {
		bad.Add("channel", "no-such-use", in.Channel)
	}
	if in.Day > today {
		bad.Add("day", "consent-later", in.Day)
	}
	return bad
}

// isMinor tells whether somebody else consents for a person: under 18, or of unknown age with a guardian.
func isMinor(ctx context.Context, tx *op.Tx, p Person) (bool, error) {
	if !p.Birth.IsZero() {
		return p.Birth.AddMonths(ofAge) > tx.Today(p.Center), nil
	}
	var n int64
	if err := tx.QueryRow(ctx, "SELECT COUNT(*) FROM guardians WHERE person = ?", []any{p.ID}, &n); err != nil {
		return false, fmt.Errorf("look for guardians: %w", err)
	}
	return n > 0, nil
}

func (in ConsentInput) state(ctx context.Context, tx *op.Tx, given bool) (id.ID, error) {
	key := tx.NewID()
	err := tx.InsertRows(ctx, "consents (id, person, purpose, channel, given, source, day, guardian, staff, at)", "",
		[][]any{{key, in.PersonID, in.Purpose, in.Channel, given, in.Source, int64(in.Day), in.GuardianID, tx.Viewer.Staff, tx.Now}})
	if err != nil {
		return key, fmt.Errorf("note consent: %w", err)
	}
	return key, nil
}

func (in ConsentInput) fact(p Person, consent id.ID) facts.Consented {
	return facts.Consented{Consent: consent, Person: p.ID, Center: p.Center, Purpose: in.Purpose, Channel: in.Channel, Source: in.Source, Day: in.Day, Guardian: in.GuardianID}
}

// latest is the condition that a statement c is the last one of its person, purpose and channel.
const latest = "NOT EXISTS (SELECT 1 FROM consents d WHERE d.person = c.person AND d.purpose = c.purpose AND d.channel = c.channel AND d.id > c.id)"

func consentsOf(ctx context.Context, tx *op.Tx, person id.ID) ([]Consent, error) {
	list, err := op.AllOf[Consent](ctx, tx.Unscoped("the person was loaded in scope"), `SELECT c.id, c.purpose, c.channel, c.given, c.source, c.day, c.guardian, c.staff, c.at
		FROM consents c WHERE c.person = ? AND `+latest+" ORDER BY c.purpose, c.channel", person)
	if err != nil {
		return nil, fmt.Errorf("list consents: %w", err)
	}
	return list, nil
}

// Consents lists what a person in scope agreed to or withdrew, the last statement of each purpose and channel (PPL-9).
func Consents(ctx context.Context, tx *op.Tx, person id.ID) ([]Consent, error) {
	if _, err := ByID(ctx, tx, person); err != nil {
		return nil, err
	}
	return consentsOf(ctx, tx, person)
}

// ConsentBy tells whether a person's consents are a guardian's to give.
func ConsentBy(ctx context.Context, tx *op.Tx, p Person) (guardian bool, err error) {
	return isMinor(ctx, tx, p)
}

// MayContact tells whether a message of a purpose may go to a person by a channel: the last statement about it agrees (PPL-9). A minor's
// counts if a guardian gave it, and such a one ends when the person comes of age.
func MayContact(ctx context.Context, tx *op.Tx, person id.ID, purpose, channel string) (bool, error) {
	p, err := op.OneOf[Person](ctx, tx.Unscoped("whether it may go out, nothing of the person"), "SELECT id, birth, center FROM persons WHERE id = ?", person)
	if err != nil {
		return false, fmt.Errorf("read person of message: %w", err)
	}
	list, err := consentsOf(ctx, tx, person)
	if err != nil {
		return false, err
	}
	i := slices.IndexFunc(list, func(c Consent) bool { return c.Purpose == purpose && c.Channel == channel })
	if i < 0 || !list[i].Given {
		return false, nil
	}
	minor, err := isMinor(ctx, tx, p)
	return err == nil && minor != list[i].Guardian.IsNone(), err
}
