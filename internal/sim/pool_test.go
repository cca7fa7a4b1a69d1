package sim_test

import (
	"context"
	"encoding/json"
	"path/filepath"
	"testing"
	"time"

	"zhike/internal/app"
	"zhike/internal/facts"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/clock"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/organization"
	"zhike/internal/sales"
	"zhike/internal/sim"
)

// logged is a row of the log.
type logged struct {
	At      time.Time `db:"at"`
	Subject id.ID     `db:"subject"`
	Payload string    `db:"payload"`
}

func events(t *testing.T, a *app.App, kind string) (list []logged) {
	t.Helper()
	list, err := read(t, a, func(ctx context.Context, tx *op.Tx) ([]logged, error) {
		return op.AllOf[logged](ctx, tx.Unscoped("test"), "SELECT at, subject, payload FROM events WHERE kind = ? ORDER BY at, id", kind)
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func read[T any](t *testing.T, a *app.App, fn func(ctx context.Context, tx *op.Tx) (T, error)) (out T, err error) {
	t.Helper()
	err = a.Run.Read(op.WithViewer(t.Context(), policy.System()), func(ctx context.Context, tx *op.Tx) (err error) {
		out, err = fn(ctx, tx)
		return err
	})
	return out, err
}

func payload[F any](t *testing.T, e logged) (f F) {
	t.Helper()
	if err := json.Unmarshal([]byte(e.Payload), &f); err != nil {
		t.Fatal(err)
	}
	return f
}

// The pool is part of the life: what lay too long returns, others claim it and work it. Nobody has back within the days of the setting what
// was one's own, nobody claims more a day than the school sets, some are refused for either, and all figures are those of a recount. Whoever
// opens the program in the middle of the last day finds something to claim.
func TestPPL8_PoolOfALife(t *testing.T) {
	tick := clock.Fixed(sim.DefaultUntil.UTC(), 5)
	a := open(t, filepath.Join(t.TempDir(), "zhike.db"), tick)
	life, err := sim.New(a.Run, a.Dir, sim.Config{
		Centers: 1, Months: 6, Seed: 5, Story: "calm", LeadsPerMonth: 90, Clock: tick, Cutoff: sim.DefaultUntil.In(a.Dir.Zone(id.None)).Add(15 * time.Hour),
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := life.Found(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := a.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	if found, err := a.Check(op.WithViewer(t.Context(), policy.System())); err != nil || len(found) > 0 {
		t.Errorf("check: %v %v", err, found)
	}
	claimsHold(t, a)
	for _, code := range []string{"own-return", "claim-limit"} {
		if life.Refused()[code] == 0 {
			t.Errorf("refused: %v, want some %s", life.Refused(), code)
		}
	}
	worked(t, a)
	claimable(t, a)
}

// claimsHold holds every claim of the log against the rule.
func claimsHold(t *testing.T, a *app.App) {
	t.Helper()
	center, _ := a.Dir.CenterByCode("HD")
	zone := a.Dir.Zone(center.ID)
	again := time.Duration(a.Dir.Number(center.ID, organization.PoolOwnAgain)) * 24 * time.Hour
	most := a.Dir.Number(center.ID, organization.PoolClaims)
	type had struct {
		by id.ID
		at time.Time
	}
	last := map[id.ID][]had{}
	for _, e := range events(t, a, facts.EnquiryPooled{}.Kind()) {
		f := payload[facts.EnquiryPooled](t, e)
		if idle := e.At.Sub(f.Since); idle < time.Duration(f.Days)*24*time.Hour {
			t.Errorf("%s returned after %s, by a setting of %d days", e.Subject, idle, f.Days)
		}
		last[e.Subject] = append(last[e.Subject], had{f.From, e.At})
	}
	type turn struct {
		by  id.ID
		day bizdate.Date
	}
	n := map[turn]int64{}
	for _, e := range events(t, a, facts.EnquiryClaimed{}.Kind()) {
		f := payload[facts.EnquiryClaimed](t, e)
		of := turn{f.Consultant, bizdate.Of(e.At, zone)}
		if n[of]++; n[of] > most || n[of] != f.No {
			t.Errorf("claim %d (counted as %d) of %s on %s, of at most %d", n[of], f.No, of.by, of.day, most)
		}
		before := false
		for _, h := range last[e.Subject] {
			before = before || h.at.Before(e.At)
			if h.by == f.Consultant && h.at.Before(e.At) && e.At.Sub(h.at) < again {
				t.Errorf("%s has back what was theirs %s ago", f.Consultant, e.At.Sub(h.at))
			}
		}
		if !before {
			t.Errorf("%s was claimed and had not returned", e.Subject)
		}
	}
	if len(n) == 0 {
		t.Error("nobody claimed anything")
	}
}

// worked: who claims calls on the day; some of those matters end, some come to a visit or further.
func worked(t *testing.T, a *app.App) {
	t.Helper()
	type count struct {
		Claimed int64 `db:"claimed"`
		Called  int64 `db:"called"`
		Further int64 `db:"further"`
		Open    int64 `db:"open"`
	}
	got, err := read(t, a, func(ctx context.Context, tx *op.Tx) (count, error) {
		return op.OneOf[count](ctx, tx.Unscoped("test"), `SELECT COUNT(*) AS claimed, COUNT(CASE WHEN e.last_touch_at >= e.owned_at THEN 1 END) AS called,
			COUNT(CASE WHEN e.reached IN ('invited', 'visited', 'quoted', 'signed') THEN 1 END) AS further, COUNT(CASE WHEN e.outcome = 'open' THEN 1 END) AS open
			FROM enquiries e WHERE e.pooled_at IS NOT NULL AND e.owned_at IS NOT NULL`)
	})
	if err != nil {
		t.Fatal(err)
	}
	if got.Claimed == 0 || got.Called != got.Claimed || got.Further == 0 || got.Open == 0 || got.Open == got.Claimed {
		t.Errorf("claimed: %+v", got)
	}
}

// claimable: something lies in the pool, and the first consultant gets some of it.
func claimable(t *testing.T, a *app.App) {
	t.Helper()
	center, _ := a.Dir.CenterByCode("HD")
	for _, e := range events(t, a, facts.EnquiryClaimed{}.Kind()) {
		if bizdate.Of(e.At, a.Dir.Zone(center.ID)) == sim.DefaultUntil {
			t.Error("claimed on the last day, before anybody looked")
		}
	}
	list, err := read(t, a, func(ctx context.Context, tx *op.Tx) (sales.PoolList, error) {
		return sales.Pool(ctx, tx, sales.PoolFilter{Center: center.ID, Limit: 50})
	})
	if err != nil || len(list.Items) == 0 {
		t.Fatalf("pool: %d %v", len(list.Items), err)
	}
	staff := a.Dir.Holders("consultant", center.ID)[0].ID
	recipient, err := read(t, a, func(ctx context.Context, tx *op.Tx) (organization.Recipient, error) {
		return organization.RecipientOf(ctx, tx, staff)
	})
	if err != nil {
		t.Fatal(err)
	}
	got := 0
	for _, e := range list.Items {
		if e.LastOwner == staff {
			continue
		}
		if _, err := sales.Claim.Run(op.WithViewer(t.Context(), recipient.Viewer), a.Run, sales.EnquiryInput{EnquiryID: e.ID}); err == nil {
			got++
		}
	}
	if got == 0 {
		t.Error("nothing can be claimed")
	}
}
