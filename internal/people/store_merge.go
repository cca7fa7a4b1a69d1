package people

import (
	"context"
	"fmt"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/kernel/repoint"
)

// OfPersons lists the columns of this domain by which rows belong to a person, for a merge (PPL-5).
func OfPersons() []repoint.Column {
	return []repoint.Column{
		{Table: "persons", Column: "merged_into"}, // who was merged into the merged one
		{Table: "consents", Column: "person"},
		{Table: "organization_contacts", Column: "person"},
		{Table: "consents", Column: "guardian"},
		{Table: "data_requests", Column: "person"},
		{Table: "data_requests", Column: "guardian"},
		{Table: "organization_contacts", Column: "organization"},
		{Table: "organizations", Column: "parent"},
		{Table: "touches", Column: "person", With: repoint.Along("enquiry", "enquiries", "person")},
	}
}

// households are those who live with somebody; who was merged keeps what its record says.
var households = repoint.Column{Table: "persons", Column: "household", With: "merged_into IS NULL", Only: true}

// guard is a guardian link.
type guard struct {
	Person   id.ID  `json:"person" db:"person"`
	Guardian id.ID  `json:"guardian" db:"guardian"`
	Relation string `json:"relation" db:"relation"`
	Made     bool   `json:"made" db:"-"` // that of the person that stands was made by the merge
}

// families are the guardian links of the merged person as they were.
type families []guard

// moveFamilies leads the guardian links of one person to another.
func moveFamilies(ctx context.Context, tx *op.Tx, from, to id.ID) (families, error) {
	list, err := op.AllOf[guard](ctx, tx.Unscoped("moved, shown to nobody"), "SELECT person, guardian, relation FROM guardians WHERE person = ? OR guardian = ? ORDER BY person, guardian", from, from)
	if err != nil {
		return nil, fmt.Errorf("read guardians of merged person: %w", err)
	}
	for i, g := range list {
		if _, err := tx.Exec(ctx, "DELETE FROM guardians WHERE person = ? AND guardian = ?", g.Person, g.Guardian); err != nil {
			return nil, fmt.Errorf("move guardian: %w", err)
		}
		h := g.instead(from, to)
		n, err := tx.Exec(ctx, "INSERT INTO guardians (person, guardian, relation) VALUES (?, ?, ?) ON CONFLICT (person, guardian) DO NOTHING", h.Person, h.Guardian, h.Relation)
		if err != nil {
			return nil, fmt.Errorf("move guardian: %w", err)
		}
		list[i].Made = n > 0
	}
	return list, nil
}

// instead is the link with another person in the place of one.
func (g guard) instead(from, to id.ID) guard {
	if g.Person == from {
		g.Person = to
	}
	if g.Guardian == from {
		g.Guardian = to
	}
	return g
}

// back gives the merged person its guardian links again; one that was taken away since is not there any more.
func (list families) back(ctx context.Context, tx *op.Tx, from, to id.ID) error {
	for _, g := range list {
		if g.Made {
			h := g.instead(to, from)
			n, err := tx.Exec(ctx, "DELETE FROM guardians WHERE person = ? AND guardian = ?", h.Person, h.Guardian)
			if err != nil {
				return fmt.Errorf("move guardian back: %w", err)
			}
			if n == 0 {
				continue
			}
		}
		_, err := tx.Exec(ctx, "INSERT INTO guardians (person, guardian, relation) VALUES (?, ?, ?) ON CONFLICT (person, guardian) DO NOTHING", g.Person, g.Guardian, g.Relation)
		if err != nil {
			return fmt.Errorf("move guardian back: %w", err)
		}
	}
	return nil
}

// moveOwn leads the links and the household of the merged person to the one that stands.
func (m *merging) moveOwn(ctx context.Context, tx *op.Tx, gone Person) error {
	_, err := tx.Exec(ctx, "INSERT INTO moved_rows (under, tab, col, ref) SELECT ?, 'person_links', kind, ref FROM person_links WHERE person = ?", m.ID, m.Gone)
	if err != nil {
		return fmt.Errorf("note links of merged person: %w", err)
	}
	if _, err := tx.Exec(ctx, "UPDATE person_links SET person = ? WHERE person = ?", m.Kept, m.Gone); err != nil {
		return fmt.Errorf("move links of merged person: %w", err)
	}
	if gone.Household.IsNone() || m.Household == gone.Household {
		return nil
	}
	return repoint.Move(ctx, tx, m.ID, gone.Household, m.Household, households) //nolint:wrapcheck // it says what it was about
}

