package process

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"zhike/internal/facts"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/organization"
)

// ApprovalState is where an approval stands (PRC-6).
type ApprovalState string

// The states; open and returned wait, the others are the end.
const (
	Waiting   ApprovalState = "open"
	Returned  ApprovalState = "returned" // to the asker, with a question
	Given     ApprovalState = "approved"
	Refused   ApprovalState = "rejected"
	Withdrawn ApprovalState = "withdrawn"
)

// Approval is something that somebody asks consent for (PRC-6). What it is about is worded by "approval.<kind>" in the catalogue, with the params.
type Approval struct {
	ID          id.ID             `json:"id" db:"id"`
	Matter      string            `json:"kind" db:"kind"`
	SubjectKind string            `json:"subject_kind" db:"subject_kind"`
	Subject     id.ID             `json:"subject_id" db:"subject"`
	Person      id.ID             `json:"person_id" db:"person"`
	Center      id.ID             `json:"center_id" db:"center"` // none: the whole company's
	Staff       id.ID             `json:"staff_id" db:"staff"`   // who asks
	Size        int64             `json:"size" db:"size"`        // what the limits are about, in the unit of the kind
	Cost        money.Fen         `json:"cost_fen" db:"cost"`    // what it costs
	Reason      string            `json:"reason" db:"reason"`
	Params      map[string]string `json:"params" db:"params,json"` // codes, numbers and amounts, no personal values
	Role        string            `json:"role" db:"role"`          // whose turn it is
	State       ApprovalState     `json:"state" db:"state"`
	Due         time.Time         `json:"due_at" db:"due_at"`     // then the next role is asked; of one with a question: the asker is reminded, then it ends
	Reminded    bool              `json:"reminded" db:"reminded"` // the asker was reminded of the question
	Answer      string            `json:"answer" db:"answer"`     // why not, or the question
	DecidedBy   id.ID             `json:"decided_by" db:"decided_by"`
	DecidedFor  id.ID             `json:"decided_for" db:"decided_for"` // in whose stead (ORG-7)
	Decided     time.Time         `json:"decided_at,omitzero" db:"decided_at"`
	Created     time.Time         `json:"created_at" db:"created_at"`
	Version     int64             `json:"version" db:"version"`
}

// TableName implements op.Record.
func (Approval) TableName() string { return "approvals" }

func (a Approval) asked() facts.Asked {
	return facts.Asked{
		Approval: a.ID, Matter: a.Matter, SubjectKind: a.SubjectKind, Subject: a.Subject, Person: a.Person, Center: a.Center, Asker: a.Staff, Size: a.Size, Cost: a.Cost,
	}
}

// ApprovalKinds are the matters that are asked for; the unit of their size is hundredths of a per cent, or fen.
var ApprovalKinds = []ApprovalKind{{Name: "discount", Percent: true}, {Name: "campaign"}, {Name: dataRequest}, {Name: "budget"}, {Name: "promotion", Percent: true}}

// ApprovalKind is a matter, whose limits are per cents or amounts.
type ApprovalKind struct {
	Name    string
	Percent bool
}

// dataRequest is the kind of what persons ask about what is kept of them (PPL-11).
const dataRequest = "data-request"

// approvalHours is the setting of the opening hours within which an approval is decided.
const approvalHours = "approval.hours"

// Limit is up to which size a role decides a matter by itself (PRC-6).
type Limit struct {
	Matter string `json:"kind" db:"kind"`
	Role   string `json:"role" db:"role"`
	Most   int64  `json:"most" db:"most"` // in the unit of the kind; -1: any
}

// TableName implements op.Record.
func (Limit) TableName() string { return "approval_limits" }

// covers tells whether who has the limit decides something of a size.
func (l Limit) covers(size int64) bool { return l.Most < 0 || size <= l.Most }

// before orders limits, the narrowest first.
func (l Limit) before(o Limit) int {
	if (l.Most < 0) != (o.Most < 0) {
		return cmp.Compare(o.Most, l.Most)
	}
	return cmp.Or(cmp.Compare(l.Most, o.Most), cmp.Compare(l.Role, o.Role))
}

// limits reads those of a matter, the narrowest first.
func limits(ctx context.Context, tx *op.Tx, matter string) (list []Limit, err error) {
	err = tx.Unscoped("whose turn it is, whoever asks").Select(&list).Where("kind = ?", matter).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("read limits of approval: %w", err)
	}
	slices.SortFunc(list, Limit.before)
	return list, nil
}

// OwnLimit is up to which size the viewer decides a matter at a center alone: -1 any, 0 none.
func OwnLimit(ctx context.Context, tx *op.Tx, matter string, center id.ID) (int64, error) {
	list, err := limits(ctx, tx, matter)
	return limitOf(tx, list, tx.Viewer.Staff, center), err
}

