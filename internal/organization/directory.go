package organization

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/kernel/worktime"
)

// DefaultZone is the time zone of a company that names none.
const DefaultZone = "Asia/Shanghai"

// Directory keeps the organization in memory: it is small and every request needs it. A counter in the database tells every
// node when it has to be read again, so a change of rights holds from the next request on.
type Directory struct {
	now   func() time.Time
	mu    sync.Mutex
	data  atomic.Pointer[snapshot]
	known known
	lists []List
	named Naming
}

// Naming reads what the company calls the entries of its lists: by the key of their texts, in each language.
type Naming func(ctx context.Context, tx *op.Tx) (map[string]map[i18n.Lang]string, error)

type snapshot struct {
	version     int64
	centers     map[id.ID]Center
	order       []id.ID      // centers by code
	regions     []Region     // by code
	delegations []Delegation // that were not ended
	zones       map[id.ID]*time.Location
	staff       map[id.ID]Staff
	positions   map[id.ID][]Position // by staff
	byID        map[id.ID]Position
	roles       map[string]Role
	rights      map[string][]Right
	fields      map[string][]FieldRule
	settings    map[id.ID]map[string]string
	days        map[id.ID][]SpecialDay // by center, the company's under none
	calendars   map[id.ID]worktime.Calendar
	names       map[string]map[i18n.Lang]string // own names, by the key of the text
}

// NewDirectory makes an empty directory; Refresh fills it.
func NewDirectory(now func() time.Time) *Directory {
	d := &Directory{now: now}
	d.data.Store(&snapshot{})
	return d
}

// Names says who reads the company's own names, once, before anything is served.
func (d *Directory) Names(named Naming) { d.named = named }

// Name is what the company itself calls what has a key (i18n.Own).
func (d *Directory) Name(lang i18n.Lang, key string) (string, bool) {
	name, ok := d.data.Load().names[key][lang]
	return name, ok
}

// Renamed tells every node that own names have changed.
func Renamed(ctx context.Context, tx *op.Tx) error { return changed(ctx, tx) }

// Of gives the directory of a transaction's program.
func Of(tx *op.Tx) *Directory { return tx.Org().(*Directory) }

// Version tells which state of the organization is in memory.
func (d *Directory) Version() int64 { return d.data.Load().version }

