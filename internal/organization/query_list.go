package organization

import (
	"context"
	"fmt"
	"strings"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/event"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/kernel/problem"
)

// like makes the pattern of a text that contains part.
func like(part string) string {
	return "%" + strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(strings.ToLower(strings.TrimSpace(part))) + "%"
}

// CenterFilter chooses centers; empty fields hold for all.
type CenterFilter struct {
	Text   string // part of the code, a name or the city
	Status string
	page.Request
}

// ListCenters lists centers in scope, by code unless sorted otherwise (ORG-1).
func ListCenters(ctx context.Context, tx *op.Tx, f CenterFilter) (page.Page[Center], error) {
	var where page.Filter
	if f.Text != "" {
		p := like(f.Text)
		where.And(`LOWER(code) LIKE ? ESCAPE '\' OR LOWER(name_zh) LIKE ? ESCAPE '\' OR LOWER(name_en) LIKE ? ESCAPE '\' OR LOWER(city) LIKE ? ESCAPE '\'`, p, p, p, p)
	}
	if f.Status != "" {
		where.And("status = ?", f.Status)
	}
	return page.Read[Center](ctx, tx, "center", &where, page.Sorts{Usual: "code", Columns: map[string]string{"code": "code", "opened": "opened"}}, f.Request)
}

// CenterByID gives a center in scope.
func CenterByID(ctx context.Context, tx *op.Tx, key id.ID) (c Center, err error) {
	return c, problem.Found(tx.Select(&c).Where("id = ?", key).Scan(ctx), "center")
}

// RoomFilter chooses rooms; empty fields hold for all.
type RoomFilter struct {
	Center id.ID
	Active *bool
	page.Request
}

// ListRooms lists rooms in scope by name (ORG-1).
func ListRooms(ctx context.Context, tx *op.Tx, f RoomFilter) (page.Page[Room], error) {
	var where page.Filter
	if !f.Center.IsNone() {
		where.And("center = ?", f.Center)
	}
	if f.Active != nil {
		where.And("active = ?", *f.Active)
	}
	return page.Read[Room](ctx, tx, "room", &where, page.Sorts{Usual: "name", Columns: map[string]string{"name": "name", "seats": "seats"}}, f.Request)
}

// ListStaff lists staff members in scope by code (ORG-2).
func ListStaff(ctx context.Context, tx *op.Tx, text string, active *bool, r page.Request) (page.Page[Staff], error) {
	var where page.Filter
	if text != "" {
		p := like(text)
		where.And(`LOWER(name) LIKE ? ESCAPE '\' OR LOWER(code) LIKE ? ESCAPE '\'`, p, p)
	}
	if active != nil {
		where.And("active = ?", *active)
	}
	return page.Read[Staff](ctx, tx, "staff", &where, page.Sorts{Usual: "code", Columns: map[string]string{"code": "code", "name": "name"}}, r)
}

// StaffByID gives a staff member in scope.
func StaffByID(ctx context.Context, tx *op.Tx, key id.ID) (s Staff, err error) {
	return s, problem.Found(tx.Select(&s).Where("id = ?", key).Scan(ctx), "staff")
}

// PositionFilter chooses positions; empty fields hold for all.
type PositionFilter struct {
	Staff, Center id.ID
	Role          string
	Day           int64 // held on this business date
	page.Request
}

// ListPositions lists positions in scope, oldest first (ORG-2).
func ListPositions(ctx context.Context, tx *op.Tx, f PositionFilter) (page.Page[Position], error) {
	var where page.Filter
	if !f.Staff.IsNone() {
		where.And("staff = ?", f.Staff)
	}
	if !f.Center.IsNone() {
		where.And("center = ?", f.Center)
	}
	if f.Role != "" {
		where.And("role = ?", f.Role)
	}
	if f.Day != 0 {
		where.And("from_day <= ? AND (until_day = 0 OR until_day >= ?)", f.Day, f.Day)
	}
	return page.Read[Position](ctx, tx, "position", &where, page.Sorts{Usual: "from", Columns: map[string]string{"from": "from_day", "role": "role"}}, f.Request)
}

