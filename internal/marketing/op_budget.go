package marketing

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"zhike/internal/facts"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/process"
)

// The years for which there can be a budget.
const (
	firstBudgetYear = 2000
	lastBudgetYear  = 2100
)

// BudgetCellInput is what a month of a channel may cost.
type BudgetCellInput struct {
	ChannelID id.ID     `json:"channel_id"`
	Month     int64     `json:"month" minimum:"1" maximum:"12"`
	Amount    money.Fen `json:"amount_fen" minimum:"0"`
}

// SetBudgetInput says what months of channels may cost; those left out stay.
type SetBudgetInput struct {
	Year     int64             `json:"year" minimum:"2000" maximum:"2100"`
	CenterID id.ID             `json:"center_id,omitempty" doc:"that plans for itself; none: the company"`
	Version  *int64            `json:"version,omitempty" doc:"the version that the change started from, 0 where there was no budget (ORG-10)"`
	Cells    []BudgetCellInput `json:"cells" maxItems:"1200"`
	Why      string            `json:"why,omitempty" maxLength:"200"`
}

// BudgetAnswer names a budget.
type BudgetAnswer struct {
	ID      id.ID `json:"id"`
	Year    int64 `json:"year"`
	Changed int64 `json:"changed"` // months of channels
	Version int64 `json:"version"`
}

// SetBudget sets months of an annual plan, all of them as one change (MKT-8). Refused: stale (ORG-10), a year or month that there is not, an
// unknown channel or center, the same month twice, an amount below nothing or beyond ten billion yuan.
var SetBudget = op.Op[SetBudgetInput, BudgetAnswer]{
	Name: "marketing.set-budget", Rule: "MKT-8", Needs: "budget:update", Fact: facts.BudgetSet{}, Undo: "marketing.set-budget",
	Subjects: func(in SetBudgetInput) []op.Ref { return ofCenter(in.CenterID) },
	Do: func(ctx context.Context, tx *op.Tx, in SetBudgetInput) (BudgetAnswer, error) {
		if err := in.check(ctx, tx); err != nil {
			return BudgetAnswer{}, err
		}
		b, lines, err := budgetFor(ctx, tx, in.Year, in.CenterID, in.Version)
		if err != nil {
			return BudgetAnswer{}, err
		}
		return b.set(ctx, tx, lines, in)
	},
}

func (in SetBudgetInput) check(ctx context.Context, tx *op.Tx) error {
	var bad problem.Invalid
	wrongYear(&bad, tx, in.Year, in.CenterID)
	tree, err := Channels(ctx, tx)
	if err != nil {
		return err
	}
	type cell struct {
		channel id.ID
		month   int64
	}
	seen := map[cell]bool{}
	for i, c := range in.Cells {
		at := fmt.Sprintf("cells.%d.", i)
		if _, ok := tree.ByID(c.ChannelID); !ok {
			bad.Add(at+"channel_id", "unknown", c.ChannelID)
		}
		if c.Month < 1 || c.Month > 12 {
			bad.Add(at+"month", "out-of-range", c.Month, "from", 1, "until", 12)
		}
		if c.Amount < 0 || c.Amount > mostAmount {
			bad.Add(at+"amount_fen", "budget-range", c.Amount, "max", mostAmount)
		}
		if k := (cell{c.ChannelID, c.Month}); seen[k] {
			bad.Add(at+"month", "budget-twice", c.Month)
		} else {
			seen[k] = true
		}
	}
	return bad.Err("MKT-8")
}

// wrongYear collects a year that cannot be, and the company's budget for who plans for centers only.
func wrongYear(bad *problem.Invalid, tx *op.Tx, year int64, center id.ID) {
	if year < firstBudgetYear || year > lastBudgetYear {
		bad.Add("year", "out-of-range", year, "from", firstBudgetYear, "until", lastBudgetYear)
	}
	if center.IsNone() && !tx.Viewer.Scope("budget:update").All {
		bad.Add("center_id", "required", nil)
	}
}

