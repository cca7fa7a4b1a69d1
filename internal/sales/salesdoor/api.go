package salesdoor

import (
	"context"

	"zhike/internal/api"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/marketing"
	"zhike/internal/people"
	"zhike/internal/sales"
)

// API registers enquiries, reception and quotes.
func API(a *api.API) {
	apiEnquiries(a)
	apiReception(a)
	apiQuotes(a)
	apiScores(a)
	apiTargets(a)
	apiPlaybooks(a)
	apiPromotions(a)
	apiRewards(a)
}

type (
	enquiryID struct {
		ID id.ID `path:"id" json:"enquiry_id"`
	}
	appointmentID struct {
		ID id.ID `path:"id" json:"appointment_id"`
	}
	visitID struct {
		ID id.ID `path:"id" json:"visit_id"`
	}
	quoteID struct {
		ID id.ID `path:"id" json:"quote_id"`
	}
)

type enquiriesQuery struct {
	api.Paging
	enquiryParams
}

type stageCountsQuery struct {
	enquiryParams
	Q string `query:"q" maxLength:"100" doc:"name, pinyin or digits of the phone"`
}

// enquiryParams choose enquiries.
type enquiryParams struct {
	CenterID       id.ID        `query:"center_id"`
	ConsultantID   id.ID        `query:"consultant_id"`
	ChannelID      id.ID        `query:"channel_id"`
	CourseID       id.ID        `query:"course_id"`
	CampaignID     id.ID        `query:"campaign_id"`
	OrganizationID id.ID        `query:"organization_id" doc:"for which they are (PPL-13)"`
	PersonID       id.ID        `query:"person_id"`
	ReferrerID     id.ID        `query:"referrer_id" doc:"who recommended the school (MKT-12)"`
	Referred       bool         `query:"referred" doc:"recommended by anybody"`
	Stage          string       `query:"stage" enum:"new,contacted,invited,visited,quoted,signed,lost,pool"`
	Kind           string       `query:"kind" maxLength:"60" doc:"new, renewal, upgrade, return; several separated by commas"`
	Outcome        string       `query:"outcome" enum:"open,signed,lost"`
	From           bizdate.Date `query:"from" doc:"entered on or after"`
	Until          bizdate.Date `query:"to" doc:"entered on or before"`
	NextFrom       bizdate.Date `query:"next_from" doc:"next step due on or after"`
	NextUntil      bizdate.Date `query:"next_until" doc:"next step due by"`
	Breached       bool         `query:"breached"`
	Pool           bool         `query:"pool" doc:"without a consultant"`
}

func apiEnquiries(a *api.API) {
	api.List(a, "/enquiries", "sales.enquiries", "enquiry:read", enquiries)
	api.Get(a, "/enquiries/{id}", "sales.enquiry", "enquiry:read", func(ctx context.Context, tx *op.Tx, q enquiryID) (sales.Enquiry, error) {
		return sales.EnquiryByID(ctx, tx, q.ID)
	})
	api.Get(a, "/enquiry-stages", "sales.enquiry-stages", "enquiry:read", stageCounts)
	api.Whole(a, "/enquiries/{id}/stages", "sales.stages-of-enquiry", "enquiry:read", func(ctx context.Context, tx *op.Tx, q stagesQuery) ([]sales.Towards, error) {
		return sales.ToStages(ctx, tx, q.ID)
	})
	api.Whole(a, "/enquiries/{id}/submissions", "sales.submissions-of-enquiry", "enquiry:read", func(ctx context.Context, tx *op.Tx, q stagesQuery) ([]marketing.Captured, error) {
		return captured(ctx, tx, q.ID)
	})
	api.Post(a, "/enquiries", sales.Enter)
	api.Post(a, "/enquiries/{id}/touches", people.RecordTouch)
	api.Patch(a, "/enquiries/{id}", sales.ChangeEnquiry)
	api.Post(a, "/enquiries/{id}/leads", sales.AddLead)
	api.Post(a, "/enquiries/{id}/assign", sales.Assign)
	api.Post(a, "/enquiries/{id}/lose", sales.Lose)
	api.Post(a, "/enquiries/{id}/reopen", sales.ReopenEnquiry)
	apiPool(a)
	api.Post(a, "/touches/{id}/withdraw", people.WithdrawTouch)
	api.Post(a, "/enquiries/{id}/breach", sales.NoteBreach)
	api.Post(a, "/enquiries/{id}/escalate", sales.Escalate)
	api.Post(a, "/enquiry-updates", sales.UpdateImported)
	api.Post(a, "/enquiry-merges", sales.MergeLead)
	api.List(a, "/work-list", "sales.work-list", "enquiry:read", workList)
	api.Whole(a, "/assignment-rules", "sales.assignment-rules", "assignment:read", func(ctx context.Context, tx *op.Tx, _ api.Paging) ([]sales.AssignmentRule, error) {
		return sales.Rules(ctx, tx)
	})
	api.Post(a, "/assignment-rules", sales.SetRule)
	api.Whole(a, "/contact-ladder", "sales.contact-ladder", "assignment:read", func(ctx context.Context, tx *op.Tx, _ api.Paging) ([]sales.LadderStep, error) {
		return sales.Ladder(ctx, tx)
	})
	api.Post(a, "/contact-ladder", sales.SetLadderStep)
}

