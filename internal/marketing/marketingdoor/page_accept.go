package marketingdoor

import (
	"context"
	"log/slog"
	"net/http"

	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/marketing"
	"zhike/internal/sales"
	"zhike/internal/web"
)

func acceptPath(key id.ID) string { return "/submissions/" + key.String() + "/accept" }

// acceptView asks why a submission that was rejected is taken all the same (MKT-11).
type acceptView struct {
	marketing.Submission
	referrer referrerChoices
}

func (p points) getAccept(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "submission")
	if err != nil {
		return err
	}
	var v acceptView
	err = p.ops.Read(r.Context(), func(ctx context.Context, tx *op.Tx) (err error) {
		if v.Submission, err = marketing.SubmissionByID(ctx, tx, key); err != nil {
			return err
		}
		v.referrer = choicesIn(r, id.None)
		return v.referrer.read(ctx, tx)
	})
	if err != nil {
		return err
	}
	ctx := r.Context()
	return web.Render(w, r, web.Shell(web.Page{H1: ct(ctx, "accept-h1", "name", orNone(v.Name))}, acceptPage(v)))
}

func (v acceptView) facts(ctx context.Context) []web.Fact {
	text := func(term, value string) web.Fact { return web.Fact{Term: ct(ctx, term), Value: web.Text(value)} }
	return []web.Fact{
		text("learner", orNone(v.Name)), text("phone", orNone(i18n.Phone(ctx, v.Phone))), text("received", i18n.DateTime(ctx, v.Received, web.Zone(ctx), web.Now(ctx))), text("state", became(ctx, v.Submission)),
		text("consent-by", consentBy(ctx, v.Submission)), text("said", orNone(v.Said)),
	}
}

// acceptFields is what the form sends.
type acceptFields struct {
	Reason     string `json:"reason" maxLength:"500"`
	ReferrerID id.ID  `json:"referrer_id"`
}

// postAccept takes the submission, which becomes a lead at once.
func (p points) postAccept(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "submission")
	if err != nil {
		return err
	}
	f, err := web.Decode[acceptFields](r)
	if err == nil {
		err = web.Unpicked(r.PostForm, referrerField, "MKT-12")
	}
	if err == nil {
		_, err = marketing.AcceptSubmission.Run(r.Context(), p.ops, marketing.AcceptInput{SubmissionID: key, Reason: f.Reason, ReferrerID: f.ReferrerID})
	}
	if err != nil {
		return web.Again(w, r, err, p.getAccept)
	}
	ctx := r.Context()
	status := web.Status{Text: ct(ctx, "accept-done"), Tone: web.Good}
	if _, err := sales.EnterSubmission.Run(asProgram(ctx), p.ops, sales.EnterSubmissionInput{SubmissionID: key}); err != nil {
		switch refused, ok := problem.As(err); {
		case !ok: // it waits, and a job enters it
			slog.ErrorContext(ctx, "enter accepted submission", slog.Any("error", err))
			status = web.Status{Text: ct(ctx, "accept-waits")}
		case refused.Code != "submission-settled": // else the job, or a second click, has entered it
			status = web.Status{Text: ct(ctx, "accept-refused", "why", web.Message(ctx, refused)), Tone: web.Bad}
		}
	}
	var s marketing.Submission
	err = p.ops.Read(ctx, func(ctx context.Context, tx *op.Tx) (err error) {
		if s, err = marketing.SubmissionByID(ctx, tx, key); err != nil || s.Recommender.IsNone() || s.Enquiry.IsNone() {
			return err
		}
		e, err := sales.EnquiryByID(ctx, tx, s.Enquiry)
		if _, unseen := problem.As(err); unseen {
			return nil
		}
		if err == nil && e.Referrer != s.Recommender {
			status = web.Status{Text: ct(ctx, "accept-other")}
		}
		return err
	})
	if err != nil {
		return err
	}
	return web.Redirect(w, r, "/capture-points/"+s.Point.String()+"?state="+s.State, status)
}
