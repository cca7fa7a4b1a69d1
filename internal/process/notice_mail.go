package process

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"zhike/internal/facts"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/organization"
)

// NoticeKind is a kind of notice, and whether it comes by mail as well where its reader chose nothing: what is rare and late does, what
// comes many times a day, or is over before a mail is read, does not.
type NoticeKind struct {
	Name string `json:"kind"`
	Mail bool   `json:"by_mail"`
}

// NoticeKinds lists them in the order in which a person chooses.
var NoticeKinds = []NoticeKind{
	{"breach", true},
	{"contact-late-days", true},
	{"contact-late-hours", true},
	{"taken-over", true},
	{"nobody-else", true},
	{"pooled", false},
	{"pooled-team", false},
	{"former", false},
	{"unassigned", true},
	{"reveal-limit", true},
	{"pool-limit", true},
	{"reward-booked", false},
	{"reward-reversed", true},
	{"disk-low", true},
	{"holidays-missing", true},
	{"task-given", false},
	{"task-changed", false},
	{"task-withdrawn", false},
	{"task-finished", false},
	{"task-comment", false},
	{"tasks-in", false},
	{"tasks-out", false},
	{"series-stopped", true},
	{"import-done", false},
	{"import-failed", true},
	{"export-ready", false},
	{"export-failed", true},
	{"budget-share", true},
	{"approval-asked", true},
	{"approval-late", true},
	{"approval-unanswered", true},
	{"approval-lapsed", true},
	{"approval-approved", false},
	{"approval-rejected", false},
	{"approval-returned", true},
	{"approval-answered", false},
	{"enquiry", false},
	{"assigned", false},
	{"submission", false},
	{"submission-point", false},
	{"visitor", false},
	{"visitor-not-here", false},
	{"assignment-withdrawn", false},
	{"reminder", false},
	{"appointment-ended", false},
	{"appointment-again", false},
}

// ChooseNotices says which kinds of notices come by mail as well; the others stay in the program alone. Refused: a kind that is none, mails
// for who has no address.
var ChooseNotices = op.Op[ChooseNoticesInput, Done]{
	Name: "process.choose-notices", Rule: "UI-S1", Needs: "notice:update", Fact: facts.NoticesChosen{}, Do: chooseNotices,
}

// ChooseNoticesInput lists the kinds.
type ChooseNoticesInput struct {
	Kinds []string `json:"kinds" maxItems:"50" doc:"those that come by mail; none: no mails"`
}

func chooseNotices(ctx context.Context, tx *op.Tx, in ChooseNoticesInput) (Done, error) {
	me := tx.Viewer.Account
	if me.IsNone() {
		return Done{}, problem.Forbidden("notice:update")
	}
	var bad problem.Invalid
	chosen := []string{}
	for i, k := range in.Kinds {
		switch {
		case !slices.ContainsFunc(NoticeKinds, func(n NoticeKind) bool { return n.Name == k }):
			bad.Add(fmt.Sprintf("kinds.%d", i), "unknown", k)
		case !slices.Contains(chosen, k):
			chosen = append(chosen, k)
		}
	}
	if m, _ := organization.Of(tx).Staff(tx.Viewer.Staff); m.Email == "" && len(chosen) > 0 {
		bad.Add("kinds", "view-no-address", nil)
	}
	if err := bad.Err("UI-S1"); err != nil {
		return Done{}, err
	}
	text, err := json.Marshal(chosen)
	if err != nil {
		return Done{}, fmt.Errorf("encode choice: %w", err)
	}
	_, err = tx.Exec(ctx, "INSERT INTO notice_mails (account, kinds) VALUES (?, ?) ON CONFLICT (account) DO UPDATE SET kinds = excluded.kinds", me, string(text))
	if err != nil {
		return Done{}, fmt.Errorf("keep choice of notices: %w", err)
	}
	tx.Record(me, facts.NoticesChosen{AccountRef: facts.AccountRef{Account: me}, Kinds: chosen})
	return Done{ID: me}, nil
}