// limitOf is up to which size a staff member decides alone at a center, of the limits of a matter.
func limitOf(tx *op.Tx, list []Limit, staff, center id.ID) (most int64) {
	roles := organization.Of(tx).RolesAt(staff, center)
	for _, l := range list { // the widest last
		if slices.Contains(roles, l.Role) {
			most = l.Most
		}
	}
	return most
}

// AskApproval asks for consent, in the transaction of what needs it: those of the narrowest role that may give it are told. Refused, naming the
// field: nobody-may-approve.
func AskApproval(ctx context.Context, tx *op.Tx, a Approval, field string) (Approval, error) {
	turn, err := nextTurn(ctx, tx, a)
	if err != nil {
		return a, err
	}
	if turn.role == "" || a.Staff.IsNone() {
		return a, problem.Refuse("PRC-6", "invalid", problem.Field{Location: field, Code: "nobody-may-approve"})
	}
	a.ID, a.Created, a.State, a.Role = tx.NewID(), tx.Now, Waiting, turn.role
	if a.Due, err = decisionDue(tx, a.Center); err != nil {
		return a, err
	}
	if err := tx.Insert(ctx, a); err != nil {
		return a, err
	}
	return a, tell(ctx, tx, a, turn.holders, "approval-asked")
}

// turn is the role that is asked, with who holds it.
type turn struct {
	role    string
	holders []organization.Staff
}

// nextTurn finds the role with the narrowest limit that covers an approval and is held by somebody else than the asker, wider than the
// one whose turn it was; none if nobody is left.
func nextTurn(ctx context.Context, tx *op.Tx, a Approval) (turn, error) {
	list, err := limits(ctx, tx, a.Matter)
	if err != nil {
		return turn{}, err
	}
	if i := slices.IndexFunc(list, func(l Limit) bool { return l.Role == a.Role }); i >= 0 {
		list = list[i+1:]
	}
	dir := organization.Of(tx)
	for _, l := range list {
		if !l.covers(a.Size) {
			continue
		}
		who := dir.Holders(l.Role, a.Center)
		if len(who) == 0 {
			who = dir.Holders(l.Role, id.None)
		}
		who = slices.DeleteFunc(who, func(m organization.Staff) bool { return m.ID == a.Staff })
		if len(who) > 0 {
			return turn{l.Role, who}, nil
		}
	}
	return turn{}, nil
}

// tell tells those who may decide, and their deputies (ORG-7), of an approval that waits.
func tell(ctx context.Context, tx *op.Tx, a Approval, who []organization.Staff, kind string) error {
	for _, m := range who {
		for _, to := range append([]id.ID{m.ID}, organization.Of(tx).Deputies(m.ID)...) {
			if to == a.Staff {
				continue
			}
			if err := Notify(ctx, tx, a.notice(to, kind)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (a Approval) notice(to id.ID, kind string) Notice {
	return Notice{Staff: to, Kind: kind, Person: a.Person, Link: "/approvals/" + a.ID.String(), Many: "/approvals"}
}

// decisionDue is when the next role is asked: after so many opening hours of the center as its setting says, or days of the whole company.
func decisionDue(tx *op.Tx, center id.ID) (time.Time, error) {
	dir := organization.Of(tx)
	hours, err := strconv.Atoi(dir.Setting(center, approvalHours, "8"))
	if err != nil {
		return time.Time{}, fmt.Errorf("read setting %s: %w", approvalHours, err)
	}
	if at := dir.Calendar(center).Add(tx.Now, time.Duration(hours)*time.Hour); !at.IsZero() {
		return at, nil
	}
	return tx.Now.Add(time.Duration(hours) * 3 * time.Hour), nil // no calendar: eight hours of a day count
}

// Words says what an approval is about, in the language of ctx.
func (a Approval) Words(ctx context.Context) string {
	pairs := []any{"size", a.Sized(ctx)}
	for name, value := range a.Params {
		if name == "request" { // a code
			value = i18n.T(ctx, "approval.request-"+value)
		}
		pairs = append(pairs, name, value)
	}
	return i18n.T(ctx, "approval."+a.Matter, pairs...)
}

// Sized words the size in the unit of its kind.
func (a Approval) Sized(ctx context.Context) string { return Sized(ctx, a.Matter, a.Size) }

// Sized words a size or limit of a matter: per cents or an amount; any where it is -1.
func Sized(ctx context.Context, matter string, size int64) string {
	switch {
	case size < 0, matter == dataRequest: // has no size
		return i18n.T(ctx, "approval.any")
	case slices.Contains(ApprovalKinds, ApprovalKind{matter, true}):
		return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%d.%02d", size/100, size%100), "0"), ".") + "%"
	}
	return i18n.MoneyWhole(ctx, money.Fen(size))
}
