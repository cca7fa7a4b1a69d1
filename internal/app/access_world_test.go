package app_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"zhike/internal/contracts"
	"zhike/internal/finance"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/organization"
	"zhike/internal/people"
	"zhike/internal/process"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

// drawnWorld is a school whose organization, roles and records are drawn from a seed: what the program has in its tables, and what the
// oracle has in memory.
type drawnWorld struct {
	*rand.Rand
	oracle
	s       *testkit.School
	centers []id.ID
	staff   []id.ID
	logins  []login
	names   map[id.ID]string // of persons
	day     bizdate.Date
}

// login is a token of a staff member.
type login struct {
	asker
	token string
}

// drawnRights are what roles are drawn of; a word may be missing, then the role lacks the right.
var drawnRights = []string{
	"person:read", "person:create", "person:update", "person:reveal", "enquiry:read", "enquiry:create", "enquiry:update", "enquiry:assign", "appointment:read", "appointment:update",
	"visit:read", "visit:create", "visit:update", "quote:read", "quote:create", "contract:read", "contract:create", "contract:sign", "payment:read", "payment:create", "payment:reverse",
	"touch:read", "touch:create", "task:read", "task:update", "task:assign", "staff:read", "staff:update", "position:read", "position:update", "center:read", "center:update", "room:read", "room:update",
	"report:read", "assignment:read", "assignment:update", "account:create",
}

var scopeWords = []string{"own", "team", "center", "region", "all"}

func drawWorld(t *testing.T, s *testkit.School, seed uint64) *drawnWorld {
	t.Helper()
	w := &drawnWorld{Rand: rand.New(rand.NewPCG(seed, 0)), s: s, names: map[id.ID]string{}, day: bizdate.Of(s.Clock.Now(), s.Dir.Zone(id.None))}
	w.oracle = oracle{now: s.Clock.Now(), zone: map[id.ID]*time.Location{id.None: s.Dir.Zone(id.None)}, region: map[id.ID]id.ID{}, active: map[id.ID]bool{}, rights: map[string]map[string]string{}}
	s.App.Unlimited = true
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
	must(s.Ops.Write(s.System(), w.organization))
	must(s.Dir.Refresh(s.System(), s.Ops, 0))
	for i := range 10 {
		must(w.register(i))
	}
	must(s.Ops.Write(s.System(), func(ctx context.Context, tx *op.Tx) error {
		for range 45 {
			if err := w.record(ctx, tx); err != nil {
				return err
			}
		}
		for _, m := range w.matters {
			if m.kind == "person" {
				continue
			}
			err := tx.Insert(ctx, people.Link{Person: m.person, Kind: m.kind, Ref: m.ref, Center: m.center, Owner: m.owner, State: people.LinkOpen})
			if err != nil {
				return err
			}
		}
		return nil
	}))
	return w
}

// clear takes the world out of the database again.
func (w *drawnWorld) clear(t *testing.T) {
	t.Helper()
	for _, text := range []string{
		"persons", "contact_points", "person_links", "search_terms", "search_fresh", "enquiries", "appointments", "visits", "quotes", "contracts", "payments", "touches", "tasks", "rollups", "rollup_deltas",
		"assignment_turns", "assignment_rules", "regions", "rooms", "roles WHERE code LIKE 'drawn-%'", "role_rights WHERE role LIKE 'drawn-%'", "accounts WHERE login LIKE 'drawn%'",
		"sessions WHERE account NOT IN (SELECT id FROM accounts)", "positions WHERE staff IN (SELECT id FROM staff WHERE code LIKE 'S_')", "staff WHERE code LIKE 'S_'", "centers WHERE code LIKE 'C_' AND code <> 'CY'",
	} {
		w.s.Exec(t, "DELETE FROM "+text)
	}
}

// one draws an element; none of it one time in n, if n is not 0.
func one[T any](w *drawnWorld, list []T, n int) (v T) {
	if n > 0 && w.IntN(n) == 0 {
		return v
	}
	return list[w.IntN(len(list))]
}

func (w *drawnWorld) organization(ctx context.Context, tx *op.Tx) error {
	regions := []id.ID{tx.NewID(), tx.NewID()}
	for i, key := range regions {
		if _, err := tx.Exec(ctx, "INSERT INTO regions (id, code, name_zh, name_en) VALUES (?, ?, '', '')", key, fmt.Sprint("R", i)); err != nil {
			return err
		}
	}
	w.centers = []id.ID{w.s.HD, w.s.CY}
	for i := range 4 {
		c := organization.Center{ID: tx.NewID(), Code: fmt.Sprint("C", i), NameZH: fmt.Sprint("C", i), Zone: one(w, []string{"Asia/Shanghai", "America/New_York"}, 0), Opened: 1, Status: "open"}
		if i < 3 {
			c.Region = regions[i/2]
		}
		zone, err := time.LoadLocation(c.Zone)
		if err != nil {
			return err
		}
		w.centers, w.zone[c.ID], w.region[c.ID] = append(w.centers, c.ID), zone, c.Region
		if err := tx.Insert(ctx, c); err != nil {
			return err
		}
		r := organization.Room{ID: tx.NewID(), Center: c.ID, Name: "1", Seats: 9, Active: true}
		w.records = append(w.records, thing{kind: "room", id: r.ID, center: c.ID})
		if err := tx.Insert(ctx, r); err != nil {
			return err
		}
	}
	for _, c := range w.centers {
		w.records = append(w.records, thing{kind: "center", id: c})
	}
	roles, err := w.roles(ctx, tx)
	if err != nil {
		return err
	}
	for i := range 8 {
		if err := w.hire(ctx, tx, i, roles, regions); err != nil {
			return err
		}
	}
	_, err = tx.Exec(ctx, "UPDATE versions SET n = n + 1 WHERE id = 'organization'")
	return err
}

