package marketing

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"zhike/internal/facts"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/phone"
	"zhike/internal/kernel/problem"
)

// CaptureKinds are the kinds of capture points: a form in a page, the same behind a printed link or QR code, a program that sends by the API.
var CaptureKinds = []string{"form", "link", "api"}

// CapturePoint is a place where prospects leave their name by themselves (获客入口 in the glossary, MKT-11). Campaign, channel, center and owner of its leads come
// from it and are never asked.
type CapturePoint struct {
	ID       id.ID     `json:"id" db:"id"`
	Code     string    `json:"code" db:"code"` // of its public address
	Name     string    `json:"name" db:"name"`
	Kind     string    `json:"kind" db:"kind" enum:"form,link,api"`
	Campaign id.ID     `json:"campaign_id" db:"campaign"`
	Center   id.ID     `json:"center_id" db:"center"` // none: the company's pool
	Channel  id.ID     `json:"channel_id" db:"channel"`
	Staff    id.ID     `json:"staff_id" db:"staff"`       // whose it is: gets its leads where a consultant of the center
	Referrer id.ID     `json:"referrer_id" db:"referrer"` // person who recommends by it
	Active   bool      `json:"active" db:"active"`
	Created  time.Time `json:"created_at" db:"created_at"`
	Version  int64     `json:"version" db:"version"`
}

// TableName implements op.Record.
func (CapturePoint) TableName() string { return "capture_points" }

// Proven tells whether a submission must carry a proof of work: a program has the code as its key.
func (p CapturePoint) Proven() bool { return p.Kind != "api" }

// States of a submission.
const (
	SubmissionWaiting  = "waiting"  // for its lead
	SubmissionEntered  = "entered"  // it is a lead
	SubmissionRejected = "rejected" // kept, with the reason
)

// SubmissionStates lists them.
var SubmissionStates = []string{SubmissionWaiting, SubmissionEntered, SubmissionRejected}

// Submission is what somebody left at a capture point, taken or refused. Each is kept; one sent again counts once.
type Submission struct {
	ID          id.ID             `json:"id" db:"id"`
	Point       id.ID             `json:"point_id" db:"point"`
	Center      id.ID             `json:"center_id" db:"center"`
	Campaign    id.ID             `json:"campaign_id" db:"campaign"`
	State       string            `json:"state" db:"state" enum:"waiting,entered,rejected"`
	Reason      string            `json:"reason" db:"reason"` // why it was rejected, a code
	Detail      string            `json:"detail" db:"detail"` // the fields that were wrong
	Name        string            `json:"name" db:"name"`
	Phone       string            `json:"phone" db:"phone" mask:"phone"`
	Minor       bool              `json:"minor" db:"minor"`
	Guardian    string            `json:"guardian" db:"guardian"`
	Said        string            `json:"said" db:"said"`
	Lang        string            `json:"lang" db:"lang"`
	UTM         map[string]string `json:"utm" db:"utm,json"`
	Referrer    string            `json:"referrer" db:"referrer"`
	ConsentBy   string            `json:"consent_by" db:"consent_by" enum:"self,guardian"` // empty: none was given
	ConsentAt   time.Time         `json:"consent_at,omitzero" db:"consent_at"`
	Address     string            `json:"-" db:"address"` // a digest under a key
	Cut         string            `json:"cut" db:"cut" doc:"the fields that were longer and of which only the beginning is kept, with spaces between"`
	Digest      string            `json:"-" db:"digest"`
	Challenge   string            `json:"-" db:"challenge"`
	AcceptedWhy string            `json:"accepted_why" db:"accepted_why"`     // why it was taken all the same after it was rejected
	Recommender id.ID             `json:"recommended_by" db:"recommended_by"` // whom its review named as the referrer (MKT-12)
	Times       int64             `json:"times" db:"times"`                   // how often it was sent
	Person      id.ID             `json:"person_id" db:"person"`
	Enquiry     id.ID             `json:"enquiry_id" db:"enquiry"`
	Lead        id.ID             `json:"lead_id" db:"lead"`
	Received    time.Time         `json:"received_at" db:"received_at"`
	Settled     time.Time         `json:"settled_at,omitzero" db:"settled_at"`
	Version     int64             `json:"version" db:"version"`
}

// TableName implements op.Record.
func (Submission) TableName() string { return "submissions" }

func (s Submission) fact() facts.SubmissionAbout {
	return facts.SubmissionAbout{Submission: s.ID, Point: s.Point, Center: s.Center}
}

// Limits of a submission's floods (TRU-23): what came from one address, and at one point, within floodSpan; a person sends one or two, an open day
// behind one address some dozens.
const (
	floodSpan     = 10 * time.Minute
	mostByAddress = 40
	mostByPoint   = 600
	mostKept      = 100 // rows of a flood; what comes beyond is counted on the last one
	sameSpan      = 24 * time.Hour
)

// tooLong is the code of a field that is longer than it may be.
const tooLong = "too-long"

// Reasons why a submission is rejected, besides the codes of refused leads.
const (
	ReasonClosed     = "point-closed"
	ReasonTrap       = "trap"
	ReasonNoProof    = "no-proof"
	ReasonUsed       = "proof-used"
	ReasonFlood      = "too-often"
	ReasonIncomplete = "incomplete"
	ReasonTooLong    = tooLong
)

// mostTyped is how long what a visitor types may be, in characters: what is longer is refused, and said to be (MKT-11).
var mostTyped = []struct {
	field string
	of    func(in *ReceiveInput) *string
	most  int
}{
	{"name", func(in *ReceiveInput) *string { return &in.Name }, 100},
	{"phone", func(in *ReceiveInput) *string { return &in.Phone }, mostPhone},
	{"guardian", func(in *ReceiveInput) *string { return &in.Guardian }, 100},
	{"said", func(in *ReceiveInput) *string { return &in.Said }, 500},
}

