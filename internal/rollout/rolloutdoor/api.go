package rolloutdoor

import (
	"context"
	"net/http"
	"strings"

	"zhike/internal/api"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/kernel/problem"
	"zhike/internal/rollout"
)

// API registers imports for programs. A file is handed in as text within the limit of a request, or as a form, which is streamed.
func API(a *api.API, d Deps) {
	api.List(a, "/imports", "rollout.imports", "import:read", func(ctx context.Context, tx *op.Tx, p importParams) (page.Page[rollout.ImportRun], error) {
		return rollout.List(ctx, tx, p.Request())
	})
	api.Get(a, "/imports/{id}", "rollout.import", "import:read", func(ctx context.Context, tx *op.Tx, p importID) (rollout.ImportRun, error) {
		i, err := rollout.ByID(ctx, tx, p.ID)
		return i.For(tx.Viewer.Account), err
	})
	api.Call(a, http.MethodPost, "/imports", "rollout.receive-import", d.receiveText, api.Status(http.StatusCreated), api.Upload[rollout.ReceiveInput](d.receiveForm))
	api.Call(a, http.MethodPost, "/imports/{id}/columns", "rollout.map-import", func(r *http.Request, in columnsInput) (rollout.ImportRun, error) {
		i, err := rollout.ChangeMapping(r.Context(), d.Ops, in.ImportID, in.Columns)
		return i.For(i.Account), err
	})
	api.Call(a, http.MethodPost, "/imports/{id}/stop", "rollout.stop-import", func(r *http.Request, in importIDInput) (rollout.ImportRun, error) {
		i, err := rollout.Stop(r.Context(), d.Ops, in.ImportID)
		return i.For(id.None), err
	})
	api.Post(a, "/imports/{id}/start", rollout.Start)
	api.List(a, "/feedback", "rollout.feedback-list", "feedback:read", func(ctx context.Context, tx *op.Tx, p feedbackParams) (page.Page[rollout.Feedback], error) {
		return rollout.FeedbackList(ctx, tx, p.State, api.Paging{Limit: p.Limit, Cursor: p.Cursor}.Request())
	})
	api.Get(a, "/feedback/{id}", "rollout.feedback", "feedback:read", func(ctx context.Context, tx *op.Tx, p feedbackID) (feedbackShown, error) {
		f, err := rollout.FeedbackByID(ctx, tx, p.ID)
		if err != nil {
			return feedbackShown{}, err
		}
		shown, err := f.Shown()
		return feedbackShown{f, shown}, err
	})
	api.Post(a, "/feedback", rollout.GiveFeedback)
	api.Post(a, "/feedback/{id}/answer", rollout.AnswerFeedback)
}

type feedbackParams struct {
	State  string `query:"state" enum:"open,answered"`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" doc:"rows of a page; 50 if left out"`
	Cursor string `query:"cursor" maxLength:"400" doc:"next_cursor of the page before"`
}

type feedbackID struct {
	ID id.ID `path:"id" json:"feedback_id"`
}

// feedbackShown is a feedback with its page.
type feedbackShown struct {
	rollout.Feedback

	Shown string `json:"page_html" doc:"the page as it was shown, phones masked; empty where none came with it"`
}

type importParams struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"200" doc:"rows of a page; 50 if left out"`
	Cursor string `query:"cursor" maxLength:"400" doc:"next_cursor of the page before"`
}

// Request is what a page of the kernel asks for.
func (p importParams) Request() page.Request {
	return api.Paging{Limit: p.Limit, Cursor: p.Cursor}.Request()
}

type importID struct {
	ID id.ID `path:"id" json:"import_id"`
}

type importIDInput struct {
	ImportID id.ID `json:"import_id" path:"id"`
}

type columnsInput struct {
	ImportID id.ID            `json:"import_id" path:"id"`
	Columns  []rollout.Column `json:"columns" maxItems:"500"`
}

type textInput struct {
	rollout.ReceiveInput

	Text string `json:"text" doc:"the file as CSV, column names in the first row"`
}

func (d Deps) receiveForm(r *http.Request) (i rollout.ImportRun, err error) {
	if _, err := viewer(r.Context(), "import:create"); err != nil {
		return i, err
	}
	files, err := d.Files()
	if err != nil {
		return i, err
	}
	return receive(r, d.Ops, files)
}

func (d Deps) receiveText(r *http.Request, in textInput) (i rollout.ImportRun, err error) {
	if _, err := viewer(r.Context(), "import:create"); err != nil {
		return i, err
	}
	if strings.ContainsRune(in.Text, 0) {
		return i, problem.Refuse("TRU-20", "sheet-encoding")
	}
	files, err := d.Files()
	if err != nil {
		return i, err
	}
	if in.Name == "" {
		in.Name = "api.csv"
	}
	return files.Receive(r.Context(), d.Ops, in.ReceiveInput, strings.NewReader(in.Text))
}
