package insight

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/kernel/policy"
	"zhike/internal/organization"
)

// States of a mail in the outbox.
const (
	MailWaiting = "waiting" // for its first or next try
	MailSending = "sending" // a worker has it
	MailSent    = "sent"    // the server took it
	MailFailed  = "failed"  // given up: refused, without an answer, or tried too often
)

// MailStates lists them.
var MailStates = []string{MailWaiting, MailSending, MailSent, MailFailed}

// QueuedMail is a mail of the outbox as IT sees it: to whom, what, and how it stands; not what is in it.
type QueuedMail struct {
	ID        id.ID     `json:"id"`
	Account   id.ID     `json:"account_id"`
	Name      string    `json:"name" doc:"of the recipient"`
	Recipient string    `json:"recipient" doc:"address"`
	Kind      string    `json:"kind"`
	Report    string    `json:"report,omitempty"`
	State     string    `json:"state" enum:"waiting,sending,sent,failed"`
	Attempts  int64     `json:"attempts"`
	Problem   string    `json:"problem" doc:"outcome and step of the last try"`
	Created   time.Time `json:"created_at"`
	Tried     time.Time `json:"tried_at" doc:"the last try"`
}

// Retryable tells whether RetryMail takes it.
func (m QueuedMail) Retryable() bool { return m.State == MailWaiting || m.State == MailFailed }

// MailCounts counts the mails of the outbox by state.
func MailCounts(ctx context.Context, tx *op.Tx) (map[string]int64, error) {
	type line struct {
		State string `db:"state"`
		N     int64  `db:"n"`
	}
	rows, err := op.All[line](ctx, tx, "SELECT m.state AS state, COUNT(*) AS n FROM mails m WHERE {scope:mail m} GROUP BY m.state")
	if err != nil {
		return nil, fmt.Errorf("count mails: %w", err)
	}
	out := map[string]int64{}
	for _, r := range rows {
		out[r.State] = r.N
	}
	return out, nil
}

// Outbox lists the mails of a state, all of them for none, to addresses that contain a text, the latest first.
func Outbox(ctx context.Context, tx *op.Tx, state, address string, r page.Request) (out page.Page[QueuedMail], err error) {
	var where page.Filter
	if state != "" {
		where.And("state = ?", state)
	}
	if address != "" {
		where.And(`LOWER(recipient) LIKE ? ESCAPE '\'`, "%"+strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(strings.ToLower(address))+"%")
	}
	mails, err := page.Read[Mail](ctx, tx, "mail", &where, page.Sorts{Usual: "-created_at", Columns: map[string]string{"created_at": "created_at"}}, r)
	if err != nil {
		return out, err
	}
	names, err := accountNames(ctx, tx, mails.Items)
	if err != nil {
		return out, err
	}
	for _, m := range mails.Items {
		var p MailParams
		if err := json.Unmarshal([]byte(m.Params), &p); err != nil {
			return out, fmt.Errorf("read mail: %w", err)
		}
		out.Items = append(out.Items, QueuedMail{
			ID: m.ID, Account: m.Account, Name: names[m.Account], Recipient: m.Recipient, Kind: m.Kind, Report: p.Report, State: m.State, Attempts: m.Attempts, Problem: m.Problem,
			Created: m.Created, Tried: m.Sent,
		})
	}
	out.Next, out.Total = mails.Next, mails.Total
	return out, nil
}

func accountNames(ctx context.Context, tx *op.Tx, list []Mail) (map[id.ID]string, error) {
	var keys []id.ID
	for _, m := range list {
		keys = append(keys, m.Account)
	}
	return organization.AccountNames(ctx, tx, keys)
}

// RequeueMails puts a job into the queue for each mail that waits, or whose worker vanished: for a program that has a mail server now.
func RequeueMails(ctx context.Context, r *op.Runner) error {
	return r.Write(op.WithViewer(ctx, policy.System()), func(ctx context.Context, tx *op.Tx) error {
		keys, err := op.AllOf[id.ID](ctx, tx.Unscoped("the outbox's worker"), "SELECT id FROM mails WHERE state = 'waiting' OR state = 'sending' AND sent_at < ?", tx.Now.Add(-mailClaim))
		if err != nil {
			return fmt.Errorf("look for waiting mails: %w", err)
		}
		for _, key := range keys {
			if err := tx.Enqueue(ctx, SendMail{MailID: key}); err != nil {
				return err
			}
		}
		return nil
	})
}
