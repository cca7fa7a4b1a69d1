package marketing_test

import (
	"context"
	"strings"
	"testing"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/condition"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/marketing"
	"zhike/internal/people"
	"zhike/internal/testkit"
)

// where makes an outline: each line is a row, indented by its depth. A group is its word, a condition "field is value,value".
func where(lines ...string) (rows []condition.Row) {
	for _, line := range lines {
		words := strings.Fields(line)
		row := condition.Row{Depth: int64(len(line) - len(strings.TrimLeft(line, " ")))}
		if len(words) == 1 {
			row.Group = words[0]
		} else {
			row.Field, row.Is = words[0], words[1]
		}
		if len(words) > 2 {
			row.Values = strings.Split(words[2], ",")
		}
		rows = append(rows, row)
	}
	return rows
}

func count(t *testing.T, s *testkit.School, ctx context.Context, rows []condition.Row) (n int64) {
	t.Helper()
	s.Read(t, ctx, func(ctx context.Context, tx *op.Tx) (err error) {
		n, err = marketing.CountConditions(ctx, tx, rows)
		return err
	})
	return n
}

func setSegment(t *testing.T, s *testkit.School, ctx context.Context, in marketing.SegmentInput) marketing.SegmentAnswer {
	t.Helper()
	out, err := marketing.SetSegment.Run(ctx, s.Ops, in)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// What is built is refused by its place before anything is counted.
func TestMKT10_Refused(t *testing.T) {
	deep := []condition.Row{{Group: "all"}}
	for d := int64(1); d <= 10_000; d++ {
		deep = append(deep, condition.Row{Depth: d, Group: "all"})
	}
	many := append(where("any"), make([]condition.Row, 1_000_000)...)
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		for name, c := range map[string]struct {
			rows []condition.Row
			code string
			at   string
		}{
			"a million":         {many, "condition-too-many", "conditions"},
			"ten thousand deep": {deep, "condition-too-many", "conditions"},
			"nine deep":         {deep[:10], "condition-too-deep", "conditions.9.depth"},
			"nothing":           {nil, "condition-no-group", "conditions"},
			"no group":          {where("stage is new"), "condition-no-group", "conditions"},
			"a step too deep":   {where("all", "  stage is new"), "condition-no-group", "conditions.1.depth"},
			"two roots":         {where("all", " stage is new", "all"), "condition-no-group", "conditions.2.depth"},
			"empty group":       {where("all", " stage is new", " any"), "condition-empty-group", "conditions.2.group"},
			"unknown group":     {where("all", " xor", "  stage is new"), "not-one-of", "conditions.1.group"},
			"unknown field":     {where("all", " shoe-size is 38"), "condition-no-field", "conditions.1.field"},
			"wrong comparison":  {where("all", " age is 8"), "not-one-of", "conditions.1.is"},
			"wrong type":        {where("all", " age at-least many"), "condition-bad-value", "conditions.1.values"},
			"negative":          {where("all", " age at-least -1"), "condition-bad-value", "conditions.1.values"},
			"too fine":          {where("all", " contract-value at-least 1.005"), "condition-bad-value", "conditions.1.values"},
			"too great":         {where("all", " visits at-least 99999999999999999999"), "condition-bad-value", "conditions.1.values"},
			"no day":            {where("all", " entered since 2026-02-30"), "condition-bad-value", "conditions.1.values"},
			"no stage":          {where("all", " stage is asleep"), "condition-bad-value", "conditions.1.values"},
			"no value":          {where("all", " stage is"), "required", "conditions.1.values"},
			"value of nothing":  {where("all", " last-touch never 3"), "condition-values", "conditions.1.values"},
		} {
			_, err := marketing.SetSegment.Run(s.Marketing(), s.Ops, marketing.SegmentInput{Name: "x", Conditions: c.rows})
			if code(err) != c.code || place(err) != c.at {
				t.Errorf("%s: %s at %s (%v), want %s at %s", name, code(err), place(err), err, c.code, c.at)
			}
		}
		if got := s.Facts(t); len(got) != 0 {
			t.Errorf("facts = %v", got)
		}
	})
}

