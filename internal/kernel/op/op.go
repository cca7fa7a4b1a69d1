// Package op is the way of a fact: an operation is one function of one domain, registered once, run by every door with the same
// checks (01-product, principle 3). Run asks the policy, the idempotency key, the process, does the work, records the one fact
// and lets the other domains react, in one transaction.
package op

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"

	"zhike/internal/kernel/event"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/policy"
	"zhike/internal/kernel/problem"
)

// Ref names a record: the resource and its id.
type Ref struct {
	Kind    string
	ID      id.ID
	Reached bool // of Op.Subjects: the operation's right must reach it too, e.g. the center where something is made
}

// Op is an operation. Out holds ids, states and amounts, never personal values: it is kept as the answer of its key (TRU-2).
type Op[In, Out any] struct {
	Name     string // domain.verb-noun, its names for people are "op.<name>" in the catalogue
	Rule     string
	Needs    string // right: resource:action
	Fact     event.Fact
	Subject  func(In) Ref   // the record it is done on; loaded in scope (404), then asked for the right (403)
	Subjects func(In) []Ref // further records that must be seen, e.g. the person of a new enquiry; see Ref.Reached
	Do       func(ctx context.Context, tx *Tx, in In) (Out, error)
	// Refused reports a refusal that somebody has to hear of, by another operation of its own: nothing of the refused one stays.
	Refused func(ctx context.Context, r *Runner, in In, p *problem.Problem) error
	Undo    string // name of the operation that takes it back (UI-B2), with the input that Do gave to Tx.Undoable
}

// Outcome is what became of an operation that somebody asked for.
type Outcome string

// The outcomes.
const (
	Done     Outcome = "done"     // committed
	Repeated Outcome = "repeated" // answered from its idempotency key: it was done before
	Refused  Outcome = "refused"  // by rights, the process, a rule, or since somebody else was first: the caller can mend it
	Failed   Outcome = "failed"
)

func outcomeOf(repeated bool, err error) Outcome {
	p, refusal := problem.As(err)
	switch {
	case err == nil && repeated:
		return Repeated
	case err == nil:
		return Done
	case refusal && p.Status < 500:
		return Refused
	}
	return Failed
}

// Run runs the operation in a transaction of its own (or within the batch of ctx) and answers after the commit. The runner is told what
// became of it.
func (o Op[In, Out]) Run(ctx context.Context, r *Runner, in In) (out Out, err error) {
	began := r.Clock.Now()
	out, repeated, err := o.run(ctx, r, in)
	if r.Ran != nil {
		r.Ran(o.Name, outcomeOf(repeated, err), r.Clock.Now().Sub(began))
	}
	return out, err
}

func (o Op[In, Out]) run(ctx context.Context, r *Runner, in In) (out Out, repeated bool, err error) {
	v, err := viewer(ctx)
	if err != nil {
		return out, false, err
	}
	if !v.May(o.Needs) {
		return out, false, problem.Forbidden(o.Needs)
	}
	key := KeyOf(ctx)
	var digest []byte
	if key != "" {
		if digest, err = sum(o.Name, in); err != nil {
			return out, false, err
		}
	}
	how := r.DB.Write
	if key != "" {
		how = r.DB.WriteKeyed
	}
	err = r.write(ctx, v, how, func(ctx context.Context, tx *Tx) error {
		var zero Out
		out, repeated = zero, false
		if key == "" {
			return o.outer(ctx, tx, in, &out)
		}
		if repeated, err = tx.replay(ctx, key, digest, &out); repeated || err != nil {
			return err
		}
		if err := o.outer(ctx, tx, in, &out); err != nil {
			return err
		}
		return tx.keep(ctx, key, o.Name, digest, out)
	})
	if p, ok := problem.As(err); ok && o.Refused != nil {
		if failed := o.Refused(WithKey(ctx, ""), r, in, p); failed != nil {
			return out, false, fmt.Errorf("report refusal of %s: %w", o.Name, failed)
		}
	}
	return out, repeated, err
}

// outer does the operation that a caller asked for: behind the condition of an undo, and with an offer to undo it (UI-B2).
func (o Op[In, Out]) outer(ctx context.Context, tx *Tx, in In, out *Out) error {
	if guard, ok := ctx.Value(guardKey{}).(func(context.Context, *Tx) error); ok {
		if err := guard(ctx, tx); err != nil {
			return err
		}
	}
	if err := o.do(ctx, tx, in, out); err != nil {
		return err
	}
	return tx.offer(ctx, o.Name, o.Undo)
}

// In runs the operation inside another one's transaction: policy, gate and fact are its own; key, repeat and acknowledgement are
// the outer one's.
func (o Op[In, Out]) In(ctx context.Context, tx *Tx, in In) (out Out, err error) {
	if !tx.Viewer.May(o.Needs) {
		return out, problem.Forbidden(o.Needs)
	}
	facts, undo, inverse := tx.facts, tx.undo, tx.inverse
	tx.facts = nil
	err = o.do(ctx, tx, in, &out)
	tx.facts, tx.undo, tx.inverse = facts, undo, inverse
	return out, err
}