// ChosenNotices gives every kind with whether it comes to an account by mail.
func ChosenNotices(ctx context.Context, tx *op.Tx, account id.ID) ([]NoticeKind, error) {
	stored, err := op.AllOf[string](ctx, tx.Unscoped("one's own choice"), "SELECT kinds FROM notice_mails WHERE account = ?", account)
	if err != nil {
		return nil, fmt.Errorf("read choice of notices: %w", err)
	}
	list := slices.Clone(NoticeKinds)
	if len(stored) == 0 {
		return list, nil
	}
	var chosen []string
	if err := json.Unmarshal([]byte(stored[0]), &chosen); err != nil {
		return nil, fmt.Errorf("read choice of notices: %w", err)
	}
	for i := range list {
		list[i].Mail = slices.Contains(chosen, list[i].Name)
	}
	return list, nil
}

// mailable is how old a notice may be to be mailed: what a program that stood still did not mail is found when its reader signs in.
const mailable = 2 * time.Hour

const noticesAtOnce = 200

// DueNotice is a notice to be mailed now.
type DueNotice struct {
	Notice  id.ID
	Account id.ID
	Address string
}

// TakeDueNotices gives the notices that their readers want by mail and have not read meanwhile, and marks them in the same transaction, so
// that each is mailed once at most. Who has left, has no account or no address, gets none.
func TakeDueNotices(ctx context.Context, tx *op.Tx) (due []DueNotice, err error) {
	var list []Notice
	if err := tx.Unscoped("a job mails to each what it was told").Select(&list).Where("mail_due = TRUE").Order("id").Limit(noticesAtOnce).Scan(ctx); err != nil {
		return nil, fmt.Errorf("look for notices to mail: %w", err)
	}
	dir := organization.Of(tx)
	for _, n := range list {
		if _, err := tx.Exec(ctx, "UPDATE notices SET mail_due = FALSE WHERE id = ?", n.ID); err != nil {
			return nil, fmt.Errorf("mark notice: %w", err)
		}
		m, _ := dir.Staff(n.Staff)
		if !n.Read.IsZero() || n.Created.Before(tx.Now.Add(-mailable)) || !m.Active || m.Email == "" {
			continue
		}
		r, err := organization.RecipientOf(ctx, tx, n.Staff)
		if err != nil {
			return nil, err
		}
		kinds, err := ChosenNotices(ctx, tx, r.Account)
		if err != nil {
			return nil, err
		}
		if !r.Account.IsNone() && slices.Contains(kinds, NoticeKind{n.Kind, true}) {
			due = append(due, DueNotice{Notice: n.ID, Account: r.Account, Address: m.Email})
		}
	}
	return due, nil
}

// NoticeByID gives a notice of the viewer's.
func NoticeByID(ctx context.Context, tx *op.Tx, key id.ID) (n Notice, err error) {
	return n, problem.Found(tx.Select(&n).Where("id = ? AND staff = ?", key, tx.Viewer.Staff).Scan(ctx), "notice")
}

// Words is what a notice says in the language of ctx; times among its values are written for the reader.
func (n Notice) Words(ctx context.Context, zone *time.Location, now time.Time) string {
	pairs := make([]any, 0, 2*len(n.Params))
	for name, value := range n.Params {
		if at, err := time.Parse(time.RFC3339, value); err == nil {
			value = i18n.DateTime(ctx, at, zone, now)
		}
		if name == "why" && value != "" {
			value = i18n.T(ctx, "hand-note."+value)
		}
		pairs = append(pairs, name, value)
	}
	text := i18n.T(ctx, "notice."+n.Kind, pairs...)
	if n.Times > 1 {
		text += " × " + i18n.Count(ctx, n.Times)
	}
	return strings.TrimSpace(text)
}
