package app_test

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"zhike/internal/app"
	"zhike/internal/finance"
	"zhike/internal/kernel/event"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/testkit"
)

// anchored is a school whose anchors go to a file; two days of it are closed.
func anchored(t *testing.T, s *testkit.School) (file string, list []event.SignedAnchor) {
	t.Helper()
	s.App.Anchors = filepath.Join(t.TempDir(), "zhike.anchors")
	for range 2 {
		paid(t, s)
		s.Clock.Set(s.Clock.Now().Add(24 * time.Hour))
		for range 2 { // again: the day is closed already
			if err := s.App.AnchorLog(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	list, err := app.ReadAnchors(s.App.Anchors)
	if err != nil {
		t.Fatal(err)
	}
	return s.App.Anchors, list
}

// paid signs a contract of 52 hours and takes ¥1,000 for it.
func paid(t *testing.T, s *testkit.School) {
	t.Helper()
	c := s.Contract(t, s.HD)
	_, err := finance.TakePayment.Run(s.FrontDesk(s.HD), s.Ops, finance.TakePaymentInput{ContractID: c.ID, Method: "cash", Amount: money.Yuan(1_000)})
	if err != nil {
		t.Fatal(err)
	}
}

func faultsOf(t *testing.T, s *testkit.School, outside []event.SignedAnchor, keys ...string) (anchors, others []string) {
	t.Helper()
	found, err := s.App.CheckAgainst(s.System(), outside, keys...)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		if f.Check == "anchors" {
			anchors = append(anchors, f.What)
		} else {
			others = append(others, f.String())
		}
	}
	return anchors, others
}

// Each day leaves one signed line outside the database, with what the log says of money and hours so far.
func TestTRU24_Anchors(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		file, list := anchored(t, s)
		if len(list) != 2 {
			t.Fatalf("%d anchors of two days", len(list))
		}
		for i, signed := range list {
			a, err := signed.Open()
			if err != nil {
				t.Fatal(err)
			}
			days := int64(i + 1)
			if a.Money != money.Yuan(1_000*days) || int64(a.Hours) != 5_200*days || a.Counts["finance.payment-taken.1"] != days || a.Seq == 0 {
				t.Errorf("anchor %d = %+v", i+1, a)
			}
		}
		if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("file %v, %v", info, err)
		}
		paid(t, s) // what comes after is no matter
		if err := s.App.Settle(t.Context()); err != nil {
			t.Fatal(err)
		}
		if anchors, others := faultsOf(t, s, list); len(anchors)+len(others) != 0 {
			t.Errorf("found %v %v", anchors, others)
		}
	})
}

// A log that is replaced as a whole, with every digest and the chain made anew, is shown by the anchors: those of the database, and those
// outside where the former were made anew with another key, or taken away.
func TestTRU24_ReplacedLog(t *testing.T) {
	const bigger = "UPDATE events SET payload = REPLACE(payload, '\"amount_fen\":100000', '\"amount_fen\":900000') WHERE kind = 'finance.payment-taken.1'"
	last := func(t *testing.T, s *testkit.School) int64 {
		t.Helper()
		return numbersOf(t, s, "SELECT MAX(seq) FROM events")[0]
	}
	forgeries := map[string]func(t *testing.T, s *testkit.School){
		"an amount": func(t *testing.T, s *testkit.School) { t.Helper(); s.Exec(t, bigger) },
		"who did it": func(t *testing.T, s *testkit.School) {
			t.Helper()
			s.Exec(t, "UPDATE events SET by_login = 'nobody' WHERE seq = 3")
		},
		"the end is gone": func(t *testing.T, s *testkit.School) {
			t.Helper()
			s.Exec(t, "DELETE FROM events WHERE seq = ?", last(t, s))
		},
		"one is gone": func(t *testing.T, s *testkit.School) {
			t.Helper()
			s.Exec(t, "DELETE FROM events WHERE seq = 5")
			s.Exec(t, "UPDATE events SET seq = -seq")
			s.Exec(t, "UPDATE events SET seq = CASE WHEN seq < -5 THEN -seq - 1 ELSE -seq END")
		},
	}
	for name, forge := range forgeries {
		t.Run(name, func(t *testing.T) {
			testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
				_, list := anchored(t, s)
				forge(t, s)
				rechain(t, s)
				anchors, others := faultsOf(t, s, nil)
				if len(anchors) == 0 || slices.ContainsFunc(others, func(f string) bool { return strings.HasPrefix(f, "log ") }) {
					t.Errorf("anchors %v; the log itself should look whole: %v", anchors, others)
				}
				s.Exec(t, "DELETE FROM anchors")
				if anchors, _ := faultsOf(t, s, nil); len(anchors) != 0 {
					t.Errorf("no anchors are left, and found was %v", anchors)
				}
				if anchors, _ := faultsOf(t, s, list); len(anchors) == 0 {
					t.Error("the anchors outside found nothing")
				}
			})
		})
	}
}

