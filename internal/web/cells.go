package web

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
)

// Cells are the columns of a list whose fields are edited in place (UI-L4): of records R, by one operation with the input In, and for
// those who hold its right. A field that a step of a process guards is none of them.
type Cells[R, In, Out any] struct {
	Path  string // of the pages of a record: /packages
	Kind  string // of the record, for the answer that there is none
	Op    op.Op[In, Out]
	Load  func(ctx context.Context, tx *op.Tx, key id.ID) (R, error) // in scope
	Key   func(R) (key id.ID, version int64)
	Name  func(ctx context.Context, rec R) string     // by which people know the record
	Input func(key id.ID, version int64) In           // of a change that starts from a version (ORG-10)
	Form  func(ctx context.Context, key id.ID) string // page that changes the record without script; nil: <Path>/<id>/edit
	Open  func(ctx context.Context, rec R) bool       // whether the viewer can change this record; nil: who holds the right
	Of    []CellField[R]
}

// CellField is a field that is edited in place.
type CellField[R any] struct {
	Name    string // JSON name in the operation's input
	Label   func(ctx context.Context) string
	Input   Input                                            // its kind and limits, for a line
	Options func(ctx context.Context, rec R) []Option        // for a choice
	Value   func(rec R) string                               // as a form writes it
	Shown   func(ctx context.Context, rec R) templ.Component // as the list shows it
	Beside  bool                                             // what is shown leads to the record; beside it is what edits
}

// Get answers at <Path>/{id}/cells/{field} with the cell's field.
func (c Cells[R, In, Out]) Get(run *op.Runner) Func {
	return func(w http.ResponseWriter, r *http.Request) error { return c.get(w, r, run) }
}

// Post saves the field there.
func (c Cells[R, In, Out]) Post(run *op.Runner) Func {
	return func(w http.ResponseWriter, r *http.Request) error { return c.post(w, r, run) }
}

// Cell draws a field of a record in a list: to be edited, where the viewer may.
func (c Cells[R, In, Out]) Cell(ctx context.Context, rec R, name string) templ.Component {
	for _, f := range c.Of {
		if f.Name == name {
			if !c.may(ctx, rec) {
				return f.Shown(ctx, rec)
			}
			return c.cell(ctx, rec, f)
		}
	}
	panic("no cell " + name) // a name of the program's own
}

func (c Cells[R, In, Out]) may(ctx context.Context, rec R) bool {
	v, ok := op.ViewerOf(ctx)
	return ok && v.May(c.Op.Needs) && (c.Open == nil || c.Open(ctx, rec))
}

func (c Cells[R, In, Out]) cell(ctx context.Context, rec R, f CellField[R]) EditCell {
	key, _ := c.Key(rec)
	return EditCell{
		ID: "cell-" + key.String() + "-" + strings.ReplaceAll(f.Name, "_", "-"), Path: c.Path + "/" + key.String() + "/cells/" + f.Name, Form: c.form(ctx, key),
		Label: f.Label(ctx), Name: c.Name(ctx, rec), Shown: f.Shown(ctx, rec), Beside: f.Beside,
	}
}

func (c Cells[R, In, Out]) form(ctx context.Context, key id.ID) string {
	if c.Form == nil {
		return c.Path + "/" + key.String() + "/edit"
	}
	return c.Form(ctx, key)
}

// edited is the cell with its field, for a change that starts from the record as it is now.
func (c Cells[R, In, Out]) edited(ctx context.Context, rec R, f CellField[R]) EditCell {
	cell := c.cell(ctx, rec, f)
	_, version := c.Key(rec)
	e := CellEditor{Base: strconv.FormatInt(version, 10), Was: f.Value(rec), Value: f.Value(rec), Input: f.Input}
	if f.Options != nil {
		e.Options = f.Options(ctx, rec)
	}
	e.Input.Field = Field{Name: f.Name, Label: cell.Label, Plain: true, Form: cell.ID}
	cell.Editor = &e
	return cell
}

// find loads the record of a request and names its field, for who may change it.
func (c Cells[R, In, Out]) find(r *http.Request, run *op.Runner) (rec R, f CellField[R], err error) {
	key, err := PathID(r, "id", c.Kind)
	if err != nil {
		return rec, f, err
	}
	if rec, err = c.load(r.Context(), run, key); err != nil {
		return rec, f, err
	}
	if !c.may(r.Context(), rec) {
		return rec, f, problem.Forbidden(c.Op.Needs)
	}
	for _, f := range c.Of {
		if f.Name == r.PathValue("field") {
			return rec, f, nil
		}
	}
	return rec, f, problem.NotFound("page")
}

