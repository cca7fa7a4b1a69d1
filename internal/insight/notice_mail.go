package insight

import (
	"context"
	"encoding/json"
	"fmt"

	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/process"
)

// noticeMail is the kind of a mail that tells a notice.
const noticeMail = "notice"

// OfNotice tells whether a mail tells somebody a notice.
func (m Mail) OfNotice() bool { return m.Kind == noticeMail }

// MailNotices puts the notices that are wanted by mail into the outbox, each once (TRU-7). A job runs it every minute.
func MailNotices(ctx context.Context, r *op.Runner) error {
	return r.Write(op.WithViewer(ctx, policy.System()), func(ctx context.Context, tx *op.Tx) error {
		list, err := process.TakeDueNotices(ctx, tx)
		if err != nil {
			return err
		}
		for _, d := range list {
			params, err := json.Marshal(MailParams{Notice: d.Notice})
			if err != nil {
				return fmt.Errorf("encode mail: %w", err)
			}
			if err := queue(ctx, tx, Mail{Account: d.Account, Recipient: d.Address, Kind: noticeMail, Params: string(params)}); err != nil {
				return err
			}
		}
		return nil
	})
}

// queue puts a mail into the outbox, with the job that sends it.
func queue(ctx context.Context, tx *op.Tx, m Mail) error {
	m.ID, m.State, m.Created = tx.NewID(), MailWaiting, tx.Now
	if err := tx.Insert(ctx, m); err != nil {
		return err
	}
	return tx.Enqueue(ctx, SendMail{MailID: m.ID})
}
