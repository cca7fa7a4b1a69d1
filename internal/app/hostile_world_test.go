package app_test

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"testing"

	"zhike/internal/app"
	"zhike/internal/finance"
	"zhike/internal/kernel/attach"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/marketing"
	"zhike/internal/organization"
	"zhike/internal/people"
	"zhike/internal/process"
	"zhike/internal/rollout"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

// target is a school with a record of each kind, its pages and its API, for tests that attack every route.
type target struct {
	*testkit.School
	t         *testing.T
	file      string // of the database
	site, api string
	code      string              // of a capture point
	feed      string              // secret of a calendar
	ids       map[string][]string // some of each table
}

// attacked are the roles that together may open every page and send every form.
var attacked = []string{"principal", "it", "front-desk", "consultant", "finance", "general-manager"}

// recordTables hold what an {id} of a path names.
var recordTables = []string{
	"organizations", "persons", "playbooks", "promotions", "rewards", "data_requests", "enquiries", "appointments", "visits", "quotes", "contracts", "payments", "tasks", "task_comments", "task_series", "approvals", "campaigns", "campaign_costs", "attachments", "budgets", "campaign_formats", "capture_points", "segments", "delegations", "score_models", "imports", "feedback", "views", "special_days", "rooms", "centers", "staff", "accounts", "positions", "channels", "courses", "packages", "sessions",
}

func newTarget(t *testing.T) *target { t.Helper(); return newTargetWith(t, nil) }

// newTargetWith lets the program write its log, if one is given.
func newTargetWith(t *testing.T, log *slog.Logger) *target {
	t.Helper()
	x := &target{t: t, file: t.TempDir() + "/zhike.db", ids: map[string][]string{}}
	x.School = testkit.NewSchool(t, x.file)
	x.App.Unlimited = true
	if log != nil {
		x.App.Log = log
	}
	x.site, x.api = serve(t, x.School, app.PageOptions{Demo: true}), apiServer(t, x.School)
	x.live()
	settle(t, x.School)
	for _, table := range recordTables {
		x.Read(t, x.System(), func(ctx context.Context, tx *op.Tx) error {
			list, err := op.AllOf[id.ID](ctx, tx.Unscoped("test"), "SELECT id FROM "+table+" ORDER BY id DESC LIMIT 4")
			for _, key := range list {
				x.ids[table] = append(x.ids[table], key.String())
			}
			if len(list) == 0 {
				t.Errorf("the school has no %s", table)
			}
			return err
		})
	}
	return x
}

