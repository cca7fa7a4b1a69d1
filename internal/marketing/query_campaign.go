package marketing

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"zhike/internal/kernel/attach"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/kernel/problem"
)

// Formats lists the kinds of campaigns, those in use first. It is shared and must not be changed.
func Formats(ctx context.Context, tx *op.Tx) ([]Format, error) {
	return op.Keep(ctx, tx, "campaign-formats", func(ctx context.Context, tx *op.Tx) (list []Format, err error) {
		err = tx.Unscoped("kinds of campaigns hold nothing of people").Select(&list).Order("active DESC, code").Scan(ctx)
		if err != nil {
			return nil, fmt.Errorf("read formats: %w", err)
		}
		return list, nil
	})
}

// FormatsByID gives the kinds of campaigns by id.
func FormatsByID(ctx context.Context, tx *op.Tx) (map[id.ID]Format, error) {
	list, err := Formats(ctx, tx)
	if err != nil {
		return nil, err
	}
	out := make(map[id.ID]Format, len(list))
	for _, f := range list {
		out[f.ID] = f
	}
	return out, nil
}

func formatByID(ctx context.Context, tx *op.Tx, key id.ID) (Format, error) {
	byID, err := FormatsByID(ctx, tx)
	if err != nil {
		return Format{}, err
	}
	f, ok := byID[key]
	if !ok {
		return f, problem.NotFound("campaign-format")
	}
	return f, nil
}

// CampaignByID gives a campaign in scope.
func CampaignByID(ctx context.Context, tx *op.Tx, key id.ID) (c Campaign, err error) {
	err = tx.Select(&c).Where("id = ?", key).Scan(ctx)
	return c, problem.Found(err, "campaign")
}

// CampaignFilter chooses campaigns; empty fields hold for all.
type CampaignFilter struct {
	Text    string // in number, name, audience, lesson
	State   CampaignState
	Format  id.ID
	Channel id.ID
	Center  id.ID
	From    bizdate.Date // still running on it or later
	Until   bizdate.Date // begun by it
}

var campaignSorts = page.Sorts{Usual: "-from", Columns: map[string]string{"from": "from_day", "until": "until_day", "no": "no", "name": "name"}}

func (f CampaignFilter) filter() *page.Filter {
	var out page.Filter
	if f.State != "" {
		out.And("state = ?", string(f.State))
	}
	if !f.Format.IsNone() {
		out.And("format = ?", f.Format)
	}
	for _, in := range []struct {
		column string
		value  id.ID
	}{{"channels", f.Channel}, {"centers", f.Center}} {
		if in.value.IsNone() {
			continue
		}
		text := in.column + " LIKE ?"
		if in.column == "centers" {
			text += " OR centers IN ('null', '[]')"
		}
		out.And(text, "%"+in.value.String()+"%")
	}
	if !f.From.IsZero() {
		out.And("until_day >= ?", int64(f.From))
	}
	if !f.Until.IsZero() {
		out.And("from_day <= ?", int64(f.Until))
	}
	if text := strings.ToLower(strings.TrimSpace(f.Text)); text != "" {
		like := "%" + escape(text) + "%"
		out.And(`LOWER(no) LIKE ? ESCAPE '\' OR LOWER(name) LIKE ? ESCAPE '\' OR LOWER(audience) LIKE ? ESCAPE '\' OR LOWER(lesson) LIKE ? ESCAPE '\'`, like, like, like, like)
	}
	return &out
}

// escape takes the meaning from the signs of LIKE.
func escape(s string) string {
	return strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(s)
}

// Campaigns lists campaigns in scope, the newest first (MKT-1; the reviews of closed ones are searched here, MKT-7).
func Campaigns(ctx context.Context, tx *op.Tx, f CampaignFilter, r page.Request) (page.Page[Campaign], error) {
	return page.Read[Campaign](ctx, tx, "campaign", f.filter(), campaignSorts, r)
}

// CountCampaigns counts campaigns in scope by state.
func CountCampaigns(ctx context.Context, tx *op.Tx) (map[CampaignState]int, error) {
	type row struct {
		State CampaignState `db:"state"`
		N     int           `db:"n"`
	}
	list, err := op.All[row](ctx, tx, "SELECT c.state AS state, COUNT(*) AS n FROM campaigns c WHERE {scope:campaign c} GROUP BY c.state")
	if err != nil {
		return nil, fmt.Errorf("count campaigns: %w", err)
	}
	out := map[CampaignState]int{}
	for _, r := range list {
		out[r.State] = r.N
	}
	return out, nil
}

