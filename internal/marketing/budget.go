package marketing

import (
	"context"
	"fmt"
	"slices"
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/organization"
	"zhike/internal/process"
)

// Budget is the annual plan of what campaigns may cost (MKT-8): of a center that plans for itself, else of the company. A campaign counts in the
// budget of the center whose it is, if that has one for the year, else in the company's. Plans and
// cost lines name no channel: what a campaign takes is divided evenly among its channels, and each part counts in the row of its channel.
type Budget struct {
	ID      id.ID     `json:"id" db:"id"`
	Year    int64     `json:"year" db:"year"`
	Center  id.ID     `json:"center_id" db:"center"`
	Created time.Time `json:"created_at" db:"created_at"`
	Version int64     `json:"version" db:"version"`
}

// TableName implements op.Record.
func (Budget) TableName() string { return "budgets" }

// BudgetLine is what a channel may cost, month by month.
type BudgetLine struct {
	ID      id.ID         `json:"id" db:"id"`
	Budget  id.ID         `json:"budget_id" db:"budget"`
	Center  id.ID         `json:"center_id" db:"center"`
	Channel id.ID         `json:"channel_id" db:"channel"`
	Months  [12]money.Fen `json:"months_fen" db:"months,json"`
	Told    bool          `json:"told" db:"told"` // marketing was told that its share is reached
}

// TableName implements op.Record.
func (BudgetLine) TableName() string { return "budget_lines" }

// BudgetChange is a change of a month of a channel.
type BudgetChange struct {
	ID      id.ID     `json:"id" db:"id"`
	Budget  id.ID     `json:"budget_id" db:"budget"`
	Center  id.ID     `json:"center_id" db:"center"`
	Channel id.ID     `json:"channel_id" db:"channel"`
	Month   int64     `json:"month" db:"month"` // 1 to 12
	Was     money.Fen `json:"was_fen" db:"was"`
	Now     money.Fen `json:"now_fen" db:"now"`
	Why     string    `json:"why" db:"why"`
	Staff   id.ID     `json:"staff_id" db:"staff"`
	Created time.Time `json:"created_at" db:"created_at"`
}

// TableName implements op.Record.
func (BudgetChange) TableName() string { return "budget_changes" }

// BudgetRaise is what was asked for beyond a budget (PRC-6).
type BudgetRaise struct {
	ID      id.ID         `json:"id" db:"id"`
	Budget  id.ID         `json:"budget_id" db:"budget"`
	Center  id.ID         `json:"center_id" db:"center"`
	Channel id.ID         `json:"channel_id" db:"channel"`
	Month   int64         `json:"month" db:"month"`
	Amount  money.Fen     `json:"amount_fen" db:"amount"`
	Reason  string        `json:"reason" db:"reason"`
	State   CampaignState `json:"state" db:"state" enum:"submitted,approved,rejected,dropped"`
	Staff   id.ID         `json:"staff_id" db:"staff"`
	Created time.Time     `json:"created_at" db:"created_at"`
}

// TableName implements op.Record.
func (BudgetRaise) TableName() string { return "budget_raises" }

// budgetsOf reads the budgets of a year for the rules: that of the company under none.
func budgetsOf(ctx context.Context, tx *op.Tx, year int) (map[id.ID]Budget, error) {
	var list []Budget
	if err := tx.Unscoped("which budget a campaign counts in, whoever asks").Select(&list).Where("year = ?", int64(year)).Scan(ctx); err != nil {
		return nil, fmt.Errorf("read budgets: %w", err)
	}
	out := make(map[id.ID]Budget, len(list))
	for _, b := range list {
		out[b.Center] = b
	}
	return out, nil
}

// linesOf reads the lines of a budget for the rules.
func linesOf(ctx context.Context, tx *op.Tx, budget id.ID) (list []BudgetLine, err error) {
	if err := tx.Unscoped("the rules compare them").Select(&list).Where("budget = ?", budget).Order("id").Scan(ctx); err != nil {
		return nil, fmt.Errorf("read lines of budget: %w", err)
	}
	return list, nil
}

