package insightdoor_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"zhike/internal/insight"
	"zhike/internal/insight/insightdoor"
	"zhike/internal/kernel/jobs"
	"zhike/internal/kernel/op"
	"zhike/internal/organization"
	"zhike/internal/process"
	"zhike/internal/testkit"
)

// A late first contact is mailed to the supervisor once, in the supervisor's language, with what the program shows and no phone; a visitor
// who arrives is not mailed, unless the reader chose so; what was read, and who has left, are not mailed.
func TestTRU7_NoticesByMail(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		server := testkit.Mailpit(t)
		boss, own := s.As("supervisor", s.HD), s.Consultant(s.HD)
		to := mailAddress(t, s, boss)
		mailAddress(t, s, own)
		if _, err := organization.SetPreferences.Run(boss, s.Ops, organization.PreferencesInput{Lang: new("en")}); err != nil {
			t.Fatal(err)
		}
		late := s.Enquiry(t, s.HD)
		tell := func(ctx context.Context, kind string) {
			t.Helper()
			err := s.Ops.Write(s.System(), func(ctx2 context.Context, tx *op.Tx) error {
				return process.Notify(ctx2, tx, process.Notice{Staff: s.StaffID(ctx), Kind: kind, Person: late.PersonID, Link: "/enquiries/" + late.ID.String()})
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		mailNotices(t, s) // the new enquiry of the consultant is no mail
		wantMails(t, s, "a new enquiry", 0)
		tell(boss, "breach")
		tell(own, "visitor")
		mailNotices(t, s)
		mailNotices(t, s)
		wantMails(t, s, "a late first contact and a visitor", 1)
		post := insightdoor.Post{Run: s.Ops, Catalogue: s.App.Catalogue, Server: senderTo(t, server.SMTP), Public: "https://zhike.school.example"}
		jobs.Register(s.App.Jobs, post.Send)
		if err := s.App.Jobs.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		got := server.Await(t, to)
		if err := s.App.Jobs.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got.Subject != "Zhike: First contact is overdue" {
			t.Errorf("subject %q", got.Subject)
		}
		for name, body := range map[string]string{"text": got.Text, "html": got.HTML} {
			for _, want := range []string{"First contact is overdue", "何雨桐", "https://zhike.school.example/enquiries/" + late.ID.String(), "https://zhike.school.example/account"} {
				if !strings.Contains(body, want) {
					t.Errorf("%s lacks %q:\n%s", name, want, body)
				}
			}
		}
		// by choice
		if _, err := process.ChooseNotices.Run(own, s.Ops, process.ChooseNoticesInput{Kinds: []string{"visitor", "visitor"}}); err != nil {
			t.Fatal(err)
		}
		tell(own, "visitor")
		tell(own, "breach")
		mailNotices(t, s)
		wantMails(t, s, "the visitor that was chosen", 2)
		// read meanwhile, too old, left
		tell(boss, "breach")
		s.Exec(t, "UPDATE notices SET read_at = created_at WHERE mail_due = TRUE")
		mailNotices(t, s)
		tell(boss, "breach")
		s.Clock.Set(s.Clock.Now().Add(3 * time.Hour))
		mailNotices(t, s)
		tell(boss, "breach")
		if _, err := organization.ChangeStaff.Run(s.System(), s.Ops, organization.ChangeStaffInput{StaffID: s.StaffID(boss), Active: new(false)}); err != nil {
			t.Fatal(err)
		}
		if err := s.Dir.Refresh(s.System(), s.Ops, 0); err != nil {
			t.Fatal(err)
		}
		mailNotices(t, s)
		wantMails(t, s, "what was read, is old, or is of who left", 2)
	})
}

// A choice of what is no kind is refused, and mails for who has no address.
func TestTRU7_ChooseNoticesRefused(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		own := s.Consultant(s.HD)
		no := ""
		if _, err := organization.ChangeStaff.Run(s.System(), s.Ops, organization.ChangeStaffInput{StaffID: s.StaffID(own), Email: &no}); err != nil {
			t.Fatal(err)
		}
		if err := s.Dir.Refresh(s.System(), s.Ops, 0); err != nil {
			t.Fatal(err)
		}
		for what, kinds := range map[string][]string{"unknown": {"weather"}, "no-address": {"breach"}} {
			if _, err := process.ChooseNotices.Run(own, s.Ops, process.ChooseNoticesInput{Kinds: kinds}); err == nil || !strings.Contains(err.Error(), what) {
				t.Errorf("%s: %v", what, err)
			}
		}
		if _, err := process.ChooseNotices.Run(own, s.Ops, process.ChooseNoticesInput{}); err != nil {
			t.Errorf("no mails at all: %v", err)
		}
	})
}

func mailNotices(t *testing.T, s *testkit.School) {
	t.Helper()
	if err := insight.MailNotices(t.Context(), s.Ops); err != nil {
		t.Fatal(err)
	}
}

func wantMails(t *testing.T, s *testkit.School, what string, want int64) {
	t.Helper()
	s.Read(t, s.System(), func(ctx context.Context, tx *op.Tx) error {
		n, err := op.OneOf[int64](ctx, tx.Unscoped("test"), "SELECT COUNT(*) FROM mails WHERE kind = 'notice'")
		if n != want {
			t.Errorf("%s: %d mails in all, want %d", what, n, want)
		}
		return err
	})
}