// budgetFor loads the budget of a year, or makes it, with its lines. Refused: stale.
func budgetFor(ctx context.Context, tx *op.Tx, year int64, center id.ID, version *int64) (b Budget, lines []BudgetLine, err error) {
	all, err := budgetsOf(ctx, tx, int(year))
	if err != nil {
		return b, nil, err
	}
	b, ok := all[center]
	if !ok {
		b = Budget{ID: tx.NewID(), Year: year, Center: center, Created: tx.Now}
	}
	if version != nil && *version != b.Version {
		return b, nil, &problem.Problem{Status: 412, Code: "stale", Rule: "ORG-10"}
	}
	if !ok {
		return b, nil, tx.Insert(ctx, b)
	}
	lines, err = linesOf(ctx, tx, b.ID)
	return b, lines, err
}

// set writes the cells that change, with their history.
func (b Budget) set(ctx context.Context, tx *op.Tx, lines []BudgetLine, in SetBudgetInput) (BudgetAnswer, error) {
	f := facts.BudgetSet{Budget: b.ID, Center: b.Center, Year: b.Year, Cells: []facts.BudgetCell{}}
	undo := SetBudgetInput{Year: b.Year, CenterID: b.Center}
	known := len(lines)
	touched := map[int]bool{}
	for _, c := range in.Cells {
		i := slices.IndexFunc(lines, func(l BudgetLine) bool { return l.Channel == c.ChannelID })
		if i < 0 && c.Amount == 0 {
			continue
		}
		if i < 0 {
			i = len(lines)
			lines = append(lines, BudgetLine{ID: tx.NewID(), Budget: b.ID, Center: b.Center, Channel: c.ChannelID})
		}
		was := lines[i].Months[c.Month-1]
		if was == c.Amount {
			continue
		}
		lines[i].Months[c.Month-1], lines[i].Told, touched[i] = c.Amount, false, true
		f.Cells = append(f.Cells, facts.BudgetCell{Channel: c.ChannelID, Month: c.Month, Was: was, Now: c.Amount})
		undo.Cells = append(undo.Cells, BudgetCellInput{ChannelID: c.ChannelID, Month: c.Month, Amount: was})
	}
	for i, l := range lines {
		var err error
		switch {
		case i >= known:
			err = tx.Insert(ctx, l)
		case touched[i]:
			err = tx.Save(ctx, &l, "months", "told")
		}
		if err != nil {
			return BudgetAnswer{}, err
		}
	}
	if err := b.changed(ctx, tx, f.Cells, in.Why); err != nil {
		return BudgetAnswer{}, err
	}
	if len(f.Cells) > 0 {
		if err := tx.Save(ctx, &b, "year"); err != nil {
			return BudgetAnswer{}, err
		}
		tx.Undoable(undo)
	}
	tx.Record(b.ID, f)
	return BudgetAnswer{ID: b.ID, Year: b.Year, Changed: int64(len(f.Cells)), Version: b.Version}, nil
}

// changed keeps the history of changes.
func (b Budget) changed(ctx context.Context, tx *op.Tx, cells []facts.BudgetCell, why string) error {
	for _, c := range cells {
		change := BudgetChange{
			ID: tx.NewID(), Budget: b.ID, Center: b.Center, Channel: c.Channel, Month: c.Month, Was: c.Was, Now: c.Now, Why: strings.TrimSpace(why), Staff: tx.Viewer.Staff, Created: tx.Now,
		}
		if err := tx.Insert(ctx, change); err != nil {
			return err
		}
	}
	return nil
}

// FillBudgetInput spreads an amount of a year over its months.
type FillBudgetInput struct {
	Year      int64     `json:"year" minimum:"2000" maximum:"2100"`
	CenterID  id.ID     `json:"center_id,omitempty" doc:"that plans for itself; none: the company"`
	Version   *int64    `json:"version,omitempty" doc:"the version that the change started from, 0 where there was no budget (ORG-10)"`
	ChannelID id.ID     `json:"channel_id"`
	Amount    money.Fen `json:"amount_fen" minimum:"0" doc:"of the whole year"`
	By        string    `json:"by" enum:"leads,costs,months" doc:"as last year's leads or costs lay over its months, or each month alike"`
}