// CampaignsOf gives campaigns by id, for what names them: unknown and unseen ones are left out.
func CampaignsOf(ctx context.Context, tx *op.Tx, keys []id.ID) (map[id.ID]Campaign, error) {
	out := map[id.ID]Campaign{}
	keys = slices.DeleteFunc(slices.Clone(keys), id.ID.IsNone)
	if len(keys) == 0 || !tx.Viewer.May("campaign:read") {
		return out, nil
	}
	var list []Campaign
	if err := tx.Select(&list).Where("id IN (?)", keys).Scan(ctx); err != nil {
		return nil, fmt.Errorf("read campaigns: %w", err)
	}
	for _, c := range list {
		out[c.ID] = c
	}
	return out, nil
}

// OpenCampaigns lists the approved campaigns of a center, on which a lead may be booked: those that run first, at most 200.
func OpenCampaigns(ctx context.Context, tx *op.Tx, center id.ID) (out []Campaign, err error) {
	if !tx.Viewer.May("campaign:read") {
		return nil, nil
	}
	today := tx.Today(center)
	var list []Campaign
	err = tx.Select(&list).Where("state = 'approved' AND from_day <= ?", int64(today)).Order("CASE WHEN until_day >= " + fmt.Sprint(int64(today)) + " THEN 0 ELSE 1 END, from_day DESC, id").Limit(200).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("list open campaigns: %w", err)
	}
	for _, c := range list {
		if c.For(center) {
			out = append(out, c)
		}
	}
	return out, nil
}

// CampaignCosts is what a campaign is planned to cost and cost, in the viewer's scope.
type CampaignCosts struct {
	Plan    []PlanLine
	Planned money.Fen // approved
	Waiting money.Fen // asked for
	Spent   money.Fen
	By      map[string]money.Fen // spent, by category
}

// Left is what is left of the approved plan.
func (c CampaignCosts) Left() money.Fen { return c.Planned - c.Spent }

// CostsOf gives plan and sums of some campaigns in the scope of campaign-cost:read.
func CostsOf(ctx context.Context, tx *op.Tx, campaigns []id.ID) (map[id.ID]CampaignCosts, error) {
	out := map[id.ID]CampaignCosts{}
	if len(campaigns) == 0 || !tx.Viewer.May("campaign-cost:read") {
		return out, nil
	}
	plan, err := op.All[PlanLine](ctx, tx, `SELECT p.id, p.campaign, p.center, p.no, p.category, p.amount, p.note, p.approved FROM campaign_plan p
		WHERE {scope:campaign-plan p} AND p.campaign IN (?) ORDER BY p.campaign, p.no`, campaigns)
	if err != nil {
		return nil, fmt.Errorf("read plans of campaigns: %w", err)
	}
	for _, l := range plan {
		c := out[l.Campaign]
		c.Plan = append(c.Plan, l)
		if l.Approved {
			c.Planned += l.Amount
		} else {
			c.Waiting += l.Amount
		}
		out[l.Campaign] = c
	}
	type sum struct {
		Campaign id.ID     `db:"campaign"`
		Category string    `db:"category"`
		N        money.Fen `db:"n"`
	}
	sums, err := op.All[sum](ctx, tx, `SELECT k.campaign AS campaign, k.category AS category, CAST(SUM(k.amount) AS BIGINT) AS n FROM campaign_costs k
		WHERE {scope:campaign-cost k} AND k.campaign IN (?) GROUP BY k.campaign, k.category`, campaigns)
	if err != nil {
		return nil, fmt.Errorf("sum costs of campaigns: %w", err)
	}
	for _, s := range sums {
		c := out[s.Campaign]
		if c.By == nil {
			c.By = map[string]money.Fen{}
		}
		c.By[s.Category] += s.N
		c.Spent += s.N
		out[s.Campaign] = c
	}
	return out, nil
}

// planOf reads the lines of a plan for the rules.
func planOf(ctx context.Context, tx *op.Tx, campaign id.ID) (list []PlanLine, err error) {
	if err := tx.Unscoped("the rules compare them").Select(&list).Where("campaign = ?", campaign).Order("no").Scan(ctx); err != nil {
		return nil, fmt.Errorf("read plan of campaign: %w", err)
	}
	return list, nil
}

var costSorts = page.Sorts{Usual: "-day", Columns: map[string]string{"day": "day"}}

// CostLines lists the cost lines of a campaign in scope, the newest first (MKT-3).
func CostLines(ctx context.Context, tx *op.Tx, campaign id.ID, r page.Request) (page.Page[CostLine], error) {
	var f page.Filter
	f.And("campaign = ?", campaign)
	return page.Read[CostLine](ctx, tx, "campaign-cost", &f, costSorts, r)
}

