package web

import (
	"context"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"

	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
)

const longestValue = 1 << 16 // bytes of a field beside files

// Drained is how many bytes of a refused upload are read all the same, so that the browser shows the answer.
const Drained = 512 << 20

// Keep keeps a file that came with a form, and gives the value that stands for it.
type Keep func(ctx context.Context, name string, in io.Reader) (string, error)

// Receive reads a form that carries files, as a stream. What keep makes of a file (an id) stands in the form as the value of its field, in
// place of the file, so that Decode and Again read the form as any other; a field without a chosen file has no value. Where keep refuses a
// file, the rest of the form is read all the same. A form without files is left as it is.
func Receive(r *http.Request, keep Keep) (*http.Request, error) {
	if !isUpload(r) {
		return r, nil
	}
	parts, err := r.MultipartReader()
	if err != nil {
		return r, problem.Refuse("", "bad-form")
	}
	form, refused := url.Values{}, error(nil)
	for n := 0; ; n++ {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil || n == maxFields {
			return r, Broken(err)
		}
		if refused == nil || part.FileName() == "" {
			ctx := r.Context()
			if key := form.Get("_key"); key != "" {
				ctx = op.WithKey(ctx, key)
			}
			why, err := taken(ctx, part, form, keep)
			if err != nil {
				return r, err
			}
			refused = errors.Join(refused, why)
		}
		if _, err := io.CopyN(io.Discard, part, Drained); err != nil && !errors.Is(err, io.EOF) {
			return r, Broken(err)
		}
	}
	r = r.Clone(r.Context())
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.PostForm, r.Form, r.Body = form, form, http.NoBody
	return Keyed(r), refused
}

// taken puts a field of a form, or what keep makes of a file, into it.
func taken(ctx context.Context, part *multipart.Part, form url.Values, keep Keep) (refused, err error) {
	field := part.FormName()
	if part.FileName() != "" {
		value, refused := keep(ctx, part.FileName(), part)
		if refused == nil {
			form.Add(field, value)
		}
		return atField(refused, field), nil
	}
	if part.Header.Get("Content-Type") != "" {
		return nil, nil // a field of files for which none was chosen
	}
	value, err := text(part)
	form.Add(field, value)
	return nil, err
}

func text(in io.Reader) (string, error) {
	b, err := io.ReadAll(io.LimitReader(in, longestValue+1))
	if err != nil || len(b) > longestValue {
		return "", Broken(err)
	}
	return string(b), nil
}

// Broken is the refusal of a form that cannot be read to its end; what is too large, or was given up, stays itself.
func Broken(err error) error {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) || errors.Is(err, context.Canceled) {
		return err
	}
	return problem.Refuse("", "bad-form")
}

// atField puts the refusal of a file at its field in the form.
func atField(err error, field string) error {
	p, ok := problem.As(err)
	if !ok || len(p.Fields) != 1 || p.Fields[0].Location != "file" {
		return err
	}
	f := p.Fields[0]
	f.Location = field
	return problem.Refuse(p.Rule, p.Code, f)
}