// FillBudget spreads a yearly amount of a channel over the months as last year's season was; the months add up to it to the fen (MKT-8).
// Refused: as SetBudget, and no-season where last year's record does not hold the whole year.
var FillBudget = op.Op[FillBudgetInput, BudgetAnswer]{
	Name: "marketing.fill-budget", Rule: "MKT-8", Needs: "budget:update", Fact: facts.BudgetSet{}, Undo: "marketing.set-budget",
	Subjects: func(in FillBudgetInput) []op.Ref { return ofCenter(in.CenterID) },
	Do: func(ctx context.Context, tx *op.Tx, in FillBudgetInput) (BudgetAnswer, error) {
		months, err := in.months(ctx, tx)
		if err != nil {
			return BudgetAnswer{}, err
		}
		set := SetBudgetInput{Year: in.Year, CenterID: in.CenterID, Version: in.Version}
		for i, n := range months {
			set.Cells = append(set.Cells, BudgetCellInput{ChannelID: in.ChannelID, Month: int64(i + 1), Amount: n})
		}
		return SetBudget.Do(ctx, tx, set)
	},
}

func (in FillBudgetInput) months(ctx context.Context, tx *op.Tx) ([]money.Fen, error) {
	var bad problem.Invalid
	wrongYear(&bad, tx, in.Year, in.CenterID)
	tree, err := Channels(ctx, tx)
	if err != nil {
		return nil, err
	}
	if _, ok := tree.ByID(in.ChannelID); !ok {
		bad.Add("channel_id", "unknown", in.ChannelID)
	}
	if in.Amount < 0 || in.Amount > mostAmount {
		bad.Add("amount_fen", "budget-range", in.Amount, "max", mostAmount)
	}
	by := slices.Index([]string{"leads", "costs", "months"}, in.By)
	if by < 0 {
		bad.Add("by", "not-one-of", in.By, "list", "leads, costs, months")
	}
	if err := bad.Err("MKT-8"); err != nil {
		return nil, err
	}
	if by == 2 {
		return in.Amount.Spread(slices.Repeat([]money.Fen{1}, 12)), nil
	}
	s, err := seasons(ctx, tx, int(in.Year), in.CenterID, true)
	if err != nil {
		return nil, err
	}
	if !s.full[by] {
		return nil, problem.Refuse("MKT-8", "invalid", problem.Field{Location: "by", Code: "no-season", Value: in.Year - 1})
	}
	return in.Amount.Spread(s.last[by][:]), nil
}

// AskBudgetInput asks for more than a month of a channel has.
type AskBudgetInput struct {
	Year      int64     `json:"year" minimum:"2000" maximum:"2100"`
	CenterID  id.ID     `json:"center_id,omitempty" doc:"that plans for itself; none: the company"`
	ChannelID id.ID     `json:"channel_id"`
	Month     int64     `json:"month" minimum:"1" maximum:"12"`
	Amount    money.Fen `json:"amount_fen" minimum:"1" doc:"by which the month is to have more"`
	Reason    string    `json:"reason" maxLength:"500"`
}

// RaiseAnswer names what was asked for.
type RaiseAnswer struct {
	ID       id.ID `json:"id"`
	Approval id.ID `json:"approval_id"`
}

// AskBudget asks for more budget of a month of a channel, by the limits of its amount; an approval raises it (MKT-8, PRC-6). Refused: what
// SetBudget refuses, a year without a budget, no reason, nobody-may-approve.
var AskBudget = op.Op[AskBudgetInput, RaiseAnswer]{
	Name: "marketing.ask-budget", Rule: "MKT-8", Needs: "budget:read", Fact: facts.BudgetRaiseAsked{}, Do: askBudget,
	Subjects: func(in AskBudgetInput) []op.Ref { return ofCenter(in.CenterID) },
}

