package marketingdoor

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/marketing"
	"zhike/internal/web"
)

// Pages registers the pages; sign-in and frame stand before them.
func Pages(mux *http.ServeMux, r *op.Runner) {
	p := pages{r}
	for pattern, page := range map[string]web.Func{
		"GET /channels":                         p.getChannels,
		"GET /channels/new":                     p.getNewChannel,
		"POST /channels/new":                    p.postNewChannel,
		"GET /channels/{id}/edit":               p.getEditChannel,
		"POST /channels/{id}/edit":              p.postEditChannel,
		"GET /channels/{id}/cells/{field}":      channelCells.Get(r),
		"POST /channels/{id}/cells/{field}":     channelCells.Post(r),
		"GET /campaigns":                        p.getCampaigns,
		"GET /campaigns/new":                    p.getNewCampaign,
		"POST /campaigns/new":                   p.postNewCampaign,
		"GET /campaigns/formats":                p.getFormats,
		"POST /campaigns/formats":               p.postFormat,
		"GET /campaigns/{id}":                   p.getCampaign,
		"GET /campaigns/{id}/leads":             p.getCampaignLeads,
		"GET /campaigns/{id}/cases/{step}":      p.getCampaignCases,
		"GET /campaigns/{id}/edit":              p.getEditCampaign,
		"POST /campaigns/{id}/edit":             p.postEditCampaign,
		"POST /campaigns/{id}/submit":           postCampaign(p, marketing.SubmitCampaign, func(in *marketing.SubmitCampaignInput, key id.ID) { in.CampaignID = key }, "submitted"),
		"POST /campaigns/{id}/extend":           postCampaign(p, marketing.ExtendCampaign, func(in *marketing.ExtendCampaignInput, key id.ID) { in.CampaignID = key }, "extended"),
		"POST /campaigns/{id}/costs":            postCampaign(p, marketing.BookCost, func(in *marketing.BookCostInput, key id.ID) { in.CampaignID = key }, "booked"),
		"POST /campaigns/{id}/close":            postCampaign(p, marketing.CloseCampaign, func(in *marketing.CloseCampaignInput, key id.ID) { in.CampaignID = key }, "now-closed"),
		"POST /campaigns/{id}/reopen":           postCampaign(p, marketing.ReopenCampaign, func(in *marketing.ReopenCampaignInput, key id.ID) { in.CampaignID = key }, "reopened"),
		"POST /campaigns/{id}/drop":             postCampaign(p, marketing.DropCampaign, func(in *marketing.CampaignInput, key id.ID) { in.CampaignID = key }, "dropped"),
		"GET /campaign-costs/{id}":              p.getCost,
		"POST /campaign-costs/{id}":             p.postReverse,
		"POST /campaign-costs/{id}/files":       p.postCostFiles,
		"GET /campaign-costs/{id}/files/{file}": p.getCostFile,
	} {
		mux.Handle(pattern, page)
	}
}

type pages struct{ ops *op.Runner }

// t is a text of these pages.
func t(ctx context.Context, key string, pairs ...any) string {
	return i18n.T(ctx, "channels."+key, pairs...)
}

func may(ctx context.Context, right string) bool {
	v, ok := op.ViewerOf(ctx)
	return ok && v.May(right)
}

// treeView is the channel tree, or a part of it.
type treeView struct {
	View  string // "" those in use, closed, all
	All   marketing.Tree
	Nodes []marketing.Node
	Count map[string]int
}

var views = []string{"", "closed", "all"}

func (p pages) tree(r *http.Request) (marketing.Tree, error) {
	if !may(r.Context(), "channel:read") {
		return marketing.Tree{}, problem.Forbidden("channel:read")
	}
	var tree marketing.Tree
	err := p.ops.Read(r.Context(), func(ctx context.Context, tx *op.Tx) (err error) {
		tree, err = marketing.Channels(ctx, tx)
		return err
	})
	return tree, err
}

func (p pages) getChannels(w http.ResponseWriter, r *http.Request) error {
	tree, err := p.tree(r)
	if err != nil {
		return err
	}
	v := treeView{View: r.URL.Query().Get("view"), All: tree, Count: map[string]int{}}
	if !slices.Contains(views, v.View) {
		v.View = ""
	}
	for _, n := range tree.Nodes() {
		for _, view := range views {
			if view != "all" && n.Active == (view == "closed") {
				continue
			}
			v.Count[view]++
			if view == v.View {
				v.Nodes = append(v.Nodes, n)
			}
		}
	}
	ctx := r.Context()
	page := web.Page{Title: t(ctx, "title"), H1: t(ctx, "sentence", "count", v.Count[""]), Lead: web.Text(t(ctx, "lead"))}
	if may(ctx, "channel:create") {
		page.Aside = web.Button{Label: t(ctx, "new"), Href: "/channels/new", Kind: web.Primary}
	}
	return web.Render(w, r, web.Shell(page, channelsPage(v)))
}

