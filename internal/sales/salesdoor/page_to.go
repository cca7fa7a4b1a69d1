package salesdoor

import (
	"context"
	"net/http"
	"slices"

	"github.com/a-h/templ"

	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/sales"
	"zhike/internal/web"
)

// towardsView asks what brings an enquiry to another stage (SAL-15): the form of the step, or a sentence that names what comes first.
type towardsView struct {
	enquiryView
	To       sales.Stage
	Towards  []sales.Towards // one, or all that there are
	Base     string          // page to come back to
	Fragment bool            // in the dialog of the board
}

// movable are the stages that a card can be moved to; nobody makes an enquiry new or gives it to the pool.
var movable = []sales.Stage{sales.Contacted, sales.Invited, sales.Visited, sales.Quoted, sales.Signed, sales.Lost}

func (p door) towards(r *http.Request, stages ...sales.Stage) (v towardsView, err error) {
	key, err := web.PathID(r, "id", "enquiry")
	if err != nil {
		return v, err
	}
	err = p.read(r, func(ctx context.Context, tx *op.Tx) error {
		if v.enquiryView, err = p.matter(ctx, tx, key); err != nil {
			return err
		}
		for _, to := range stages {
			found, err := sales.ToStage(ctx, tx, v.Enquiry, to)
			if err != nil {
				return err
			}
			v.Towards = append(v.Towards, found)
		}
		v.names, err = p.load(ctx, tx, v.Enquiry.Person)
		return err
	})
	v.Base, _ = backOf(r)
	v.Fragment = web.IsFragment(r)
	return v, err
}

// getMoves is the menu of where a card can be moved: each stage with its step.
func (p door) getMoves(w http.ResponseWriter, r *http.Request) error {
	v, err := p.towards(r, movable...)
	if err != nil {
		return err
	}
	v.Towards = slices.DeleteFunc(v.Towards, func(s sales.Towards) bool { return s.Stage == v.Enquiry.Stage })
	return v.render(w, r, t(r.Context(), "to.h1", "name", v.person(r.Context(), v.Enquiry.Person)), movesBody(v))
}

// getTo asks the step that brings an enquiry to a stage: its form where it can be done now, else why not, and what comes first.
func (p door) getTo(w http.ResponseWriter, r *http.Request) error {
	to := sales.Stage(r.PathValue("stage"))
	if !slices.Contains(sales.Stages, to) {
		return problem.NotFound("stage")
	}
	v, err := p.towards(r, to)
	if err != nil {
		return err
	}
	ctx, s := r.Context(), v.Towards[0]
	if s.Refused == nil && may(ctx, s.By.Right()) {
		switch s.By {
		case sales.ByTouch:
			return p.getCall(w, r)
		case sales.ByInviting:
			return p.getBook(w, r)
		case sales.ByQuoting:
			return p.getQuoteForm(w, r)
		case sales.ByLosing:
			return p.getLose(w, r)
		case sales.ByArriving:
			return v.render(w, r, t(ctx, "to.arrive-h1", "name", v.person(ctx, v.Enquiry.Person)), arriveBody(v, *s.Appointment))
		case sales.BySigning:
		}
	}
	return v.render(w, r, t(ctx, "to.stage-h1", "name", v.person(ctx, v.Enquiry.Person), "stage", code(ctx, "stage", string(to))), towardsBody(v, s))
}

// render draws the view in the dialog, or as a page of its own.
func (v towardsView) render(w http.ResponseWriter, r *http.Request, h1 string, body templ.Component) error {
	if v.Fragment {
		return web.Render(w, r, dialogBody(h1, body))
	}
	return web.Render(w, r, web.Shell(web.Page{H1: h1}, paperBody(body)))
}

// to is where a stage's step is asked.
func (v towardsView) to(s sales.Stage) string {
	return query(enquiryPath(v.Enquiry.ID, "to", string(s)), "back", v.Base)
}

// link opens in the dialog where the view is in it.
func (v towardsView) link(href string) templ.Attributes {
	if !v.Fragment {
		return nil
	}
	return inStep(href)
}

// why says why nothing brings the enquiry to a stage now; "" where something does.
func (v towardsView) why(ctx context.Context, s sales.Towards) string {
	switch {
	case s.Refused != nil && len(s.Refused.Fields) > 0:
		return web.FieldMessage(ctx, s.Refused, s.Refused.Fields[0].Location)
	case s.Refused != nil:
		return web.Message(ctx, s.Refused)
	case !may(ctx, s.By.Right()):
		return t(ctx, "to.other-"+string(s.By))
	}
	return ""
}

// first is what comes first where a move is refused: the button of the next step, in the dialog where its form can be there.
func (v towardsView) first(ctx context.Context) (web.Button, bool) {
	missing, e := v.missing(), v.Enquiry
	if !may(ctx, stepRights[missing]) {
		return web.Button{}, false
	}
	b := web.Button{Label: t(ctx, "do."+missing), Kind: web.Primary, Href: query(enquiryPath(e.ID, "step", missing), "back", v.Base)}
	switch missing {
	case "first-touch":
		b.Href = query(enquiryPath(e.ID, "call"), "back", v.Base)
	case "invitation":
		b.Href = query(enquiryPath(e.ID, "book"), "back", v.Base)
	case "quote":
		b.Href = query(enquiryPath(e.ID, "quote"), "back", v.Base)
	case "visit":
		a, ok := v.openAppointment()
		if !ok || !mayChange(ctx, a) {
			return b, true
		}
		b.Label, b.Href = t(ctx, "appointments.move"), query(path("appointments", a.ID.String(), "move"), "back", v.Base)
	default:
		return b, true
	}
	b.Attrs = v.link(b.Href)
	return b, true
}

// backTo is where the page leads back to.
func (v towardsView) backTo() string {
	if v.Base != "" {
		return v.Base
	}
	return enquiryPath(v.Enquiry.ID)
}

// sent sends a form of the dialog: what is refused is said in it, what was done leads back.
func sent(fragment bool, action string) templ.Attributes {
	if !fragment {
		return nil
	}
	return templ.Attributes{"hx-post": action, "hx-swap": "none"}
}
