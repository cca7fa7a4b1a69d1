package rolloutdoor

import (
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"strconv"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/rollout"
	"zhike/internal/web"
)

const longestPart = 1 << 20 // bytes of a field beside the file

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
			return i, web.Broken(err)
		}
		if part.FormName() == "file" {
			if in.Name = part.FileName(); in.Name == "" {
				return i, missing()
			}
			if i, err = files.Receive(r.Context(), ops, in, part); err != nil {
				_, _ = io.CopyN(io.Discard, r.Body, web.Drained)
				return i, atFile(err)
			}
			return i, last(parts)
		}
		if err := field(&in, part.FormName(), part); err != nil {
			return i, err
		}
	}
}

// last refuses what comes after the file: it would not count.
func last(parts *multipart.Reader) error {
	part, err := parts.NextPart()
	switch {
	case errors.Is(err, io.EOF):
		return nil
	case err != nil:
		return web.Broken(err)
	}
	return problem.Refuse("ROL-1", "invalid", problem.Field{Location: part.FormName(), Code: "after-file"})
}

func missing() error {
	return problem.Refuse("ROL-1", "invalid", problem.Field{Location: "file", Code: "file-missing"})
}

func field(in *rollout.ReceiveInput, name string, part io.Reader) error {
	b, err := io.ReadAll(io.LimitReader(part, longestPart+1))
	if err != nil {
		return web.Broken(err)
	}
	var bad problem.Invalid
	if len(b) > longestPart {
		bad.Add(name, "too-long", nil, "count", len(b), "limit", longestPart)
		return bad.Err("")
	}
	switch name {
	case "name", "_key": // the file has its own name; a file that is handed in twice is one import
	case "map":
		in.Map = string(b)
	case "dry_run":
		dry, err := strconv.ParseBool(string(b))
		if err != nil {
			bad.Add(name, "not-one-of", string(b), "list", "true, false")
		}
		in.DryRun = &dry
	case "kind":
		in.Kind = string(b)
	case "center_id":
		if len(b) == 0 {
			return nil
		}
		if in.CenterID, err = id.Parse(string(b)); err != nil {
			return problem.NotFound("center")
		}
	default:
		bad.Add(name, "unknown-field", nil, "name", name)
	}
	return bad.Err("")
}

// atFile puts a refusal of the whole file at its field.
func atFile(err error) error {
	p, ok := problem.As(err)
	if !ok || p.Status != http.StatusUnprocessableEntity || len(p.Fields) > 0 {
		return err
	}
	return problem.Refuse(p.Rule, "invalid", problem.Field{Location: "file", Code: p.Code, Args: p.Args})
}
