package insightdoor

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"zhike/internal/insight"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/mail"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/kernel/sheet"
	"zhike/internal/web"
)

// Post sends the mails of the outbox.
type Post struct {
	Run       *op.Runner
	Catalogue *i18n.Catalogue
	Server    *mail.Sender
	Public    string // address of the program, for links
}

// At says what time it is for words about days.
func At(ctx context.Context, now time.Time, zone *time.Location) context.Context {
	return web.WithMoment(ctx, now, zone)
}

const mostTries = 12

// Send is the job of one mail: it makes the report with what the recipient may see, and sends it. A mail that was sent is not sent
// again; what the server did not take is tried again by the queue. Where no answer came it is not: it may have arrived (TRU-7).
func (p Post) Send(ctx context.Context, job insight.SendMail) error {
	ctx = op.WithViewer(ctx, policy.System())
	out, ok, err := insight.ClaimMail(ctx, p.Run, job.MailID)
	if err != nil || !ok {
		return err
	}
	m, err := p.compose(ctx, out)
	if err == nil {
		err = p.Server.Send(ctx, m)
	}
	switch {
	case err == nil:
		return insight.SettleMail(ctx, p.Run, out.Mail, "sent", nil)
	case mail.OutcomeOf(err) != mail.NotNow || out.Attempts >= mostTries: // after Unknown it may have arrived: a person decides
		return insight.SettleMail(ctx, p.Run, out.Mail, "failed", err)
	}
	return errors.Join(err, insight.SettleMail(ctx, p.Run, out.Mail, "waiting", err))
}

func (p Post) compose(ctx context.Context, out insight.Outgoing) (mail.Message, error) {
	seen, lang, err := insight.ForRecipient(ctx, p.Run, out.Mail)
	if err != nil {
		return mail.Message{}, err
	}
	seen = i18n.WithCatalogue(seen, p.Catalogue, i18n.ParseLang(lang))
	m := mail.Message{ID: out.ID.String() + "@zhike", To: out.Recipient, Date: out.Created}
	err = p.Run.Read(seen, func(ctx context.Context, tx *op.Tx) error {
		ctx = At(ctx, tx.Now, tx.Zone(tx.Viewer.Center))
		switch {
		case out.OfView():
			return p.composeView(ctx, tx, &m, out.Params.View)
		case out.OfNotice():
			return p.composeNotice(ctx, tx, &m, out.Params.Notice)
		}
		m.Headers = map[string]string{"X-Zhike-Report": out.Params.Report}
		v, err := makeView(ctx, tx, out.Params.Report, out.Params.Params)
		if err != nil {
			return err
		}
		m.Subject = i18n.T(ctx, "insight.mail-subject", "report", i18n.T(ctx, "report."+v.report.Name), "period", period(ctx, v.report.Params))
		var text, html strings.Builder
		if err := Text(ctx, tx, &text, out.Params.Report, out.Params.Params); err != nil {
			return err
		}
		link := p.Public + "/reports/" + v.report.Name + "?" + query(v.report.Params)
		fmt.Fprintf(&text, "\n%s\n%s\n", i18n.T(ctx, "insight.mail-open"), link)
		if err := reportMail(v, link).Render(ctx, &html); err != nil {
			return fmt.Errorf("draw mail: %w", err)
		}
		m.Text, m.HTML = text.String(), html.String()
		v.mark = sheet.Mark(tx.Viewer.Login, tx.Now, out.ID)
		var document bytes.Buffer
		if err := writePDF(ctx, &document, v); err != nil {
			return err
		}
		m.Attachments = []mail.Attachment{{Name: v.report.Name + "-" + v.report.Params.From.String() + ".pdf", Type: "application/pdf", Content: document.Bytes()}}
		return nil
	})
	return m, err
}
