package api

import (
	"context"
	"maps"
	"mime"
	"net/http"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"zhike/internal/kernel/i18n"
)

// formType is the type of a body that carries a file.
const formType = "multipart/form-data"

// uploadTime is how long a file may take; other requests have MaxTime.
const uploadTime = 30 * time.Minute

// Upload lets a Call take its input also as a form with a file (multipart/form-data), which take reads as a stream: MaxBody does not hold
// for it. Form is a struct of the fields beside the part "file".
func Upload[Form, Out any](take func(r *http.Request) (Out, error)) Option {
	return func(rt *route) {
		rt.form = reflect.TypeFor[Form]()
		rt.upload = func(r *http.Request) (any, error) { return take(r) }
	}
}

// isForm tells whether a request brings its input as a form.
func (rt *route) isForm(r *http.Request) bool {
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return rt.upload != nil && err == nil && media == formType
}

// take runs the upload of a route.
func (rt *route) take(r *http.Request) (any, error) {
	ctx, err := keyed(r, rt)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), uploadTime)
	defer cancel()
	return rt.upload(r.WithContext(ctx))
}

// formSchema describes the form: its fields, and the file.
func (a *API) formSchema(rt *route) *huma.Schema {
	fields := a.schema().Schema(rt.form, false, "")
	s := &huma.Schema{Type: huma.TypeObject, Properties: maps.Clone(fields.Properties), Required: append([]string{"file"}, fields.Required...)}
	s.Properties["file"] = &huma.Schema{Type: huma.TypeString, Format: "binary", Description: a.text(i18n.EN, "api.upload")}
	return s
}
