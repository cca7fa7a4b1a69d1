package insight

import (
	"context"
	"fmt"

	"zhike/internal/facts"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
)

// RetryMail has a mail of the outbox sent again: one that failed, or that waits for its next try (TRU-7). It may arrive twice where its
// outcome is unknown; that is for who asks to know. Refused: mail-sent, mail-sending.
var RetryMail = op.Op[RetryMailInput, RetriedMail]{
	Name: "insight.retry-mail", Rule: "TRU-7", Needs: "mail:update", Fact: facts.MailRetried{}, Do: retryMail,
	Subject: func(in RetryMailInput) op.Ref { return op.Ref{Kind: "mail", ID: in.MailID} },
}

// RetryMailInput names the mail.
type RetryMailInput struct {
	MailID id.ID `json:"mail_id" path:"id"`
}

// RetriedMail is the mail as it stands.
type RetriedMail struct {
	ID    id.ID  `json:"id"`
	State string `json:"state"`
}

func retryMail(ctx context.Context, tx *op.Tx, in RetryMailInput) (RetriedMail, error) {
	if err := tx.Lock(ctx, "mails", in.MailID); err != nil {
		return RetriedMail{}, fmt.Errorf("lock mail: %w", err)
	}
	var m Mail
	if err := problem.Found(tx.Select(&m).Where("id = ?", in.MailID).Scan(ctx), "mail"); err != nil {
		return RetriedMail{}, err
	}
	again, err := m.again()
	if err != nil {
		return RetriedMail{}, err
	}
	if err := tx.Save(ctx, &again, "state", "attempts", "problem"); err != nil {
		return RetriedMail{}, err
	}
	tx.Record(m.ID, facts.MailRetried{Mail: m.ID, Was: m.State, Attempts: m.Attempts})
	return RetriedMail{ID: m.ID, State: again.State}, tx.Enqueue(ctx, SendMail{MailID: m.ID})
}

// again decides what a further try makes of a mail: it waits, with all its tries before it.
func (m Mail) again() (Mail, error) {
	switch m.State {
	case MailSent:
		return m, problem.Refuse("TRU-7", "mail-sent", problem.Field{Location: "mail_id", Value: m.ID})
	case MailSending:
		return m, problem.Refuse("TRU-7", "mail-sending", problem.Field{Location: "mail_id", Value: m.ID})
	}
	m.State, m.Attempts, m.Problem = MailWaiting, 0, ""
	return m, nil
}
