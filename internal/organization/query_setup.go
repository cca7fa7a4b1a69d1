package organization

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
)

// Change tells who changed a record last, and when.
type Change struct {
	By string
	At time.Time
}

// LastChange gives the last change of a record that the viewer edits as well; the zero Change where there is none (ORG-10).
func LastChange(ctx context.Context, tx *op.Tx, subject id.ID) (Change, error) {
	type row struct {
		By    string    `db:"by_login"`
		Staff id.ID     `db:"staff"`
		At    time.Time `db:"at"`
	}
	r, err := op.OneOf[row](ctx, tx.Unscoped("who edits a record may know who else does"),
		`SELECT e.by_login AS by_login, a.staff AS staff, e.at AS at FROM events e LEFT JOIN accounts a ON a.id = e.actor
		WHERE e.subject = ? ORDER BY e.id DESC LIMIT 1`, subject)
	if errors.Is(err, sql.ErrNoRows) {
		return Change{}, nil
	}
	if err != nil {
		return Change{}, fmt.Errorf("read last change: %w", err)
	}
	c := Change{By: r.By, At: r.At}
	if name := Of(tx).StaffName(r.Staff); name != "" {
		c.By = name
	}
	return c, nil
}

// Rights lists the rights of a role, by resource and action.
func (d *Directory) Rights(role string) []Right {
	list := slices.Clone(d.data.Load().rights[role])
	slices.SortFunc(list, func(a, b Right) int {
		return strings.Compare(a.Resource+":"+a.Action, b.Resource+":"+b.Action)
	})
	return list
}

// FieldRules lists how a role sees sensitive fields.
func (d *Directory) FieldRules(role string) []FieldRule {
	return slices.Clone(d.data.Load().fields[role])
}

// Holding gives a position by its id.
func (d *Directory) Holding(position id.ID) (Position, bool) {
	p, ok := d.data.Load().byID[position]
	return p, ok
}

// StaffFilter chooses staff members. Empty fields choose nothing out.
type StaffFilter struct {
	Text    string // part of the name, code or login
	Role    string // held on the day
	Center  id.ID  // of a position held on the day
	Left    bool   // those who left instead of those who work here
	Account string // none, open, closed
	Day     bizdate.Date
	Offset  int
	Limit   int
}

// StaffRow is a staff member with the account.
type StaffRow struct {
	ID      id.ID     `db:"id"`
	Code    string    `db:"code"`
	Name    string    `db:"name"`
	Active  bool      `db:"active"`
	Account id.ID     `db:"account"`
	Login   string    `db:"login"`
	Open    bool      `db:"open"`
	UsedAt  time.Time `db:"used_at"`
}

// StaffRows lists staff members in scope by code, and how many there are.
func StaffRows(ctx context.Context, tx *op.Tx, f StaffFilter) (rows []StaffRow, total int64, err error) {
	text, args := f.where()
	if total, err = op.One[int64](ctx, tx, "SELECT COUNT(*)"+text, args...); err != nil {
		return nil, 0, fmt.Errorf("count staff: %w", err)
	}
	rows, err = op.All[StaffRow](ctx, tx, `SELECT s.id AS id, s.code AS code, s.name AS name, s.active AS active, a.id AS account, COALESCE(a.login, '') AS login,
		COALESCE(a.active, FALSE) AS open, a.used_at AS used_at`+text+" ORDER BY s.code LIMIT ? OFFSET ?", append(args, f.Limit, f.Offset)...)
	if err != nil {
		return nil, 0, fmt.Errorf("list staff: %w", err)
	}
	return rows, total, nil
}

func (f StaffFilter) where() (string, []any) {
	text := " FROM staff s LEFT JOIN accounts a ON a.staff = s.id AND {scope:account a} WHERE {scope:staff s} AND s.active = ?"
	args := []any{!f.Left}
	if f.Text != "" {
		like := "%" + strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(strings.ToLower(f.Text)) + "%"
		text += ` AND (LOWER(s.name) LIKE ? ESCAPE '\' OR LOWER(s.code) LIKE ? ESCAPE '\' OR a.login LIKE ? ESCAPE '\')`
		args = append(args, like, like, like)
	}
	if f.Role != "" || !f.Center.IsNone() {
		text += " AND EXISTS (SELECT 1 FROM positions p WHERE p.staff = s.id AND p.from_day <= ? AND (p.until_day = 0 OR p.until_day >= ?)"
		args = append(args, int64(f.Day), int64(f.Day))
		if f.Role != "" {
			text, args = text+" AND p.role = ?", append(args, f.Role)
		}
		if !f.Center.IsNone() {
			text, args = text+" AND p.center = ?", append(args, f.Center)
		}
		text += ")"
	}
	switch f.Account {
	case "none":
		text += " AND a.id IS NULL"
	case "open":
		text += " AND a.active = TRUE"
	case "closed":
		text += " AND a.active = FALSE"
	}
	return text, args
}

// CountHolders counts, by role, the staff members in scope who hold it on a day.
func CountHolders(ctx context.Context, tx *op.Tx, day bizdate.Date) (map[string]int64, error) {
	type row struct {
		Role string `db:"role"`
		N    int64  `db:"n"`
	}
	rows, err := op.All[row](ctx, tx, `SELECT p.role AS role, COUNT(DISTINCT s.id) AS n FROM positions p JOIN staff s ON s.id = p.staff
		WHERE {scope:staff s} AND s.active = TRUE AND p.from_day <= ? AND (p.until_day = 0 OR p.until_day >= ?) GROUP BY p.role`, int64(day), int64(day))
	if err != nil {
		return nil, fmt.Errorf("count holders of roles: %w", err)
	}
	out := map[string]int64{}
	for _, r := range rows {
		out[r.Role] = r.N
	}
	return out, nil
}

// AccountsOf lists the accounts of a staff member in scope.
func AccountsOf(ctx context.Context, tx *op.Tx, staff id.ID) (list []Account, err error) {
	if err := tx.Select(&list).Where("staff = ?", staff).Order("login").Scan(ctx); err != nil {
		return nil, fmt.Errorf("list accounts: %w", err)
	}
	return list, nil
}

// OwnSessions lists the viewer's sessions and tokens that still hold, the one used last first.
func OwnSessions(ctx context.Context, tx *op.Tx) (list []Session, err error) {
	err = tx.Select(&list).Where("account = ? AND expires_at > ? AND (kind IN ('token', 'feed') OR seen_at > ?)", tx.Viewer.Account, tx.Now, tx.Now.Add(-IdleTime)).
		Order("seen_at DESC").Limit(200).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("list sessions: %w", err)
	}
	return list, nil
}

// RoomsOf lists the rooms of a center in scope, by name.
func RoomsOf(ctx context.Context, tx *op.Tx, center id.ID) (list []Room, err error) {
	if err := tx.Select(&list).Where("center = ?", center).Order("name").Scan(ctx); err != nil {
		return nil, fmt.Errorf("list rooms: %w", err)
	}
	return list, nil
}

// RoomByID gives a room in scope.
func RoomByID(ctx context.Context, tx *op.Tx, key id.ID) (r Room, err error) {
	err = tx.Select(&r).Where("id = ?", key).Scan(ctx)
	return r, problem.Found(err, "room")
}
