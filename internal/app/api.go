package app

import (
	"context"
	"net/http"
	"reflect"
	"runtime/debug"

	"zhike/internal/api"
	"zhike/internal/contracts/contractsdoor"
	"zhike/internal/finance/financedoor"
	"zhike/internal/insight/insightdoor"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/op"
	"zhike/internal/marketing/marketingdoor"
	"zhike/internal/organization/organizationdoor"
	"zhike/internal/people/peopledoor"
	"zhike/internal/process/processdoor"
	"zhike/internal/rollout/rolloutdoor"
	"zhike/internal/sales/salesdoor"
	"zhike/internal/web"
)

// API serves /api/ on a mux: the routes of every door, the document and its page.
func (a *App) API(mux *http.ServeMux) {
	mux.Handle("/api/", web.Chain(a.routes(), web.RequestIDs, web.AccessLog(a.Log, a.Clock.Now, a.gauges.answered, a.looked), web.Headers, web.Compress))
}

// routes makes the API. Of an App that is not open it is the document alone.
func (a *App) routes() *api.API {
	c := api.Config{Version: Version(), Catalogue: a.Catalogue, Ops: a.Run, Log: a.Log, RequestID: web.RequestID, Address: organizationdoor.AddressKey}
	c.ByAccount, c.ByAddress = api.Rate(a.rate()), api.Rate(a.rate())
	if a.Unlimited {
		c.ByAccount, c.ByAddress = api.Rate{PerSecond: 1e6, Burst: 1e6}, api.Rate{PerSecond: 1e6, Burst: 1e6}
	}
	if a.Access != nil {
		identify := organizationdoor.Identify(a.Access)
		c.Identify = func(ctx context.Context, token string) (api.Caller, error) {
			caller, err := identify(ctx, token)
			if err == nil {
				web.NoteAccount(ctx, caller.Viewer.Account.String())
			}
			return caller, err
		}
	}
	r := api.New(c)
	organizationdoor.API(r, organizationdoor.Deps{Ops: a.Run, Dir: a.Dir, Access: a.Access})
	peopledoor.API(r, Personal(), Holds())
	processdoor.API(r)
	marketingdoor.API(r)
	marketingdoor.CaptureAPI(r, a.capturing())
	contractsdoor.API(r)
	salesdoor.API(r)
	financedoor.API(r)
	insightdoor.API(r)
	insightdoor.OutboxAPI(r)
	rolloutdoor.API(r, rolloutdoor.Deps{Ops: a.Run, Dir: a.Dir, Files: a.files})
	a.apiFiles(r)
	api.Whole(r, "/operations", "api.operations", "", registered(r))
	return r
}

// Registered is an operation of the register.
type Registered struct {
	Name  string `json:"name"`
	Title string `json:"title" doc:"in the caller's language"`
	Rule  string `json:"rule"`
	Right string `json:"right"`
	Fact  string `json:"fact"`
	Route string `json:"route" doc:"method and path; empty where it has none"`
}

func registered(r *api.API) func(ctx context.Context, tx *op.Tx, _ api.Paging) ([]Registered, error) {
	return func(ctx context.Context, _ *op.Tx, _ api.Paging) (out []Registered, err error) {
		for _, o := range Operations() {
			d := o.Describe()
			out = append(out, Registered{Name: d.Name, Title: i18n.T(ctx, "op."+d.Name), Rule: d.Rule, Right: d.Needs, Fact: d.Fact, Route: r.Operations()[d.Name]})
		}
		return out, nil
	}
}

// Version is the version that the program was built from.
func Version() string {
	b, ok := debug.ReadBuildInfo()
	if !ok || b.Main.Version == "" || b.Main.Version == "(devel)" {
		return "dev"
	}
	return b.Main.Version
}

type openAPICmd struct{}

// Run implements kong: the document is the one that a serving program has.
func (c *openAPICmd) Run(s *Session) error {
	catalogue, err := i18n.New(Texts()...)
	if err != nil {
		return err
	}
	b, err := (&App{Catalogue: catalogue}).routes().Document()
	if err != nil {
		return err
	}
	_, err = s.Out.Write(b)
	return err
}

// schemaOf gives the JSON schema of an operation's input.
func schemaOf(t reflect.Type) any {
	s, named := api.Schema(t)
	delete(named, s.Title)
	if len(named) == 0 {
		return s
	}
	return map[string]any{"schema": s, "components": map[string]any{"schemas": named}}
}
