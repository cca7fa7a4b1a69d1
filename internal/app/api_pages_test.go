package app_test

import (
	"fmt"
	"net/http"
	"testing"

	"zhike/internal/kernel/id"
	"zhike/internal/sales"
)

// TestCTR_WorkListAndVisitsByPages: both lists are read to their end by the cursor, each row once, and a wrong one is refused.
func TestCTR_WorkListAndVisitsByPages(t *testing.T) {
	t.Parallel()
	s := school(t)
	for range 5 {
		_, a := s.Appointment(t, s.HD)
		if _, err := sales.CheckIn.Run(s.FrontDesk(s.HD), s.Ops, sales.CheckInInput{AppointmentID: a.ID}); err != nil {
			t.Fatal(err)
		}
	}
	base := apiServer(t, s)
	for _, c := range []struct {
		path, role string
	}{{"/work-list", "consultant"}, {"/visits", "front-desk"}} {
		client := apiClient(t, s, base, c.role, s.HD)
		seen, pages := map[string]bool{}, 0
		for cursor := ""; pages < 10; pages++ {
			r := client.get(fmt.Sprintf("%s?limit=2&cursor=%s", c.path, cursor)).want(http.StatusOK)
			if r.body["total"] != float64(5) {
				t.Errorf("%s: total = %v", c.path, r.body["total"])
			}
			for _, item := range r.items() {
				row, _ := item.(map[string]any)
				key, _ := row["id"].(string)
				if _, err := id.Parse(key); err != nil || seen[key] {
					t.Errorf("%s: row %v comes twice or has no id", c.path, key)
				}
				seen[key] = true
			}
			next, more := r.body["next_cursor"].(string)
			if !more {
				break
			}
			cursor = next
		}
		if len(seen) != 5 || pages != 2 {
			t.Errorf("%s: %d rows on %d pages, want 5 on 3", c.path, len(seen), pages+1)
		}
		client.get(c.path + "?cursor=x").want(http.StatusUnprocessableEntity)
	}
}
