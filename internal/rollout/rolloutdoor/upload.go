package rolloutdoor

import (
	"context"
	"errors"
	"io"
	"net/http"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/rollout"
)

const (
	longestPart = 1 << 10   // bytes of a field beside the file
	drained     = 512 << 20 // bytes of a refused file that are read all the same, so that the browser shows the answer
)

// receive streams a form's file into the folder. The fields come before it, as the form has them.
func receive(r *http.Request, ops *op.Runner, files *rollout.Files) (i rollout.ImportRun, err error) {
	parts, err := r.MultipartReader()
	if err != nil {
		return i, problem.Refuse("", "bad-form")
	}
	var in rollout.ReceiveInput
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return i, missing()
		}
		if err != nil {
			return i, broken(err)
		}
		if part.FormName() == "file" {
			if in.Name = part.FileName(); in.Name == "" {
				return i, missing()
			}
			if i, err = files.Receive(r.Context(), ops, in, part); err != nil {
				_, _ = io.CopyN(io.Discard, r.Body, drained)
				err = atFile(err)
			}
			return i, err
		}
		if err := field(&in, part.FormName(), part); err != nil {
			return i, err
		}
	}
}

func missing() error {
	return problem.Refuse("ROL-1", "invalid", problem.Field{Location: "file", Code: "file-missing"})
}

func broken(err error) error {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) || errors.Is(err, context.Canceled) {
		return err
	}
	return problem.Refuse("", "bad-form")
}

func field(in *rollout.ReceiveInput, name string, part io.Reader) error {
	b, err := io.ReadAll(io.LimitReader(part, longestPart))
	if err != nil {
		return broken(err)
	}
	switch name {
	case "kind":
		in.Kind = string(b)
	case "center_id":
		if len(b) == 0 {
			return nil
		}
		if in.CenterID, err = id.Parse(string(b)); err != nil {
			return problem.NotFound("center")
		}
	}
	return nil
}

// atFile puts a refusal of the whole file at its field.
func atFile(err error) error {
	p, ok := problem.As(err)
	if !ok || p.Status != http.StatusUnprocessableEntity || len(p.Fields) > 0 {
		return err
	}
	return problem.Refuse(p.Rule, "invalid", problem.Field{Location: "file", Code: p.Code, Args: p.Args})
}