func (q enquiryParams) filter() sales.EnquiryFilter {
	return sales.EnquiryFilter{
		Center: q.CenterID, Consultant: q.ConsultantID, Channel: q.ChannelID, Course: q.CourseID, Campaign: q.CampaignID, Organization: q.OrganizationID, Person: q.PersonID, Referrer: q.ReferrerID, Referred: q.Referred, Stage: sales.Stage(q.Stage), Kind: q.Kind,
		Outcome: q.Outcome, From: q.From, Until: q.Until, NextFrom: q.NextFrom, NextUntil: q.NextUntil, Breached: q.Breached, Pool: q.Pool,
	}
}

// StageCounts are the heads of the board.
type StageCounts struct {
	Stages []sales.StageCount `json:"stages"`
}

// stageCounts is the head of the board: how many of the chosen enquiries stand where (SAL-15).
func stageCounts(ctx context.Context, tx *op.Tx, q stageCountsQuery) (out StageCounts, err error) {
	f := q.filter()
	if f.Persons, err = found(ctx, tx, q.Q); err != nil {
		return out, err
	}
	columns, err := sales.Board(ctx, tx, f, 0)
	for _, c := range columns {
		out.Stages = append(out.Stages, sales.StageCount{Stage: c.Stage, N: c.N})
	}
	return out, err
}

type stagesQuery struct {
	api.Paging
	enquiryID
}

func enquiries(ctx context.Context, tx *op.Tx, q enquiriesQuery) (page.Page[sales.Enquiry], error) {
	r := q.Request()
	f := q.filter()
	f.Sort, f.After, f.Limit = r.Sort, r.Cursor, r.Limit
	var err error
	if f.Persons, err = found(ctx, tx, q.Q); err != nil {
		return page.Page[sales.Enquiry]{}, err
	}
	list, err := sales.Enquiries(ctx, tx, f)
	return page.Page[sales.Enquiry]{Items: list.Items, Next: list.Next, Total: list.Total}, err
}

type workQuery struct {
	Limit        int    `query:"limit" minimum:"1" maximum:"200" doc:"50 if left out"`
	Cursor       string `query:"cursor" maxLength:"400" doc:"next_cursor of the page before"`
	ConsultantID id.ID  `query:"consultant_id" doc:"oneself if left out"`
}

func workList(ctx context.Context, tx *op.Tx, q workQuery) (page.Page[sales.WorkRow], error) {
	if q.Limit == 0 {
		q.Limit = page.Usual
	}
	if q.ConsultantID.IsNone() {
		q.ConsultantID = tx.Viewer.Staff
	}
	list, err := sales.WorkAfter(ctx, tx, q.ConsultantID, q.Cursor, q.Limit)
	return page.Page[sales.WorkRow]{Items: list.Items, Next: list.Next, Total: list.Total}, err
}

type appointmentsQuery struct {
	api.Paging
	CenterID     id.ID        `query:"center_id"`
	ConsultantID id.ID        `query:"consultant_id"`
	EnquiryID    id.ID        `query:"enquiry_id"`
	PersonID     id.ID        `query:"person_id"`
	State        string       `query:"state" enum:"booked,confirmed,arrived,no-show,moved,cancelled"`
	From         bizdate.Date `query:"from"`
	Until        bizdate.Date `query:"to"`
	Open         bool         `query:"open" doc:"booked or confirmed"`
}