// ByProgram is In done by the program: what follows from another fact, whether or not who did that has the right to this.
func (o Op[In, Out]) ByProgram(ctx context.Context, tx *Tx, in In) (Out, error) {
	who := tx.Viewer
	tx.Viewer = policy.System()
	defer func() { tx.Viewer = who }()
	return o.In(ctx, tx, in)
}

func (o Op[In, Out]) do(ctx context.Context, tx *Tx, in In, out *Out) (err error) {
	var subject Ref
	if o.Subject != nil {
		subject = o.Subject(in)
		if err := tx.see(ctx, subject, o.Needs); err != nil {
			return err
		}
	}
	if o.Subjects != nil {
		for _, ref := range o.Subjects(in) {
			right := ""
			if ref.Reached {
				right = o.Needs
			}
			if err := tx.see(ctx, ref, right); err != nil {
				return err
			}
		}
	}
	if tx.run.Gate != nil {
		if err := tx.run.Gate(ctx, tx, o.Name, subject, in); err != nil {
			return err
		}
	}
	if *out, err = o.Do(ctx, tx, in); err != nil {
		return err
	}
	if len(tx.facts) != 1 || tx.facts[0].fact.Kind() != o.Fact.Kind() {
		return fmt.Errorf("%s recorded %d facts, want one %s", o.Name, len(tx.facts), o.Fact.Kind())
	}
	f := tx.facts[0]
	tx.facts = nil
	if err := tx.publish(ctx, f); err != nil {
		return err
	}
	if len(tx.facts) > 0 {
		return fmt.Errorf("a reaction to %s recorded %s: a further fact is one of an operation of its own", f.fact.Kind(), tx.facts[0].fact.Kind())
	}
	return nil
}

// see loads a record in the viewer's scope: absent and unseen read the same (ORG-4). With a right, the record must be in that
// right's scope too, else 403.
func (t *Tx) see(ctx context.Context, ref Ref, right string) error {
	res, ok := t.run.Policy.Resource(ref.Kind)
	if !ok {
		return fmt.Errorf("see %s: no such resource", ref.Kind)
	}
	if ref.ID.IsNone() {
		return problem.Refuse("", "invalid", problem.Field{Location: ref.Kind + "_id", Code: "required"})
	}
	read := t.run.Policy.Where(t.Viewer, ref.Kind, "read", res.Table)
	reach := policy.Frag{Text: "1=1"}
	if right != "" {
		reach = t.run.Policy.Reach(t.Viewer, ref.Kind, right, res.Table)
	}
	var may bool
	args := append(append([]any{}, reach.Args...), append([]any{ref.ID}, read.Args...)...)
	text := "SELECT CASE WHEN " + reach.Text + " THEN 1 ELSE 0 END FROM " + res.Table + " WHERE " + res.Table + ".id = ? AND " + read.Text
	var n int64
	err := t.QueryRow(ctx, text, args, &n)
	if errors.Is(err, sql.ErrNoRows) {
		return problem.NotFound(ref.Kind)
	}
	if err != nil {
		return fmt.Errorf("see %s: %w", ref.Kind, err)
	}
	if may = n == 1; !may {
		return problem.Forbidden(right)
	}
	return nil
}

func sum(name string, in any) ([]byte, error) {
	b, err := json.Marshal(in)
	if err != nil {
		return nil, fmt.Errorf("encode input of %s: %w", name, err)
	}
	h := sha256.New()
	h.Write([]byte(name))
	h.Write([]byte{0})
	h.Write(b)
	return h.Sum(nil)[:16], nil
}

// Any is an operation without its types, for the register.
type Any interface {
	Describe() Description
	// Call runs the operation with JSON input; unknown fields are refused (TRU-17).
	Call(ctx context.Context, r *Runner, input []byte) (any, error)
}

// Description is what the register knows of an operation.
type Description struct {
	Name, Rule, Needs, Fact string
	Undo                    string // the operation that takes it back, if any
	In, Out                 reflect.Type
}

// Describe implements Any.
func (o Op[In, Out]) Describe() Description {
	return Description{Name: o.Name, Rule: o.Rule, Needs: o.Needs, Fact: o.Fact.Kind(), Undo: o.Undo, In: reflect.TypeFor[In](), Out: reflect.TypeFor[Out]()}
}

// Call implements Any.
func (o Op[In, Out]) Call(ctx context.Context, r *Runner, input []byte) (any, error) {
	in, err := DecodeJSON[In](input)
	if err != nil {
		return nil, err
	}
	return o.Run(ctx, r, in)
}