// A control group is drawn by chance, the same each time, and whoever is in it stays there (MKT-10).
func TestMKT10_Control(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		for range 120 {
			s.Person(t, s.HD)
		}
		seg := setSegment(t, s, s.Marketing(), marketing.SegmentInput{Name: "海淀的人", Conditions: where("all", " center is "+s.HD.String())})
		hold := func(share int64) marketing.HoldControlAnswer {
			t.Helper()
			out, err := marketing.HoldControl.Run(s.Marketing(), s.Ops, marketing.HoldControlInput{SegmentID: seg.ID, Share: share})
			if err != nil {
				t.Fatal(err)
			}
			return out
		}
		first := hold(20)
		if first.Drawn != 120 || first.Control < 10 || first.Control > 40 {
			t.Fatalf("drawn %+v, want 120 with some 24 held back", first)
		}
		held := s.Count(t, "SELECT COUNT(*) FROM segment_members WHERE segment = ? AND control = TRUE", seg.ID)
		for range 60 {
			s.Person(t, s.HD)
		}
		second := hold(1)
		if second.Drawn != 60 || s.Count(t, "SELECT COUNT(*) FROM segment_members WHERE segment = ? AND control = TRUE", seg.ID) != held+second.Control {
			t.Errorf("second draw %+v: who was held back before has to stay", second)
		}
		if third := hold(50); third.Drawn != 0 {
			t.Errorf("third draw %+v, want nobody", third)
		}
		s.Exec(t, "DELETE FROM segment_members WHERE segment = ?", seg.ID)
		s.Exec(t, "UPDATE segments SET share = 20 WHERE id = ?", seg.ID)
		out, err := marketing.ExportSegment.Run(s.Marketing(), s.Ops, marketing.ExportSegmentInput{SegmentID: seg.ID, Format: "csv", Purpose: marketing.Internal})
		if err != nil || out.Rows != 180-s.Count(t, "SELECT COUNT(*) FROM segment_members WHERE segment = ? AND control = TRUE", seg.ID) || out.Rows == 180 {
			t.Errorf("export = %+v, %v: without the control group", out, err)
		}
		if _, err := marketing.HoldControl.Run(s.Marketing(), s.Ops, marketing.HoldControlInput{SegmentID: seg.ID, Share: 51}); code(err) != "condition-share" {
			t.Errorf("share of 51: %v", err)
		}
		s.Check(t)
	})
}

// Everybody counts within the own scope; a center's people are not counted elsewhere (ORG-4).
func TestMKT10_Scope(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		s.Enquiry(t, s.HD)
		s.Enquiry(t, s.CY)
		s.Enquiry(t, s.CY)
		rows := where("all", " stage is new")
		for who, c := range map[string]struct {
			ctx  context.Context
			want int64
		}{"marketing": {s.Marketing(), 3}, "principal of HD": {s.Principal(s.HD), 1}, "principal of CY": {s.Principal(s.CY), 2}, "general manager": {s.GM(), 3}} {
			if n := count(t, s, c.ctx, rows); n != c.want {
				t.Errorf("%s counts %d, want %d", who, n, c.want)
			}
		}
		for who, ctx := range map[string]context.Context{"consultant": s.Consultant(s.HD), "front desk": s.FrontDesk(s.HD), "it": s.IT()} {
			err := s.Ops.Read(ctx, func(ctx context.Context, tx *op.Tx) error {
				_, err := marketing.CountConditions(ctx, tx, rows)
				return err
			})
			if code(err) != "forbidden" {
				t.Errorf("%s: %v", who, err)
			}
			if _, err := marketing.SetSegment.Run(ctx, s.Ops, marketing.SegmentInput{Name: "x", Conditions: rows}); code(err) != "forbidden" {
				t.Errorf("%s sets: %v", who, err)
			}
		}
		mine := setSegment(t, s, s.Principal(s.HD), marketing.SegmentInput{Name: "我的", CenterID: s.HD, Conditions: rows})
		if _, err := marketing.SetSegment.Run(s.Principal(s.CY), s.Ops, marketing.SegmentInput{SegmentID: mine.ID, CenterID: s.CY, Name: "x", Conditions: rows}); code(err) != "not-found" {
			t.Errorf("another center's segment: %v", err)
		}
		if _, err := marketing.SetSegment.Run(s.Principal(s.HD), s.Ops, marketing.SegmentInput{Name: "x", Conditions: rows}); code(err) != "required" {
			t.Errorf("a principal's for the whole company: %v", err)
		}
	})
}