type visitsQuery struct {
	Limit    int          `query:"limit" minimum:"1" maximum:"200" doc:"50 if left out"`
	Cursor   string       `query:"cursor" maxLength:"400" doc:"next_cursor of the page before"`
	CenterID id.ID        `query:"center_id"`
	From     bizdate.Date `query:"from"`
	Until    bizdate.Date `query:"to"`
}

func apiReception(a *api.API) {
	api.List(a, "/appointments", "sales.appointments", "appointment:read", appointments)
	api.Get(a, "/appointments/{id}", "sales.appointment", "appointment:read", func(ctx context.Context, tx *op.Tx, q appointmentID) (sales.Appointment, error) {
		return sales.AppointmentByID(ctx, tx, q.ID)
	})
	api.Post(a, "/appointments", sales.Book)
	api.Post(a, "/appointments/{id}/move", sales.Move)
	api.Post(a, "/appointments/{id}/confirm", sales.Confirm)
	api.Post(a, "/appointments/{id}/cancel", sales.Cancel)
	api.Post(a, "/appointments/{id}/miss", sales.Miss)
	api.Post(a, "/appointments/{id}/withdraw", sales.WithdrawAppointment)
	api.Post(a, "/appointments/{id}/restore", sales.RestoreAppointment)
	api.List(a, "/visits", "sales.visits", "visit:read", visits)
	api.Get(a, "/visits/{id}", "sales.visit", "visit:read", func(ctx context.Context, tx *op.Tx, q visitID) (VisitShown, error) {
		v, err := sales.VisitByID(ctx, tx, q.ID)
		return VisitShown{Visit: v, Needs: v.Needs, Placement: v.Placement}, err
	})
	api.Post(a, "/visits", sales.CheckIn)
	api.Post(a, "/walk-ins", sales.WalkIn)
	api.Post(a, "/visits/{id}/receive", sales.BeginReception)
	api.Post(a, "/visits/{id}/finish", sales.FinishVisit)
	api.Post(a, "/visits/{id}/withdraw", sales.WithdrawCheckIn)
	api.Post(a, "/visits/{id}/reopen", sales.ReopenVisit)
}

func visits(ctx context.Context, tx *op.Tx, q visitsQuery) (page.Page[sales.Visit], error) {
	f := sales.VisitFilter{From: q.From, Until: q.Until, After: q.Cursor, Limit: q.Limit}
	if f.Limit == 0 {
		f.Limit = page.Usual
	}
	if !q.CenterID.IsNone() {
		f.Centers = []id.ID{q.CenterID}
	}
	list, err := sales.ListVisits(ctx, tx, f)
	return page.Page[sales.Visit]{Items: list.Items, Next: list.Next, Total: list.Total}, err
}

// VisitShown is a visit with the answers of its needs analysis and the result of its placement test.
type VisitShown struct {
	sales.Visit
	Needs     map[string]string `json:"needs" doc:"code of the question: answer"`
	Placement *sales.Placement  `json:"placement,omitempty" doc:"result of the placement test"`
}

func appointments(ctx context.Context, tx *op.Tx, q appointmentsQuery) (out page.Page[sales.Appointment], err error) {
	r := q.Request()
	f := sales.AppointmentFilter{
		Center: q.CenterID, Consultant: q.ConsultantID, Enquiry: q.EnquiryID, Person: q.PersonID, From: q.From, Until: q.Until,
		State: sales.AppointmentState(q.State), Open: q.Open, After: r.Cursor, Limit: r.Limit,
	}
	if f.Persons, err = found(ctx, tx, q.Q); err != nil {
		return out, err
	}
	list, err := sales.Appointments(ctx, tx, f)
	return page.Page[sales.Appointment]{Items: list.Items, Next: list.Next, Total: list.Total}, err
}

type quotesQuery struct {
	api.Paging
	EnquiryID id.ID `query:"enquiry_id" required:"true"`
}

func apiQuotes(a *api.API) {
	api.Whole(a, "/quotes", "sales.quotes", "quote:read", func(ctx context.Context, tx *op.Tx, q quotesQuery) ([]sales.Quote, error) {
		return sales.QuotesOf(ctx, tx, q.EnquiryID)
	})
	api.Get(a, "/quotes/{id}", "sales.quote", "quote:read", func(ctx context.Context, tx *op.Tx, q quoteID) (sales.Quote, error) {
		return sales.QuoteByID(ctx, tx, q.ID)
	})
	api.Post(a, "/quotes", sales.MakeQuote)
	api.Post(a, "/contracts", sales.DraftContract)
}
