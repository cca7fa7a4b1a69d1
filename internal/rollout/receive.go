package rollout

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/kernel/problem"
	"zhike/internal/organization"
)

// keptFiles is how long the files of an import are kept after its last change; what was brought in stays.
const keptFiles = 30 * 24 * time.Hour

// ReceiveInput says what a file is that is handed in.
type ReceiveInput struct {
	Kind     string `json:"kind" enum:"leads,people,organizations,centers,staff,courses,packages"`
	CenterID id.ID  `json:"center_id,omitempty" doc:"of rows that name none; none: the company's pool"`
	Name     string `json:"name,omitempty" maxLength:"200" doc:"of the file"`
	Map      string `json:"map,omitempty" maxLength:"1000000" doc:"TOML: [columns] \"Header\" = \"field\"; [values.field] \"word\" = \"value\"; guessed where nothing is said"`
	DryRun   *bool  `json:"dry_run,omitempty" doc:"false: the rows are brought in at once; else a job says what would happen, and start brings them in"`
}

// Receive keeps a file, guesses what its columns are where the map does not say it, and lets a job say what would happen, or bring the
// rows in. Refused: an unknown kind, another's center, a map that does not fit, and what kernel/sheet refuses.
func (f *Files) Receive(ctx context.Context, r *op.Runner, in ReceiveInput, file io.Reader) (ImportRun, error) {
	i, err := f.receive(ctx, r, in, file)
	if err != nil || in.DryRun == nil || *in.DryRun {
		return i, err
	}
	started, err := Start.Run(ctx, r, StartInput{ImportID: i.ID})
	i.State, i.Attempt = started.State, started.Attempt
	return i, err
}

// receive is Receive without the start.
func (f *Files) receive(ctx context.Context, r *op.Runner, in ReceiveInput, file io.Reader) (i ImportRun, err error) {
	v, err := mayImport(ctx, in.Kind)
	if err != nil {
		return i, err
	}
	if !in.CenterID.IsNone() && !slices.ContainsFunc(r.Org.(*organization.Directory).Centers(v), func(c organization.Center) bool { return c.ID == in.CenterID }) {
		return i, problem.NotFound("center")
	}
	if err := f.forget(ctx, r); err != nil {
		return i, err
	}
	name, digest, err := f.keep(file)
	if err != nil {
		return i, err
	}
	m, err := f.mapped(in, name)
	if err == nil {
		i, err = enter(ctx, r, in.Map != "", ImportRun{
			Kind: in.Kind, State: Checked, Account: v.Account, Staff: v.Staff, Home: v.Center, Center: in.CenterID, Lang: v.Lang, Name: shownName(in.Name), File: name, Digest: digest,
			Mapping: m,
		})
	}
	if err != nil || i.File != name {
		return i, errors.Join(err, f.remove(name))
	}
	return i, nil
}

// mapped guesses what the columns are, and follows the map where it says otherwise.
func (f *Files) mapped(in ReceiveInput, name string) (Mapping, error) {
	m, err := f.guess(in.Kind, name)
	if err != nil || in.Map == "" {
		return m, err
	}
	return m.Edit([]byte(in.Map))
}

// enter notes the import of a file and lets a job say what would happen. A file that is handed in twice is one import (TRU-2), unless it
// comes with another map.
func enter(ctx context.Context, r *op.Runner, mapped bool, file ImportRun) (i ImportRun, err error) {
	err = r.Write(ctx, func(ctx context.Context, tx *op.Tx) (err error) {
		var same []ImportRun
		err = tx.Select(&same).Where("digest = ? AND account = ? AND kind = ? AND file <> '' AND done = 0 AND state IN ('checking', 'checked')", file.Digest, file.Account, file.Kind).
			Limit(10).Scan(ctx)
		if err != nil {
			return fmt.Errorf("look for the same file: %w", err)
		}
		if n := slices.IndexFunc(same, func(s ImportRun) bool { return s.Center == file.Center && (!mapped || s.Mapping.equal(file.Mapping)) }); n >= 0 {
			i = same[n]
			return nil
		}
		i = file
		i.ID, i.Created, i.Updated = tx.NewID(), tx.Now, tx.Now
		if err := tx.Insert(ctx, i); err != nil {
			return err
		}
		if i.Mapping.check(byPlace) != nil {
			return nil // a person must say first what the columns are
		}
		i, err = turn(ctx, tx, i, Checking)
		return err
	})
	return i, err
}

// equal compares two mappings as they are kept.
func (m Mapping) equal(o Mapping) bool {
	a, errA := json.Marshal(m)
	b, errB := json.Marshal(o)
	return errA == nil && errB == nil && bytes.Equal(a, b)
}