func askBudget(ctx context.Context, tx *op.Tx, in AskBudgetInput) (RaiseAnswer, error) {
	all, err := budgetsOf(ctx, tx, int(in.Year))
	if err != nil {
		return RaiseAnswer{}, err
	}
	b, planned := all[in.CenterID]
	tree, err := Channels(ctx, tx)
	if err != nil {
		return RaiseAnswer{}, err
	}
	ch, known := tree.ByID(in.ChannelID)
	var bad problem.Invalid
	if !planned {
		bad.Add("year", "no-budget", in.Year)
	}
	if !known {
		bad.Add("channel_id", "unknown", in.ChannelID)
	}
	if in.Month < 1 || in.Month > 12 {
		bad.Add("month", "out-of-range", in.Month, "from", 1, "until", 12)
	}
	if in.Amount < 1 || in.Amount > mostAmount {
		bad.Add("amount_fen", "amount-range", in.Amount, "max", mostAmount)
	}
	reason := strings.TrimSpace(in.Reason)
	if reason == "" {
		bad.Add("reason", "required", nil)
	}
	if err := bad.Err("MKT-8"); err != nil {
		return RaiseAnswer{}, err
	}
	r := BudgetRaise{
		ID: tx.NewID(), Budget: b.ID, Center: b.Center, Channel: in.ChannelID, Month: in.Month, Amount: in.Amount, Reason: reason, State: Submitted, Staff: tx.Viewer.Staff, Created: tx.Now,
	}
	if err := tx.Insert(ctx, r); err != nil {
		return RaiseAnswer{}, err
	}
	a, err := process.AskApproval(ctx, tx, process.Approval{
		Matter: "budget", SubjectKind: "budget-raise", Subject: r.ID, Center: r.Center, Staff: tx.Viewer.Staff, Size: int64(r.Amount), Cost: r.Amount, Reason: reason,
		Params: map[string]string{"channel": ch.NameZH, "year": fmt.Sprint(in.Year), "month": fmt.Sprint(in.Month)},
	}, "amount_fen")
	if err != nil {
		return RaiseAnswer{}, err
	}
	tx.Record(r.ID, facts.BudgetRaiseAsked{Raise: r.ID, Budget: b.ID, Center: b.Center, Approval: a.ID, Channel: r.Channel, Month: r.Month, Amount: r.Amount})
	return RaiseAnswer{ID: r.ID, Approval: a.ID}, nil
}

// raised brings what was asked for to a state; an approval raises the month.
func raised(ctx context.Context, tx *op.Tx, key id.ID, to CampaignState) error {
	all := tx.Unscoped("the approval decides, nobody reads it")
	var r BudgetRaise
	if err := problem.Found(all.Select(&r).Where("id = ?", key).Scan(ctx), "budget-raise"); err != nil {
		return err
	}
	if to == Draft {
		to = Dropped
	}
	r.State = to
	if err := tx.Save(ctx, &r, "state"); err != nil || to != Approved {
		return err
	}
	var b Budget
	if err := problem.Found(all.Select(&b).Where("id = ?", r.Budget).Scan(ctx), "budget"); err != nil {
		return err
	}
	lines, err := linesOf(ctx, tx, b.ID)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(lines, func(l BudgetLine) bool { return l.Channel == r.Channel })
	if i < 0 {
		l := BudgetLine{ID: tx.NewID(), Budget: b.ID, Center: b.Center, Channel: r.Channel}
		if err := tx.Insert(ctx, l); err != nil {
			return err
		}
		i, lines = len(lines), append(lines, l)
	}
	l := lines[i]
	was := l.Months[r.Month-1]
	l.Months[r.Month-1], l.Told = was+r.Amount, false
	if err := tx.Save(ctx, &l, "months", "told"); err != nil {
		return err
	}
	if err := b.changed(ctx, tx, []facts.BudgetCell{{Channel: r.Channel, Month: r.Month, Was: was, Now: was + r.Amount}}, r.Reason); err != nil {
		return err
	}
	return tx.Save(ctx, &b, "year")
}
