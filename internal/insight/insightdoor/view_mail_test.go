package insightdoor_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"zhike/internal/insight"
	"zhike/internal/insight/insightdoor"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/jobs"
	"zhike/internal/kernel/op"
	"zhike/internal/organization"
	"zhike/internal/testkit"
)

// A shared view is mailed to its subscriber with what the subscriber may see: the count, the first rows with masked phones, the way to
// the list. Once a day, however often the job runs; never again after the view was taken back.
func TestUIL1_MailView(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		server := testkit.Mailpit(t)
		for _, center := range []id.ID{s.HD, s.HD, s.CY} {
			s.Enquiry(t, center)
		}
		gm, desk := s.GM(), s.FrontDesk(s.HD)
		to := mailAddress(t, s, desk)
		view, err := organization.SaveView.Run(gm, s.Ops, organization.SaveViewInput{List: "/enquiries", Name: "新线索", Query: "stage=new&sort=-entered&cols=stage&cols=center", Shared: "everybody"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := organization.SubscribeView.Run(desk, s.Ops, organization.SubscribeViewInput{ViewID: view.ID, Every: "daily"}); err != nil {
			t.Fatal(err)
		}
		post := insightdoor.Post{Run: s.Ops, Catalogue: s.App.Catalogue, Server: senderTo(t, server.SMTP), Public: "https://zhike.school.example"}
		jobs.Register(s.App.Jobs, post.Send)
		mailViews(t, s)
		if got := viewMails(t, s); len(got) != 0 {
			t.Fatalf("mailed on the day of the subscription: %+v", got)
		}
		s.Clock.Set(s.Clock.Now().Add(24 * time.Hour)) // Thursday 09:12
		mailViews(t, s)
		mailViews(t, s)
		if got := viewMails(t, s); len(got) != 1 {
			t.Fatalf("%d mails of a day, want 1", len(got))
		}
		if err := s.App.Jobs.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		got := server.Await(t, to)
		if err := s.App.Jobs.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		link := "https://zhike.school.example/enquiries?center=all&cols=stage&cols=center&sort=-entered&stage=new"
		for name, body := range map[string]string{"text": got.Text, "html": strings.ReplaceAll(got.HTML, "&amp;", "&")} {
			for _, want := range []string{"共 2 条", "海淀校区", link, "/views/" + view.ID.String()} {
				if !strings.Contains(body, want) {
					t.Errorf("%s lacks %q:\n%s", name, want, body)
				}
			}
			if strings.Contains(body, "朝阳校区") || !strings.Contains(body, "****") {
				t.Errorf("%s holds another center's, or a phone in clear:\n%s", name, body)
			}
		}
		if got.Subject != "新线索：2 条" {
			t.Errorf("subject %q", got.Subject)
		}
		takenBack(t, s, gm, view.ID)
	})
}

// takenBack takes the view back from everybody: the next day nobody is mailed.
func takenBack(t *testing.T, s *testkit.School, owner context.Context, view id.ID) {
	t.Helper()
	me := "me"
	if _, err := organization.ChangeView.Run(owner, s.Ops, organization.ChangeViewInput{ViewID: view, Shared: &me}); err != nil {
		t.Fatal(err)
	}
	s.Clock.Set(s.Clock.Now().Add(24 * time.Hour))
	mailViews(t, s)
	if got := viewMails(t, s); len(got) != 1 {
		t.Errorf("%d mails, want none for a view that was taken back", len(got)-1)
	}
}

func mailViews(t *testing.T, s *testkit.School) {
	t.Helper()
	if err := insight.MailViews(t.Context(), s.Ops); err != nil {
		t.Fatal(err)
	}
}

func viewMails(t *testing.T, s *testkit.School) (list []insight.Mail) {
	t.Helper()
	s.Read(t, s.System(), func(ctx context.Context, tx *op.Tx) error {
		return tx.Select(&list).Where("kind = 'view'").Scan(ctx)
	})
	return list
}

// mailAddress gives somebody an address of its own: the mail server serves other tests too.
func mailAddress(t *testing.T, s *testkit.School, ctx context.Context) string {
	t.Helper()
	address := "view-" + s.Clock.NewID().String() + "@school.example"
	if _, err := organization.ChangeStaff.Run(s.System(), s.Ops, organization.ChangeStaffInput{StaffID: s.StaffID(ctx), Email: &address}); err != nil {
		t.Fatal(err)
	}
	if err := s.Dir.Refresh(s.System(), s.Ops, 0); err != nil {
		t.Fatal(err)
	}
	return address
}