// A campaign names a segment; one that nobody has is refused, and what a campaign had in words stays (MKT-1).
func TestMKT10_Campaign(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		seg := setSegment(t, s, s.Marketing(), marketing.SegmentInput{Name: "意向", Conditions: where("all", " stage is new")})
		in := testkit.Campaign(t, s, id.None)
		old, err := marketing.PlanCampaign.Run(s.Marketing(), s.Ops, in)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := marketing.ChangeCampaign.Run(s.Marketing(), s.Ops, marketing.ChangeCampaignInput{CampaignID: old.ID, SegmentID: &seg.ID}); err != nil {
			t.Fatal(err)
		}
		s.Read(t, s.Marketing(), func(ctx context.Context, tx *op.Tx) error {
			c, err := marketing.CampaignByID(ctx, tx, old.ID)
			if err != nil || c.Segment != seg.ID || c.Audience != in.Audience {
				t.Errorf("campaign = %+v, %v", c, err)
			}
			list, err := marketing.CampaignsFor(ctx, tx, seg.ID)
			if len(list) != 1 || list[0].ID != old.ID {
				t.Errorf("campaigns for the segment = %v", list)
			}
			return err
		})
		in.SegmentID = old.ID
		if _, err := marketing.PlanCampaign.Run(s.Marketing(), s.Ops, in); code(err) != "not-found" {
			t.Errorf("a segment that is none: %v", err)
		}
	})
}

// A number of an identity card is masked wherever it is shown, whatever its field is called: nobody asks for it, and a segment that was saved with it is refused to
// whoever runs it. Words of the same field are asked for as before (TRU-15, PPL-10).
func TestMKT10_MaskedIsNotAsked(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		s.Exec(t, "INSERT INTO attribute_fields (code, resource, kind, name_zh, name_en, known, no) VALUES ('remark', 'person', 'text', '备用', 'Remark', 'always', 9)")
		const number = "110101199003074514"
		asks := func(lines ...string) []condition.Row { return where(append([]string{"all"}, lines...)...) }
		for _, is := range []string{"is", "is-not"} {
			for _, who := range []context.Context{s.Marketing(), s.Principal(s.HD), s.GM()} {
				err := s.Ops.Read(who, func(ctx context.Context, tx *op.Tx) error {
					_, err := marketing.CountConditions(ctx, tx, asks(" person.remark "+is+" "+number))
					return err
				})
				if code(err) != "condition-masked" || place(err) != "conditions.1.values" {
					t.Errorf("%s: %v", is, err)
				}
			}
		}
		if _, err := marketing.SetSegment.Run(s.Marketing(), s.Ops, marketing.SegmentInput{Name: "x", Conditions: asks(" person.remark is " + number)}); code(err) != "condition-masked" {
			t.Errorf("saved: %v", err)
		}
		seg := setSegment(t, s, s.Marketing(), marketing.SegmentInput{Name: "x", Conditions: asks(" person.remark is 朋友")})
		s.Exec(t, "UPDATE segments SET conditions = REPLACE(conditions, '朋友', '"+number+"') WHERE id = ?", seg.ID)
		for _, who := range []context.Context{s.Marketing(), s.GM()} {
			err := s.Ops.Read(who, func(ctx context.Context, tx *op.Tx) error {
				other, err := marketing.SegmentByID(ctx, tx, seg.ID)
				if err != nil {
					return err
				}
				_, err = marketing.CountSegment(ctx, tx, other)
				return err
			})
			if code(err) != "condition-masked" {
				t.Errorf("run: %v", err)
			}
		}
		if _, err := marketing.ExportSegment.Run(s.Marketing(), s.Ops, marketing.ExportSegmentInput{SegmentID: seg.ID, Format: "csv", Purpose: marketing.Internal}); code(err) != "condition-masked" {
			t.Errorf("exported: %v", err)
		}
	})
}

