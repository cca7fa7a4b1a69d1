package salesdoor

import (
	"context"
	"net/http"
	"slices"

	"github.com/a-h/templ"

	"zhike/internal/contracts"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/kernel/problem"
	"zhike/internal/people"
	"zhike/internal/sales"
	"zhike/internal/web"
)

// rewardRows is the length of a page of the list of rewards (UI-L2).
const rewardRows = 50

// rewardQuery is the address of the list of rewards.
type rewardQuery struct {
	State    string `json:"state"`
	Referrer id.ID  `json:"referrer"`
	Sort     string `json:"sort"`
	Page     int    `json:"page"`
}

// rewardsView is the list of rewards (MKT-12).
type rewardsView struct {
	names
	rewardQuery
	List     page.Page[sales.Reward]
	Counts   map[sales.RewardState]int
	Accounts map[id.ID]contracts.Account // by line
	seen     map[id.ID]people.Brief      // persons in scope
}

func (p door) rewardPages(mux *http.ServeMux) {
	mux.Handle("GET /rewards", web.Func(p.getRewards))
	mux.Handle("GET /rewards/{id}", web.Func(p.getReward))
	mux.Handle("POST /rewards/{id}/reverse", web.Func(p.postRewardReversal))
}

func (p door) getRewards(w http.ResponseWriter, r *http.Request) error {
	q, err := web.Decode[rewardQuery](r)
	if err != nil {
		return err
	}
	v := rewardsView{rewardQuery: q}
	if v.Page = web.PageOf(r); !slices.Contains(sales.RewardStates, sales.RewardState(v.State)) {
		v.State = ""
	}
	err = p.read(r, func(ctx context.Context, tx *op.Tx) (err error) {
		f := sales.RewardFilter{State: sales.RewardState(v.State), Referrer: v.Referrer}
		if v.List, err = sales.ListRewards(ctx, tx, f, page.Request{Sort: v.Sort, Limit: rewardRows, Offset: (v.Page - 1) * rewardRows}); err != nil {
			return err
		}
		if v.Counts, err = sales.CountRewards(ctx, tx, v.Referrer); err != nil {
			return err
		}
		return v.known(ctx, tx, p, v.List.Items)
	})
	if err != nil {
		return err
	}
	ctx := r.Context()
	return web.Render(w, r, web.Shell(web.Page{Title: t(ctx, "reward.title"), H1: t(ctx, "reward.h1", "count", v.Counts[sales.RewardBooked], "waiting", v.Counts[sales.RewardWaiting])}, rewardsPage(v)))
}

// known reads who and what rewards are about, as far as the viewer sees it.
func (v *rewardsView) known(ctx context.Context, tx *op.Tx, p door, list []sales.Reward) (err error) {
	var persons, lines []id.ID
	for _, r := range list {
		persons = append(persons, r.Referrer, r.Person)
		if !r.Line.IsNone() {
			lines = append(lines, r.Line)
		}
	}
	if v.Accounts, err = contracts.AccountsIn(ctx, tx, lines); err != nil {
		return err
	}
	for _, a := range v.Accounts {
		persons = append(persons, a.Student)
	}
	if !v.Referrer.IsNone() {
		persons = append(persons, v.Referrer)
	}
	if v.seen, err = people.InScope(ctx, tx, persons); err != nil {
		return err
	}
	v.names, err = p.load(ctx, tx)
	return err
}

// who names a person in scope with the way to the record; of others no more than that there is one.
func (v rewardsView) who(ctx context.Context, key id.ID) templ.Component {
	b, ok := v.seen[key]
	if !ok {
		return web.Text(t(ctx, "reward.beyond"))
	}
	return web.RecordLink(path("people", key.String()), b.Shown())
}

func (v rewardsView) tabs(ctx context.Context) web.Tabs {
	all := 0
	for _, n := range v.Counts {
		all += n
	}
	out := web.Tabs{Label: t(ctx, "reward.title"), Items: []web.Tab{{Label: t(ctx, "all"), Href: web.Address(ctx, "state", "", "page", ""), Count: &all, Current: v.State == ""}}}
	for _, s := range sales.RewardStates {
		if n := v.Counts[s]; n > 0 || v.State == string(s) {
			out.Items = append(out.Items, web.Tab{Label: code(ctx, "reward-state", string(s)), Href: web.Address(ctx, "state", string(s), "page", ""), Count: &n, Current: v.State == string(s)})
		}
	}
	return out
}

// chips are the filters that hold.
func (v rewardsView) chips(ctx context.Context) web.FilterChips {
	out := web.FilterChips{Clear: "/rewards"}
	if b, ok := v.seen[v.Referrer]; ok {
		out.Items = append(out.Items, web.FilterChip{Label: t(ctx, "field.referrer"), Value: b.Shown(), Drop: web.Without(ctx, "referrer")})
	}
	return out
}

