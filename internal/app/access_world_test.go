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
	"zhike/internal/marketing"
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
	"visit:read", "visit:create", "visit:update", "visit:receive", "quote:read", "quote:create", "contract:read", "contract:create", "contract:sign", "payment:read", "payment:create", "payment:reverse",
	"touch:read", "touch:create", "task:read", "task:update", "task:assign", "staff:read", "staff:update", "position:read", "position:update", "center:read", "center:update", "room:read", "room:update",
	"report:read", "journal:read", "assignment:read", "assignment:update", "account:create", "account:read", "account:update", "course:read", "package:read",
	"approval:read", "approval:decide", "approval:update",
}

var scopeWords = []string{"own", "team", "center", "region", "all"}

func drawWorld(t *testing.T, s *testkit.School, seed uint64) *drawnWorld {
	t.Helper()
	w := emptyWorld(s, seed)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
	must(s.Ops.Write(s.System(), w.organization))
	must(s.Dir.Refresh(s.System(), s.Ops, 0))
	for i := range 10 {
		_, err := w.register(i, one(w, w.centers, 0), one(w, w.staff, 0))
		must(err)
	}
	must(s.Ops.Write(s.System(), func(ctx context.Context, tx *op.Tx) error {
		for range 45 {
			if err := w.record(ctx, tx); err != nil {
				return err
			}
		}
		return w.linkAll(ctx, tx)
	}))
	must(s.Ops.Write(s.System(), w.mergePerson))
	return w
}

func emptyWorld(s *testkit.School, seed uint64) *drawnWorld {
	w := &drawnWorld{Rand: rand.New(rand.NewPCG(seed, 0)), s: s, names: map[id.ID]string{}, day: bizdate.Of(s.Clock.Now(), s.Dir.Zone(id.None))}
	w.oracle = oracle{now: s.Clock.Now(), zone: map[id.ID]*time.Location{id.None: s.Dir.Zone(id.None)}, region: map[id.ID]id.ID{}, active: map[id.ID]bool{}, rights: map[string]map[string]string{}}
	return w
}

// clear takes the world out of the database again.
func (w *drawnWorld) clear(t *testing.T) {
	t.Helper()
	for _, text := range []string{
		"persons", "contact_points", "person_links", "search_terms", "search_fresh", "enquiries", "appointments", "visits", "quotes", "contracts", "payments", "journal", "touches", "tasks", "notices", "approvals", "rollups", "rollup_deltas",
		"assignment_turns", "assignment_rules", "contact_ladder WHERE after = 99", "regions", "rooms", "roles WHERE code LIKE 'drawn-%'", "role_rights WHERE role LIKE 'drawn-%'", "accounts WHERE login LIKE 'drawn%'",
		"sessions WHERE account NOT IN (SELECT id FROM accounts)", "positions WHERE staff IN (SELECT id FROM staff WHERE code LIKE 'S_')", "staff WHERE code LIKE 'S_'", "centers WHERE code LIKE 'C_' AND code <> 'CY'",
	} {
		w.s.Exec(t, "DELETE FROM "+text)
	}
}

// linkAll writes what shows the persons; their registration is linked already.
func (w *drawnWorld) linkAll(ctx context.Context, tx *op.Tx) error {
	for _, m := range w.matters {
		if m.kind == "person" {
			continue
		}
		if err := tx.Insert(ctx, people.Link{Person: m.person, Kind: m.kind, Ref: m.ref, Center: m.center, Owner: m.owner, State: people.LinkOpen}); err != nil {
			return err
		}
	}
	return nil
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
	codes = []string{"front-desk", "consultant", "principal", "finance", "general-manager", "it"}
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
	var some []string
	for range 25 {
		some = append(some, one(w, drawnRights, 0))
	}
	return w.open(ctx, tx, m.ID, i, nil, some)
}

