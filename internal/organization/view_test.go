package organization_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/organization"
	"zhike/internal/testkit"
)

func viewsOf(t *testing.T, s *testkit.School, ctx context.Context) (names []string) {
	t.Helper()
	s.Read(t, ctx, func(ctx context.Context, tx *op.Tx) error {
		list, err := organization.Views(ctx, tx, organization.ViewFilter{})
		for _, w := range list {
			names = append(names, w.Name)
		}
		return err
	})
	return names
}

func viewOf(t *testing.T, s *testkit.School, ctx context.Context, key id.ID) (w organization.ShownView) {
	t.Helper()
	s.Read(t, ctx, func(ctx context.Context, tx *op.Tx) (err error) {
		w, err = organization.ViewByID(ctx, tx, key)
		return err
	})
	return w
}

func save(t *testing.T, s *testkit.School, ctx context.Context, in organization.SaveViewInput) id.ID {
	t.Helper()
	return ok[organization.Done](t)(organization.SaveView.Run(ctx, s.Ops, in)).ID
}

// A view keeps filters, sort and columns of its list in one form, for its owner, and is changed and deleted by its owner alone.
func TestUIL1_SaveView(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		me, other := s.Consultant(s.HD), s.Consultant2(s.HD)
		key := save(t, s, me, organization.SaveViewInput{List: "/enquiries", Name: " 今天到期 ", Query: "sort=next&due=today&cols=next&cols=stage&stage="})
		got := viewOf(t, s, me, key)
		if got.Name != "今天到期" || got.Query != "cols=next&cols=stage&due=today&sort=next" || got.Shared != "me" || got.Every != "" {
			t.Errorf("view = %+v", got)
		}
		if seen := viewsOf(t, s, other); len(seen) != 0 {
			t.Errorf("another sees %v", seen)
		}
		name, shared := "到期", "everybody"
		changed := ok[organization.Changed](t)(organization.ChangeView.Run(me, s.Ops, organization.ChangeViewInput{ViewID: key, Name: &name, Shared: &shared, Version: &got.Version}))
		if changed.Version == got.Version {
			t.Error("the version did not rise")
		}
		if _, err := organization.ChangeView.Run(me, s.Ops, organization.ChangeViewInput{ViewID: key, Name: &name, Version: &got.Version}); !refusedWith(err, 412, "stale") {
			t.Errorf("a change of an old version: %v", err)
		}
		_, err := organization.ChangeView.Run(other, s.Ops, organization.ChangeViewInput{ViewID: key, Name: &name})
		if !refusedWith(err, http.StatusForbidden, "view-of-other") {
			t.Errorf("another changes it: %v", err)
		}
		if _, err := organization.DeleteView.Run(other, s.Ops, organization.ViewInput{ViewID: key}); !refusedWith(err, http.StatusForbidden, "view-of-other") {
			t.Errorf("another deletes it: %v", err)
		}
		if seen := viewsOf(t, s, other); !slices.Equal(seen, []string{"到期"}) {
			t.Errorf("shared with everybody, another sees %v", seen)
		}
		ok[organization.Done](t)(organization.DeleteView.Run(me, s.Ops, organization.ViewInput{ViewID: key}))
		if seen := viewsOf(t, s, me); len(seen) != 0 {
			t.Errorf("deleted, and still there: %v", seen)
		}
		if facts := s.Facts(t); !slices.Equal(facts, []string{"organization.view-saved.1", "organization.view-changed.1", "organization.view-deleted.1"}) {
			t.Errorf("facts = %v", facts)
		}
		s.Check(t)
	})
}

// What is deleted by mistake comes back within ten minutes, with one's own subscription (UI-B2).
func TestUIL1_DeleteIsUndone(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		me := s.Principal(s.HD)
		address(t, s, me)
		key := save(t, s, me, organization.SaveViewInput{List: "/payments", Name: "刷卡", Query: "method=card", Shared: "center", Every: "weekly"})
		before := viewOf(t, s, me, key)
		ctx := op.WithUndo(me)
		ok[organization.Done](t)(organization.DeleteView.Run(ctx, s.Ops, organization.ViewInput{ViewID: key}))
		if err := s.Ops.Undo(me, op.Offered(ctx)); err != nil {
			t.Fatal(err)
		}
		var after []organization.ShownView
		s.Read(t, me, func(ctx context.Context, tx *op.Tx) (err error) {
			after, err = organization.Views(ctx, tx, organization.ViewFilter{List: "/payments"})
			return err
		})
		if len(after) != 1 || after[0].Name != before.Name || after[0].Query != before.Query || after[0].Shared != "center" || after[0].Center != s.HD || after[0].Every != "weekly" {
			t.Errorf("after the undo %+v, before %+v", after, before)
		}
	})
}

// A view is seen by its owner, by the owner's center or by everybody, and only by those who may open the list.
func TestUIL1_ShareView(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		me := s.Principal(s.HD)
		for _, shared := range organization.Shares {
			save(t, s, me, organization.SaveViewInput{List: "/contracts", Name: shared, Query: "state=active", Shared: shared})
		}
		for _, c := range []struct {
			who  string
			ctx  context.Context
			want []string
		}{
			{"owner", me, []string{"me", "center", "everybody"}},
			{"front desk of the center", s.FrontDesk(s.HD), []string{"center", "everybody"}},
			{"front desk of another center", s.FrontDesk(s.CY), []string{"everybody"}},
			{"general manager, of no center", s.GM(), []string{"everybody"}},
			{"marketing, without the right to contracts", s.Marketing(), nil},
			{"IT, without the right to contracts", s.IT(), nil},
		} {
			if got := viewsOf(t, s, c.ctx); !slices.Equal(got, c.want) {
				t.Errorf("%s sees %v, want %v", c.who, got, c.want)
			}
		}
	})
}

