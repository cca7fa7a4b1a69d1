package marketingdoor

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"zhike/internal/insight"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/marketing"
	"zhike/internal/organization"
	"zhike/internal/web"
)

// pageRows is the length of a page of a list (UI-L2).
const pageRows = 50

// c is a text of the pages of campaigns.
func c(ctx context.Context, key string, pairs ...any) string {
	return i18n.T(ctx, "campaigns."+key, pairs...)
}

// names are what pages of campaigns name.
type names struct {
	dir      *organization.Directory
	formats  map[id.ID]marketing.Format
	channels marketing.Tree
}

func (n *names) load(ctx context.Context, tx *op.Tx) (err error) {
	n.dir = organization.Of(tx)
	if n.formats, err = marketing.FormatsByID(ctx, tx); err != nil {
		return err
	}
	n.channels, err = marketing.Channels(ctx, tx)
	return err
}

func (n names) format(ctx context.Context, key id.ID) string {
	if f, ok := n.formats[key]; ok {
		return f.Name(lang(ctx))
	}
	return i18n.None
}

func (n names) staff(key id.ID) string {
	if m, ok := n.dir.Staff(key); ok {
		return m.Name
	}
	return i18n.None
}

func (n names) channelNames(ctx context.Context, keys []id.ID) string {
	var out []string
	for _, key := range keys {
		if ch, ok := n.channels.ByID(key); ok {
			out = append(out, ch.Name(lang(ctx)))
		}
	}
	return strings.Join(out, c(ctx, "comma"))
}

func (n names) centerNames(ctx context.Context, keys []id.ID) string {
	var out []string
	for _, key := range keys {
		if center, ok := n.dir.Center(key); ok {
			out = append(out, center.Name(lang(ctx)))
		}
	}
	if len(out) == 0 {
		return c(ctx, "all-centers")
	}
	return strings.Join(out, c(ctx, "comma"))
}

// listQuery is the address of the list of campaigns.
type listQuery struct {
	State   string `json:"state"`
	Format  id.ID  `json:"format"`
	Channel id.ID  `json:"channel"`
	Search  string `json:"q"`
	Sort    string `json:"sort"`
	Page    int    `json:"page"`
}

// listView is a page of the list of campaigns.
type listView struct {
	names
	listQuery
	List   page.Page[marketing.Campaign]
	Counts map[marketing.CampaignState]int
	Got    map[id.ID]insight.Tally
	Costs  map[id.ID]marketing.CampaignCosts
}

func (p pages) getCampaigns(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	q, err := web.Decode[listQuery](r)
	if err != nil {
		return err
	}
	v := listView{listQuery: q}
	if v.Page = web.PageOf(r); !slices.Contains(marketing.CampaignStates, marketing.CampaignState(v.State)) {
		v.State = ""
	}
	err = p.ops.Read(ctx, func(ctx context.Context, tx *op.Tx) error {
		if err := v.load(ctx, tx); err != nil {
			return err
		}
		f := marketing.CampaignFilter{State: marketing.CampaignState(v.State), Format: v.Format, Channel: v.Channel, Text: v.Search}
		if v.List, err = marketing.Campaigns(ctx, tx, f, page.Request{Sort: v.Sort, Limit: pageRows, Offset: (v.Page - 1) * pageRows}); err != nil {
			return err
		}
		if v.Counts, err = marketing.CountCampaigns(ctx, tx); err != nil {
			return err
		}
		var keys []id.ID
		for _, k := range v.List.Items {
			keys = append(keys, k.ID)
		}
		if v.Costs, err = marketing.CostsOf(ctx, tx, keys); err != nil || !tx.Viewer.May("report:read") {
			return err
		}
		v.Got, err = insight.CampaignTallies(ctx, tx, keys, insight.FirstTouch)
		return err
	})
	if err != nil {
		return err
	}
	shell := web.Page{Title: c(ctx, "title"), H1: c(ctx, "sentence", "count", v.Counts[marketing.Approved])}
	if may(ctx, "campaign:create") {
		shell.Aside = web.Button{Label: c(ctx, "new"), Href: "/campaigns/new", Kind: web.Primary}
	}
	return web.Render(w, r, web.Shell(shell, campaignsPage(v)))
}

func (v listView) tabs(ctx context.Context) web.Tabs {
	all := 0
	for _, n := range v.Counts {
		all += n
	}
	tabs := web.Tabs{Label: c(ctx, "title"), Items: []web.Tab{{Label: c(ctx, "view-all"), Href: web.Address(ctx, "state", "", "page", ""), Count: &all, Current: v.State == ""}}}
	for _, s := range marketing.CampaignStates {
		if n := v.Counts[s]; n > 0 || string(s) == v.State {
			tabs.Items = append(tabs.Items, web.Tab{Label: c(ctx, "state-"+string(s)), Href: web.Address(ctx, "state", string(s), "page", ""), Count: &n, Current: string(s) == v.State})
		}
	}
	return tabs
}