// open opens an account with a token for each set of rights; none is all.
func (w *drawnWorld) open(ctx context.Context, tx *op.Tx, staff id.ID, i int, tokens ...[]string) error {
	account := organization.Account{ID: tx.NewID(), Login: fmt.Sprint("drawn", i), Staff: staff, Active: true, Lang: "zh"}
	if err := tx.Insert(ctx, account); err != nil {
		return err
	}
	w.records = append(w.records, thing{kind: "account", id: account.ID, owner: staff})
	for _, rights := range tokens {
		l := login{asker{staff, rights}, "zk_" + tx.NewID().String()}
		for kind, token := range map[string]string{"token": l.token, "web": l.token + "-web"} {
			digest := sha256.Sum256([]byte(token))
			err := tx.Insert(ctx, organization.Session{ID: tx.NewID(), Token: digest[:], Account: account.ID, Kind: kind, Rights: l.only, Created: tx.Now, Seen: tx.Now, Expires: tx.Now.Add(time.Hour)})
			if err != nil {
				return err
			}
		}
		w.logins = append(w.logins, l)
	}
	return nil
}

// register enters a person by the operation, so that searches find it.
func (w *drawnWorld) register(i int, center, owner id.ID) (id.ID, error) {
	v := policy.System()
	v.Staff = owner
	name := string([]rune("甲乙丙丁戊己庚辛壬癸")[i%10]) + string([]rune("子丑寅卯")[i/10])
	in := people.RegisterInput{Name: name, CenterID: center, Phones: []people.ContactInput{{Value: fmt.Sprintf("1370000%04d", i)}}}
	p, err := people.Register.Run(op.WithViewer(context.Background(), v), w.s.Ops, in)
	w.names[p.ID] = name
	w.records = append(w.records, thing{kind: "person", id: p.ID, person: p.ID})
	w.matters = append(w.matters, matter{"person", p.ID, p.ID, center, v.Staff})
	return p.ID, err
}

// mergePerson enters somebody who was merged into another person: seen by nobody (PPL-5). That one is not there, so that its id leads nowhere.
func (w *drawnWorld) mergePerson(ctx context.Context, tx *op.Tx) error {
	p := people.Person{ID: tx.NewID(), Name: "merged", Center: w.s.HD, Created: tx.Now}
	w.names[p.ID] = p.Name
	w.records = append(w.records, thing{kind: "person", id: p.ID, person: p.ID, merged: true})
	_, err := tx.Exec(ctx, `INSERT INTO persons (id, name, name_latin, pinyin, gender, birth, district, lang, external_key, center, created_at, name_terms, phone_digits, version, merged_into)
		VALUES (?, ?, '', '', '', 0, '', '', '', ?, ?, '', '', 0, ?)`, p.ID, p.Name, p.Center, p.Created, tx.NewID())
	return err
}

// record enters a record of a drawn kind, center and owner.
func (w *drawnWorld) record(ctx context.Context, tx *op.Tx) error {
	kinds := []string{"enquiry", "enquiry", "enquiry", "appointment", "visit", "quote", "contract", "contract", "payment", "payment", "touch", "touch", "touch", "task", "task", "notice", "approval", "campaign", "assignment", "ladder-step"}
	r := thing{kind: one(w, kinds, 0), center: one(w, w.centers, 0), owner: one(w, w.staff, 5)}
	if r.kind == "enquiry" && w.IntN(8) == 0 || (r.kind == "ladder-step" || r.kind == "assignment") && w.IntN(3) == 0 {
		r.center, r.owner = id.None, id.None // the company's
	}
	persons := slices.DeleteFunc(slices.Clone(w.records), func(t thing) bool { return t.kind != "person" })
	r.person = one(w, persons, 0).id
	if matters := slices.DeleteFunc(slices.Clone(w.matters), func(m matter) bool { return m.person != r.person || m.kind != "enquiry" }); r.kind == "touch" && len(matters) > 0 {
		r.enquiry = one(w, matters, 3).ref
	}
	return w.insert(ctx, tx, r, one(w, persons, 0).id)
}