func (v rewardsView) table(ctx context.Context) web.Table {
	out := web.Table{Caption: t(ctx, "reward.title"), Columns: []web.Column{
		{Label: t(ctx, "reward.of")}, {Label: t(ctx, "reward.for")}, {Label: t(ctx, "reward.hours"), Num: true}, {Label: t(ctx, "field.state")}, {Label: t(ctx, "reward.day")}, {Label: t(ctx, "field.center")},
	}}
	for _, r := range v.List.Items {
		out.Rows = append(out.Rows, web.Row{ID: r.ID.String(), Cells: []templ.Component{
			v.who(ctx, r.Referrer), v.who(ctx, r.Person), web.Figure{Value: i18n.Hours(ctx, r.Hours), Href: path("rewards", r.ID.String()), Hidden: t(ctx, "reward.title")},
			rewardChip(ctx, r.State), web.Text(i18n.Date(ctx, r.Day, web.Today(ctx))), web.Text(v.center(ctx, r.Center)),
		}})
	}
	return out
}

func rewardChip(ctx context.Context, s sales.RewardState) web.Chip {
	chip := web.Chip{Text: code(ctx, "reward-state", string(s))}
	switch s {
	case sales.RewardWaiting:
		chip.Tone = web.Warn
	case sales.RewardBooked:
		chip.Tone = web.Good
	case sales.RewardReversed:
	}
	return chip
}

// rewardView is one reward.
type rewardView struct {
	rewardsView
	Reward sales.Reward
}

func (p door) getReward(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "reward")
	if err != nil {
		return err
	}
	var v rewardView
	err = p.read(r, func(ctx context.Context, tx *op.Tx) (err error) {
		if v.Reward, err = sales.RewardByID(ctx, tx, key); err != nil {
			return err
		}
		return v.known(ctx, tx, p, []sales.Reward{v.Reward})
	})
	if err != nil {
		return err
	}
	ctx := r.Context()
	return web.Render(w, r, web.Shell(web.Page{H1: t(ctx, "reward.one", "hours", i18n.Hours(ctx, v.Reward.Hours))}, rewardPage(v)))
}

// facts are what there is to know of the reward, one line each.
func (v rewardView) facts(ctx context.Context) []web.Fact {
	r := v.Reward
	out := []web.Fact{
		{Term: t(ctx, "field.state"), Value: rewardChip(ctx, r.State)},
		{Term: t(ctx, "reward.of"), Value: v.who(ctx, r.Referrer)},
		{Term: t(ctx, "reward.for"), Value: v.who(ctx, r.Person)},
		{Term: t(ctx, "reward.day"), Value: web.Text(i18n.Date(ctx, r.Day, web.Today(ctx)))},
		{Term: t(ctx, "field.center"), Value: web.Text(v.center(ctx, r.Center))},
	}
	if a, ok := v.Accounts[r.Line]; ok {
		out = append(out, web.Fact{Term: t(ctx, "reward.account"), Value: web.Join(web.RecordLink(path("contracts", a.Contract.String())+"#hours", t(ctx, "reward.entries")), web.Text(" "), v.who(ctx, a.Student))})
	}
	if r.State == sales.RewardReversed {
		out = append(out, web.Fact{Term: t(ctx, "reward.taken"), Value: web.Text(i18n.Hours(ctx, r.Taken))}, web.Fact{Term: t(ctx, "reward.why"), Value: web.Text(v.why(ctx))})
	}
	return out
}

func (v rewardView) why(ctx context.Context) string {
	if v.Reward.Reason == "" {
		return t(ctx, "reward.unpaid")
	}
	return v.Reward.Reason
}

// reversible tells whether the viewer may take this reward back.
func (v rewardView) reversible(ctx context.Context) bool {
	s := viewerOf(ctx).Scope("reward:reverse")
	return v.Reward.State != sales.RewardReversed && (s.All || slices.Contains(s.Centers, v.Reward.Center))
}

// rewardReversal is what the form sends.
type rewardReversal struct {
	Reason string `json:"reason" maxLength:"500"`
}

func (p door) postRewardReversal(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "reward")
	if err != nil {
		return err
	}
	f, err := web.Decode[rewardReversal](r)
	var out sales.RewardAnswer
	if err == nil {
		out, err = sales.ReverseReward.Run(r.Context(), p.Ops, sales.ReverseRewardInput{RewardID: key, Reason: f.Reason})
	}
	if _, ok := problem.As(err); ok {
		return web.Again(w, r, err, p.getReward)
	}
	if err != nil {
		return err
	}
	ctx := r.Context()
	return web.Redirect(w, r, path("rewards", key.String()), web.Status{Text: t(ctx, "reward.done", "hours", i18n.Hours(ctx, out.Taken)), Tone: web.Good})
}
