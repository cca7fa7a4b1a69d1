package facts

import (
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/hours"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
)

// CourseAdded says that there is a further course.
type CourseAdded struct {
	Course id.ID  `json:"course_id"`
	Code   string `json:"code"`
}

// Kind implements event.Fact.
func (CourseAdded) Kind() string { return "contracts.course-added.1" }

// About implements event.Fact.
func (CourseAdded) About() (center, person id.ID) { return id.None, id.None }

// CourseChanged says which fields of a course changed.
type CourseChanged struct {
	Course id.ID    `json:"course_id"`
	Fields []string `json:"fields"`
}

// Kind implements event.Fact.
func (CourseChanged) Kind() string { return "contracts.course-changed.1" }

// About implements event.Fact.
func (CourseChanged) About() (center, person id.ID) { return id.None, id.None }

// PackageAdded says that there is a further package.
type PackageAdded struct {
	Package id.ID     `json:"package_id"`
	Course  id.ID     `json:"course_id"`
	Price   money.Fen `json:"price_fen"`
}

// Kind implements event.Fact.
func (PackageAdded) Kind() string { return "contracts.package-added.1" }

// About implements event.Fact.
func (PackageAdded) About() (center, person id.ID) { return id.None, id.None }

// PackageChanged says that a package has a new edition; contracts keep theirs.
type PackageChanged struct {
	Package id.ID     `json:"package_id"`
	Edition int64     `json:"edition"`
	Price   money.Fen `json:"price_fen"`
}

// Kind implements event.Fact.
func (PackageChanged) Kind() string { return "contracts.package-changed.1" }

// About implements event.Fact.
func (PackageChanged) About() (center, person id.ID) { return id.None, id.None }

// ContractDrafted says that a contract was made, not yet signed (CON-1). Matter.Person is the student.
type ContractDrafted struct {
	Matter
	Contract id.ID     `json:"contract_id"`
	Quote    id.ID     `json:"quote_id"`
	Payer    id.ID     `json:"payer_id"`
	Payable  money.Fen `json:"payable_fen"`
}

// Kind implements event.Fact.
func (ContractDrafted) Kind() string { return "contracts.contract-drafted.1" }

// SignedLine is a line as it was frozen at signature (CON-2).
type SignedLine struct {
	Line    id.ID       `json:"line_id"`
	Package id.ID       `json:"package_id"`
	Course  id.ID       `json:"course_id"`
	Hours   hours.Centi `json:"hours_x100"`
	Gift    hours.Centi `json:"gift_hours_x100"`
	Payable money.Fen   `json:"payable_fen"`
}

// ContractSigned says that a contract was signed: its hours are bought, its terms frozen (CON-2, CON-3).
type ContractSigned struct {
	Matter
	Contract id.ID        `json:"contract_id"`
	Payer    id.ID        `json:"payer_id"`
	List     money.Fen    `json:"list_fen"`
	Discount money.Fen    `json:"discount_fen"`
	Payable  money.Fen    `json:"payable_fen"`
	Until    bizdate.Date `json:"valid_until"`
	Lines    []SignedLine `json:"lines"`
	// Promotions are those by which the price is what it is (SAL-8).
	Promotions []SignedPromotion `json:"promotions,omitempty"`
}

// SignedPromotion is what a promotion gave on a signed contract.
type SignedPromotion struct {
	Promotion id.ID       `json:"promotion_id"`
	Off       money.Fen   `json:"off_fen"`
	Gift      hours.Centi `json:"gift_hours_x100"`
}

// Kind implements event.Fact.
func (ContractSigned) Kind() string { return "contracts.contract-signed.1" }

// Moves implements event.Moves.
func (c ContractSigned) Moves() (_ money.Fen, bought hours.Centi) {
	for _, l := range c.Lines {
		bought += l.Hours + l.Gift
	}
	return 0, bought
}
