package app

import (
	"context"
	"log/slog"
	"slices"
	"strings"

	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/organization"
	"zhike/internal/organization/organizationdoor"
	"zhike/internal/process"
	"zhike/internal/sales/salesdoor"
	"zhike/internal/web"
)

// place is somewhere to go: a page, or the beginning of something new.
type place struct {
	name  string
	path  string
	right string // who may go there; "" is everybody
	key   string // letter after G
}

// text is the key of what a place is called: shell.<name>, or the name where it is a key.
func (at place) text() string {
	if strings.Contains(at.name, ".") {
		return at.name
	}
	return "shell." + at.name
}

// mostPlaces is how many places a group of the left menu has at most (UI-S1); what comes after them is reached from a page of them.
const mostPlaces = 6

// group is a part of the left menu.
type group struct {
	name   string
	places []place
}

var (
	placeHome          = place{"home", "/", "", "h"}
	placeTasks         = place{"tasks", "/tasks", "", ""}
	placeApprovals     = place{"approvals", "/approvals", "approval:read", ""}
	placeLimits        = place{"approval-limits", "/approval-limits", "approval-limit:read", ""}
	placeMessages      = place{"messages", "/messages", "", ""}
	placeAppointments  = place{"appointments", "/appointments", "appointment:read", ""}
	placeVisits        = place{"visits", "/visits", "visit:read", ""}
	placeCampaigns     = place{"campaigns", "/campaigns", "campaign:read", ""}
	placeSegments      = place{"segments", "/segments", "channel:update", ""} // managers reach them from the campaigns
	placeEnquiries     = place{"enquiries", "/enquiries", "enquiry:read", "l"}
	placePool          = place{"pool", "/pool", "pool:read", ""}
	placePeople        = place{"people", "/people", "person:read", ""}
	placeOrganizations = place{"organizations", "/organizations", "organization:read", ""}
	placeContracts     = place{"contracts", "/contracts", "contract:read", ""}
	placeRewards       = place{"rewards", "/rewards", "reward:read", ""} // where the group is full it is one click from the contracts
	placePayments      = place{"payments", "/payments", "payment:read", ""}
	placeImports       = place{"imports", "/imports", "import:read", ""}
	placeReports       = place{"reports", "/reports", "report:read", "r"}
	placeDailySales    = place{"report.daily-sales", "/reports/daily-sales", "report:read", ""}
	placeTargets       = place{"targets", "/targets", "target:read", ""}
	placeScores        = place{"scores", "/scores", "score-model:read", ""}
	placePlaybooks     = place{"playbooks", "/playbooks", "pool:claim", ""} // managers reach it from an enquiry: their menu is full
	placeFeedback      = place{"feedback", "/feedback", "feedback:update", ""}
	placeChannels      = place{"channels", "/channels", "channel:update", ""}
	placeAssignment    = place{"assignment", "/settings/assignment", "assignment:read", ""}
	placeCourses       = place{"courses", "/courses", "course:update", ""}
	placePackages      = place{"packages", "/packages", "package:update", ""}
	placeRegions       = place{"regions", "/regions", "region:read", ""}
	placeDays          = place{"special-days", "/special-days", "special-day:update", ""}
	placeCenters       = place{"centers", "/centers", "center:update", ""}
	placeStaff         = place{"staff", "/staff", "position:read", ""}
	placeRoles         = place{"roles", "/roles", "role:read", ""}
	placeSettings      = place{"settings", "/settings", "setting:read", ""}
	placeLists         = place{"lists", "/settings/lists", "setting:read", ""} // where the group is full it is one click from the settings
	placeLooks         = place{"record-views", "/record-views", "record-view:read", ""}
	placeOutbox        = place{"outbox", "/outbox", "mail:read", ""}
	placeAccount       = place{"account", "/account", "", ""}
	placeViews         = place{"views", web.ViewsPath, "", ""}
	placePassword      = place{"password", "/password", "", ""}
	placeAsk           = place{"ask", web.AskPath, "", ""}
)

