package financedoor

import (
	"net/http"

	"zhike/internal/kernel/op"
	"zhike/internal/web"
)

// Pages registers the pages; sign-in and frame stand before them.
func Pages(mux *http.ServeMux, r *op.Runner) {
	p := pages{r}
	for pattern, page := range map[string]web.Func{
		"GET /payments":               p.getPayments,
		"POST /payments":              p.postPayment,
		"GET /payments/new":           p.getDesk,
		"POST /payments/review":       p.postReview,
		"GET /payments/{id}":          p.getPayment,
		"GET /payments/{id}/reverse":  p.getReverse,
		"POST /payments/{id}/reverse": p.postReverse,
	} {
		mux.Handle(pattern, page)
	}
}

// Home is the home page of finance.
func Home(r *op.Runner) web.Func { return pages{r}.getHome }

type pages struct{ run *op.Runner }
