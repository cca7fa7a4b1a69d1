package insight

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/organization"
)

// mailClaim is how long a mail that is being sent belongs to its worker; after that another one may try.
const mailClaim = 5 * time.Minute

// Outgoing is a mail that a worker has claimed: nobody else sends it meanwhile (TRU-7).
type Outgoing struct {
	Mail
	Params MailParams
}

// ClaimMail takes a waiting mail, or one whose worker vanished; ok is false where there is nothing to send any more.
func ClaimMail(ctx context.Context, r *op.Runner, key id.ID) (out Outgoing, ok bool, err error) {
	err = r.Write(ctx, func(ctx context.Context, tx *op.Tx) error {
		ok = false
		err := tx.Unscoped("the outbox's worker").Select(&out.Mail).Where("id = ? AND (state = 'waiting' OR state = 'sending' AND sent_at < ?)", key, tx.Now.Add(-mailClaim)).Scan(ctx)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("claim mail: %w", err)
		}
		if err := json.Unmarshal([]byte(out.Mail.Params), &out.Params); err != nil {
			return fmt.Errorf("read mail: %w", err)
		}
		ok = true
		out.State, out.Sent, out.Attempts = "sending", tx.Now, out.Attempts+1
		return tx.Save(ctx, &out.Mail, "state", "sent_at", "attempts")
	})
	return out, ok, err
}

// SettleMail notes what became of a claimed mail: sent, waiting for another try, or failed.
func SettleMail(ctx context.Context, r *op.Runner, m Mail, state string, failure error) error {
	return r.Write(ctx, func(ctx context.Context, tx *op.Tx) error {
		m.State, m.Sent, m.Problem = state, tx.Now, ""
		if failure != nil {
			m.Problem = failure.Error()
		}
		return tx.Save(ctx, &m, "state", "sent_at", "problem")
	})
}

// ForRecipient is the context in which a mail's recipient sees: its own scope and language.
func ForRecipient(ctx context.Context, r *op.Runner, m Mail) (context.Context, string, error) {
	var v *policy.Viewer
	var acc organization.Account
	err := r.Read(ctx, func(ctx context.Context, tx *op.Tx) (err error) {
		v, acc, err = organization.ViewerOf(ctx, tx, m.Account)
		return err
	})
	if err != nil {
		return ctx, "", err
	}
	return op.WithViewer(ctx, v), acc.Lang, nil
}
