package marketingdoor

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	"zhike/internal/api"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/kernel/problem"
	"zhike/internal/marketing"
	"zhike/internal/sales"
	"zhike/internal/web"
)

// CaptureDeps is what the public side of capture points needs.
type CaptureDeps struct {
	Ops     *op.Runner
	Key     []byte // the master key
	Log     *slog.Logger
	Address func(r *http.Request) string // of the sender; "" where it is not known
	Seen    func(marketing.CaptureView)  // a form was opened
}

// capture takes what is submitted, by the hosted form and by the API.
type capture struct {
	CaptureDeps
	prover
}

// CapturePages registers the hosted forms (MKT-11). They need no sign-in and no cookie, and may stand in pages of other sites.
func CapturePages(mux *http.ServeMux, d CaptureDeps) {
	c := capture{d, newProver(d.Key)}
	for pattern, page := range map[string]web.Func{
		"GET /c/{code}":  c.getForm,
		"POST /c/{code}": c.postForm,
	} {
		mux.Handle(pattern, web.Embeddable(page))
	}
}

// CaptureAPI registers the same for programs.
func CaptureAPI(a *api.API, d CaptureDeps) {
	c := capture{CaptureDeps: d}
	if d.Key != nil {
		c.prover = newProver(d.Key)
	}
	api.Call(a, http.MethodGet, "/capture/{code}", "marketing.capture-form", c.apiForm, api.Public(), api.Keyless())
	api.Call(a, http.MethodPost, "/capture/{code}", "marketing.capture", c.apiSubmit, api.Public(), api.Keyless(), api.Status(http.StatusCreated))
}

// asProgram does what the public side does: nobody is signed in, and the point says what is done. A form's own key does not matter: the same submission counts once anyway.
func asProgram(ctx context.Context) context.Context {
	return op.WithKey(op.WithViewer(ctx, policy.System()), "")
}

func (c capture) point(ctx context.Context, code string) (p marketing.CapturePoint, err error) {
	if len(code) > 40 {
		return p, problem.NotFound("capture-point")
	}
	err = c.Ops.Read(asProgram(ctx), func(ctx context.Context, tx *op.Tx) error {
		p, err = marketing.CaptureByCode(ctx, tx, code)
		return err
	})
	return p, err
}

// take keeps a submission, and makes its lead at once; where that fails the job of the program does it.
func (c capture) take(ctx context.Context, p marketing.CapturePoint, in marketing.ReceiveInput, nonce string, r *http.Request) (marketing.Received, error) {
	ctx = asProgram(ctx)
	in.PointID, in.Address = p.ID, c.address(c.Address(r))
	in.Proven = c.holds(p.Code, in.Challenge, nonce, c.Ops.Clock.Now())
	out, err := marketing.ReceiveSubmission.Run(ctx, c.Ops, in)
	if err != nil || out.State != marketing.SubmissionWaiting {
		return out, err
	}
	if _, err := sales.EnterSubmission.Run(ctx, c.Ops, sales.EnterSubmissionInput{SubmissionID: out.ID}); err != nil {
		if _, refused := problem.As(err); !refused {
			c.Log.ErrorContext(ctx, "submission waits for its lead", slog.Any("error", err))
		}
	}
	return out, nil
}

// refusal says to the sender why a submission was not taken; nil: it was.
func refusal(in marketing.ReceiveInput, out marketing.Received) *problem.Problem {
	switch out.Reason {
	case "":
		return nil
	case marketing.ReasonFlood:
		return problem.TooMany("too-often", floodWait)
	case marketing.ReasonIncomplete, marketing.ReasonTooLong:
		return &problem.Problem{Status: http.StatusUnprocessableEntity, Code: "invalid", Rule: "MKT-11", Fields: in.Wrong()}
	}
	return problem.Refuse("MKT-11", "capture-"+out.Reason)
}

// floodWait is when it is worth trying again, in seconds.
const floodWait = 600

// formView is a hosted form; sent where it was taken.
type captureView struct {
	Point     marketing.CapturePoint
	Sent      bool
	Challenge string
	Values    url.Values // parameters of the link, and the page it came from
}

func spoken(r *http.Request) context.Context {
	ctx := r.Context()
	if lang := i18n.Lang(r.URL.Query().Get("lang")); lang == i18n.ZH || lang == i18n.EN {
		ctx = i18n.WithLang(ctx, lang)
	}
	return ctx
}

func (c capture) getForm(w http.ResponseWriter, r *http.Request) error {
	ctx := spoken(r)
	p, err := c.point(ctx, r.PathValue("code"))
	if err != nil {
		return err
	}
	v := captureView{Point: p, Sent: r.URL.Query().Get("sent") == "1", Values: url.Values{}}
	for _, k := range marketing.UTMParams {
		v.Values.Set("utm_"+k, r.URL.Query().Get("utm_"+k))
	}
	v.Values.Set("referrer", pageAddress(r.Referer(), r.Host))
	if p.Active && !v.Sent {
		c.Seen(marketing.CaptureView{Point: p.ID, Day: bizdate.Of(c.Ops.Clock.Now(), c.Ops.Zone(p.Center))})
	}
	return c.draw(w, r.WithContext(ctx), v)
}

