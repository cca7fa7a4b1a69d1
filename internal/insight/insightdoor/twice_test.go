package insightdoor_test

import (
	"sync"
	"testing"

	"zhike/internal/insight"
	"zhike/internal/insight/insightdoor"
	"zhike/internal/kernel/id"
	"zhike/internal/organization"
	"zhike/internal/testkit"
)

// TestTRU7_MailTwiceAtOnce: the job of a mail that runs on four workers at the same time sends one mail.
func TestTRU7_MailTwiceAtOnce(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		server := newMute(t)
		staff, address := s.StaffID(s.Principal(s.HD)), "principal@school.example"
		if _, err := organization.ChangeStaff.Run(s.System(), s.Ops, organization.ChangeStaffInput{StaffID: staff, Email: &address}); err != nil {
			t.Fatal(err)
		}
		if err := s.Dir.Refresh(s.System(), s.Ops, 0); err != nil {
			t.Fatal(err)
		}
		out, err := insight.MailReport.Run(s.GM(), s.Ops, insight.MailReportInput{Report: "daily-sales", Staff: []id.ID{staff}})
		if err != nil {
			t.Fatal(err)
		}
		post := insightdoor.Post{Run: s.Ops, Catalogue: s.App.Catalogue, Server: server.sender, Public: "https://zhike.school.example"}
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				if err := post.Send(s.System(), insight.SendMail{MailID: out.Mails[0]}); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if n := server.messages.Load(); n != 1 {
			t.Errorf("the server was given the message %d times, want once", n)
		}
		if m := mailOf(t, s, out.Mails[0]); m.Attempts != 1 {
			t.Errorf("%d attempts, want 1", m.Attempts)
		}
	})
}
