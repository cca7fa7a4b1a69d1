package event_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"zhike/internal/kernel/event"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/vault"
	"zhike/internal/people"
	"zhike/internal/testkit"
)

// log writes n events of one person, straight into the table of the log, as operations do.
func log(t *testing.T, s *testkit.School, n int) {
	t.Helper()
	person := s.Clock.NewID()
	err := s.Ops.Write(s.System(), func(ctx context.Context, tx *op.Tx) error {
		for i := range n {
			e := event.Event{
				ID: tx.NewID(), At: tx.Now.Add(time.Duration(i) * time.Millisecond), Day: tx.Today(s.HD), Kind: "people.person-registered.1", By: "front-desk@HD", Center: s.HD, Person: person,
				Subject: person, Payload: fmt.Appendf(nil, `{"person_id":%q,"center_id":%q,"phones":%d}`, person, s.HD, i),
			}
			e.Digest = e.Sum()
			_, err := tx.Exec(ctx, `INSERT INTO events (id, at, day, kind, actor, by_login, center, person, subject, run, payload, digest) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
				e.ID, e.At, int64(e.Day), e.Kind, e.Actor, e.By, e.Center, e.Person, e.Subject, e.Run, string(e.Payload), e.Digest)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// seal seals what is open, in blocks, and tells how many.
func seal(t *testing.T, s *testkit.School) (sealed int) {
	t.Helper()
	for {
		var n int
		err := s.Ops.Write(s.System(), func(ctx context.Context, tx *op.Tx) (err error) {
			n, err = event.Seal(ctx, tx.Tx, tx.Now)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if sealed += n; n < event.SealAtMost {
			return sealed
		}
	}
}

// verify lists the faults of the log as "seq what", and its last number.
func verify(t *testing.T, s *testkit.School) (faults []string, head int64) {
	t.Helper()
	s.Read(t, s.System(), func(ctx context.Context, tx *op.Tx) error {
		list, last, _, err := event.Verify(ctx, tx.Tx, nil)
		for _, f := range list {
			faults = append(faults, fmt.Sprint(f.Seq, " ", f.What))
		}
		head = last
		return err
	})
	return faults, head
}

func numbers(t *testing.T, s *testkit.School, text string, args ...any) (out []int64) {
	t.Helper()
	s.Read(t, s.System(), func(ctx context.Context, tx *op.Tx) (err error) {
		out, err = op.AllOf[int64](ctx, tx.Unscoped("test"), text, args...)
		return err
	})
	return out
}

// The sealer numbers events without gaps, in blocks, also when operations go on meanwhile; sealing again changes nothing.
func TestTRU24_GaplessSequence(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		seal(t, s)
		_, start := verify(t, s)
		log(t, s, event.SealAtMost+7)
		s.Contract(t, s.HD)
		want := event.SealAtMost + 7 + len(s.Facts(t)) - (event.SealAtMost + 7)
		if n := seal(t, s); n != want {
			t.Errorf("sealed %d, want %d", n, want)
		}
		for range 3 {
			s.Person(t, s.HD)
			seal(t, s)
		}
		if n := seal(t, s); n != 0 {
			t.Errorf("sealed %d again", n)
		}
		seqs := numbers(t, s, "SELECT seq FROM events ORDER BY seq")
		for i, n := range seqs {
			if n != int64(i+1) {
				t.Fatalf("number %d stands at %d", n, i+1)
			}
		}
		faults, head := verify(t, s)
		if len(faults) != 0 || head != int64(len(seqs)) || head <= start {
			t.Errorf("faults %v, head %d of %d", faults, head, len(seqs))
		}
		if n := numbers(t, s, "SELECT COUNT(*) FROM event_blocks b WHERE b.no > 1 AND b.first_seq <> (SELECT p.last_seq + 1 FROM event_blocks p WHERE p.no = b.no - 1)"); n[0] != 0 {
			t.Errorf("%d blocks do not follow", n[0])
		}
	})
}

// Two nodes that seal at the same time give every event one number.
func TestTRU24_TwoSealers(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		seal(t, s)
		log(t, s, 300)
		ctx, errs := s.System(), make(chan error, 6)
		for range cap(errs) {
			go func() {
				errs <- s.Ops.Write(ctx, func(ctx context.Context, tx *op.Tx) error {
					_, err := event.Seal(ctx, tx.Tx, tx.Now)
					return err
				})
			}()
		}
		for range cap(errs) {
			if err := <-errs; err != nil {
				t.Error(err)
			}
		}
		if faults, head := verify(t, s); len(faults) != 0 || head != numbers(t, s, "SELECT COUNT(*) FROM events")[0] {
			t.Errorf("faults %v, head %d", faults, head)
		}
	})
}

// forgery is a change of the sealed log by SQL, and what has to be found.
type forgery struct {
	text string
	args []any
	want string
}

// forge draws an edit, a deletion or an insertion at a number of the log.
func forge(r *rand.Rand, seq, head int64, fresh id.ID) forgery {
	edit := func(set string, args ...any) forgery {
		return forgery{"UPDATE events SET " + set + " WHERE seq = ?", append(args, seq), fmt.Sprint(seq, " edited")}
	}
	switch r.IntN(13) {
	case 0:
		return edit("at = at + 1")
	case 1:
		return edit("day = day - 1")
	case 2:
		return edit("kind = 'people.person-changed.1'")
	case 3:
		return edit("actor = ?", fresh)
	case 4:
		return edit("by_login = 'principal@HD'")
	case 5:
		return edit("center = ?", fresh)
	case 6:
		return edit("person = ?", fresh)
	case 7:
		return edit("subject = ?", fresh)
	case 8:
		return edit("run = ?", fresh)
	case 9:
		return edit("payload = payload || ' '")
	case 10:
		return edit("digest = ?", make([]byte, 32))
	case 11:
		return forgery{"DELETE FROM events WHERE seq = ?", []any{seq}, fmt.Sprint(seq, " missing")}
	default:
		return forgery{
			`INSERT INTO events (id, seq, at, day, kind, by_login, payload, digest) SELECT ?, ?, at, day, kind, by_login, payload, digest FROM events WHERE seq = ?`,
			[]any{fresh, head + 1, seq},
			fmt.Sprint(head+1, " added"),
		}
	}
}

// 1,000 random edits, deletions and insertions by SQL: each is found, with its number (TRU-24).
func TestTRU24_EveryForgeryIsFound(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		log(t, s, 120)
		seal(t, s)
		log(t, s, 60)
		seal(t, s)
		faults, head := verify(t, s)
		if len(faults) != 0 {
			t.Fatal(faults)
		}
		r := rand.New(rand.NewPCG(24, 1))
		for i := range 1000 {
			f := forge(r, 1+r.Int64N(head), head, s.Clock.NewID())
			undo := fmt.Errorf("undo %d", i)
			err := s.Ops.Write(s.System(), func(ctx context.Context, tx *op.Tx) error {
				if n, err := tx.Exec(ctx, f.text, f.args...); err != nil || n != 1 {
					t.Fatalf("%s: %d rows, %v", f.text, n, err)
				}
				list, _, _, err := event.Verify(ctx, tx.Tx, nil)
				if err != nil {
					return err
				}
				if !slices.ContainsFunc(list, func(x event.Fault) bool { return fmt.Sprint(x.Seq, " ", x.What) == f.want }) {
					t.Errorf("%s %v: found %v, want %s", f.text, f.args, list, f.want)
				}
				return undo
			})
			if err == nil || !strings.Contains(err.Error(), undo.Error()) {
				t.Fatal(err)
			}
		}
		if faults, _ := verify(t, s); len(faults) != 0 {
			t.Errorf("after all were undone: %v", faults)
		}
	})
}

// Who computes the digest of a forged event anew, or gives numbers anew after a deletion, breaks the chain of its block.
func TestTRU24_ForgedDigestsBreakTheChain(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		seal(t, s)
		_, before := verify(t, s)
		log(t, s, 20)
		seal(t, s)
		first := fmt.Sprint(before+1, " chain")
		for name, forge := range map[string]func(ctx context.Context, tx *op.Tx) error{
			"digest anew": func(ctx context.Context, tx *op.Tx) error {
				e, err := op.OneOf[event.Event](ctx, tx.Unscoped("test"), "SELECT id, seq, at, day, kind, actor, by_login, center, person, subject, run, payload, digest FROM events WHERE seq = ?", before+5)
				if err != nil {
					return err
				}
				e.By = "somebody else"
				_, err = tx.Exec(ctx, "UPDATE events SET by_login = ?, digest = ? WHERE seq = ?", e.By, e.Sum(), before+5)
				return err
			},
			"two change places": func(ctx context.Context, tx *op.Tx) error {
				for _, c := range [][2]int64{{before + 3, -1}, {before + 4, before + 3}, {-1, before + 4}} {
					if _, err := tx.Exec(ctx, "UPDATE events SET seq = ? WHERE seq = ?", c[1], c[0]); err != nil {
						return err
					}
				}
				return nil
			},
			"the block's hash": func(ctx context.Context, tx *op.Tx) error {
				_, err := tx.Exec(ctx, "UPDATE event_blocks SET hash = ? WHERE first_seq = ?", make([]byte, 32), before+1)
				return err
			},
		} {
			undo := fmt.Errorf("undo %s", name)
			err := s.Ops.Write(s.System(), func(ctx context.Context, tx *op.Tx) error {
				if err := forge(ctx, tx); err != nil {
					return err
				}
				list, _, _, err := event.Verify(ctx, tx.Tx, nil)
				if err != nil {
					return err
				}
				if len(list) == 0 || fmt.Sprint(list[0].Seq, " ", list[0].What) != first {
					t.Errorf("%s: found %v, want %s", name, list, first)
				}
				return undo
			})
			if err == nil || !strings.Contains(err.Error(), undo.Error()) {
				t.Fatal(err)
			}
		}
	})
}

// The chain covers what is sealed, not what it says: who is forgotten leaves it whole (TRU-24, PPL-11).
func TestTRU24_ForgottenPersonLeavesTheChainWhole(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		key := s.Person(t, s.HD)
		if _, err := people.Change.Run(s.FrontDesk(s.HD), s.Ops, people.ChangeInput{PersonID: key, Name: new("何小桐")}); err != nil {
			t.Fatal(err)
		}
		seal(t, s)
		_, before := verify(t, s)
		err := s.Ops.Write(s.System(), func(ctx context.Context, tx *op.Tx) error { return tx.Vault().(*vault.Vault).Forget(ctx, tx.Tx, key) })
		if err != nil {
			t.Fatal(err)
		}
		faults, head := verify(t, s)
		if len(faults) != 0 || head != before {
			t.Errorf("faults %v, head %d, was %d", faults, head, before)
		}
		old := []people.OldValue{}
		s.Read(t, s.System(), func(ctx context.Context, tx *op.Tx) error {
			ids, err := op.AllOf[id.ID](ctx, tx.Unscoped("test"), "SELECT id FROM events WHERE person = ? AND kind = 'people.person-changed.1'", key)
			if err != nil {
				return err
			}
			old, err = people.OldValues(ctx, tx, key, ids)
			return err
		})
		if len(old) != 1 || !old[0].Gone || old[0].Text != "" {
			t.Errorf("the old name can be read: %+v", old)
		}
	})
}