// ListAccounts lists accounts in scope by login (ORG-9).
func ListAccounts(ctx context.Context, tx *op.Tx, text string, active *bool, r page.Request) (page.Page[Account], error) {
	var where page.Filter
	if text != "" {
		where.And(`login LIKE ? ESCAPE '\'`, like(text))
	}
	if active != nil {
		where.And("active = ?", *active)
	}
	return page.Read[Account](ctx, tx, "account", &where, page.Sorts{Usual: "login", Columns: map[string]string{"login": "login"}}, r)
}

// AccountByLogin gives the account of a login, in scope.
func AccountByLogin(ctx context.Context, tx *op.Tx, login string) (a Account, err error) {
	return a, problem.Found(tx.Select(&a).Where("login = ?", strings.ToLower(strings.TrimSpace(login))).Scan(ctx), "account")
}

// EventFilter chooses events of the sealed log.
type EventFilter struct {
	After int64 // sequence number
	Kinds []string
	Limit int
}

// Events lists events of the sealed log in scope, in the order of their sequence numbers: a reader that goes on after the last one
// misses nothing (TRU-24). more tells whether there are further ones, left how many there are after After.
func Events(ctx context.Context, tx *op.Tx, f EventFilter) (list []event.Event, more bool, left int64, err error) {
	where, args := " FROM events e WHERE {scope:event e} AND e.seq > ?", []any{f.After}
	if len(f.Kinds) > 0 {
		where, args = where+" AND e.kind IN (?)", append(args, f.Kinds)
	}
	if left, err = op.One[int64](ctx, tx, "SELECT COUNT(*)"+where, args...); err != nil {
		return nil, false, 0, fmt.Errorf("count events: %w", err)
	}
	list, err = op.All[event.Event](ctx, tx, `SELECT e.id, e.seq, e.at, e.day, e.kind, e.actor, e.by_login, e.center, e.person, e.subject, e.run, e.payload, e.digest`+
		where+" ORDER BY e.seq LIMIT ?", append(args, f.Limit+1)...)
	if err != nil {
		return nil, false, 0, fmt.Errorf("list events: %w", err)
	}
	if len(list) > f.Limit {
		list, more = list[:f.Limit], true
	}
	return list, more, left, nil
}

// RecordViewFilter says which views of records.
type RecordViewFilter struct {
	Record   id.ID
	Account  id.ID
	Staff    id.ID        // whose accounts looked
	From, To bizdate.Date // days of the program's own time zone
	page.Request
}

// RecordViews lists who looked at which record, the latest first (TRU-19). What was looked at in the last second or so is not there yet.
func RecordViews(ctx context.Context, tx *op.Tx, f RecordViewFilter) (page.Page[event.View], error) {
	var where page.Filter
	if !f.Record.IsNone() {
		where.And("record = ?", f.Record)
	}
	if !f.Account.IsNone() {
		where.And("account = ?", f.Account)
	}
	if !f.Staff.IsNone() {
		where.And("account IN (SELECT id FROM accounts WHERE staff = ?)", f.Staff)
	}
	zone := Of(tx).Zone(id.None)
	if !f.From.IsZero() {
		where.And("at >= ?", f.From.In(zone))
	}
	if !f.To.IsZero() {
		where.And("at < ?", (f.To + 1).In(zone))
	}
	return page.Read[event.View](ctx, tx, "record-view", &where, page.Sorts{Usual: "-at", Columns: map[string]string{"at": "at"}}, f.Request)
}

// SettingValue is a setting with the value that holds.
type SettingValue struct {
	Key     string `json:"key"`
	Center  id.ID  `json:"center_id"` // none: the company's
	Value   string `json:"value"`
	Default string `json:"default"`
	Min     int64  `json:"minimum"`
	Max     int64  `json:"maximum"`
}

// SettingValues lists every setting with the value that holds for a center; for the company where it is none.
func (d *Directory) SettingValues(center id.ID) (list []SettingValue) {
	for _, s := range Settings {
		list = append(list, SettingValue{Key: s.Key, Center: center, Value: d.Setting(center, s.Key, s.Default), Default: s.Default, Min: s.Min, Max: s.Max})
	}
	return list
}
