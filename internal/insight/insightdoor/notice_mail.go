package insightdoor

import (
	"context"
	"fmt"
	"strings"

	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/mail"
	"zhike/internal/kernel/op"
	"zhike/internal/people"
	"zhike/internal/process"
)

// noticeMail is a notice as its reader sees it in the program.
type noticeMail struct {
	Words, Person, At string
	Link, Choose      string
}

// composeNotice writes the mail of a notice for the viewer of tx: the words and the person that the program shows as well, no phone. The
// name of a person is in no subject, which stands on locked screens.
func (p Post) composeNotice(ctx context.Context, tx *op.Tx, m *mail.Message, key id.ID) error {
	n, err := process.NoticeByID(ctx, tx, key)
	if err != nil {
		return err
	}
	zone := tx.Zone(tx.Viewer.Center)
	v := noticeMail{Words: n.Words(ctx, zone, tx.Now), At: i18n.DateTime(ctx, n.Created, zone, tx.Now), Link: p.Public + n.Link, Choose: p.Public + "/account"}
	if n.Link == "" {
		v.Link = p.Public + "/messages"
	}
	if !n.Person.IsNone() {
		briefs, err := people.Briefs(ctx, tx, []id.ID{n.Person})
		if err != nil {
			return err
		}
		if b, seen := briefs[n.Person]; seen {
			v.Person = b.Shown()
		}
	}
	m.Subject = i18n.T(ctx, "insight.notice-subject", "text", v.Words)
	m.Text = v.text(ctx)
	var html strings.Builder
	if err := noticeMailPage(v).Render(ctx, &html); err != nil {
		return fmt.Errorf("draw mail: %w", err)
	}
	m.HTML = html.String()
	return nil
}

func (v noticeMail) text(ctx context.Context) string {
	var b strings.Builder
	fmt.Fprintln(&b, v.Words)
	if v.Person != "" {
		fmt.Fprintln(&b, v.Person)
	}
	fmt.Fprintf(&b, "%s\n\n%s\n%s\n\n%s\n%s\n", v.At, i18n.T(ctx, "insight.notice-open"), v.Link, i18n.T(ctx, "insight.notice-why"), v.Choose)
	return b.String()
}