// ownBack leads guardians and household of the merged person back; its links follow when the matters are back.
func (m *merging) ownBack(ctx context.Context, tx *op.Tx, gone Person) error {
	if err := m.Families.back(ctx, tx, m.Kept, m.Gone); err != nil {
		return err
	}
	if err := repoint.Back(ctx, tx, m.ID, m.Kept, m.Gone, OfPersons()[0]); err != nil {
		return err //nolint:wrapcheck // it says what it was about
	}
	if gone.Household.IsNone() || m.Household == gone.Household {
		return nil
	}
	back := households
	back.With = ""                                                        // nobody joins a household by a merge but those who were in it
	return repoint.Back(ctx, tx, m.ID, m.Household, gone.Household, back) //nolint:wrapcheck // it says what it was about
}

// loadMerge loads a merge that can be undone, of a person that was seen.
func loadMerge(ctx context.Context, tx *op.Tx, in UnmergeInput) (m merging, err error) {
	u := tx.Unscoped("a merge of a person that was seen")
	if err := u.Select(&m).Where("id = ? AND kept = ?", in.MergeID, in.PersonID).Scan(ctx); err != nil {
		return m, problem.Found(err, "merge") //nolint:wrapcheck // it is a refusal, or says what was looked for
	}
	later, err := op.OneOf[int64](ctx, u, "SELECT COUNT(*) FROM merges WHERE kept = ? AND id > ? AND undone_at IS NULL", m.Kept, m.ID)
	if err != nil {
		return m, fmt.Errorf("look for later merges: %w", err)
	}
	var code string
	switch {
	case !m.Undone.IsZero():
		code = "unmerged"
	case tx.Now.Sub(m.At) > MergeTime:
		code = "unmerge-late"
	case later > 0:
		code = "merged-since"
	default:
		return m, nil
	}
	return m, problem.Refuse("PPL-5", code, problem.Field{Location: "merge_id", Value: m.ID})
}

// oldValues gives what the fields of the person were that the merge changed.
func (m *merging) oldValues(ctx context.Context, tx *op.Tx) (map[string]string, error) {
	list, err := openBefore(ctx, tx, []id.ID{m.Kept}, []id.ID{m.Event})
	if err != nil {
		return nil, err
	}
	old := map[string]string{}
	for _, o := range list {
		if o.Gone {
			return nil, op.UndoChanged()
		}
		old[o.Field] = o.Text
	}
	return old, nil
}

// loadMerged reads the record of somebody who was merged, as it stayed.
func loadMerged(ctx context.Context, tx *op.Tx, key id.ID) (p Person, in RegisterInput, err error) {
	if err := tx.Unscoped("of a merge of a person that was seen").Select(&p).Where("id = ?", key).Scan(ctx); err != nil {
		return p, in, fmt.Errorf("load merged person: %w", err)
	}
	in, err = knownOf(ctx, tx, p)
	return p, in, err
}

// alsoCalled gives the names that a person is found by besides its own: of those who were merged into it, and what they and it were called
// before.
func alsoCalled(ctx context.Context, tx *op.Tx, person id.ID) ([]called, error) {
	list, err := op.AllOf[called](ctx, tx.Unscoped("what a person is found by"), `SELECT p.name, p.name_latin FROM persons p WHERE p.merged_into = ?
		UNION SELECT m.kept_name AS name, m.kept_latin AS name_latin FROM merges m WHERE m.undone_at IS NULL AND (m.kept = ? OR m.kept IN (SELECT g.id FROM persons g WHERE g.merged_into = ?))
		ORDER BY name, name_latin`, person, person, person)
	if err != nil {
		return nil, fmt.Errorf("read names of merged persons: %w", err)
	}
	return list, nil
}

// mergedInto gives those who were merged into a person.
func mergedInto(ctx context.Context, tx *op.Tx, person id.ID) ([]id.ID, error) {
	list, err := op.AllOf[id.ID](ctx, tx.Unscoped("the person was loaded in scope"), "SELECT id FROM persons WHERE merged_into = ? ORDER BY id", person)
	if err != nil {
		return nil, fmt.Errorf("read merged persons: %w", err)
	}
	return list, nil
}