func (c Cells[R, In, Out]) load(ctx context.Context, run *op.Runner, key id.ID) (rec R, err error) {
	err = run.Read(ctx, func(ctx context.Context, tx *op.Tx) (err error) {
		rec, err = c.Load(ctx, tx, key)
		return err
	})
	return rec, err
}

// get answers with the cell's field. Who comes without a swap is led to the whole form.
func (c Cells[R, In, Out]) get(w http.ResponseWriter, r *http.Request, run *op.Runner) error {
	rec, f, err := c.find(r, run)
	if err != nil {
		return err
	}
	key, _ := c.Key(rec)
	if !IsFragment(r) {
		return Redirect(w, r, c.form(r.Context(), key))
	}
	return Render(w, r, cellContent(c.edited(r.Context(), rec, f)))
}

// post saves a field, and answers with its cell: as it is now, or with what is wrong at it.
func (c Cells[R, In, Out]) post(w http.ResponseWriter, r *http.Request, run *op.Runner) error {
	rec, f, err := c.find(r, run)
	if err != nil {
		return err
	}
	ctx := r.Context()
	key, _ := c.Key(rec)
	typed := first(r.PostForm[f.Name])
	base, err := strconv.ParseInt(Base(r), 10, 64)
	if err != nil {
		return problem.Refuse("ORG-10", "bad-form")
	}
	err = c.save(ctx, run, c.Input(key, base), f.Name, typed)
	p, refused := problem.As(err)
	if refused && p.Code == "stale" {
		if rec, err = c.load(ctx, run, key); err != nil {
			return err
		}
		if f.Value(rec) != WasOf(r)[f.Name] {
			return c.conflict(w, r, rec, f, typed, p)
		}
		_, now := c.Key(rec) // another field was changed: both changes hold
		err = c.save(op.WithKey(ctx, ""), run, c.Input(key, now), f.Name, typed)
		p, refused = problem.As(err)
	}
	switch {
	case refused && p.Code == "nothing-changed":
		return Render(w, r, cellContent(c.cell(ctx, rec, f).focused()))
	case refused && mendable(p.Status):
		return c.refused(w, r, rec, f, typed, p)
	case err != nil:
		return err
	}
	if rec, err = c.load(ctx, run, key); err != nil {
		return err
	}
	return c.saved(w, r, rec, f)
}

func (c Cells[R, In, Out]) save(ctx context.Context, run *op.Runner, in In, name, typed string) error {
	if err := decodeField(ctx, &in, name, typed); err != nil {
		return err
	}
	_, err := c.Op.Run(ctx, run, in)
	return err
}

func (c Cells[R, In, Out]) saved(w http.ResponseWriter, r *http.Request, rec R, f CellField[R]) error {
	ctx := r.Context()
	cell, now := c.cell(ctx, rec, f).focused(), c.edited(ctx, rec, f).Editor
	done := Status{Text: i18n.T(ctx, "web.cell.saved", "field", cell.Label, "name", cell.Name, "value", now.label(ctx, now.Value)), Tone: Good}
	if !IsFragment(r) {
		return Redirect(w, r, c.Path, done)
	}
	return Render(w, r, Join(cellContent(cell), StatusUpdate(done.Offering(ctx))))
}

// refused shows the field again with what was typed and what is wrong with it.
func (c Cells[R, In, Out]) refused(w http.ResponseWriter, r *http.Request, rec R, f CellField[R], typed string, p *problem.Problem) error {
	ctx := r.Context()
	if !IsFragment(r) {
		return p
	}
	cell := c.edited(ctx, rec, f)
	cell.Editor.Value, cell.Editor.Refused, cell.Editor.Words = typed, true, FieldMessage(ctx, p, f.Name)
	if cell.Editor.Words == "" {
		cell.Editor.Words = Message(ctx, p)
	}
	return render(w, r, p.Status, cellContent(cell))
}

// conflict shows both values of a field that another changed meanwhile (UI-F5): one's own is saved over it by Enter only.
func (c Cells[R, In, Out]) conflict(w http.ResponseWriter, r *http.Request, rec R, f CellField[R], typed string, p *problem.Problem) error {
	ctx := r.Context()
	if !IsFragment(r) {
		return p
	}
	cell := c.edited(ctx, rec, f)
	e := cell.Editor
	e.Value, e.Refused, e.Both = typed, true, true
	e.Words = i18n.T(ctx, "web.cell.conflict", "theirs", e.label(ctx, e.Was), "mine", e.label(ctx, typed))
	return render(w, r, p.Status, cellContent(cell))
}