func monthsOf(list []BudgetLine) map[id.ID][12]money.Fen {
	out := make(map[id.ID][12]money.Fen, len(list))
	for _, l := range list {
		out[l.Channel] = l.Months
	}
	return out
}

// books are what campaigns of a budget cost, with what is needed to keep its ledger.
type books struct {
	Budget
	own   map[id.ID]Budget // all of the year
	today bizdate.Date
	tree  Tree
	lines []BudgetLine
	list  []outlay
	also  id.ID // a campaign that is read whatever its state and days
}

func (b books) ledger() ledger {
	return keep(int(b.Year), b.today, b.tree, monthsOf(b.lines), b.list)
}

// holds tells whether a campaign of a center counts in the budget.
func (b books) holds(center id.ID) bool {
	if _, own := b.own[center]; own {
		return center == b.Center
	}
	return b.Center.IsNone()
}

// open reads the books of a budget: in the viewer's scope of costs, or all of them where a rule asks.
func open(ctx context.Context, tx *op.Tx, b Budget, rule bool, also id.ID) (out books, err error) {
	out = books{Budget: b, also: also, today: tx.Today(b.Center)}
	if out.own, err = budgetsOf(ctx, tx, int(b.Year)); err != nil {
		return out, err
	}
	if out.tree, err = Channels(ctx, tx); err != nil {
		return out, err
	}
	if !b.ID.IsNone() {
		if out.lines, err = linesOf(ctx, tx, b.ID); err != nil {
			return out, err
		}
	}
	out.list, err = out.outlays(ctx, tx, rule)
	return out, err
}

// outlays reads the campaigns that cost something in the year or may yet, with their plans and cost lines.
func (b books) outlays(ctx context.Context, tx *op.Tx, rule bool) (list []outlay, err error) {
	all := tx.Unscoped("the rule decides, nobody reads it")
	first := bizdate.New(int(b.Year), time.January, 1)
	last := first.AddMonths(12) - 1
	var campaigns []Campaign
	sel := tx.Select(&campaigns)
	if rule {
		sel = all.Select(&campaigns)
	}
	err = sel.Where(`(state = 'approved' AND from_day <= ? AND until_day >= ?) OR id IN (SELECT k.campaign FROM campaign_costs k WHERE k.day >= ? AND k.day <= ?) OR id = ?`,
		int64(last), int64(first), int64(first), int64(last), b.also).Order("id").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("read campaigns of budget: %w", err)
	}
	campaigns = slices.DeleteFunc(campaigns, func(c Campaign) bool { return !b.holds(c.Center) || len(c.Channels) == 0 })
	if len(campaigns) == 0 {
		return nil, nil
	}
	keys := make([]id.ID, len(campaigns))
	for i, c := range campaigns {
		keys[i] = c.ID
	}
	type row struct {
		Campaign id.ID        `db:"campaign"`
		Day      bizdate.Date `db:"day"` // 0: its plan
		N        money.Fen    `db:"n"`
	}
	plan := "SELECT p.campaign AS campaign, CAST(0 AS BIGINT) AS day, CAST(SUM(p.amount) AS BIGINT) AS n FROM campaign_plan p WHERE p.approved = TRUE AND p.campaign IN (?)"
	costs := "SELECT k.campaign AS campaign, k.day AS day, CAST(SUM(k.amount) AS BIGINT) AS n FROM campaign_costs k WHERE k.campaign IN (?)"
	var rows []row
	if rule {
		rows, err = op.AllOf[row](ctx, all, plan+" GROUP BY p.campaign UNION ALL "+costs+" GROUP BY k.campaign, k.day", keys, keys)
	} else {
		rows, err = op.All[row](ctx, tx, plan+" AND {scope:campaign-plan p} GROUP BY p.campaign UNION ALL "+costs+" AND {scope:campaign-cost k} GROUP BY k.campaign, k.day", keys, keys)
	}
	if err != nil {
		return nil, fmt.Errorf("sum costs of budget: %w", err)
	}
	at := map[id.ID]int{}
	for i, c := range campaigns {
		at[c.ID] = i
		list = append(list, outlay{campaign: c.ID, channels: c.Channels, from: c.From, until: c.Until, days: map[bizdate.Date]money.Fen{}})
	}
	for _, r := range rows {
		switch i := at[r.Campaign]; {
		case r.Day != 0:
			list[i].days[r.Day] += r.N
		case campaigns[i].State == Approved:
			list[i].plan = r.N
		}
	}
	return list, nil
}

