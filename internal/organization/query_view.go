package organization

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
)

// View is a saved view of a list (UI-L1).
type View struct {
	ID      id.ID     `json:"id" db:"id"`
	Account id.ID     `json:"account_id" db:"account"`
	List    string    `json:"list" db:"list"` // path of its page
	Name    string    `json:"name" db:"name"`
	Query   string    `json:"query" db:"query"`      // of its address: filters, sort and columns
	Shared  string    `json:"shared" db:"shared"`    // me, center, everybody
	Center  id.ID     `json:"center_id" db:"center"` // that it is shared with
	Created time.Time `json:"created_at" db:"created_at"`
	Version int64     `json:"version" db:"version"`
}

// TableName implements op.Record.
func (View) TableName() string { return "views" }

// Values is the address of a view.
func (w View) Values() url.Values {
	v, err := url.ParseQuery(w.Query)
	if err != nil { // SaveView wrote it
		return url.Values{}
	}
	return v
}

// ViewMail says who gets a view by mail, and when the next one goes.
type ViewMail struct {
	ID      id.ID        `db:"id"`
	View    id.ID        `db:"view"`
	Account id.ID        `db:"account"`
	Every   string       `db:"every"` // daily, weekly
	Next    bizdate.Date `db:"next_day"`
	Created time.Time    `db:"created_at"`
}

// TableName implements op.Record.
func (ViewMail) TableName() string { return "view_mails" }

// ShownView is a view as its viewer sees it.
type ShownView struct {
	View
	Owner id.ID  `json:"owner_id" db:"owner"` // staff member
	Every string `json:"every" db:"every"`    // mailed to the viewer: daily, weekly; empty: not
}

// ViewFilter chooses views; empty fields hold for all.
type ViewFilter struct {
	List  string
	ID    id.ID
	Limit int
}

const mostShown = 500

// Views lists the views that the viewer sees, of lists that the viewer may open: one's own first, in the order of their making, then
// those of others by name.
func Views(ctx context.Context, tx *op.Tx, f ViewFilter) ([]ShownView, error) {
	var open []string
	for _, l := range Of(tx).Lists(tx.Viewer) {
		if f.List == "" || f.List == l.Path {
			open = append(open, l.Path)
		}
	}
	if f.Limit <= 0 || f.Limit > mostShown {
		f.Limit = mostShown
	}
	text := `SELECT w.id, w.account, w.list, w.name, w.query, w.shared, w.center, w.created_at, w.version, a.staff AS owner, COALESCE(m.every, '') AS every
		FROM views w JOIN accounts a ON a.id = w.account LEFT JOIN view_mails m ON m.view = w.id AND m.account = ?
		WHERE {scope:view w} AND w.list IN (?)`
	args := []any{tx.Viewer.Account, open}
	if !f.ID.IsNone() {
		text, args = text+" AND w.id = ?", append(args, f.ID)
	}
	text += " ORDER BY CASE WHEN w.account = ? THEN 0 ELSE 1 END, CASE WHEN w.account = ? THEN '' ELSE w.name END, w.id LIMIT ?" // ids rise
	list, err := op.All[ShownView](ctx, tx, text, append(args, tx.Viewer.Account, tx.Viewer.Account, f.Limit)...)
	if err != nil {
		return nil, fmt.Errorf("list views: %w", err)
	}
	return list, nil
}

// ViewByID gives a view that the viewer sees, of a list that the viewer may open.
func ViewByID(ctx context.Context, tx *op.Tx, key id.ID) (ShownView, error) {
	list, err := Views(ctx, tx, ViewFilter{ID: key})
	if err != nil || len(list) == 0 {
		return ShownView{}, orNotFound(err, "view")
	}
	return list[0], nil
}

func orNotFound(err error, kind string) error {
	if err != nil {
		return err
	}
	return problem.NotFound(kind)
}

// DueView is a view that has to be mailed now.
type DueView struct {
	View, Account id.ID
	Address       string // where the mail goes
}

const dueAtOnce = 200

// TakeDueViews gives the views that are due by mail and plans their next day in the same transaction, so that each is mailed once.
// Who may not see a view any more, or has no address, gets none.
func TakeDueViews(ctx context.Context, tx *op.Tx) ([]DueView, error) {
	type row struct {
		ViewMail
		List   string `db:"list"`
		Owner  id.ID  `db:"owner"`
		Shared string `db:"shared"`
		Center id.ID  `db:"center"`
	}
	u := tx.Unscoped("a job mails to each what it may see")
	list, err := op.AllOf[row](ctx, u, `SELECT m.id, m.view, m.account, m.every, m.next_day, m.created_at, w.list, w.account AS owner, w.shared, w.center
		FROM view_mails m JOIN views w ON w.id = m.view JOIN accounts a ON a.id = m.account
		WHERE a.active = TRUE AND m.next_day <= ? ORDER BY m.next_day, m.id LIMIT ?`, int64(tx.Today(id.None))+1, dueAtOnce)
	if err != nil {
		return nil, fmt.Errorf("list views that are due: %w", err)
	}
	var out []DueView
	for _, r := range list {
		viewer, acc, err := ViewerOf(ctx, tx, r.Account)
		if err != nil {
			return nil, err
		}
		zone := tx.Zone(viewer.Center)
		if !due(r.Next, tx.Now.In(zone)) {
			continue
		}
		if _, err := tx.Exec(ctx, "UPDATE view_mails SET next_day = ? WHERE id = ?", int64(following(r.Every, bizdate.Of(tx.Now, zone))), r.ID); err != nil {
			return nil, fmt.Errorf("plan next mail: %w", err)
		}
		m, _ := Of(tx).Staff(acc.Staff)
		l, ok := Of(tx).List(r.List)
		if ok && m.Email != "" && (View{Account: r.Owner, Shared: r.Shared, Center: r.Center}).seenBy(viewer, l.Right) {
			out = append(out, DueView{View: r.View, Account: r.Account, Address: m.Email})
		}
	}
	return out, nil
}