func (c capture) draw(w http.ResponseWriter, r *http.Request, v captureView) error {
	v.Challenge = c.challenge(v.Point.Code, c.Ops.Clock.Now())
	title, lead := ct(r.Context(), "form-title"), ct(r.Context(), "form-lead")
	switch {
	case v.Sent:
		title, lead = ct(r.Context(), "sent"), ct(r.Context(), "sent-lead")
	case !v.Point.Active:
		title, lead = ct(r.Context(), "closed"), ct(r.Context(), "closed-lead")
	}
	return web.Render(w, r, web.Hosted(title, lead, captureForm(v)))
}

// pageAddress is the address of a page without its parameters, which may tell of a person; "" for one's own.
func pageAddress(address, host string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Host == host || u.Scheme != "https" && u.Scheme != "http" {
		return ""
	}
	return u.Scheme + "://" + u.Host + u.Path
}

func (c capture) postForm(w http.ResponseWriter, r *http.Request) error {
	ctx := spoken(r)
	r = r.WithContext(ctx)
	p, err := c.point(ctx, r.PathValue("code"))
	if err != nil {
		return err
	}
	f := r.PostForm
	in := marketing.ReceiveInput{
		Name: f.Get("name"), Phone: f.Get("phone"), Minor: f.Get("minor") == "true", Guardian: f.Get("guardian"), Said: f.Get("said"), Consent: f.Get("consent") == "true", Trap: f.Get("website"),
		Lang: lang(ctx), Referrer: pageAddress(f.Get("referrer"), r.Host), Challenge: f.Get("challenge"), UTM: map[string]string{},
	}
	for _, k := range marketing.UTMParams {
		in.UTM[k] = f.Get("utm_" + k)
	}
	out, err := c.take(ctx, p, in, f.Get("nonce"), r)
	if err != nil {
		return err
	}
	if refused := refusal(in, out); refused != nil {
		if refused.Status == http.StatusTooManyRequests {
			return refused
		}
		return c.draw(w, r.WithContext(web.WithProblem(ctx, refused, f)), captureView{Point: p, Values: f})
	}
	return web.Redirect(w, r, "/c/"+p.Code+"?sent=1&lang="+lang(ctx))
}

type captureCode struct {
	Code string `json:"-" path:"code" maxLength:"40"`
}

// CaptureForm is what a program needs to send to a point.
type CaptureForm struct {
	Name      string   `json:"name" doc:"of the point"`
	Active    bool     `json:"active"`
	Proof     bool     `json:"proof" doc:"a proof of work is needed: the SHA-256 of challenge, a point and nonce begins with so many zero bits"`
	Challenge string   `json:"challenge" doc:"for one submission, within twelve hours"`
	Bits      int      `json:"bits"`
	Fields    []string `json:"fields" nullable:"false"`
}

func (c capture) apiForm(r *http.Request, in captureCode) (out CaptureForm, err error) {
	p, err := c.point(r.Context(), in.Code)
	if err != nil {
		return out, err
	}
	return CaptureForm{
		Name: p.Name, Active: p.Active, Proof: p.Proven(), Challenge: c.challenge(p.Code, c.Ops.Clock.Now()), Bits: proofBits, Fields: []string{"name", "phone", "minor", "guardian", "said", "consent"},
	}, nil
}

// Submitted is what a program sends. Nothing is required here: what is incomplete is kept and refused with its fields.
type Submitted struct {
	Code      string `json:"-" path:"code" maxLength:"40"`
	Name      string `json:"name,omitempty" doc:"of the learner"`
	Phone     string `json:"phone,omitempty"`
	Minor     bool   `json:"minor,omitempty" doc:"the learner is under 18: the guardian consents"`
	Guardian  string `json:"guardian,omitempty" doc:"name of the guardian; needed for a minor"`
	Said      string `json:"said,omitempty" doc:"at most 500 characters; name and guardian 100, phone 40"`
	Consent   bool   `json:"consent,omitempty" doc:"given; needed"`
	Lang      string `json:"lang,omitempty" doc:"zh or en"`
	Source    string `json:"utm_source,omitempty"`
	Medium    string `json:"utm_medium,omitempty"`
	Campaign  string `json:"utm_campaign,omitempty"`
	Term      string `json:"utm_term,omitempty"`
	Content   string `json:"utm_content,omitempty"`
	Referrer  string `json:"referrer,omitempty" doc:"address of the page"`
	Challenge string `json:"challenge,omitempty"`
	Nonce     string `json:"nonce,omitempty"`
}

// Taken says that a submission was kept.
type Taken struct {
	ID     id.ID  `json:"id"`
	State  string `json:"state" enum:"received"`
	Repeat bool   `json:"repeat" doc:"it was here before, and counts once"`
}

func (c capture) apiSubmit(r *http.Request, in Submitted) (Taken, error) {
	p, err := c.point(r.Context(), in.Code)
	if err != nil {
		return Taken{}, err
	}
	if !strings.Contains(" zh en ", " "+in.Lang+" ") {
		in.Lang = lang(r.Context())
	}
	send := marketing.ReceiveInput{
		Name: in.Name, Phone: in.Phone, Minor: in.Minor, Guardian: in.Guardian, Said: in.Said, Consent: in.Consent, Lang: in.Lang, Referrer: pageAddress(in.Referrer, r.Host), Challenge: in.Challenge,
		UTM: map[string]string{"source": in.Source, "medium": in.Medium, "campaign": in.Campaign, "term": in.Term, "content": in.Content},
	}
	out, err := c.take(r.Context(), p, send, in.Nonce, r)
	if err != nil {
		return Taken{}, err
	}
	if refused := refusal(send, out); refused != nil {
		return Taken{}, refused
	}
	return Taken{ID: out.ID, State: "received", Repeat: out.Repeat}, nil
}
