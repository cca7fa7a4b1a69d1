package contractsdoor

import (
	"net/http"

	"zhike/internal/kernel/op"
	"zhike/internal/web"
)

// Pages registers the pages; sign-in and frame stand before them.
func Pages(mux *http.ServeMux, r *op.Runner) {
	p := pages{r}
	for pattern, page := range map[string]web.Func{
		"GET /contracts":            p.getContracts,
		"GET /contracts/{id}":       p.getContract,
		"GET /contracts/{id}/print": p.getPrint,
		"GET /contracts/{id}/sign":  p.getSign,
		"POST /contracts/{id}/sign": p.postSign,
		"GET /instalments":          p.getInstalments,
	} {
		mux.Handle(pattern, page)
	}
}

type pages struct{ run *op.Runner }
