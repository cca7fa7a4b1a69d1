package rolloutdoor

import (
	"context"
	"net/http"
	"strings"

	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/kernel/problem"
	"zhike/internal/organization"
	"zhike/internal/rollout"
	"zhike/internal/web"
)

// Deps is what the pages need.
type Deps struct {
	Ops   *op.Runner
	Dir   *organization.Directory
	Files func() (*rollout.Files, error) // the folder of handed-in files
}

// Pages registers the pages; sign-in and frame stand before them.
func Pages(mux *http.ServeMux, d Deps) {
	p := pages{d}
	for pattern, page := range map[string]web.Func{
		"GET /imports":               p.getImports,
		"GET /imports/new":           p.getNew,
		"POST /imports/new":          p.postNew,
		"GET /imports/{id}":          p.getImport,
		"GET /imports/{id}/progress": p.getProgress,
		"POST /imports/{id}/columns": p.postColumns,
		"POST /imports/{id}/start":   p.postStart,
		"POST /imports/{id}/stop":    p.postStop,
		"GET /imports/{id}/rejects":  p.getRejects,
		"GET /feedback":              p.getFeedback,
		"GET /feedback/new":          p.getNewFeedback,
		"POST /feedback/new":         p.postFeedback,
		"GET /feedback/{id}":         p.getOneFeedback,
		"GET /feedback/{id}/page":    p.getShownPage,
		"POST /feedback/{id}/answer": p.postAnswer,
	} {
		mux.Handle(pattern, page)
	}
}

type pages struct{ Deps }

// t is a text of these pages.
func t(ctx context.Context, key string, pairs ...any) string {
	return i18n.T(ctx, "imports."+key, pairs...)
}

// fieldName names a field of a file as people know it.
func fieldName(ctx context.Context, field string) string {
	if key := "imports.fields." + strings.ReplaceAll(field, "_", "-"); i18n.Has(ctx, key) {
		return i18n.T(ctx, key)
	}
	return field
}

func viewer(ctx context.Context, right string) (*policy.Viewer, error) {
	v, ok := op.ViewerOf(ctx)
	if !ok {
		return nil, problem.Unauthorized("unauthorized")
	}
	if !v.May(right) {
		return nil, problem.Forbidden(right)
	}
	return v, nil
}

func lang(ctx context.Context) string { return string(i18n.LangOf(ctx)) }
