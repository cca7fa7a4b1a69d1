package rollout

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"zhike/internal/facts"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/organization"
)

// States, categories and outcomes of feedback (ROL-8).
var (
	FeedbackStates     = []string{"open", "answered"}
	FeedbackCategories = []string{"broken", "unclear", "wish"}
	FeedbackOutcomes   = []string{"fixed", "change", "explained", "no"}
)

const (
	mostSaid = 2_000     // characters of what is said, and of the answer
	mostPath = 2_000     // of the page's address
	mostHTML = 1_000_000 // of the page as it was shown
)

// Feedback is what somebody said about a page, and what came of it.
type Feedback struct {
	ID         id.ID     `json:"id" db:"id"`
	Staff      id.ID     `json:"staff_id" db:"staff"` // who said it
	Center     id.ID     `json:"center_id" db:"center"`
	Category   string    `json:"category" db:"category" enum:"broken,unclear,wish"`
	Said       string    `json:"said" db:"said"`
	Page       string    `json:"page" db:"page"` // path and query, phones masked
	RecordKind string    `json:"record_kind" db:"record_kind"`
	Record     id.ID     `json:"record_id" db:"record"`
	HTML       []byte    `json:"-" db:"html"` // gzip; empty where none came with it
	State      string    `json:"state" db:"state" enum:"open,answered"`
	Outcome    string    `json:"outcome" db:"outcome"`
	Answer     string    `json:"answer" db:"answer"`
	AnsweredBy id.ID     `json:"answered_by" db:"answered_by"`
	Answered   time.Time `json:"answered_at,omitzero" db:"answered_at"`
	Created    time.Time `json:"created_at" db:"created_at"`
	Version    int64     `json:"version" db:"version"`
}

// TableName implements op.Record.
func (Feedback) TableName() string { return "feedback" }

// GiveFeedback keeps what somebody says about a page, with the page as it was shown and phones masked (UI-S5, ROL-8). Refused:
// not-one-of, too-long, an address that is no page.
var GiveFeedback = op.Op[GiveFeedbackInput, FeedbackAnswer]{
	Name: "rollout.give-feedback", Rule: "ROL-8", Needs: "feedback:create", Fact: facts.FeedbackGiven{}, Do: giveFeedback,
}

// GiveFeedbackInput is what the page's form sends.
type GiveFeedbackInput struct {
	Category string `json:"category" enum:"broken,unclear,wish"`
	Said     string `json:"said,omitempty" maxLength:"2000"`
	Page     string `json:"page" maxLength:"2000" form:"free" doc:"path and query of the page"`
	HTML     string `json:"page_html,omitempty" maxLength:"1000000" form:"free" doc:"the page as it was shown; phones in it are masked before it is kept"`
}

// FeedbackAnswer is the answer of both operations.
type FeedbackAnswer struct {
	ID      id.ID  `json:"id"`
	State   string `json:"state"`
	Version int64  `json:"version"`
}

func giveFeedback(ctx context.Context, tx *op.Tx, in GiveFeedbackInput) (FeedbackAnswer, error) {
	if err := in.check(); err != nil {
		return FeedbackAnswer{}, err
	}
	kind, record := recordOf(in.Page)
	packed, err := pack(maskPage(in.HTML))
	if err != nil {
		return FeedbackAnswer{}, err
	}
	f := Feedback{
		ID: tx.NewID(), Staff: tx.Viewer.Staff, Center: tx.Viewer.Center, Category: in.Category, Said: strings.TrimSpace(in.Said), Page: maskPage(in.Page),
		RecordKind: kind, Record: record, HTML: packed, State: "open", Created: tx.Now,
	}
	if err := tx.Insert(ctx, f); err != nil {
		return FeedbackAnswer{}, err
	}
	tx.Record(f.ID, facts.FeedbackGiven{Feedback: f.ID, Staff: f.Staff, Center: f.Center, Category: f.Category, Record: f.RecordKind})
	return FeedbackAnswer{ID: f.ID, State: f.State, Version: f.Version}, nil
}