// menu is the left menu of everybody who works with customers, setUp that of those who set the program up.
var (
	menu = []group{
		{"today", []place{placeHome, placeTasks, placeApprovals, placeAppointments, placeVisits, placePool, placeFeedback}},
		{"customers", []place{placeEnquiries, placePeople, placeContracts, placePayments, placeCampaigns, placeImports, placeRewards}},
		{"manage", []place{placeReports, placeTargets, placeSegments, placePlaybooks, placeAssignment, placeChannels, placeCourses, placePackages, placeDays, placeStaff, placeLimits, placeScores, placeLooks}},
	}
	setUp = []group{
		{"today", []place{placeHome, placeTasks, placeImports, placeReports, placeLooks, placeFeedback}},
		{"organization", []place{placeCenters, placeRegions, placeStaff, placeRoles, placeSettings, placeOutbox, placeLists}},
		{"offer", []place{placeChannels, placeCourses, placePackages, placeAssignment, placeLimits, placeScores}},
	}
	// beginnings are what a viewer may enter, those most used first.
	beginnings = []place{
		{"new-walk-in", "/walk-ins/new", "visit:create", ""},
		{"new-enquiry", "/enquiries/new", "enquiry:create", ""},
		{"new-payment", "/payments/new", "payment:create", ""},
		{"new-campaign", "/campaigns/new", "campaign:create", ""},
		{"new-import", "/imports/new", "import:create", ""},
		{"new-organization", "/organizations/new", "person:create", ""},
		{"new-staff", "/staff/new", "staff:create", ""},
		{"new-center", "/centers/new", "center:create", ""},
		{"new-channel", "/channels/new", "channel:create", ""},
		{"new-course", "/courses/new", "course:create", ""},
		{"new-package", "/packages/new", "package:create", ""},
	}
)

// shellText is a text of the shell.
func shellText(ctx context.Context, key string, pairs ...any) string {
	return i18n.T(ctx, "shell."+key, pairs...)
}

// open tells whether a viewer may go to a place that exists.
func (p *pages) open(v *policy.Viewer, at place) bool {
	return (at.right == "" || v.May(at.right)) && p.has(at.path)
}

// home is which home page opens for a viewer: that of the main position's role.
func (p *pages) home(v *policy.Viewer) string {
	r, _ := p.Dir.Role(v.Role)
	return r.Home
}

// frame makes what stands around a page for its viewer (UI-S1).
func (p *pages) frame(ctx context.Context) web.Frame {
	v, ok := op.ViewerOf(ctx)
	if !ok {
		return web.Frame{}
	}
	unread, tasks, counted := p.counts(ctx, v)
	f := web.Frame{
		Viewer: web.Viewer{Account: v.Account.String(), Name: v.Name, Role: p.Dir.RoleName(ctx, v.Role)},
		Ask:    true, Messages: placeMessages.path, Unread: unread, Settings: placeAccount.path,
	}
	if f.Viewer.Name == "" {
		f.Viewer.Name = v.Login
	}
	if v.May("feedback:create") {
		f.Feedback = web.FeedbackPath
	}
	f.Nav = p.nav(ctx, v, tasks, counted)
	for _, at := range beginnings {
		if p.open(v, at) && len(f.New) < 6 {
			f.New = append(f.New, web.NavItem{Label: shellText(ctx, at.name), Href: at.path})
		}
	}
	f.Bottom = p.bottom(ctx, v, f.New, unread, tasks)
	f.Centers, f.Center = p.centers(ctx, v)
	f.Grants = p.grants(ctx)
	return f
}

// grants says whose roles give positions, and on which page (UI-B7).
func (p *pages) grants(ctx context.Context) string {
	var roles []string
	for _, role := range p.Dir.Roles() {
		if slices.ContainsFunc(p.Dir.Rights(role.Code), func(r organization.Right) bool { return r.Resource == "position" && r.Action == "create" }) {
			roles = append(roles, p.Dir.RoleName(ctx, role.Code))
		}
	}
	if len(roles) == 0 {
		return ""
	}
	return shellText(ctx, "who-grants", "who", strings.Join(roles, shellText(ctx, "or")), "page", shellText(ctx, placeStaff.name))
}