func (w *drawnWorld) roles(ctx context.Context, tx *op.Tx) (codes []string, err error) {
	for _, code := range []string{"front-desk", "consultant", "principal", "finance", "general-manager", "it"} {
		codes = append(codes, code)
	}
	for _, r := range w.s.Dir.Roles() {
		w.rights[r.Code] = map[string]string{}
		for _, right := range w.s.Dir.Rights(r.Code) {
			w.rights[r.Code][right.Resource+":"+right.Action] = right.Scope
		}
	}
	for i := range 5 {
		code := fmt.Sprint("drawn-", i)
		if _, err := tx.Exec(ctx, "INSERT INTO roles (code, name_zh, name_en, home, shipped) VALUES (?, '', '', 'it', FALSE)", code); err != nil {
			return nil, err
		}
		codes, w.rights[code] = append(codes, code, code), map[string]string{}
		usual := one(w, scopeWords, 0)
		for _, right := range drawnRights {
			word := usual
			switch w.IntN(8) {
			case 0, 1, 2:
				word = one(w, scopeWords, 0)
			case 3:
				continue
			}
			w.rights[code][right] = word
			resource, action, _ := strings.Cut(right, ":")
			if _, err := tx.Exec(ctx, "INSERT INTO role_rights (role, resource, action, scope) VALUES (?, ?, ?, ?)", code, resource, action, word); err != nil {
				return nil, err
			}
		}
	}
	return codes, nil
}

func (w *drawnWorld) hire(ctx context.Context, tx *op.Tx, i int, roles []string, regions []id.ID) error {
	m := organization.Staff{ID: tx.NewID(), Code: fmt.Sprint("S", i), Name: fmt.Sprint("S", i), Active: w.IntN(12) > 0}
	w.active[m.ID], w.staff = m.Active, append(w.staff, m.ID)
	if err := tx.Insert(ctx, m); err != nil {
		return err
	}
	w.records = append(w.records, thing{kind: "staff", id: m.ID, owner: m.ID})
	for range 1 + w.IntN(3) {
		p := organization.Position{ID: tx.NewID(), Staff: m.ID, Role: one(w, roles, 0), From: w.day - bizdate.Date(w.IntN(5)-1), Until: one(w, []bizdate.Date{w.day - 1, w.day, w.day + 9}, 2)}
		switch w.IntN(8) {
		case 0:
			p.Region = one(w, regions, 0)
		case 1:
		default:
			p.Center = one(w, w.centers, 0)
		}
		if len(w.positions) > 0 {
			p.ReportsTo = one(w, w.positions, 3).ID
		}
		p.Until = max(p.Until, min(p.Until, 1)*p.From)
		w.positions = append(w.positions, p)
		w.records = append(w.records, thing{kind: "position", id: p.ID, center: p.Center, owner: p.Staff})
		if err := tx.Insert(ctx, p); err != nil {
			return err
		}
	}
	account := organization.Account{ID: tx.NewID(), Login: fmt.Sprint("drawn", i), Staff: m.ID, Active: true, Lang: "zh"}
	if err := tx.Insert(ctx, account); err != nil {
		return err
	}
	for n := range 2 {
		l := login{asker{staff: m.ID}, fmt.Sprint("zk_", i, n, tx.NewID())}
		if n == 1 {
			for range 25 {
				l.only = append(l.only, one(w, drawnRights, 0))
			}
		}
		digest := sha256.Sum256([]byte(l.token))
		err := tx.Insert(ctx, organization.Session{ID: tx.NewID(), Token: digest[:], Account: account.ID, Kind: "token", Rights: l.only, Created: tx.Now, Seen: tx.Now, Expires: tx.Now.Add(time.Hour)})
		if err != nil {
			return err
		}
		w.logins = append(w.logins, l)
	}
	return nil
}

// register enters a person by the operation, so that searches find it.
func (w *drawnWorld) register(i int) error {
	v := policy.System()
	v.Staff = one(w, w.staff, 0)
	center, name := one(w, w.centers, 0), "甲乙丙丁戊己庚辛壬癸"[3*i:3*i+3]+"子"
	in := people.RegisterInput{Name: name, CenterID: center, Phones: []people.ContactInput{{Value: fmt.Sprintf("1370000%04d", i)}}}
	p, err := people.Register.Run(op.WithViewer(context.Background(), v), w.s.Ops, in)
	w.names[p.ID] = name
	w.records = append(w.records, thing{kind: "person", id: p.ID, person: p.ID})
	w.matters = append(w.matters, matter{"person", p.ID, p.ID, center, v.Staff})
	return err
}