// live enters a record of each kind that a route names.
func (x *target) live() {
	t, s := x.t, x.School
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	desk, consultant := s.FrontDesk(s.HD), s.Consultant(s.HD)
	s.Reward(t, s.HD, s.Enquiry(t, s.HD).PersonID)
	s.Appointment(t, s.HD)
	signed := s.Contract(t, s.HD)
	_, a := s.Appointment(t, s.HD)
	v, err := sales.CheckIn.Run(desk, s.Ops, sales.CheckInInput{AppointmentID: a.ID})
	must(err)
	_, err = sales.FinishVisit.Run(consultant, s.Ops, sales.FinishVisitInput{VisitID: v.ID, Needs: map[string]string{"goal": "口语"}, Outcome: "quote"})
	must(err)
	_, err = finance.TakePayment.Run(desk, s.Ops, finance.TakePaymentInput{ContractID: signed.ID, Method: "wechat", Amount: 100_000})
	must(err)
	_, err = sales.MakeQuote.Run(consultant, s.Ops, sales.MakeQuoteInput{EnquiryID: v.Enquiry, Packages: []id.ID{s.Package}, Discount: 345_600, Reason: "团购"})
	must(err)
	s.Promotion(t, "秋季优惠")
	x.campaign()
	_, err = people.RegisterOrganization.Run(desk, s.Ops, people.OrganizationInput{Name: "星河软件", CenterID: s.HD, Phones: []people.ContactInput{{Value: "13900139001"}}})
	must(err)
	_, err = marketing.SetSegment.Run(s.Marketing(), s.Ops, testkit.Segment())
	must(err)
	_, err = organization.Delegate.Run(s.Principal(s.HD), s.Ops, organization.DelegateInput{DeputyID: s.StaffID(consultant), Until: bizdate.Of(s.Clock.Now(), s.Dir.Zone(s.HD)) + 7})
	must(err)
	_, err = sales.TrainScores.Run(s.GM(), s.Ops, sales.TrainScoresInput{})
	must(err)
	_, err = organization.AddRoom.Run(s.IT(), s.Ops, organization.RoomInput{CenterID: s.HD, Name: "201", Seats: 12})
	must(err)
	_, err = organization.SaveView.Run(consultant, s.Ops, organization.SaveViewInput{List: "/enquiries", Name: "今天到期", Query: "due=today", Shared: "center"})
	must(err)
	_, err = rollout.GiveFeedback.Run(consultant, s.Ops, rollout.GiveFeedbackInput{Category: "unclear", Said: "首联是什么", Page: "/enquiries"})
	must(err)
	_, err = organization.AddSpecialDay.Run(s.System(), s.Ops, organization.SpecialDayInput{CenterID: s.HD, From: bizdate.Of(s.Clock.Now(), s.Dir.Zone(s.HD)) + 30, Kind: "closed", NameZH: "装修", NameEN: "Works"})
	must(err)
	_, err = people.FileDataRequest.Run(desk, s.Ops, people.DataRequestInput{PersonID: s.Person(t, s.HD), Kind: "export", By: "self", Identity: "document"})
	must(err)
	boss, due := s.Principal(s.HD), bizdate.Of(s.Clock.Now(), s.Dir.Zone(s.HD))
	task, err := process.GiveTask.Run(boss, s.Ops, process.GiveTaskInput{StaffID: s.StaffID(consultant), Task: "other", Title: "整理样书", Due: due, Note: "周五前"})
	must(err)
	_, err = process.CommentTask.Run(boss, s.Ops, process.CommentTaskInput{TaskID: task.ID, Text: "先点数"})
	must(err)
	_, err = process.RepeatTask.Run(boss, s.Ops, process.RepeatTaskInput{Title: "清点教室", Every: "day", From: due})
	must(err)
	feed, err := organization.RenewFeed.Run(boss, s.Ops, organization.RenewFeedInput{})
	must(err)
	x.feed = feed.Token
	s.Appointment(t, s.HD)
	apiClient(t, s, x.api, "principal", s.HD).send(t, "kind", "leads", "file", "姓名,电话\n赵敏,13900001111\n")
}

// campaign plans one campaign that is approved, with a cost and a lead, and one that is not.
func (x *target) campaign() {
	x.t.Helper()
	s := x.School
	var key id.ID
	for _, approved := range []bool{false, true} {
		c, err := marketing.PlanCampaign.Run(s.Marketing(), s.Ops, testkit.Campaign(x.t, s, id.None))
		if err != nil {
			x.t.Fatal(err)
		}
		if approved {
			s.Approve(x.t, c.ID)
		}
		key = c.ID
	}
	scan, err := attach.Receive(s.Marketing(), s.Ops, "收据.pdf", strings.NewReader("%PDF-1.7"))
	if err != nil {
		x.t.Fatal(err)
	}
	_, err1 := marketing.BookCost.Run(s.Marketing(), s.Ops, marketing.BookCostInput{CampaignID: key, Category: "media", Amount: 80_000, Document: "FP-1", Files: []id.ID{scan.ID}})
	_, err2 := sales.Enter.Run(s.FrontDesk(s.HD), s.Ops, sales.EnterInput{PersonID: s.Person(x.t, s.HD), CenterID: s.HD, CampaignID: key})
	point, err3 := marketing.SetCapturePoint.Run(s.Marketing(), s.Ops, marketing.CapturePointInput{Name: "官网", Kind: "form", CampaignID: key, CenterID: s.HD})
	x.code = point.Code
	_, err4 := marketing.SetBudget.Run(s.Marketing(), s.Ops, marketing.SetBudgetInput{Year: 2026, Cells: []marketing.BudgetCellInput{{ChannelID: s.Web, Month: 1, Amount: 100_000_000}}})
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		x.t.Fatal(err)
	}
}