// mayImport gives who asks, if they may import a kind: with the right to import, and the right to enter such records. Who sees no
// customers brings in none (ORG-3).
func mayImport(ctx context.Context, kind string) (*policy.Viewer, error) {
	v, ok := op.ViewerOf(ctx)
	if !ok {
		return nil, problem.Unauthorized("unauthorized")
	}
	if !slices.Contains(Kinds, kind) {
		return nil, problem.Refuse("ROL-1", "invalid", problem.Field{Location: "kind", Code: "not-one-of", Value: kind, Args: map[string]any{"list": strings.Join(Kinds, ", ")}})
	}
	for _, right := range rightsOf(kind) {
		if !v.May(right) {
			return nil, problem.Forbidden(right)
		}
	}
	return v, nil
}

func rightsOf(kind string) []string {
	switch kind {
	case "centers":
		return []string{"import:create", "center:create"}
	case "staff":
		return []string{"import:create", "staff:create"}
	case "packages":
		return []string{"import:create", "package:create"}
	case "campaign-costs":
		return []string{"import:create", "campaign-cost:create"}
	case "budgets":
		return []string{"import:create", "budget:update"}
	}
	return []string{"import:create", peopleRight}
}

// peopleRight is what lists of people need beside the right to import.
const peopleRight = "enquiry:import"

// KindsOf lists the kinds that a viewer may import.
func KindsOf(v *policy.Viewer) (out []string) {
	for _, kind := range Kinds {
		if !slices.ContainsFunc(rightsOf(kind), func(right string) bool { return !v.May(right) }) {
			out = append(out, kind)
		}
	}
	return out
}

// shownName is the name of a file without its folders and without what cannot be printed.
func shownName(name string) string {
	return clipTo(plainText(filepath.Base(strings.ReplaceAll("/"+name, "\\", "/"))), longestKey)
}

func (f *Files) guess(kind, name string) (Mapping, error) {
	in, file, err := f.open(name)
	if err != nil {
		return Mapping{}, err
	}
	defer file.Close()
	defer in.Close()
	rows, err := sample(in, sampledRows)
	if err != nil {
		return Mapping{}, err
	}
	return Guess(kind, in.Header(), rows)
}

// forget removes the files of imports that nobody touched for a month.
func (f *Files) forget(ctx context.Context, r *op.Runner) error {
	var old []ImportRun
	err := r.Write(op.WithViewer(ctx, policy.System()), func(ctx context.Context, tx *op.Tx) error {
		sel := tx.Select(&old).Where("file <> '' AND updated_at < ?", tx.Now.Add(-keptFiles)).Limit(100)
		if err := sel.Scan(ctx); err != nil {
			return fmt.Errorf("look for old files: %w", err)
		}
		for _, i := range old {
			i.File, i.Counts.First, i.Trial = "", nil, Result{}
			if i.State != Done {
				i.State = Stopped
			}
			if err := tx.Save(ctx, &i, "file", "counts", "trial", "state"); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, i := range old {
		err = errors.Join(err, f.remove(i.File))
	}
	return err
}

// ChangeMapping says what the columns of a file are, as long as none of its rows was brought in; a job says again what would happen.
// Refused: import-begun, and what a mapping refuses.
func ChangeMapping(ctx context.Context, r *op.Runner, key id.ID, columns []Column) (i ImportRun, err error) {
	return i, change(ctx, r, key, func(ctx context.Context, tx *op.Tx, was ImportRun) (err error) {
		if was.Begun() || was.File == "" {
			return problem.Refuse("ROL-1", "import-begun", problem.Field{Location: "import_id", Value: was.ID})
		}
		if was.Mapping, err = was.Mapping.Set(columns); err != nil {
			return err
		}
		if err := tx.Save(ctx, &was, "mapping"); err != nil {
			return err
		}
		i, err = turn(ctx, tx, was, Checking)
		return err
	})
}

// Stop ends the work of a job after the rows that it has committed; the run can go on later.
func Stop(ctx context.Context, r *op.Runner, key id.ID) (i ImportRun, err error) {
	return i, change(ctx, r, key, func(ctx context.Context, tx *op.Tx, was ImportRun) (err error) {
		if i = was; !was.Busy() {
			return nil
		}
		state := Stopped
		if was.State == Checking {
			state = Checked
		}
		i, err = turn(ctx, tx, was, state)
		return err
	})
}

func change(ctx context.Context, r *op.Runner, key id.ID, do func(ctx context.Context, tx *op.Tx, i ImportRun) error) error {
	if v, ok := op.ViewerOf(ctx); !ok || !v.May("import:create") {
		return problem.Forbidden("import:create")
	}
	return r.Write(ctx, func(ctx context.Context, tx *op.Tx) error {
		i, err := loadImport(ctx, tx, key)
		if err != nil {
			return err
		}
		return do(ctx, tx, i)
	})
}

// Sample gives the cells of the first rows of a file, for who handed it in.
func (f *Files) Sample(i ImportRun, n int) ([][]string, error) {
	in, file, err := f.open(i.File)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	defer in.Close()
	return sample(in, n)
}
