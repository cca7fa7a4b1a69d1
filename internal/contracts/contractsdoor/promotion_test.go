package contractsdoor_test

import (
	"net/http"
	"strings"
	"testing"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/testkit"
)

// The list of contracts is cut by promotion and by what was left of the earlier contract: it shows exactly these, names the promotion to who
// may see it, and offers promotions to choose (SAL-8, UI-S4).
func TestSAL8_ContractsWithAPromotion(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		day := bizdate.Of(s.Clock.Now(), s.Dir.Zone(s.HD))
		key, other := s.Promotion(t, "秋季优惠"), s.Promotion(t, "店庆")
		student := s.Person(t, s.HD)
		keys := s.Plant(t,
			testkit.Bought{Kind: "new", Day: day, Until: day + 300, Promotion: key}, testkit.Bought{Kind: "new", Day: day, Until: day + 300, Promotion: other}, testkit.Bought{Kind: "new", Day: day, Until: day + 300},
			testkit.Bought{Student: student, Kind: "new", Day: day - 49, Until: day + 50}, testkit.Bought{Student: student, Kind: "renewal", Day: day, Until: day + 300, Promotion: key},
		)
		shows := func(who site, query string, want ...int) {
			t.Helper()
			page := who.get("/contracts?"+query, http.StatusOK)
			for i, k := range keys {
				wanted := false
				for _, w := range want {
					wanted = wanted || w == i
				}
				if strings.Contains(page, "/contracts/"+k.String()) != wanted {
					t.Errorf("%s: contract %d shown: %v", query, i, !wanted)
				}
			}
		}
		gm := open(t, s, s.GM())
		shows(gm, "promotion="+key.String(), 0, 4)
		shows(gm, "promotion="+other.String(), 1)
		shows(gm, "promotion="+key.String()+"&left_from=50", 4)
		shows(gm, "left_from=50", 4)
		shows(gm, "left_from=51")
		gm.wants(gm.get("/contracts?promotion="+key.String()+"&left_from=50", http.StatusOK), "秋季优惠", "50% 以上", "店庆")
		desk := open(t, s, s.FrontDesk(s.HD))
		shows(desk, "promotion="+key.String(), 0, 4)
		page := desk.get("/contracts?promotion="+key.String(), http.StatusOK)
		desk.wants(page, "用了这个促销的")
		if strings.Contains(page, "店庆") {
			t.Error("the front desk is told of promotions")
		}
	})
}