func (in GiveFeedbackInput) check() error {
	var bad problem.Invalid
	if !slices.Contains(FeedbackCategories, in.Category) {
		bad.Add("category", "not-one-of", in.Category, "list", strings.Join(FeedbackCategories, ", "))
	}
	if utf8.RuneCountInString(in.Said) > mostSaid {
		bad.Add("said", "too-long", nil, "max", mostSaid)
	}
	if !strings.HasPrefix(in.Page, "/") || strings.HasPrefix(in.Page, "//") || len(in.Page) > mostPath {
		bad.Add("page", "unknown", nil)
	}
	if utf8.RuneCountInString(in.HTML) > mostHTML {
		bad.Add("page_html", "too-long", nil, "max", mostHTML)
	}
	return bad.Err("ROL-8")
}

// AnswerFeedback says what comes of a feedback; who gave it is told (ROL-8). Refused: feedback-answered, not-one-of, an empty answer.
var AnswerFeedback = op.Op[AnswerFeedbackInput, FeedbackAnswer]{
	Name: "rollout.answer-feedback", Rule: "ROL-8", Needs: "feedback:update", Fact: facts.FeedbackAnswered{}, Do: answerFeedback,
	Subject: func(in AnswerFeedbackInput) op.Ref { return op.Ref{Kind: "feedback", ID: in.FeedbackID} },
}

// AnswerFeedbackInput is the answer.
type AnswerFeedbackInput struct {
	FeedbackID id.ID  `json:"feedback_id" path:"id"`
	Outcome    string `json:"outcome" enum:"fixed,change,explained,no"`
	Answer     string `json:"answer" maxLength:"2000"`
}

func answerFeedback(ctx context.Context, tx *op.Tx, in AnswerFeedbackInput) (FeedbackAnswer, error) {
	var f Feedback
	if err := problem.Found(tx.Select(&f).Where("id = ?", in.FeedbackID).Scan(ctx), "feedback"); err != nil {
		return FeedbackAnswer{}, err
	}
	if f.State == "answered" {
		return FeedbackAnswer{}, problem.Refuse("ROL-8", "feedback-answered", problem.Field{Location: "feedback_id", Value: f.ID})
	}
	in.Answer = strings.TrimSpace(in.Answer)
	var bad problem.Invalid
	if !slices.Contains(FeedbackOutcomes, in.Outcome) {
		bad.Add("outcome", "not-one-of", in.Outcome, "list", strings.Join(FeedbackOutcomes, ", "))
	}
	if in.Answer == "" {
		bad.Add("answer", "required", nil)
	}
	if utf8.RuneCountInString(in.Answer) > mostSaid {
		bad.Add("answer", "too-long", nil, "max", mostSaid)
	}
	if err := bad.Err("ROL-8"); err != nil {
		return FeedbackAnswer{}, err
	}
	f.State, f.Outcome, f.Answer, f.AnsweredBy, f.Answered = "answered", in.Outcome, in.Answer, tx.Viewer.Staff, tx.Now
	if err := tx.Save(ctx, &f, "state", "outcome", "answer", "answered_by", "answered_at"); err != nil {
		return FeedbackAnswer{}, err
	}
	tx.Record(f.ID, facts.FeedbackAnswered{Feedback: f.ID, Giver: f.Staff, Center: f.Center, Outcome: f.Outcome})
	return FeedbackAnswer{ID: f.ID, State: f.State, Version: f.Version}, nil
}

// PageDays is for how many days the page that came with a feedback is kept, by the setting feedback.page-days.
func PageDays(dir *organization.Directory) int {
	days, err := strconv.Atoi(dir.Setting(id.None, organization.FeedbackPageDays, "90"))
	if err != nil {
		return 90
	}
	return days
}

// ForgetPages takes away the pages that were kept for as long as the setting says: names stand on them. What was said stays (ROL-8).
func ForgetPages(ctx context.Context, tx *op.Tx) error {
	before := tx.Now.AddDate(0, 0, -PageDays(organization.Of(tx)))
	if _, err := tx.Exec(ctx, "UPDATE feedback SET html = ? WHERE created_at < ? AND LENGTH(html) > 0", []byte{}, before); err != nil {
		return fmt.Errorf("forget pages of feedback: %w", err)
	}
	return nil
}