// Who is left out of a list that goes out is counted by use and listed with why: nothing was stated, it was withdrawn, a minor agreed. List and those left out are
// all who may be contacted; the staff's own list leaves out nobody (PPL-9).
func TestPPL9_LeftOut(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		never, agreed, withdrew := s.Person(t, s.HD), s.Person(t, s.HD), s.Person(t, s.HD)
		consent := func(person id.ID) people.ConsentInput {
			return people.ConsentInput{PersonID: person, Purpose: "marketing", Channel: "sms", Source: "form"}
		}
		for _, key := range []id.ID{agreed, withdrew} {
			if _, err := people.GiveConsent.Run(s.Principal(s.HD), s.Ops, consent(key)); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := people.WithdrawConsent.Run(s.Principal(s.HD), s.Ops, consent(withdrew)); err != nil {
			t.Fatal(err)
		}
		seg := setSegment(t, s, s.Marketing(), marketing.SegmentInput{Name: "海淀的人", Conditions: where("all", " center is "+s.HD.String())})
		use := people.Use{Purpose: "marketing", Channel: "sms"}
		s.Read(t, s.Marketing(), func(ctx context.Context, tx *op.Tx) error {
			of, err := marketing.SegmentByID(ctx, tx, seg.ID)
			if err != nil {
				return err
			}
			all, err := of.Side(ctx, tx, marketing.Contacted)
			if err != nil {
				return err
			}
			n, err := people.AgreedAmong(ctx, tx, all)
			if err != nil || n[use] != 1 || len(n) != 1 {
				t.Errorf("agreed: %v, %v", n, err)
			}
			left, err := marketing.LeftOut(ctx, tx, of, use.Purpose, use.Channel)
			if err != nil {
				return err
			}
			keys, err := condition.List[id.ID](ctx, tx, left, "p.id", id.None, 0, 10)
			if err != nil || len(keys) != 2 {
				t.Fatalf("%d left out, %v", len(keys), err)
			}
			why, err := people.Refusals(ctx, tx, left, use, keys)
			if err != nil || why[never].Why != people.NeverAgreed || why[withdrew].Why != people.Withdrew || why[withdrew].Day.IsZero() {
				t.Errorf("why: %+v, %v", why, err)
			}
			if _, err := marketing.LeftOut(ctx, tx, of, marketing.Internal, ""); code(err) != "not-one-of" {
				t.Errorf("internal: %v", err)
			}
			return nil
		})
		s.Exec(t, "UPDATE persons SET birth = ? WHERE id = ?", int64(bizdate.Of(s.Clock.Now(), s.Dir.Zone(s.HD))-3_000), agreed)
		s.Read(t, s.Marketing(), func(ctx context.Context, tx *op.Tx) error {
			of, err := marketing.SegmentByID(ctx, tx, seg.ID)
			if err != nil {
				return err
			}
			left, err := marketing.LeftOut(ctx, tx, of, use.Purpose, use.Channel)
			if err != nil {
				return err
			}
			why, err := people.Refusals(ctx, tx, left, use, []id.ID{agreed})
			if err != nil || why[agreed].Why != people.NeedsGuardian {
				t.Errorf("a minor: %+v, %v", why, err)
			}
			return nil
		})
	})
}
