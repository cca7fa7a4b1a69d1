package insight

import (
	"context"
	"encoding/json"
	"fmt"

	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/organization"
)

// viewMail is the kind of a mail that shows a saved view.
const viewMail = "view"

// OfView tells whether a mail shows a saved view of a list, not a report.
func (m Mail) OfView() bool { return m.Kind == viewMail }

// MailViews puts the saved views that are due into the outbox, each once a day at most (UI-L1). A job runs it every minute.
func MailViews(ctx context.Context, r *op.Runner) error {
	return r.Write(op.WithViewer(ctx, policy.System()), func(ctx context.Context, tx *op.Tx) error {
		list, err := organization.TakeDueViews(ctx, tx)
		if err != nil {
			return err
		}
		for _, d := range list {
			params, err := json.Marshal(MailParams{View: d.View})
			if err != nil {
				return fmt.Errorf("encode mail: %w", err)
			}
			if err := queue(ctx, tx, Mail{Account: d.Account, Recipient: d.Address, Kind: viewMail, Params: string(params)}); err != nil {
				return err
			}
		}
		return nil
	})
}