// Refresh reads the organization again unless version is the one in memory.
func (d *Directory) Refresh(ctx context.Context, r *op.Runner, version int64) error {
	if version != 0 && version == d.Version() {
		return nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if version != 0 && version == d.Version() {
		return nil
	}
	var s *snapshot
	err := r.Read(op.WithViewer(ctx, policy.System()), func(ctx context.Context, tx *op.Tx) (err error) {
		if s, err = readSnapshot(ctx, tx); err == nil && d.named != nil {
			s.names, err = d.named(ctx, tx)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("read organization: %w", err)
	}
	d.data.Store(s)
	d.known.clear()
	return nil
}

func readSnapshot(ctx context.Context, tx *op.Tx) (*snapshot, error) {
	u := tx.Unscoped("the directory decides the scope")
	s := &snapshot{
		centers: map[id.ID]Center{}, zones: map[id.ID]*time.Location{}, staff: map[id.ID]Staff{}, positions: map[id.ID][]Position{},
		byID: map[id.ID]Position{}, roles: map[string]Role{}, rights: map[string][]Right{}, fields: map[string][]FieldRule{},
		settings: map[id.ID]map[string]string{}, days: map[id.ID][]SpecialDay{}, calendars: map[id.ID]worktime.Calendar{},
	}
	var err error
	if s.version, err = op.OneOf[int64](ctx, u, "SELECT n FROM versions WHERE id = 'organization'"); err != nil {
		return nil, err
	}
	var centers []Center
	var staff []Staff
	var positions []Position
	var roles []Role
	var days []SpecialDay
	for _, sel := range []*op.Selection{
		u.Select(&days).Where("active = TRUE").Order("from_day"), u.Select(&centers).Order("code"), u.Select(&staff), u.Select(&positions).Order("from_day, id"), u.Select(&roles),
		u.Select(&s.regions).Order("code"), u.Select(&s.delegations).Where("active = TRUE").Order("from_day, id"),
	} {
		if err := sel.Scan(ctx); err != nil {
			return nil, err
		}
	}
	rights, err := op.AllOf[Right](ctx, u, "SELECT role, resource, action, scope FROM role_rights")
	if err != nil {
		return nil, err
	}
	fields, err := op.AllOf[FieldRule](ctx, u, "SELECT role, field, rule, reveals_per_day FROM role_fields")
	if err != nil {
		return nil, err
	}
	settings, err := op.AllOf[setting](ctx, u, "SELECT center, key, value FROM settings")
	if err != nil {
		return nil, err
	}
	s.fill(centers, staff, positions, roles)
	for _, r := range rights {
		s.rights[r.Role] = append(s.rights[r.Role], r)
	}
	for _, f := range fields {
		s.fields[f.Role] = append(s.fields[f.Role], f)
	}
	for _, v := range settings {
		if s.settings[v.Center] == nil {
			s.settings[v.Center] = map[string]string{}
		}
		s.settings[v.Center][v.Key] = v.Value
	}
	for _, d := range days {
		s.days[d.Center] = append(s.days[d.Center], d)
	}
	for _, c := range centers {
		if z := s.zones[c.ID]; z != nil {
			s.calendars[c.ID] = calendarOf(z, c.Hours, s.days[id.None], s.days[c.ID], s.setting(c.ID, HolidaysWork, "1") == "1")
		}
	}
	return s, nil
}

func (s *snapshot) fill(centers []Center, staff []Staff, positions []Position, roles []Role) {
	for _, c := range centers {
		s.centers[c.ID] = c
		s.order = append(s.order, c.ID)
		if z, err := time.LoadLocation(c.Zone); err == nil {
			s.zones[c.ID] = z
		}
	}
	for _, m := range staff {
		s.staff[m.ID] = m
	}
	for _, p := range positions {
		s.positions[p.Staff] = append(s.positions[p.Staff], p)
		s.byID[p.ID] = p
	}
	for _, r := range roles {
		s.roles[r.Code] = r
	}
}

type setting struct {
	Center id.ID  `db:"center"`
	Key    string `db:"key"`
	Value  string `db:"value"`
}

// Zone is the time zone of a center; the default for none.
func (d *Directory) Zone(center id.ID) *time.Location {
	if z := d.data.Load().zones[center]; z != nil {
		return z
	}
	return defaultZone()
}

var defaultZone = sync.OnceValue(func() *time.Location {
	z, err := time.LoadLocation(DefaultZone)
	if err != nil {
		return time.FixedZone(DefaultZone, 8*3600)
	}
	return z
})

// Calendar is the working time of a center (ORG-1): its opening hours, and those of special days in their stead. It is shared: nobody
// changes it.
func (d *Directory) Calendar(center id.ID) worktime.Calendar {
	if c, ok := d.data.Load().calendars[center]; ok {
		return c
	}
	return worktime.Calendar{Zone: defaultZone()}
}

// SpecialDay gives what a day is at a center: its own special day, else the company's; of the company for none.
func (d *Directory) SpecialDay(center id.ID, day bizdate.Date) (SpecialDay, bool) {
	all := d.data.Load().days
	for _, of := range []id.ID{center, id.None} {
		for _, s := range all[of] {
			if s.From <= day && day <= s.Until {
				return s, true
			}
		}
	}
	return SpecialDay{}, false
}

// Center gives a center.
func (d *Directory) Center(v id.ID) (Center, bool) { c, ok := d.data.Load().centers[v]; return c, ok }

// CenterByCode gives the center of a code, or of a name in either language.
func (d *Directory) CenterByCode(code string) (Center, bool) {
	for _, c := range d.data.Load().centers {
		if c.Code == code || c.NameZH == code || c.NameEN == code {
			return c, true
		}
	}
	return Center{}, false
}

// Centers lists the centers that a viewer's positions reach, by code.
func (d *Directory) Centers(v *policy.Viewer) []Center {
	s := d.data.Load()
	scope := v.Scope("center:read")
	var out []Center
	for _, c := range s.order {
		if scope.All || slices.Contains(scope.Centers, c) || slices.Contains(v.Centers, c) {
			out = append(out, s.centers[c])
		}
	}
	return out
}

// StaffName gives the name of a staff member; empty if there is none.
func (d *Directory) StaffName(v id.ID) string { return d.data.Load().staff[v].Name }

// Staff gives a staff member.
func (d *Directory) Staff(v id.ID) (Staff, bool) { m, ok := d.data.Load().staff[v]; return m, ok }

// Members lists the staff members who are here, by name.
func (d *Directory) Members() (list []Staff) {
	for _, m := range d.data.Load().staff {
		if m.Active {
			list = append(list, m)
		}
	}
	slices.SortFunc(list, func(a, b Staff) int { return cmp.Or(cmpString(a.Name, b.Name), cmpString(a.Code, b.Code)) })
	return list
}

// StaffByName gives the staff member of a code, or of a name that only one has.
func (d *Directory) StaffByName(name string) (Staff, bool) {
	var found []Staff
	for _, m := range d.data.Load().staff {
		if m.Code == name {
			return m, true
		}
		if m.Name == name {
			found = append(found, m)
		}
	}
	if len(found) == 1 {
		return found[0], true
	}
	return Staff{}, false
}

// StaffByContact gives the active staff member of a code or e-mail address.
func (d *Directory) StaffByContact(text string) (Staff, bool) {
	for _, m := range d.data.Load().staff {
		if m.Active && (m.Code == text || m.Email != "" && strings.EqualFold(m.Email, text)) {
			return m, true
		}
	}
	return Staff{}, false
}

// Role gives a role.
func (d *Directory) Role(code string) (Role, bool) { r, ok := d.data.Load().roles[code]; return r, ok }

// RoleName is what a role is called in the language of ctx: as the company calls it, else its shipped name.
func (d *Directory) RoleName(ctx context.Context, code string) string {
	r := d.data.Load().roles[code]
	switch key := "role." + code; {
	case i18n.LangOf(ctx) == "en" && r.NameEN != "":
		return r.NameEN
	case r.NameZH != "":
		return r.NameZH
	case i18n.Has(ctx, key):
		return i18n.T(ctx, key)
	}
	return code
}

// Roles lists the roles by code.
func (d *Directory) Roles() []Role {
	var out []Role
	for _, r := range d.data.Load().roles {
		out = append(out, r)
	}
	slices.SortFunc(out, func(a, b Role) int { return cmpString(a.Code, b.Code) })
	return out
}

// Holders lists the staff members who hold a role at a center today, else those who hold it for its region, by code; those of the whole
// company for none.
func (d *Directory) Holders(role string, center id.ID) []Staff {
	region := d.data.Load().centers[center].Region
	if at := d.holders(role, center, id.None); len(at) > 0 || region.IsNone() {
		return at
	}
	return d.holders(role, id.None, region)
}

func (d *Directory) holders(role string, center, region id.ID) []Staff {
	s := d.data.Load()
	today := bizdate.Of(d.now(), d.Zone(center))
	var out []Staff
	for staff, ps := range s.positions {
		held := func(p Position) bool {
			return p.Role == role && p.Center == center && p.Region == region && p.ValidOn(today)
		}
		if m := s.staff[staff]; m.Active && slices.ContainsFunc(ps, held) {
			out = append(out, m)
		}
	}
	slices.SortFunc(out, func(a, b Staff) int { return cmpString(a.Code, b.Code) })
	return out
}

// Positions lists a staff member's positions, oldest first.
func (d *Directory) Positions(staff id.ID) []Position { return d.data.Load().positions[staff] }

// Setting gives a center's setting, else the company's, else the given default.
func (d *Directory) Setting(center id.ID, key, or string) string {
	return d.data.Load().setting(center, key, or)
}

func (s *snapshot) setting(center id.ID, key, or string) string {
	if v, ok := s.settings[center][key]; ok {
		return v
	}
	if v, ok := s.settings[id.None][key]; ok {
		return v
	}
	return or
}

func cmpString(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