// spending is what is about to be spent on a campaign: a plan, or a cost line.
type spending struct {
	plan money.Fen
	day  bizdate.Date
	cost money.Fen
}

// exceeds tells where spending goes beyond the budgets of its years (MKT-8); where a year has no budget, nothing does.
func (c Campaign) exceeds(ctx context.Context, tx *op.Tx, s spending) (list []Excess, err error) {
	if len(c.Channels) == 0 {
		return nil, nil
	}
	from, until := c.From.UTC().Year(), c.Until.UTC().Year()
	if !s.day.IsZero() {
		from, until = min(from, s.day.UTC().Year()), max(until, s.day.UTC().Year())
	}
	for year := from; year <= until; year++ {
		budgets, err := budgetsOf(ctx, tx, year)
		if err != nil {
			return nil, err
		}
		b, ok := budgets[c.Center]
		if !ok {
			b, ok = budgets[id.None]
		}
		if !ok {
			continue
		}
		found, err := c.exceedsOne(ctx, tx, b, s)
		if err != nil {
			return nil, err
		}
		list = append(list, found...)
	}
	return list, nil
}

func (c Campaign) exceedsOne(ctx context.Context, tx *op.Tx, b Budget, s spending) ([]Excess, error) {
	k, err := open(ctx, tx, b, true, c.ID)
	if err != nil {
		return nil, err
	}
	before := k.ledger()
	i := slices.IndexFunc(k.list, func(o outlay) bool { return o.campaign == c.ID })
	if i < 0 {
		i = len(k.list)
		k.list = append(k.list, outlay{campaign: c.ID, channels: c.Channels, from: c.From, until: c.Until, days: map[bizdate.Date]money.Fen{}})
	}
	k.list[i].plan, k.list[i].until = k.list[i].plan+s.plan, c.Until
	if s.cost != 0 {
		k.list[i].days[s.day] += s.cost
	}
	var list []Excess
	after := k.ledger()
	for _, row := range k.tree.rowsFor(c.Channels, monthsOf(k.lines)) {
		list = append(list, excess(before.row(row), after.row(row))...)
	}
	for i := range list {
		list[i].Year, list[i].Budget, list[i].center = int(b.Year), b.ID, b.Center
	}
	return list, nil
}

// within refuses spending beyond a budget unless it was confirmed; strictly where the school wants an approval for it: the refusal then names the
// next step.
func (c Campaign) within(ctx context.Context, tx *op.Tx, s spending, confirmed, strict bool) error {
	strict = strict && organization.Of(tx).Number(c.Center, organization.BudgetApproval) == 1
	if confirmed && !strict {
		return nil
	}
	list, err := c.exceeds(ctx, tx, s)
	if err != nil || len(list) == 0 {
		return err
	}
	if strict {
		p := problem.StepMissing("raise-budget", list[0].link())
		p.Rule = "MKT-8"
		return p
	}
	var bad problem.Invalid
	for _, e := range list {
		code, args := "beyond-month", []any{"by", e.By, "year", int64(e.Year), "month", int64(e.Month), "channel", channelName(ctx, tx, e.Channel)}
		if e.Month == 0 {
			code = "beyond-year"
		}
		bad.Add("beyond_budget", code, nil, args...)
	}
	return bad.Err("MKT-8")
}