// CostLineByID gives a cost line in scope.
func CostLineByID(ctx context.Context, tx *op.Tx, key id.ID) (l CostLine, err error) {
	return l, problem.Found(tx.Select(&l).Where("id = ?", key).Scan(ctx), "campaign-cost")
}

// FilesOfCosts gives the documents of cost lines that were read in scope.
func FilesOfCosts(ctx context.Context, tx *op.Tx, lines []CostLine) (map[id.ID][]attach.File, error) {
	keys := make([]id.ID, len(lines))
	for i, l := range lines {
		keys[i] = l.ID
	}
	return attach.Of(ctx, tx, costFiles, keys)
}

// FileOfCost gives a document of a cost line in scope.
func FileOfCost(ctx context.Context, tx *op.Tx, cost, file id.ID) (attach.File, error) {
	l, err := CostLineByID(ctx, tx, cost)
	if err != nil {
		return attach.File{}, err
	}
	all, err := FilesOfCosts(ctx, tx, []CostLine{l})
	if err != nil {
		return attach.File{}, err
	}
	for _, f := range all[cost] {
		if f.ID == file {
			return f, nil
		}
	}
	return attach.File{}, problem.NotFound("file")
}

// LeadsOf lists the source records of a campaign in the scope of lead:read, the newest first (MKT-13).
func LeadsOf(ctx context.Context, tx *op.Tx, campaign id.ID, r page.Request) (page.Page[Lead], error) {
	var f page.Filter
	f.And("campaign = ?", campaign)
	return page.Read[Lead](ctx, tx, "lead", &f, page.Sorts{Usual: "-at", Columns: map[string]string{"at": "at"}}, r)
}

// CampaignNames gives the names of all campaigns in scope.
func CampaignNames(ctx context.Context, tx *op.Tx) (map[id.ID]string, error) {
	type row struct {
		ID   id.ID  `db:"id"`
		Name string `db:"name"`
	}
	list, err := op.All[row](ctx, tx, "SELECT c.id AS id, c.name AS name FROM campaigns c WHERE {scope:campaign c}")
	if err != nil {
		return nil, fmt.Errorf("name campaigns: %w", err)
	}
	out := make(map[id.ID]string, len(list))
	for _, r := range list {
		out[r.ID] = r.Name
	}
	return out, nil
}

// CampaignNamed finds a campaign in scope by its number or name. Refused, naming the field: unknown, and campaign-twice where several have the name.
func CampaignNamed(ctx context.Context, tx *op.Tx, name string) (c Campaign, err error) {
	var list []Campaign
	name = strings.TrimSpace(name)
	if err := tx.Select(&list).Where("no = ? OR name = ?", name, name).Order("id").Limit(3).Scan(ctx); err != nil {
		return c, fmt.Errorf("find campaign: %w", err)
	}
	code := "unknown"
	for _, k := range list {
		if k.No == name || len(list) == 1 {
			return k, nil
		}
		code = "campaign-twice"
	}
	return c, problem.Refuse("MKT-2", "invalid", problem.Field{Location: "campaign", Code: code, Value: name})
}

// CostByKey gives the cost line of a key in scope.
func CostByKey(ctx context.Context, tx *op.Tx, key string) (l CostLine, err error) {
	return l, problem.Found(tx.Select(&l).Where("external_key = ?", key).Scan(ctx), "campaign-cost")
}

// CampaignsByName gives the ids of the campaigns in scope by number and by name; a name that several have is left out.
func CampaignsByName(ctx context.Context, tx *op.Tx) (map[string]id.ID, error) {
	if !tx.Viewer.May("campaign:read") {
		return map[string]id.ID{}, nil
	}
	type row struct {
		ID   id.ID  `db:"id"`
		No   string `db:"no"`
		Name string `db:"name"`
	}
	list, err := op.All[row](ctx, tx, "SELECT c.id AS id, c.no AS no, c.name AS name FROM campaigns c WHERE {scope:campaign c} ORDER BY c.id")
	if err != nil {
		return nil, fmt.Errorf("name campaigns: %w", err)
	}
	out, names := make(map[string]id.ID, 2*len(list)), map[string]int{}
	for _, r := range list {
		names[r.Name]++
	}
	for _, r := range list {
		if names[r.Name] == 1 {
			out[r.Name] = r.ID
		}
		out[r.No] = r.ID
	}
	return out, nil
}
