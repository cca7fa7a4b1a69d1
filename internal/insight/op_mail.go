package insight

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"zhike/internal/facts"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/organization"
)

// Operations lists this domain's operations.
func Operations() []op.Any { return []op.Any{MailReport, RetryMail, ExportReport} }

// most recipients of one mailing.
const mostRecipients = 50

// MailReport sends a report to colleagues by mail (INS-6): a job makes each mail with what its recipient may see. Refused: unknown
// report, a recipient without an account, an address or the right to see reports.
var MailReport = op.Op[MailReportInput, Mailed]{
	Name: "insight.mail-report", Rule: "INS-6", Needs: "report:mail", Fact: facts.ReportMailed{}, Do: mailReport,
}

// MailReportInput says which report goes to whom.
type MailReportInput struct {
	Report string  `json:"report" path:"name" maxLength:"40"`
	Params Params  `json:"params"`
	Staff  []id.ID `json:"staff_ids" minItems:"1" maxItems:"50"`
}

// Mailed names the mails that will be sent.
type Mailed struct {
	Mails []id.ID `json:"mail_ids"`
}

// Mail is one message of the outbox (TRU-7).
type Mail struct {
	ID        id.ID     `json:"id" db:"id"`
	Account   id.ID     `json:"account_id" db:"account"` // recipient: the mail shows what it may see
	Recipient string    `json:"-" db:"recipient"`
	Kind      string    `json:"kind" db:"kind"`
	Params    string    `json:"-" db:"params"`
	State     string    `json:"state" db:"state"` // waiting, sending, sent, failed
	Attempts  int64     `json:"attempts" db:"attempts"`
	Problem   string    `json:"problem" db:"problem"`
	Created   time.Time `json:"created_at" db:"created_at"`
	Sent      time.Time `json:"sent_at" db:"sent_at"`
}

// TableName implements op.Record.
func (Mail) TableName() string { return "mails" }

// MailParams is what the job of a mail needs: a report, a saved view or a notice.
type MailParams struct {
	Report string `json:"report,omitempty"`
	Params Params `json:"params"`
	View   id.ID  `json:"view_id,omitzero"`
	Notice id.ID  `json:"notice_id,omitzero"`
}

// SendMail is the job that sends one mail of the outbox.
type SendMail struct {
	MailID id.ID `json:"mail_id"`
}

// Kind implements op.Job.
func (SendMail) Kind() string { return "send-mail" }

func mailReport(ctx context.Context, tx *op.Tx, in MailReportInput) (Mailed, error) {
	d, ok := definitions[in.Report]
	if !ok {
		return Mailed{}, problem.NotFound("report")
	}
	p, err := settle(ctx, tx, d, in.Params)
	if err != nil {
		return Mailed{}, err
	}
	if len(in.Staff) == 0 || len(in.Staff) > mostRecipients {
		return Mailed{}, problem.Refuse("INS-6", "invalid", problem.Field{Location: "staff_ids", Code: "recipients", Args: map[string]any{"most": mostRecipients}})
	}
	params, err := json.Marshal(MailParams{Report: in.Report, Params: p})
	if err != nil {
		return Mailed{}, fmt.Errorf("encode mail: %w", err)
	}
	accounts, err := recipients(ctx, tx, d, in.Staff)
	if err != nil {
		return Mailed{}, err
	}
	var out Mailed
	for _, r := range accounts {
		m := Mail{ID: tx.NewID(), Account: r.Account, Recipient: r.Address, Kind: "report", Params: string(params), State: "waiting", Created: tx.Now}
		if err := tx.Insert(ctx, m); err != nil {
			return Mailed{}, err
		}
		if err := tx.Enqueue(ctx, SendMail{MailID: m.ID}); err != nil {
			return Mailed{}, err
		}
		out.Mails = append(out.Mails, m.ID)
	}
	center := id.None
	if len(p.Centers) == 1 {
		center = p.Centers[0]
	}
	tx.Record(out.Mails[0], facts.ReportMailed{Report: in.Report, From: p.From, To: p.Until, Center: center, Mails: out.Mails})
	return out, nil
}

// recipients finds account and address of each; who cannot get the report is named.
func recipients(ctx context.Context, tx *op.Tx, d definition, staff []id.ID) ([]organization.Recipient, error) {
	var bad problem.Invalid
	var out []organization.Recipient
	for _, s := range staff {
		r, err := organization.RecipientOf(ctx, tx, s)
		if err != nil {
			return nil, err
		}
		name, err := organization.NameInScope(ctx, tx, s)
		if err != nil {
			return nil, err
		}
		switch {
		case r.Account.IsNone():
			bad.Add("staff_ids", "no-account", s, "name", name)
		case r.Address == "":
			bad.Add("staff_ids", "no-address", s, "name", name)
		case !d.open(r.Viewer):
			bad.Add("staff_ids", "no-report-right", s, "name", name)
		}
		out = append(out, r)
	}
	return out, bad.Err("INS-6")
}
