package sales_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"zhike/internal/contracts"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

func returnFormer(t *testing.T, s *testkit.School) {
	t.Helper()
	if err := sales.ReturnFormer(s.System(), s.Ops); err != nil {
		t.Fatal(err)
	}
}

// student is somebody with a contract that was signed just now and is valid for 365 days.
func student(t *testing.T, s *testkit.School) (e sales.Entered, contract id.ID) {
	t.Helper()
	e = s.Enquiry(t, s.HD)
	return e, s.Sign(t, s.HD, e).ID
}

// useUp lets a contract's hours be used up today.
func useUp(t *testing.T, s *testkit.School, contract id.ID) {
	t.Helper()
	s.Exec(t, `INSERT INTO hour_entries (id, line, contract, student, center, kind, hours, gift, cause, day, at)
		SELECT ?, line, contract, student, center, 'consumed', -SUM(hours), -SUM(gift), ?, ?, MAX(at) + 1 FROM hour_entries WHERE contract = ? GROUP BY line, contract, student, center`,
		s.Clock.NewID(), contract, int64(today(s)), contract)
}

// A former student lies in the pool of the center, owned by nobody, as many days after the end of the contract as the setting says, and not a day
// before: once, whatever becomes of it. Whose sale it was is told when it can be claimed, and others claim it (PPL-8).
func TestPPL8_Former(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		e, contract := student(t, s)
		owner, other := s.Consultant(s.HD), s.Consultant2(s.HD)
		later(s, (364+29)*day)
		same(t, "facts a day before", since(t, s, func() { returnFormer(t, s) }), nil)
		later(s, day)
		set(t, s, "pool.former-days", "0")
		same(t, "facts where it never is", since(t, s, func() { returnFormer(t, s) }), nil)
		set(t, s, "pool.former-days", "30")
		same(t, "facts", since(t, s, func() { returnFormer(t, s); returnFormer(t, s) }), []string{"sales.enquiry-entered.1"})
		keys := pool(t, s, other)
		if len(keys) != 1 {
			t.Fatalf("%d in the pool", len(keys))
		}
		got := enquiry(t, s, keys[0])
		if got.Person != e.PersonID || got.Kind != "return" || got.Former != contract || got.Course != s.Course || !got.Consultant.IsNone() || got.LastOwner != s.StaffID(owner) || !got.ContactDue.IsZero() {
			t.Errorf("enquiry = %+v", got)
		}
		told := notices(t, s, s.As("supervisor", s.HD))
		same(t, "supervisor was told", told[len(told)-1:], []string{"former"})
		set(t, s, "pool.claims-per-day", "0")
		refuse(t, s, map[string]refused{
			"whose sale it was": {func() error { return claim(owner, s, got.ID) }, "422 own-return enquiry_id:"},
			"limit of the day":  {func() error { return claim(other, s, got.ID) }, "422 claim-limit enquiry_id:"},
			"again": {func() error {
				return second(sales.PoolFormer.Run(s.System(), s.Ops, sales.FormerInput{ContractID: contract}))
			}, "422 not-former contract_id:"},
			"consultant": {func() error {
				return second(sales.PoolFormer.Run(other, s.Ops, sales.FormerInput{ContractID: contract}))
			}, "403 forbidden"},
		})
		set(t, s, "pool.claims-per-day", "9")
		must(0, claim(other, s, got.ID))(t)
		must(sales.Lose.Run(other, s.Ops, sales.LoseInput{EnquiryID: got.ID, Reason: "price"}))(t)
		later(s, 2*day)
		same(t, "facts after it was lost", since(t, s, func() { returnFormer(t, s) }), nil)
		s.Check(t)
	})
}

// The last hour ends a contract before its validity does.
func TestPPL8_FormerLastHour(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		e, contract := student(t, s)
		_, running := student(t, s)
		s.Exec(t, "UPDATE hour_entries SET hours = hours - 100 WHERE contract = ? AND kind = 'bought'", running) // has hours left
		later(s, 100*day)
		useUp(t, s, contract)
		later(s, 29*day)
		same(t, "facts a day before", since(t, s, func() { returnFormer(t, s) }), nil)
		later(s, day)
		same(t, "facts", since(t, s, func() { returnFormer(t, s) }), []string{"sales.enquiry-entered.1"})
		if keys := pool(t, s, s.Consultant2(s.HD)); len(keys) != 1 || enquiry(t, s, keys[0]).Person != e.PersonID {
			t.Errorf("pool = %v", keys)
		}
	})
}