// formView is the form of a channel, new where its id is none.
type formView struct {
	Channel marketing.Channel
	Tree    marketing.Tree
}

func (p pages) getNewChannel(w http.ResponseWriter, r *http.Request) error {
	if !may(r.Context(), "channel:create") {
		return problem.Forbidden("channel:create")
	}
	tree, err := p.tree(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	v := formView{Channel: marketing.Channel{FirstContactMinutes: 30, WindowDays: 90, Active: true}, Tree: tree}
	return web.Render(w, r, web.Shell(web.Page{H1: t(ctx, "new")}, channelForm(v)))
}

func (p pages) postNewChannel(w http.ResponseWriter, r *http.Request) error {
	in, err := web.Decode[marketing.ChannelInput](r)
	if err == nil {
		_, err = marketing.AddChannel.Run(r.Context(), p.ops, in)
	}
	if err != nil {
		return web.Again(w, r, err, p.getNewChannel)
	}
	return web.Redirect(w, r, "/channels", web.Status{Text: t(r.Context(), "added", "name", in.NameZH), Tone: web.Good})
}

func (p pages) getEditChannel(w http.ResponseWriter, r *http.Request) error {
	tree, err := p.tree(r)
	if err != nil {
		return err
	}
	key, err := web.PathID(r, "id", "channel")
	if err != nil {
		return err
	}
	c, ok := tree.ByID(key)
	if !ok {
		return problem.NotFound("channel")
	}
	if !may(r.Context(), "channel:update") {
		return problem.Forbidden("channel:update")
	}
	ctx := r.Context()
	return web.Render(w, r, web.Shell(web.Page{Title: t(ctx, "edit"), H1: c.Name(lang(ctx)), Sub: c.Code}, channelForm(formView{c, tree})))
}

// channelFields is what the form of an existing channel sends: all of it, so that what was emptied is empty.
type channelFields struct {
	ParentID            id.ID  `json:"parent_id"`
	NameZH              string `json:"name_zh" maxLength:"100"`
	NameEN              string `json:"name_en" maxLength:"100"`
	FirstContactMinutes int64  `json:"first_contact_minutes"`
	WalkIn              bool   `json:"walk_in"`
	WindowDays          *int64 `json:"window_days"`
	Active              bool   `json:"active"`
	Version             int64  `json:"version"`
}

func (p pages) postEditChannel(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "channel")
	if err != nil {
		return err
	}
	f, err := web.Decode[channelFields](r)
	if err == nil {
		_, err = marketing.ChangeChannel.Run(r.Context(), p.ops, marketing.ChangeChannelInput{
			ChannelID: key, Version: &f.Version, ParentID: &f.ParentID, NameZH: &f.NameZH, NameEN: &f.NameEN,
			FirstContactMinutes: &f.FirstContactMinutes, WalkIn: &f.WalkIn, WindowDays: f.WindowDays, Active: &f.Active,
		})
	}
	if err != nil {
		return web.Again(w, r, err, p.getEditChannel)
	}
	return web.Redirect(w, r, "/channels", web.Status{Text: t(r.Context(), "saved", "name", f.NameZH), Tone: web.Good})
}

func lang(ctx context.Context) string { return string(i18n.LangOf(ctx)) }

// indent shows how deep a channel lies in the tree.
func indent(depth int) string {
	return strings.Repeat("　", depth)
}

// parents are the channels that another one can lie under: none of its own subtree.
func (v formView) parents(ctx context.Context) (list []web.Option) {
	var below []id.ID
	if !v.Channel.ID.IsNone() {
		below = v.Tree.Under(v.Channel.ID)
	}
	for _, n := range v.Tree.Nodes() {
		if n.Active && !slices.Contains(below, n.ID) || n.ID == v.Channel.Parent {
			list = append(list, web.Option{Value: n.ID.String(), Label: indent(n.Depth) + n.Name(lang(ctx)), On: n.ID == v.Channel.Parent})
		}
	}
	return list
}
