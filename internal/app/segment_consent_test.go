package app_test

import (
	"context"
	"encoding/csv"
	"net/http"
	"slices"
	"strings"
	"testing"

	"zhike/internal/app"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/marketing"
	"zhike/internal/people"
	"zhike/internal/testkit"
)

// TestPPL9_Export: a list that goes out to customers holds only those who agreed to its purpose by its channel, a minor only by a guardian; the others
// are counted in the file, the answer and the event. An internal list holds everybody.
func TestPPL9_Export(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		ctx := s.Consultant(s.HD)
		enter := func(name string, birth bizdate.Date) id.ID {
			e := s.Enquiry(t, s.HD)
			if _, err := people.Change.Run(s.Principal(s.HD), s.Ops, people.ChangeInput{PersonID: e.PersonID, Name: &name, Birth: &birth}); err != nil {
				t.Fatal(err)
			}
			return e.PersonID
		}
		agree := func(person id.ID, purpose, channel string, guardian id.ID) {
			in := people.ConsentInput{PersonID: person, Purpose: purpose, Channel: channel, Source: "paper", GuardianID: guardian}
			if _, err := people.GiveConsent.Run(ctx, s.Ops, in); err != nil {
				t.Fatal(err)
			}
		}
		grown, child := bizdate.New(1985, 5, 5), bizdate.New(2016, 5, 5)
		yes, byCall, survey, gone, none, minor, alone := enter("同意", grown), enter("电话", grown), enter("调查", grown), enter("撤回", grown), enter("没有", grown), enter("孩子", child), enter("自己", child)
		agree(yes, "marketing", "sms", id.None)
		agree(byCall, "marketing", "call", id.None)
		agree(survey, "survey", "sms", id.None)
		agree(gone, "marketing", "sms", id.None)
		if _, err := people.WithdrawConsent.Run(ctx, s.Ops, people.ConsentInput{PersonID: gone, Purpose: "marketing", Channel: "sms", Source: "phone"}); err != nil {
			t.Fatal(err)
		}
		if _, err := people.LinkGuardian.Run(ctx, s.Ops, people.LinkGuardianInput{PersonID: minor, GuardianID: none, Relation: "mother"}); err != nil {
			t.Fatal(err)
		}
		agree(minor, "marketing", "sms", none)
		s.Exec(t, "INSERT INTO consents (id, person, purpose, channel, given, source, day, staff, at) SELECT ?, ?, purpose, channel, given, source, day, staff, at FROM consents WHERE person = ?",
			s.Clock.NewID(), alone, yes) // a minor's own word
		in := testkit.Segment()
		in.CenterID = s.HD
		seg, err := marketing.SetSegment.Run(s.Marketing(), s.Ops, in)
		if err != nil {
			t.Fatal(err)
		}
		v := signedIn(t, s, serve(t, s, app.PageOptions{}), "marketing", id.None)
		page := "/segments/" + seg.ID.String()
		v.get(page).want(t, http.StatusOK, "side=left-out", "各种名单有多少人", "略去") // the number opens who and why
		opened := v.get(page + "?side=left-out&purpose=marketing&channel=sms")
		opened.want(t, http.StatusOK, "电话", "调查", "已撤回同意", "没有表示过同意", "未成年人自己同意的，要由监护人同意")
		v.get(page+"?side=left-out&purpose=marketing&channel=post").want(t, http.StatusOK, "post")
		for _, c := range []struct {
			purpose, channel string
			want             []string
			left             string
		}{
			{"marketing", "sms", []string{"同意", "孩子"}, "略去 5 人：没有同意"},
			{"marketing", "call", []string{"电话"}, "略去 6 人：没有同意"},
			{"survey", "sms", []string{"调查"}, "略去 6 人：没有同意"},
			{"internal", "", []string{"同意", "电话", "调查", "撤回", "没有", "孩子", "自己"}, ""},
		} {
			a := v.post("/segments/"+seg.ID.String()+"/export", "format", "csv", "purpose", c.purpose, "channel", c.channel)
			a.want(t, http.StatusOK)
			rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(a.body, "\ufeff"))).ReadAll()
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			left := ""
			for _, row := range rows[1:] {
				if strings.HasPrefix(row[0], "略去") {
					left = row[0]
				} else {
					got = append(got, row[0])
				}
				if m := row[len(row)-1]; !strings.Contains(m, " · "+c.purpose) {
					t.Errorf("%s by %s: mark %q", c.purpose, c.channel, m)
				}
			}
			slices.Sort(got)
			slices.Sort(c.want)
			if !slices.Equal(got, c.want) || left != c.left {
				t.Errorf("%s by %s = %v, %q; want %v, %q", c.purpose, c.channel, got, left, c.want, c.left)
			}
		}
		refuse := func(ctx context.Context, purpose, channel, want string) {
			if _, err := marketing.ExportSegment.Run(ctx, s.Ops, marketing.ExportSegmentInput{SegmentID: seg.ID, Format: "csv", Purpose: purpose, Channel: channel}); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%q by %q: %v", purpose, channel, err)
			}
		}
		refuse(s.Marketing(), "", "", "purpose")
		refuse(s.Marketing(), "photos", "publication", "purpose")
		refuse(s.Marketing(), "marketing", "", "channel")
		if n := s.Count(t, `SELECT COUNT(*) FROM events WHERE kind = 'marketing.segment-exported.1' AND payload LIKE '%"purpose":"marketing","channel":"sms","left_out":5%'`); n != 1 {
			t.Errorf("%d events of the list by message", n)
		}
	})
}
