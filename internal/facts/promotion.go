package facts

import "zhike/internal/kernel/id"

// PromotionAbout names a promotion in facts about it.
type PromotionAbout struct {
	Promotion id.ID  `json:"promotion_id"`
	Center    id.ID  `json:"center_id"`
	No        string `json:"no"`
}

// About implements event.Fact.
func (f PromotionAbout) About() (center, person id.ID) { return f.Center, id.None }

// PromotionRegistered says that a promotion was registered (SAL-8).
type PromotionRegistered struct{ PromotionAbout }

// Kind implements event.Fact.
func (PromotionRegistered) Kind() string { return "sales.promotion-registered.1" }

// PromotionChanged says which fields of a promotion changed.
type PromotionChanged struct {
	PromotionAbout
	Fields []string `json:"fields"`
}

// Kind implements event.Fact.
func (PromotionChanged) Kind() string { return "sales.promotion-changed.1" }

// PromotionStarted says that a promotion may be used from its first day on; where it names an approval, not before that is given (PRC-6).
type PromotionStarted struct {
	PromotionAbout
	Approval id.ID `json:"approval_id,omitzero"`
	Size     int64 `json:"size"` // the most that it gives away, in hundredths of a per cent
}

// Kind implements event.Fact.
func (PromotionStarted) Kind() string { return "sales.promotion-started.1" }

// PromotionStopped says that a promotion ends before its time; quotes made with it keep their price.
type PromotionStopped struct {
	PromotionAbout
	Reason string `json:"reason"`
}

// Kind implements event.Fact.
func (PromotionStopped) Kind() string { return "sales.promotion-stopped.1" }