const (
	mostPhone    = 40
	mostUTM      = 100
	mostReferrer = 300
)

// tidy folds what was sent into one line a field. Of what the machine sends, and nobody reads, it keeps what can be right.
func (in ReceiveInput) tidy() ReceiveInput {
	for _, t := range mostTyped {
		*t.of(&in) = line(*t.of(&in))
	}
	in.Referrer = line(in.Referrer)
	for s, most := range map[*string]int{&in.Lang: 10, &in.Address: 100, &in.Challenge: 200, &in.Trap: 100} {
		*s, _ = cut(line(*s), most)
	}
	utm := map[string]string{}
	for _, k := range UTMParams {
		if v := line(in.UTM[k]); v != "" {
			utm[k] = v
		}
	}
	in.UTM = utm
	return in
}

// kept cuts what was tidied to what is kept of it, and names the fields of which that is the beginning only: a submission is kept where it is refused too, and no visitor
// is refused for an address that is too long.
func (in ReceiveInput) kept() (out ReceiveInput, begun []string) {
	keep := func(field string, s *string, most int) {
		short, is := cut(*s, most)
		if *s = short; is {
			begun = append(begun, field)
		}
	}
	for _, t := range mostTyped {
		keep(t.field, t.of(&in), t.most)
	}
	in.UTM = maps.Clone(in.UTM)
	for _, k := range UTMParams {
		if v, ok := in.UTM[k]; ok {
			keep("utm_"+k, &v, mostUTM)
			in.UTM[k] = v
		}
	}
	keep("referrer", &in.Referrer, mostReferrer)
	return in, begun
}

// UTMParams are the parameters of a link that are kept, without their prefix utm_.
var UTMParams = []string{"source", "medium", "campaign", "term", "content"}

// line makes one line of a text.
func line(s string) string {
	return strings.Join(strings.Fields(strings.ToValidUTF8(strings.Map(printable, s), "")), " ")
}

// cut gives at most so many characters of a text, and whether that is the beginning only.
func cut(s string, most int) (string, bool) {
	if utf8.RuneCountInString(s) <= most {
		return s, false
	}
	return string([]rune(s)[:most]), true
}

func printable(r rune) rune {
	if r < ' ' || r == 0x7f || r == utf8.RuneError {
		return ' '
	}
	return r
}

// Wrong collects what is missing in a submission: name, phone, consent, and of a minor the guardian who gives it (TRU-25); and what is longer than it may be.
func (in ReceiveInput) Wrong() (bad problem.Invalid) {
	in = in.tidy()
	for _, t := range mostTyped {
		if n := utf8.RuneCountInString(*t.of(&in)); n > t.most {
			bad.Add(t.field, tooLong, nil, "count", n, "limit", t.most)
		}
	}
	if in.Name == "" {
		bad.Add("name", "required", nil)
	}
	if in.Phone == "" {
		bad.Add("phone", "required", nil)
	} else if _, err := phone.Parse(in.Phone, phone.China); err != nil && utf8.RuneCountInString(in.Phone) <= mostPhone {
		bad.Add("phone", "bad-phone", nil)
	}
	if in.Minor && in.Guardian == "" {
		bad.Add("guardian", "guardian-consents", nil)
	}
	if !in.Consent {
		bad.Add("consent", "consent-missing", nil)
	}
	return bad
}

// digest tells the same submission sent twice: the same person by the same words at the same point.
func (in ReceiveInput) digest() string {
	number := in.Phone
	if e164, err := phone.Parse(number, phone.China); err == nil {
		number = e164
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%s\x00%s\x00%t\x00%s\x00%s", in.PointID, in.Name, number, in.Minor, in.Guardian, in.Said))
	return hex.EncodeToString(sum[:16])
}

// seen is what came before a submission.
type seen struct {
	ByAddress int64 `db:"by_address"` // within floodSpan
	ByPoint   int64 `db:"by_point"`
	Flood     int64 `db:"flood"` // refused at the point as a flood
	Used      int64 `db:"used"`  // leads of the same challenge
}

// verdict says why a submission is rejected; empty: it is not.
func (p CapturePoint) verdict(in ReceiveInput, s seen, bad problem.Invalid) string {
	switch {
	case s.ByAddress >= mostByAddress || s.ByPoint >= mostByPoint:
		return ReasonFlood
	case !p.Active:
		return ReasonClosed
	case in.Trap != "":
		return ReasonTrap
	case p.Proven() && !in.Proven:
		return ReasonNoProof
	case p.Proven() && s.Used > 0:
		return ReasonUsed
	case slices.ContainsFunc(bad, func(f problem.Field) bool { return f.Code == tooLong }):
		return ReasonTooLong
	case len(bad) > 0:
		return ReasonIncomplete
	}
	return ""
}

// CaptureByCode gives the point of a public code, whoever asks.
func CaptureByCode(ctx context.Context, tx *op.Tx, code string) (p CapturePoint, err error) {
	err = tx.Unscoped("the code is the right to the form").Select(&p).Where("code = ?", code).Scan(ctx)
	return p, problem.Found(err, "capture-point")
}

func pointOf(ctx context.Context, tx *op.Tx, key id.ID) (p CapturePoint, err error) {
	err = tx.Unscoped("the rule decides, nobody reads it").Select(&p).Where("id = ?", key).Scan(ctx)
	return p, problem.Found(err, "capture-point")
}

// locations names the fields that are wrong.
func locations(bad problem.Invalid) string {
	var out []string
	for _, f := range bad {
		if !slices.Contains(out, f.Location) {
			out = append(out, f.Location)
		}
	}
	return strings.Join(out, " ")
}