// contents gives each table of the database with all that is in it.
func (x *target) contents() map[string]string {
	x.t.Helper()
	db, err := sql.Open("sqlite", "file:"+x.file+"?mode=ro")
	if err != nil {
		x.t.Fatal(err)
	}
	defer db.Close()
	out := map[string]string{}
	for _, table := range textsOf(x.t, db, "SELECT name FROM sqlite_master WHERE type = 'table'") {
		list := textsOf(x.t, db, "SELECT * FROM \""+table+"\"")
		slices.Sort(list)
		out[table] = strings.Join(list, "\n")
	}
	return out
}

// rows gives each table and a digest of what is in it.
func (x *target) rows() map[string]string {
	x.t.Helper()
	out := x.contents()
	for table, rows := range out {
		out[table] = fmt.Sprintf("%d lines, %x", strings.Count(rows, "\n")+1, sha256.Sum256([]byte(rows)))
	}
	return out
}

// textsOf gives each row of a query as one text.
func textsOf(t *testing.T, db *sql.DB, query string) (out []string) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	names, err := rows.Columns()
	for err == nil && rows.Next() {
		values, cells := make([]any, len(names)), make([]string, len(names))
		for i := range values {
			values[i] = new(any)
		}
		err = rows.Scan(values...)
		for i := range values {
			cells[i] = fmt.Sprintf("%v", *values[i].(*any)) //nolint:forcetypeassert // made above
		}
		out = append(out, strings.Join(cells, "|"))
	}
	if err = errors.Join(err, rows.Err()); err != nil {
		t.Fatal(err)
	}
	return out
}

// same fails the test where a table is another than before.
func (x *target) same(what string, before map[string]string) {
	x.t.Helper()
	for table, now := range x.rows() {
		if now != before[table] {
			x.t.Errorf("%s changed the table %s: %s, was %s", what, table, now, before[table])
		}
	}
}

// named are what stands in a path beside ids.
var named = map[string][]string{
	"name": {"daily-sales"}, "list": {"loss-reason", "touch-result"}, "entry": {"price", "come"}, "code": {"consultant"}, "step": {"contact", "invite", "receive", "quote", "sign"}, "field": {"name", "name_zh", "phone", "seats", "price_fen"}, "stage": {"contacted", "invited", "visited", "quoted", "signed", "lost", "x"}, "$": {""},
}

// tableOf is what holds the records that a path names.
func tableOf(pattern string) string {
	first := strings.Split(pattern, "/")[1]
	if first == "account" {
		return "sessions"
	}
	if first == "people" {
		return "persons"
	}
	return strings.ReplaceAll(first, "-", "_")
}

// paths fills the braces of a pattern with everything that might stand there: ids of records of its kind, and of others.
func (x *target) paths(pattern string) []string {
	list := []string{pattern}
	for _, brace := range regexp.MustCompile(`\{([a-z$]+)\}`).FindAllStringSubmatch(pattern, -1) {
		values := named[brace[1]]
		if brace[1] == "secret" {
			values = []string{x.feed}
		}
		if brace[1] == "file" {
			values = x.ids["attachments"]
		}
		if brace[1] == "id" {
			values = append([]string{x.ids["persons"][0], x.ids["enquiries"][0]}, x.ids[tableOf(pattern)]...)
		}
		if first := strings.Split(pattern, "/")[1]; first == "c" || first == "capture" {
			values = []string{x.code}
		}
		if len(values) == 0 {
			x.t.Errorf("%s: this test does not know what {%s} is", pattern, brace[1])
		}
		var next []string
		for _, path := range list {
			for _, v := range values {
				next = append(next, strings.Replace(path, brace[0], v, 1))
			}
		}
		list = next
	}
	return list
}

// visitors are signed in, one a role.
func (x *target) visitors() map[string]visitor {
	x.t.Helper()
	out := map[string]visitor{}
	for _, role := range attacked {
		out[role] = signedIn(x.t, x.School, x.site, role, x.center(role))
	}
	return out
}

func (x *target) center(role string) id.ID {
	if slices.Contains([]string{"it", "general-manager", "marketing"}, role) {
		return id.None
	}
	return x.HD
}