// An anchor that somebody else signed is none, but where its key is named: that of a master key that was replaced.
func TestTRU24_ForeignAnchor(t *testing.T) {
	s := testkit.NewSchool(t, filepath.Join(t.TempDir(), "zhike.db"))
	_, list := anchored(t, s)
	public, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	foreign := event.SignedAnchor{Body: list[0].Body, Key: hex.EncodeToString(public), Signature: ed25519.Sign(key, list[0].Body)}
	if anchors, _ := faultsOf(t, s, []event.SignedAnchor{foreign}); len(anchors) != 1 || !strings.Contains(anchors[0], "signed with another key") {
		t.Errorf("found %v", anchors)
	}
	if anchors, _ := faultsOf(t, s, []event.SignedAnchor{foreign}, foreign.Key); len(anchors) != 0 {
		t.Errorf("its key is named; found %v", anchors)
	}
	foreign.Body = json.RawMessage(strings.Replace(string(foreign.Body), `"money_fen":100000`, `"money_fen":1`, 1))
	if anchors, _ := faultsOf(t, s, []event.SignedAnchor{foreign}, foreign.Key); len(anchors) != 1 || !strings.Contains(anchors[0], "signature") {
		t.Errorf("a changed anchor: %v", anchors)
	}
	foreign.Signature = ed25519.Sign(key, foreign.Body)
	if anchors, _ := faultsOf(t, s, []event.SignedAnchor{foreign}, foreign.Key); len(anchors) != 1 || !strings.Contains(anchors[0], "money 1 and hours 5200, the log has 100000 and 5200") {
		t.Errorf("another sum: %v", anchors)
	}
}

func numbersOf(t *testing.T, s *testkit.School, text string) (out []int64) {
	t.Helper()
	s.Read(t, s.System(), func(ctx context.Context, tx *op.Tx) (err error) {
		out, err = op.AllOf[int64](ctx, tx.Unscoped("test"), text)
		return err
	})
	return out
}

// rechain makes digests and blocks anew, as somebody would who may write to the database and knows the program.
func rechain(t *testing.T, s *testkit.School) {
	t.Helper()
	var list []event.Event
	s.Read(t, s.System(), func(ctx context.Context, tx *op.Tx) error {
		return tx.Unscoped("test").Select(&list).Order("seq").Scan(ctx)
	})
	var hash []byte
	for no, last := range numbersOf(t, s, "SELECT last_seq FROM event_blocks ORDER BY no") {
		first := list[0].Seq
		sums := binary.BigEndian.AppendUint64(hash, uint64(first))
		for len(list) > 0 && list[0].Seq <= last {
			sum := list[0].Sum()
			s.Exec(t, "UPDATE events SET digest = ? WHERE seq = ?", sum, list[0].Seq)
			sums, list = append(sums, sum...), list[1:]
		}
		block := sha256.Sum256(sums)
		hash = block[:]
		if len(list) == 0 { // the last one may have become shorter
			s.Exec(t, "UPDATE event_blocks SET last_seq = (SELECT MAX(seq) FROM events) WHERE no = ?", no+1)
		}
		s.Exec(t, "UPDATE event_blocks SET hash = ? WHERE no = ?", hash, no+1)
	}
}