// withinStill refuses what waits of a plan where it goes beyond the budget by now and the school wants an approval for that; elsewhere whoever
// decides was shown it (Exceeds).
func (c Campaign) withinStill(ctx context.Context, tx *op.Tx) error {
	_, waits, err := plannedCost(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	return c.within(ctx, tx, spending{plan: waits}, true, true)
}

func (e Excess) link() string {
	month := e.Month
	if month == 0 {
		month = 12
	}
	return fmt.Sprintf("/budgets/raise?year=%d&center_id=%s&channel_id=%s&month=%d&amount_fen=%s", e.Year, keyOf(e.center), e.Channel, month, e.By)
}

func keyOf(key id.ID) string {
	if key.IsNone() {
		return ""
	}
	return key.String()
}

func channelName(ctx context.Context, tx *op.Tx, key id.ID) string {
	tree, err := Channels(ctx, tx)
	if err != nil {
		return ""
	}
	c, _ := tree.ByID(key)
	return c.Name(string(i18n.LangOf(ctx)))
}

// Exceeds tells where the approval that a campaign waits for goes beyond a budget, for who decides it (MKT-8).
func Exceeds(ctx context.Context, tx *op.Tx, campaign id.ID) ([]Excess, error) {
	c, err := CampaignByID(ctx, tx, campaign)
	if err != nil {
		return nil, err
	}
	c = c.asked()
	_, waits, err := plannedCost(ctx, tx, c.ID)
	if err != nil || waits == 0 && c.UntilAsked.IsZero() || !tx.Viewer.May("budget:read") {
		return nil, err
	}
	return c.exceeds(ctx, tx, spending{plan: waits})
}

// tellShare tells marketing, once, that the budgets of a campaign's years are used up to the share that the school set.
func (c Campaign) tellShare(ctx context.Context, tx *op.Tx, day bizdate.Date) error {
	most := organization.Of(tx).Number(c.Center, organization.BudgetShare)
	if most == 0 || len(c.Channels) == 0 {
		return nil
	}
	for _, year := range years(c.From, c.Until, day) {
		budgets, err := budgetsOf(ctx, tx, year)
		if err != nil {
			return err
		}
		b, ok := budgets[c.Center]
		if !ok {
			b, ok = budgets[id.None]
		}
		if !ok {
			continue
		}
		if err := c.tellOne(ctx, tx, b, most); err != nil {
			return err
		}
	}
	return nil
}

func years(days ...bizdate.Date) (list []int) {
	for _, d := range days {
		if y := d.UTC().Year(); !d.IsZero() && !slices.Contains(list, y) {
			list = append(list, y)
		}
	}
	return list
}

func (c Campaign) tellOne(ctx context.Context, tx *op.Tx, b Budget, most int64) error {
	k, err := open(ctx, tx, b, true, id.None)
	if err != nil {
		return err
	}
	l := k.ledger()
	for _, row := range k.tree.rowsFor(c.Channels, monthsOf(k.lines)) {
		if err := k.tellRow(ctx, tx, l.row(row), most); err != nil {
			return err
		}
	}
	return nil
}

// tellRow tells of a row that was not told of yet.
func (b books) tellRow(ctx context.Context, tx *op.Tx, row BudgetRow, most int64) error {
	i := slices.IndexFunc(b.lines, func(l BudgetLine) bool { return l.Channel == row.Channel })
	if i < 0 || b.lines[i].Told {
		return nil
	}
	if used := row.Year; (used.Spent+used.Committed)*100 < used.Planned*money.Fen(most) || used.Planned == 0 {
		return nil
	}
	b.lines[i].Told = true
	if err := tx.Save(ctx, &b.lines[i], "told"); err != nil {
		return err
	}
	ch, _ := b.tree.ByID(row.Channel)
	for _, m := range organization.Of(tx).Holders("marketing", id.None) {
		n := process.Notice{
			Staff: m.ID, Kind: "budget-share", Link: fmt.Sprintf("/budgets?year=%d&center=%s", b.Year, keyOf(b.Center)),
			Params: map[string]string{"channel": ch.NameZH, "year": fmt.Sprint(b.Year), "share": fmt.Sprint(most)},
		}
		if err := process.Notify(ctx, tx, n); err != nil {
			return err
		}
	}
	return nil
}