// record enters a record of a drawn kind, center and owner.
func (w *drawnWorld) record(ctx context.Context, tx *op.Tx) error {
	kind := one(w, []string{"enquiry", "enquiry", "enquiry", "appointment", "visit", "quote", "contract", "contract", "payment", "payment", "touch", "touch", "task", "assignment"}, 0)
	r := thing{kind: kind, id: tx.NewID(), center: one(w, w.centers, 0), owner: one(w, w.staff, 5)}
	persons := slices.DeleteFunc(slices.Clone(w.records), func(t thing) bool { return t.kind != "person" })
	r.person = one(w, persons, 0).id
	matters := slices.DeleteFunc(slices.Clone(w.matters), func(m matter) bool { return m.person != r.person || m.kind != "enquiry" })
	shows := func(resource string, person, owner id.ID) {
		w.matters = append(w.matters, matter{resource, person, r.id, r.center, owner})
	}
	no := fmt.Sprint("N", len(w.records))
	var rec op.Record
	switch kind {
	case "enquiry":
		if w.IntN(8) == 0 {
			r.center, r.owner = id.None, id.None // the company's pool
		}
		shows(kind, r.person, r.owner)
		if !r.owner.IsNone() {
			tx.Add("leads", w.day, r.center, 1, "consultant", r.owner.String())
		} else {
			tx.Add("leads", w.day, r.center, 1)
		}
		rec = sales.Enquiry{ID: r.id, Person: r.person, Center: r.center, Consultant: r.owner, Channel: w.s.Web, Course: w.s.Course, Kind: "new", Stage: "new", Outcome: "open", Entered: tx.Now, EnteredDay: w.day, Moved: tx.Now}
		if !r.center.IsNone() && !r.owner.IsNone() {
			_, err := tx.Exec(ctx, `INSERT INTO assignment_turns (center, staff, given, open_count, last_at) VALUES (?, ?, 1, 1, 0)
				ON CONFLICT (center, staff) DO UPDATE SET open_count = assignment_turns.open_count + 1`, r.center, r.owner)
			if err != nil {
				return err
			}
		}
	case "appointment":
		rec = sales.Appointment{ID: r.id, Enquiry: tx.NewID(), Person: r.person, Center: r.center, Consultant: r.owner, Starts: tx.Now.Add(time.Hour), Day: w.day, State: "booked"}
	case "visit": // at another center than the enquiry's: a center sees who visits it
		shows(kind, r.person, id.None)
		rec = sales.Visit{ID: r.id, Enquiry: tx.NewID(), Person: r.person, Center: r.center, Consultant: r.owner, Arrived: tx.Now, Day: w.day, Needs: map[string]string{}}
	case "quote":
		rec = sales.Quote{ID: r.id, No: no, Enquiry: tx.NewID(), Person: r.person, Center: r.center, Consultant: r.owner, State: "open", Made: tx.Now, ValidUntil: w.day}
	case "contract":
		payer := one(w, persons, 0).id
		shows(kind, r.person, r.owner)
		if payer != r.person {
			w.matters = append(w.matters, matter{"payer", payer, r.id, r.center, r.owner})
		}
		rec = contracts.Contract{ID: r.id, No: no, Kind: "new", State: contracts.Drafted, Student: r.person, Payer: payer, Center: r.center, Consultant: r.owner, Enquiry: tx.NewID(), Course: w.s.Course, DraftedAt: tx.Now}
	case "payment":
		of := one(w, w.staff, 0)
		shows(kind, r.person, of)
		rec = finance.Payment{ID: r.id, No: no, Person: r.person, Center: r.center, Method: "cash", Amount: 100, Consultant: of, Cashier: r.owner, At: tx.Now, Day: w.day}
	case "touch":
		if len(matters) > 0 {
			r.enquiry = one(w, matters, 3).ref
		}
		rec = people.Touch{ID: r.id, Person: r.person, Enquiry: r.enquiry, Center: r.center, Staff: r.owner, Channel: "call", Direction: "out", Result: "discuss", At: tx.Now}
	case "task":
		shows(kind, r.person, r.owner)
		rec = process.Task{ID: r.id, Staff: r.owner, Center: r.center, TaskKind: "call", SubjectKind: "person", Subject: r.person, Person: r.person, Due: tx.Now, Priority: 2, Created: tx.Now}
	case "assignment":
		r.owner, r.person = id.None, id.None
		rec = sales.AssignmentRule{ID: r.id, No: 1, Center: r.center, Strategy: "turn", Staff: []id.ID{}, Active: true}
	}
	w.records = append(w.records, r)
	return tx.Insert(ctx, rec)
}
