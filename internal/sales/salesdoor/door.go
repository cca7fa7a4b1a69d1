package salesdoor

import (
	"context"
	"net/http"

	"zhike/internal/contracts"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/marketing"
	"zhike/internal/organization"
	"zhike/internal/people"
	"zhike/internal/sales"
	"zhike/internal/web"
)

// Deps is what the pages need.
type Deps struct {
	Ops *op.Runner
	Dir *organization.Directory
	// Timeline tells what happened with a person, in the words of the person's page (PPL-6).
	Timeline timelineWords
}

// timelineWords words a part of a timeline, with the names of what it is about.
type timelineWords func(ctx context.Context, dir *organization.Directory, channels marketing.Tree, list []contracts.Contract, tests map[id.ID]sales.Placement, page people.TimelinePage) web.Timeline

type door struct{ Deps }

// Pages registers the pages; sign-in and frame stand before them.
func Pages(mux *http.ServeMux, d Deps) {
	p := door{d}
	for pattern, page := range map[string]web.Func{
		"GET /work": p.getWork,
		"GET /desk": p.getDesk,

		"GET /enquiries":                     p.getEnquiries,
		"POST /enquiries":                    p.postAssign,
		"GET /enquiries/new":                 p.getEnter,
		"POST /enquiries/new":                p.postEnter,
		"GET /enquiries/new/duplicates":      p.getDuplicates,
		"POST /enquiries/new/duplicates":     p.postDuplicates,
		"GET /enquiries/{id}":                p.getEnquiry,
		"GET /enquiries/{id}/step/{step}":    p.getStep,
		"GET /enquiries/{id}/to":             p.getMoves,
		"GET /enquiries/{id}/to/{stage}":     p.getTo,
		"GET /enquiries/{id}/call":           p.getCall,
		"POST /enquiries/{id}/call":          p.postCall,
		"GET /enquiries/{id}/book":           p.getBook,
		"POST /enquiries/{id}/book":          p.postBook,
		"GET /enquiries/{id}/assign":         p.getAssignOne,
		"POST /enquiries/{id}/assign":        p.postAssignOne,
		"GET /enquiries/{id}/edit":           p.getChange,
		"POST /enquiries/{id}/edit":          p.postChange,
		"GET /enquiries/{id}/referrer":       p.getReferrer,
		"POST /enquiries/{id}/referrer":      p.postReferrer,
		"GET /enquiries/{id}/cells/{field}":  p.getEnquiryCell,
		"POST /enquiries/{id}/cells/{field}": p.postEnquiryCell,
		"GET /enquiries/{id}/lose":           p.getLose,
		"POST /enquiries/{id}/lose":          p.postLose,
		"GET /enquiries/{id}/quote":          p.getQuoteForm,
		"POST /enquiries/{id}/quote":         p.postQuote,
		"GET /enquiries/{id}/quote/price":    p.getPrice,

		"GET /visits":               p.getVisits,
		"POST /visits":              p.postCheckIn,
		"GET /visits/{id}":          p.getVisit,
		"POST /visits/{id}/finish":  p.postFinish,
		"POST /visits/{id}/receive": p.postReceive,
		"GET /referrers":            p.getReferrers,
		"GET /walk-ins/new":         p.getWalkIn,
		"POST /walk-ins":            p.postWalkIn,
		"POST /walk-ins/duplicates": p.postWalkInDuplicates,

		"POST /reveal":               p.postReveal,
		"GET /quotes/{id}":           p.getQuote,
		"POST /quotes/{id}/contract": p.postContract,
	} {
		mux.Handle(pattern, page)
	}
	p.appointmentPages(mux)
	p.assignmentPages(mux)
	p.poolPages(mux)
	p.targetPages(mux)
	p.scorePages(mux)
	p.playbookPages(mux)
	p.promotionPages(mux)
	p.rewardPages(mux)
}

func (p door) appointmentPages(mux *http.ServeMux) {
	mux.Handle("GET /appointments", web.Func(p.getAppointments))
	mux.Handle("GET /appointments/{id}/move", web.Func(p.getMove))
	mux.Handle("POST /appointments/{id}/move", web.Func(p.postMove))
	mux.Handle("POST /appointments/{id}/confirm", web.Func(p.postConfirm))
	mux.Handle("POST /appointments/{id}/cancel", web.Func(p.postCancel))
	mux.Handle("POST /appointments/{id}/miss", web.Func(p.postMiss))
}

func (p door) assignmentPages(mux *http.ServeMux) {
	mux.Handle("GET /settings/assignment", web.Func(p.getRules))
	mux.Handle("GET /settings/assignment/edit", web.Func(p.getRule))
	mux.Handle("POST /settings/assignment", web.Func(p.postRule))
	mux.Handle("GET /settings/assignment/ladder", web.Func(p.getLadder))
	mux.Handle("POST /settings/assignment/ladder", web.Func(p.postLadder))
}

func (p door) targetPages(mux *http.ServeMux) {
	mux.Handle("GET /targets", web.Func(p.getTargets))
	mux.Handle("POST /targets", web.Func(p.postTargets))
}

func (p door) scorePages(mux *http.ServeMux) {
	mux.Handle("GET /scores", web.Func(p.getScores))
	mux.Handle("POST /scores", web.Func(p.postScores))
	mux.Handle("POST /scores/fields/later", p.postField(people.KnownLater))
	mux.Handle("POST /scores/fields/entry", p.postField(people.KnownEntry))
}

// Home gives the home page of a role; false where another door has it.
func Home(d Deps, role string) (web.Func, bool) {
	p := door{d}
	switch role {
	case "consultant":
		return p.getWork, true
	case "front-desk":
		return p.getDesk, true
	}
	return nil, false
}

// read runs queries for the viewer of a request, in one snapshot.
func (p door) read(r *http.Request, fn func(ctx context.Context, tx *op.Tx) error) error {
	return p.Ops.Read(r.Context(), fn)
}

// viewerOf gives who asks; the pages stand behind the sign-in.
func viewerOf(ctx context.Context) *policy.Viewer {
	if v, ok := op.ViewerOf(ctx); ok {
		return v
	}
	return &policy.Viewer{}
}

// may tells whether the viewer has a right at all; the operation asks again.
func may(ctx context.Context, right string) bool { return viewerOf(ctx).May(right) }
