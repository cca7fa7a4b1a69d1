package sales

import (
	"context"
	"fmt"
	"strings"
	"time"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/people"
)

// Playbooks lists the cards: those in use first, by stage and name.
func Playbooks(ctx context.Context, tx *op.Tx) (list []Playbook, err error) {
	if err := tx.Select(&list).Order("active DESC, lang DESC, stage, need, name, id").Scan(ctx); err != nil {
		return nil, fmt.Errorf("list playbooks: %w", err)
	}
	return list, nil
}

// PlaybookByID gives one card.
func PlaybookByID(ctx context.Context, tx *op.Tx, key id.ID) (p Playbook, err error) {
	err = tx.Select(&p).Where("id = ?", key).Scan(ctx)
	return p, problem.Found(err, "playbook")
}

// fittingCards are the most cards that stand beside an enquiry.
const fittingCards = 3

// PlaybooksFor gives the cards in use that fit an enquiry, in a language, the best first (SAL-10): one for the result of its last contact before
// one for its course, its stage, its kind. last are the latest contacts with the person, the last one first. There is none where none fits, or
// the enquiry has ended.
func PlaybooksFor(ctx context.Context, tx *op.Tx, e Enquiry, last []people.Touch, lang string) ([]Playbook, error) {
	if !e.Stage.Open() {
		return nil, nil
	}
	need := ""
	if len(last) > 0 && last[0].Enquiry == e.ID {
		need = last[0].Result
	}
	list, err := op.All[Playbook](ctx, tx, `SELECT p.id, p.code, p.name, p.lang, p.kind, p.stage, p.course, p.need, p.short, p.questions, p.material, p.answers, p.active, p.version FROM playbooks p
		WHERE {scope:playbook p} AND p.active = TRUE AND p.lang = ? AND p.need IN ('', ?) AND p.stage IN ('', ?) AND p.kind IN ('', ?) AND (p.course IS NULL OR p.course = ?)
		ORDER BY CASE WHEN p.need <> '' THEN 8 ELSE 0 END + CASE WHEN p.course IS NOT NULL THEN 4 ELSE 0 END + CASE WHEN p.stage <> '' THEN 2 ELSE 0 END + CASE WHEN p.kind <> '' THEN 1 ELSE 0 END DESC, p.id LIMIT ?`,
		lang, need, string(e.Stage), e.Kind, e.Course, fittingCards)
	if err != nil {
		return nil, fmt.Errorf("choose playbooks: %w", err)
	}
	return list, nil
}

// PlaybookVersions lists the versions of a card, the latest first.
func PlaybookVersions(ctx context.Context, tx *op.Tx, key id.ID) ([]PlaybookVersion, error) {
	list, err := op.All[PlaybookVersion](ctx, tx, "SELECT v.no, v.by_login, v.at, v.body FROM playbook_versions v JOIN playbooks p ON p.id = v.playbook WHERE {scope:playbook p} AND p.id = ? ORDER BY v.no DESC", key)
	if err != nil {
		return nil, fmt.Errorf("list versions of playbook: %w", err)
	}
	return list, nil
}

// went tells, in SQL, whether the enquiry e came further than it had come at the contact u.
func went() string {
	var b strings.Builder
	for i, s := range Stages[:Signed.Rank()+1] {
		fmt.Fprintf(&b, " WHEN '%s' THEN %d", s, i)
	}
	return "(CASE e.reached" + b.String() + " ELSE 0 END > u.rank)"
}

// PlaybookResults says of each version of a card that stood beside contacts what followed them, of enquiries in scope.
func PlaybookResults(ctx context.Context, tx *op.Tx, key id.ID) ([]PlaybookResult, error) {
	list, err := op.All[PlaybookResult](ctx, tx, `SELECT u.no, COUNT(*) AS shown, CAST(COALESCE(SUM(CASE WHEN u.used = TRUE THEN 1 ELSE 0 END), 0) AS BIGINT) AS used,
		CAST(COALESCE(SUM(CASE WHEN u.used = TRUE AND `+went()+` THEN 1 ELSE 0 END), 0) AS BIGINT) AS used_went,
		CAST(COALESCE(SUM(CASE WHEN u.used = FALSE AND `+went()+` THEN 1 ELSE 0 END), 0) AS BIGINT) AS without_went
		FROM playbook_uses u JOIN enquiries e ON e.id = u.enquiry WHERE {scope:enquiry e} AND u.playbook = ? GROUP BY u.no ORDER BY u.no DESC`, key)
	if err != nil {
		return nil, fmt.Errorf("measure playbook: %w", err)
	}
	return list, nil
}

// PlaybookUse is a contact beside which a card stood.
type PlaybookUse struct {
	Touch   id.ID     `json:"touch_id" db:"touch"`
	Enquiry id.ID     `json:"enquiry_id" db:"enquiry"`
	Person  id.ID     `json:"person_id" db:"person"`
	No      int64     `json:"no" db:"no"`
	Stage   string    `json:"stage" db:"stage"`
	Used    bool      `json:"used" db:"used"`
	Went    bool      `json:"went_on" db:"went"`
	At      time.Time `json:"at" db:"at"`
}

// UseFilter chooses contacts beside which a card stood.
type UseFilter struct {
	Playbook id.ID
	No       int64  // 0: all versions
	Used     string // yes, no; all otherwise
	Went     bool   // only those that went on
	After    string
	Limit    int
}

// UseList is a page of them.
type UseList struct {
	Items []PlaybookUse
	Total int64
	Next  string
}

// PlaybookUses lists the contacts beside which a card stood, the latest first.
func PlaybookUses(ctx context.Context, tx *op.Tx, f UseFilter) (out UseList, err error) {
	offset, err := offsetOf(f.After, 0)
	if err != nil {
		return out, err
	}
	from := " FROM playbook_uses u JOIN enquiries e ON e.id = u.enquiry WHERE {scope:enquiry e} AND u.playbook = ?"
	args := []any{f.Playbook}
	if f.No > 0 {
		from, args = from+" AND u.no = ?", append(args, f.No)
	}
	if f.Used == "yes" || f.Used == "no" {
		from, args = from+" AND u.used = ?", append(args, f.Used == "yes")
	}
	if f.Went {
		from += " AND " + went()
	}
	if out.Total, err = op.One[int64](ctx, tx, "SELECT COUNT(*)"+from, args...); err != nil {
		return out, fmt.Errorf("count uses of playbook: %w", err)
	}
	out.Items, err = op.All[PlaybookUse](ctx, tx, "SELECT u.touch, u.enquiry, e.person, u.no, u.stage, u.used, "+went()+" AS went, u.at"+from+" ORDER BY u.at DESC, u.touch DESC LIMIT ? OFFSET ?", append(args, f.Limit, offset)...)
	if err != nil {
		return out, fmt.Errorf("list uses of playbook: %w", err)
	}
	out.Next = nextCursor(offset, len(out.Items), f.Limit, out.Total)
	return out, nil
}