// table shows plan and actual side by side; costs only to who may see them.
func (v listView) table(ctx context.Context) web.Table {
	costs := may(ctx, "campaign-cost:read")
	table := web.Table{Caption: c(ctx, "title"), Columns: []web.Column{
		{Label: c(ctx, "name"), Sort: "name"}, {Label: c(ctx, "format")}, {Label: c(ctx, "period"), Sort: "from"}, {Label: c(ctx, "state")},
	}}
	results := may(ctx, "report:read")
	if results {
		table.Columns = append(table.Columns, web.Column{Label: c(ctx, "leads"), Num: true}, web.Column{Label: c(ctx, "visits"), Num: true}, web.Column{Label: c(ctx, "contracts"), Num: true})
	}
	if costs {
		table.Columns = append(table.Columns, web.Column{Label: c(ctx, "spent"), Num: true}, web.Column{Label: c(ctx, "left"), Num: true})
	}
	for _, k := range v.List.Items {
		row := web.Row{ID: k.ID.String(), Cells: []templ.Component{
			web.RecordLink("/campaigns/"+k.ID.String(), k.Name), web.Text(v.format(ctx, k.Format)), web.Text(period(ctx, k)), stateOf(ctx, k),
		}}
		if results {
			got := v.Got[k.ID]
			if got.Part { // the plan is that of the whole
				k.PlanLeads, k.PlanVisits, k.PlanContracts = 0, 0, 0
			}
			row.Cells = append(row.Cells, of(ctx, got.N(insight.StepLead), k.PlanLeads), of(ctx, got.N(insight.StepVisit), k.PlanVisits), of(ctx, got.N(insight.StepContract), k.PlanContracts))
		}
		if costs {
			cost := v.Costs[k.ID]
			row.Cells = append(row.Cells, web.Text(i18n.MoneyWhole(ctx, cost.Spent)), web.Text(i18n.MoneyWhole(ctx, cost.Left())))
		}
		table.Rows = append(table.Rows, row)
	}
	return table
}

// of is an actual number beside the planned one.
func of(ctx context.Context, actual float64, plan int64) templ.Component {
	if plan == 0 {
		return web.Text(cases(ctx, actual))
	}
	return web.Text(c(ctx, "of-plan", "actual", cases(ctx, actual), "plan", i18n.Count(ctx, plan)))
}

// cases words a number of cases; parts of cases with one decimal.
func cases(ctx context.Context, n float64) string {
	if whole := int64(n + 0.5); n-float64(whole) < 1e-6 && float64(whole)-n < 1e-6 {
		return i18n.Count(ctx, whole)
	}
	return strconv.FormatFloat(n, 'f', 1, 64)
}

func period(ctx context.Context, k marketing.Campaign) string {
	today := web.Today(ctx)
	return i18n.Range(ctx, i18n.Date(ctx, k.From, today), i18n.Date(ctx, k.Until, today))
}

func stateOf(ctx context.Context, k marketing.Campaign) web.Chip {
	name := "state-" + string(k.State)
	tone := map[marketing.CampaignState]web.Tone{marketing.Approved: web.Good, marketing.Submitted: web.Warn, marketing.Rejected: web.Bad}[k.State]
	if today := web.Today(ctx); k.State == marketing.Approved {
		switch {
		case today < k.From:
			name, tone = "ahead", ""
		case today > k.Until:
			name, tone = "over", web.Warn
		default:
			name = "running"
		}
	}
	return web.Chip{Text: c(ctx, name), Tone: tone}
}

func (n names) formatOptions(ctx context.Context, chosen id.ID) (list []web.Option) {
	for _, f := range n.formats {
		if f.Active || f.ID == chosen {
			list = append(list, web.Option{Value: f.ID.String(), Label: f.Name(lang(ctx)), On: f.ID == chosen})
		}
	}
	slices.SortFunc(list, func(a, b web.Option) int { return strings.Compare(a.Label, b.Label) })
	return list
}

// channelOptions are those in use, and those chosen.
func (n names) channelOptions(ctx context.Context, chosen []id.ID) (list []web.Option) {
	for _, node := range n.channels.Nodes() {
		on := slices.Contains(chosen, node.ID)
		if node.Active || on {
			list = append(list, web.Option{Value: node.ID.String(), Label: indent(node.Depth) + node.Name(lang(ctx)), On: on})
		}
	}
	return list
}

func categoryOptions(ctx context.Context, chosen string) (list []web.Option) {
	for _, k := range marketing.CostCategories {
		list = append(list, web.Option{Value: k, Label: c(ctx, "category-"+k), On: k == chosen})
	}
	return list
}

// moneyValue is an amount as it is typed; nothing for none.
func moneyValue(f money.Fen) string {
	if f == 0 {
		return ""
	}
	return f.String()
}
