package salesdoor_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"zhike/internal/kernel/op"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

// TestPPL8_Pages: the pool names nobody and shows no phone; who looks sees the name for some minutes; one click claims, and who comes second
// is told on the page of the pool.
func TestPPL8_Pages(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		e := s.Enquiry(t, s.HD)
		other := open(s.Consultant2(s.HD), t, s)
		other.wants(other.get("/pool", http.StatusOK), "公海里没有咨询单", "会回收到这里")
		s.Clock.Set(s.Clock.Now().Add(31 * 24 * time.Hour))
		if err := sales.ReturnIdle(s.System(), s.Ops); err != nil {
			t.Fatal(err)
		}
		list := other.get("/pool", http.StatusOK)
		other.wants(list, "公海里有 1 张咨询单", "领取", "查看", "未评")
		if strings.Contains(list, "何雨桐") || strings.Contains(list, "138") {
			t.Error("the pool says who asks")
		}
		boss := open(s.As("supervisor", s.HD), t, s)
		boss.wants(boss.get("/pool", http.StatusOK), "分配")
		other.get("/pool/"+e.ID.String(), http.StatusUnprocessableEntity)
		other.post("/pool/"+e.ID.String()+"/view", http.StatusSeeOther)
		entry := other.get("/pool/"+e.ID.String(), http.StatusOK)
		other.wants(entry, "何雨桐", "领取后才显示电话")
		if strings.Contains(entry, "138") {
			t.Error("a phone before the claim")
		}
		other.post("/pool/"+e.ID.String()+"/claim", http.StatusSeeOther)
		other.get("/enquiries/"+e.ID.String(), http.StatusOK)
		first := open(s.Consultant(s.HD), t, s)
		_, late := first.post("/pool/"+e.ID.String()+"/claim", http.StatusUnprocessableEntity)
		first.wants(late, "同事先领取了")
		s.Read(t, s.System(), func(ctx context.Context, tx *op.Tx) error {
			got, err := sales.EnquiryByID(ctx, tx, e.ID)
			if got.Consultant != s.StaffID(s.Consultant2(s.HD)) {
				t.Errorf("consultant %s", got.Consultant)
			}
			return err
		})
	})
}

// What lies in the pool has no button for a quote, and the form of an invitation says that it needs a consultant first (PPL-8).
func TestPPL8_NoWorkWithoutOwnerPage(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		e := s.Enquiry(t, s.HD)
		s.Touch(t, s.HD, e)
		s.Clock.Set(s.Clock.Now().Add(31 * 24 * time.Hour))
		if err := sales.ReturnIdle(s.System(), s.Ops); err != nil {
			t.Fatal(err)
		}
		boss := open(s.As("supervisor", s.HD), t, s)
		at := "/enquiries/" + e.ID.String()
		if page := boss.get(at, http.StatusOK); strings.Contains(page, at+"/quote") {
			t.Error("a quote is offered without an owner")
		}
		day := s.Clock.Now().Add(24 * time.Hour).Format(time.DateOnly)
		_, page := boss.post(at+"/book", http.StatusUnprocessableEntity, "day", day, "time", "10:00")
		boss.wants(page, "这张咨询单没有顾问：请先从公海领取，或由主管分配。")
	})
}
