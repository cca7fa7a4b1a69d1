package app

import (
	"bytes"
	"context"
	"encoding/base64"
	"io"
	"net/http"

	"zhike/internal/api"
	"zhike/internal/kernel/attach"
	"zhike/internal/kernel/problem"
	"zhike/internal/web"
)

// fileInput is a small document in JSON; a larger one comes as a form.
type fileInput struct {
	Name    string `json:"name" maxLength:"200"`
	Content string `json:"content" maxLength:"1000000" doc:"base64 (RFC 4648)"`
}

// fileForm has no field beside the file.
type fileForm struct{}

// apiFiles hands documents in; the operation that takes file_ids ties them to its record.
func (a *App) apiFiles(r *api.API) {
	small := func(r *http.Request, in fileInput) (attach.File, error) {
		b, err := base64.StdEncoding.DecodeString(in.Content)
		if err != nil {
			return attach.File{}, problem.Refuse("TRU-20", "invalid", problem.Field{Location: "content", Code: "bad-base64"})
		}
		return attach.Receive(r.Context(), a.Run, in.Name, bytes.NewReader(b))
	}
	api.Call(r, http.MethodPost, "/files", "attach.receive", small, api.Status(http.StatusCreated), api.Upload[fileForm](a.receiveFile))
}

func (a *App) receiveFile(r *http.Request) (f attach.File, err error) {
	_, err = web.Receive(r, func(ctx context.Context, name string, in io.Reader) (string, error) {
		f, err = attach.Receive(ctx, a.Run, name, in)
		return f.ID.String(), err
	})
	if err == nil && f.ID.IsNone() {
		err = problem.Refuse("TRU-20", "invalid", problem.Field{Location: "file", Code: "file-missing"})
	}
	return f, err
}