// Nobody is laid into the pool who has another contract or a matter, who left too long ago, or whose contract was terminated.
func TestPPL8_FormerNot(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		renewed, _ := student(t, s)
		asks, _ := student(t, s)
		gone, _ := student(t, s)
		_, ended := student(t, s)
		merged, _ := student(t, s)
		s.Exec(t, "UPDATE contracts SET state = ? WHERE id = ?", contracts.Terminated, ended)
		s.Exec(t, "UPDATE persons SET anonymized_at = ? WHERE id = ?", s.Clock.Now(), gone.PersonID)
		later(s, 300*day)
		again := must(sales.Enter.Run(s.Consultant(s.HD), s.Ops, sales.EnterInput{PersonID: renewed.PersonID, CenterID: s.HD, CourseID: s.Course, Kind: "renewal", ConsultantID: s.StaffID(s.Consultant(s.HD))}))(t)
		s.Sign(t, s.HD, again)
		later(s, 80*day)
		must(sales.Enter.Run(s.Consultant(s.HD), s.Ops, sales.EnterInput{PersonID: asks.PersonID, CenterID: s.HD, CourseID: s.Course, Kind: "renewal"}))(t)
		s.Exec(t, "UPDATE contracts SET student = ? WHERE student = ?", renewed.PersonID, merged.PersonID) // as a merge does
		later(s, 15*day)
		same(t, "facts", since(t, s, func() { returnFormer(t, s) }), nil)
		_, late := student(t, s)
		later(s, (364+30+91)*day)
		if got := refusal(second(sales.PoolFormer.Run(s.System(), s.Ops, sales.FormerInput{ContractID: late}))); got != "422 not-former contract_id:" {
			t.Errorf("who left too long ago: %s", got)
		}
	})
}

// copies copies a row of a table with other values, n times in one transaction.
func copies(t *testing.T, s *testkit.School, table string, key id.ID, n int, other func(i int) map[string]any) {
	t.Helper()
	err := s.Ops.Write(s.System(), func(ctx context.Context, tx *op.Tx) error {
		rows, err := tx.Query(ctx, "SELECT * FROM "+table+" WHERE id = ?", key)
		if err != nil {
			return err
		}
		columns, err := rows.Columns()
		if err = errors.Join(err, rows.Close()); err != nil {
			return err
		}
		for i := range n {
			values, args := slices.Clone(columns), []any{}
			change := other(i)
			for j, c := range columns {
				if v, ok := change[c]; ok {
					values[j], args = "?", append(args, v)
				}
			}
			if _, err := tx.Exec(ctx, "INSERT INTO "+table+" ("+strings.Join(columns, ", ")+") SELECT "+strings.Join(values, ", ")+" FROM "+table+" WHERE id = ?", append(args, key)...); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// More than a run takes at once left earlier and stay where they are, since they ask for something: who left after them is reached all the same (PPL-8).
func TestPPL8_FormerBeyondThoseWhoStay(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		e, contract := student(t, s)
		const n = 205
		var stay [n]id.ID
		for i := range stay {
			stay[i] = s.Clock.NewID()
		}
		until := int64(today(s))
		s.Read(t, s.System(), func(ctx context.Context, tx *op.Tx) (err error) {
			until, err = op.OneOf[int64](ctx, tx.Unscoped("test"), "SELECT valid_until FROM contracts WHERE id = ?", contract)
			return err
		})
		copies(t, s, "contracts", contract, n, func(i int) map[string]any {
			return map[string]any{"id": s.Clock.NewID(), "no": fmt.Sprintf("stays-%d", i), "student": stay[i], "payer": stay[i], "valid_until": until - 1 - int64(i%30)}
		})
		copies(t, s, "enquiries", e.ID, n, func(i int) map[string]any {
			return map[string]any{"id": s.Clock.NewID(), "person": stay[i], "outcome": "open", "outcome_day": 0}
		})
		later(s, (364+30)*day)
		same(t, "facts", since(t, s, func() { returnFormer(t, s) }), []string{"sales.enquiry-entered.1"})
		if keys := pool(t, s, s.Consultant2(s.HD)); len(keys) != 1 || enquiry(t, s, keys[0]).Person != e.PersonID {
			t.Errorf("pool = %v", keys)
		}
	})
}
