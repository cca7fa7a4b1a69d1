package facts

import "zhike/internal/kernel/id"

// FeedbackGiven says that somebody said something about a page (ROL-8); the words and the page stand in its record.
type FeedbackGiven struct {
	Feedback id.ID  `json:"feedback_id"`
	Staff    id.ID  `json:"staff_id"`
	Center   id.ID  `json:"center_id"`
	Category string `json:"category"`    // broken, unclear, wish
	Record   string `json:"record_kind"` // what the page shows; empty: no record
}

// Kind implements event.Fact.
func (FeedbackGiven) Kind() string { return "rollout.feedback-given.1" }

// About implements event.Fact.
func (f FeedbackGiven) About() (center, person id.ID) { return f.Center, id.None }

// FeedbackAnswered says what came of a feedback (ROL-8).
type FeedbackAnswered struct {
	Feedback id.ID  `json:"feedback_id"`
	Giver    id.ID  `json:"giver_id"`
	Center   id.ID  `json:"center_id"`
	Outcome  string `json:"outcome"` // fixed, change, explained, no
}

// Kind implements event.Fact.
func (FeedbackAnswered) Kind() string { return "rollout.feedback-answered.1" }

// About implements event.Fact.
func (f FeedbackAnswered) About() (center, person id.ID) { return f.Center, id.None }