func TestUIL1_SaveViewRefused(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		me := s.Consultant(s.HD)
		save(t, s, me, organization.SaveViewInput{List: "/enquiries", Name: "新", Query: "stage=new"})
		for _, c := range []struct {
			name        string
			ctx         context.Context
			in          organization.SaveViewInput
			field, code string
		}{
			{"no list", me, organization.SaveViewInput{List: "/nowhere", Name: "a"}, "list", "unknown"},
			{"no name", me, organization.SaveViewInput{List: "/enquiries", Name: " "}, "name", "required"},
			{"long name", me, organization.SaveViewInput{List: "/enquiries", Name: strings.Repeat("长", 61)}, "name", "too-long"},
			{"taken", me, organization.SaveViewInput{List: "/enquiries", Name: "新"}, "name", "view-taken"},
			{"unknown parameter", me, organization.SaveViewInput{List: "/enquiries", Name: "a", Query: "colour=red"}, "query", "view-parameter"},
			{"page", me, organization.SaveViewInput{List: "/enquiries", Name: "a", Query: "page=2"}, "query", "view-parameter"},
			{"search, which may name a person", me, organization.SaveViewInput{List: "/enquiries", Name: "a", Query: "q=13800138000"}, "query", "view-parameter"},
			{"no address", me, organization.SaveViewInput{List: "/enquiries", Name: "a", Query: "stage=%zz"}, "query", "view-address"},
			{"bad value", me, organization.SaveViewInput{List: "/enquiries", Name: "a", Query: "from=yesterday"}, "from", "bad-date"},
			{"bad sort", me, organization.SaveViewInput{List: "/enquiries", Name: "a", Query: "sort=colour"}, "sort", "not-one-of"},
			{"bad column", me, organization.SaveViewInput{List: "/enquiries", Name: "a", Query: "cols=colour"}, "cols", "not-one-of"},
			{"bad sharing", me, organization.SaveViewInput{List: "/enquiries", Name: "a", Shared: "world"}, "shared", "not-one-of"},
			{"bad rhythm", me, organization.SaveViewInput{List: "/enquiries", Name: "a", Every: "hourly"}, "every", "not-one-of"},
			{"no center to share with", s.GM(), organization.SaveViewInput{List: "/enquiries", Name: "a", Shared: "center"}, "shared", "view-no-center"},
			{"no mail address", me, organization.SaveViewInput{List: "/enquiries", Name: "a", Every: "daily"}, "every", "view-no-address"},
		} {
			_, err := organization.SaveView.Run(c.ctx, s.Ops, c.in)
			p, is := problem.As(err)
			if !is || p.Status != http.StatusUnprocessableEntity || !slices.ContainsFunc(p.Fields, func(f problem.Field) bool { return f.Location == c.field && f.Code == c.code }) {
				t.Errorf("%s: %v, want %s:%s", c.name, err, c.field, c.code)
			}
		}
		if _, err := organization.SaveView.Run(s.Marketing(), s.Ops, organization.SaveViewInput{List: "/payments", Name: "a"}); !refusedWith(err, http.StatusForbidden, "forbidden") {
			t.Errorf("a list that one may not open: %v", err)
		}
		if facts := s.Facts(t); len(facts) != 1 {
			t.Errorf("facts = %v", facts)
		}
	})
}

// One subscribes to a view that one sees, changes the rhythm, and ends it; others are told nothing.
func TestUIL1_Subscribe(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		me, desk := s.Principal(s.HD), s.FrontDesk(s.HD)
		address(t, s, desk)
		shared := save(t, s, me, organization.SaveViewInput{List: "/visits", Name: "今天", Shared: "center"})
		private := save(t, s, me, organization.SaveViewInput{List: "/visits", Name: "我的"})
		for _, every := range organization.Rhythms {
			ok[organization.Done](t)(organization.SubscribeView.Run(desk, s.Ops, organization.SubscribeViewInput{ViewID: shared, Every: every}))
			if got := viewOf(t, s, desk, shared).Every; got != every {
				t.Errorf("subscribed %s, want %s", got, every)
			}
		}
		if got := viewOf(t, s, me, shared).Every; got != "" {
			t.Errorf("its owner is subscribed too: %s", got)
		}
		_, err := organization.SubscribeView.Run(desk, s.Ops, organization.SubscribeViewInput{ViewID: private, Every: "daily"})
		if !refusedWith(err, http.StatusNotFound, "not-found") {
			t.Errorf("another's private view: %v", err)
		}
		ok[organization.Done](t)(organization.UnsubscribeView.Run(desk, s.Ops, organization.ViewInput{ViewID: shared}))
		if _, err := organization.UnsubscribeView.Run(desk, s.Ops, organization.ViewInput{ViewID: shared}); !refusedWith(err, http.StatusNotFound, "not-found") {
			t.Errorf("ended twice: %v", err)
		}
		s.Check(t)
	})
}

// address gives somebody a mail address, and returns it.
func address(t *testing.T, s *testkit.School, ctx context.Context) string {
	t.Helper()
	v, _ := op.ViewerOf(ctx)
	mail := v.Staff.String() + "@school.example"
	ok[organization.Changed](t)(organization.ChangeStaff.Run(s.System(), s.Ops, organization.ChangeStaffInput{StaffID: v.Staff, Email: &mail}))
	if err := s.Dir.Refresh(s.System(), s.Ops, 0); err != nil {
		t.Fatal(err)
	}
	return mail
}

func refusedWith(err error, status int, code string) bool {
	p, is := problem.As(err)
	return is && p.Status == status && p.Code == code
}