// insert enters a record; payer is who pays a contract.
func (w *drawnWorld) insert(ctx context.Context, tx *op.Tx, r thing, payer id.ID) error {
	r.id = tx.NewID()
	shows := func(resource string, person, owner id.ID) {
		w.matters = append(w.matters, matter{resource, person, r.id, r.center, owner})
	}
	no := fmt.Sprint("N", len(w.records))
	var rec op.Record
	switch r.kind {
	case "enquiry":
		shows(r.kind, r.person, r.owner)
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
		shows(r.kind, r.person, id.None)
		rec = sales.Visit{ID: r.id, Enquiry: tx.NewID(), Person: r.person, Center: r.center, Consultant: r.owner, Arrived: tx.Now, Day: w.day, Needs: map[string]string{}}
	case "quote":
		rec = sales.Quote{ID: r.id, No: no, Enquiry: tx.NewID(), Person: r.person, Center: r.center, Consultant: r.owner, State: "open", Made: tx.Now, ValidUntil: w.day}
	case "contract":
		shows(r.kind, r.person, r.owner)
		if payer != r.person {
			w.matters = append(w.matters, matter{"payer", payer, r.id, r.center, r.owner})
		}
		rec = contracts.Contract{ID: r.id, No: no, Kind: "new", State: contracts.Drafted, Student: r.person, Payer: payer, Center: r.center, Consultant: r.owner, Enquiry: tx.NewID(), Course: w.s.Course, DraftedAt: tx.Now}
	case "payment":
		of := one(w, w.staff, 0)
		shows(r.kind, r.person, of)
		line := finance.JournalLine{ID: tx.NewID(), Event: r.id, Cause: r.id, Day: w.day, Center: r.center, Account: "cash", Person: r.person, Amount: 100, At: tx.Now}
		if err := tx.Insert(ctx, line); err != nil {
			return err
		}
		rec = finance.Payment{ID: r.id, No: no, Person: r.person, Center: r.center, Method: "cash", Amount: 100, Consultant: of, Cashier: r.owner, At: tx.Now, Day: w.day}
	case "touch":
		rec = people.Touch{ID: r.id, Person: r.person, Enquiry: r.enquiry, Center: r.center, Staff: r.owner, Channel: "call", Direction: "out", Result: "discuss", At: tx.Now}
	case "task":
		shows(r.kind, r.person, r.owner)
		rec = process.Task{ID: r.id, Staff: r.owner, Center: r.center, TaskKind: "call", SubjectKind: "person", Subject: r.person, Person: r.person, Due: tx.Now, Priority: 2, Created: tx.Now}
	case "notice":
		if r.center = id.None; r.owner.IsNone() {
			r.owner = w.staff[0]
		}
		rec = process.Notice{ID: r.id, Staff: r.owner, Kind: "test", Params: map[string]string{}, Created: tx.Now, Times: 1}
	case "approval":
		if r.owner.IsNone() {
			r.owner = w.staff[0]
		}
		rec = process.Approval{ID: r.id, Matter: "discount", SubjectKind: "quote", Subject: tx.NewID(), Person: r.person, Center: r.center, Staff: r.owner, Params: map[string]string{}, State: process.Waiting, Due: tx.Now, Created: tx.Now}
	case "campaign":
		r.owner, r.person = id.None, id.None
		rec = marketing.Campaign{ID: r.id, No: r.id.String(), Name: r.id.String(), Format: tx.NewID(), Center: r.center, Channels: []id.ID{w.s.Web}, Owner: w.staff[0], From: w.day, Until: w.day, State: marketing.Approved, Created: tx.Now}
	case "ladder-step":
		r.owner, r.person = id.None, id.None
		rec = sales.LadderStep{ID: r.id, Center: r.center, After: 99, Unit: "days", Action: "tell-owner", Active: true}
	case "assignment":
		r.owner, r.person = id.None, id.None
		rec = sales.AssignmentRule{ID: r.id, No: 1, Center: r.center, Strategy: "turn", Staff: []id.ID{}, Active: true}
	}
	w.records = append(w.records, r)
	return tx.Insert(ctx, rec)
}