// nav is the left menu: what exists and may be opened; counted are places with the count of what they lead to.
func (p *pages) nav(ctx context.Context, v *policy.Viewer, tasks int, counted []web.NavItem) []web.NavGroup {
	groups := menu
	if p.home(v) == "it" {
		groups = setUp
	}
	var out []web.NavGroup
	for _, g := range groups {
		nav := web.NavGroup{Title: shellText(ctx, "group-"+g.name)}
		for _, at := range g.places {
			if !p.open(v, at) || len(nav.Items) == mostPlaces {
				continue
			}
			item := web.NavItem{Label: shellText(ctx, at.name), Href: at.path, Go: at.key}
			if at == placeTasks {
				item.Count = tasks
			}
			for _, c := range counted {
				if path, _, _ := strings.Cut(c.Href, "?"); path == at.path {
					item.Href, item.Count, item.Current = c.Href, c.Count, c.Current
				}
			}
			nav.Items = append(nav.Items, item)
		}
		if len(nav.Items) > 0 {
			out = append(out, nav)
		}
	}
	return out
}

// bottom is the bar of narrow screens: home, the list, what is new, messages, oneself.
func (p *pages) bottom(ctx context.Context, v *policy.Viewer, begin []web.NavItem, unread, tasks int) []web.NavItem {
	item := func(at place, count int) web.NavItem {
		return web.NavItem{Label: shellText(ctx, "short-"+at.name), Href: at.path, Count: count}
	}
	bar := []web.NavItem{item(placeHome, 0)}
	for _, at := range []place{placeEnquiries, placePayments, placeReports, placeStaff, placeAsk} {
		if p.open(v, at) {
			bar = append(bar, item(at, 0))
			break
		}
	}
	if len(begin) > 0 {
		bar = append(bar, web.NavItem{Label: i18n.T(ctx, "web.new"), Href: begin[0].Href})
	} else {
		bar = append(bar, item(placeTasks, tasks))
	}
	return append(bar, item(placeMessages, unread), item(placeAccount, 0))
}

// centers are the choices of the switch: those in scope, and all of them where there are several.
func (p *pages) centers(ctx context.Context, v *policy.Viewer) (list []web.Center, chosen string) {
	for _, c := range p.Dir.Centers(v) {
		list = append(list, web.Center{Value: c.ID.String(), Name: c.Name(string(i18n.LangOf(ctx)))})
	}
	if len(list) > 1 {
		list = append([]web.Center{{Value: "all", Name: shellText(ctx, "all-centers")}}, list...)
	}
	if c := organizationdoor.Center(ctx, p.Dir, v); !c.IsNone() {
		return list, c.String()
	}
	return list, "all"
}

// counts are what the shell tells at a glance. It is drawn without them where they cannot be read.
func (p *pages) counts(ctx context.Context, v *policy.Viewer) (unread, tasks int, counted []web.NavItem) {
	if v.Staff.IsNone() {
		return 0, 0, nil
	}
	err := p.read(ctx, func(ctx context.Context, tx *op.Tx) error {
		n, err := process.Unread(ctx, tx)
		if err != nil {
			return err
		}
		m, err := process.CountTasks(ctx, tx, process.TaskFilter{Staff: v.Staff})
		if err != nil {
			return err
		}
		unread, tasks = int(n), int(m)
		if counted, err = salesdoor.Counted(ctx, tx, v, organizationdoor.Center(ctx, p.Dir, v)); err != nil || !v.May("approval:decide") {
			return err
		}
		wait, err := process.CountApprovals(ctx, tx, process.ToDecide)
		counted = append(counted, web.NavItem{Href: placeApprovals.path, Count: int(wait)})
		return err
	})
	if err != nil {
		p.Log.ErrorContext(ctx, "counts of the shell failed", slog.String("request_id", web.RequestID(ctx)), slog.String("error", err.Error()))
	}
	return unread, tasks, counted
}
