package app

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"slices"
	"strings"

	"zhike/internal/insight"
	"zhike/internal/insight/insightdoor"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/check"
	"zhike/internal/kernel/clock"
	"zhike/internal/kernel/db"
	"zhike/internal/kernel/event"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/kernel/problem"
	"zhike/internal/kernel/sheet"
	"zhike/internal/organization"
	"zhike/internal/rollout"
	"zhike/internal/sim"
)

type migrateCmd struct {
	NewKey bool `name:"new-key" help:"The master key is lost: make a new one. The old values of personal fields in the log, and the secrets of time-based codes, can then never be read again."`
}

// Run implements kong.
func (c *migrateCmd) Run(s *Session) error {
	a, done, err := s.raw(Config{Clock: s.Clock, NewKey: c.NewKey})
	if err != nil {
		return err
	}
	defer done()
	from, to, err := a.Migrate(s.Context)
	if errors.Is(err, db.ErrNewer) {
		return fmt.Errorf("%w: update the program", err)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(s.Out, "schema %d → %d\n", from, to)
	if c.NewKey {
		return s.newKey(s.Context, a)
	}
	return nil
}

// raw opens the database for writing, whatever its schema.
func (s *Session) raw(c Config) (*App, func(), error) {
	var l *lock
	if !strings.HasPrefix(s.DB, "postgres") {
		var err error
		if l, err = takeLock(s.DB, ""); err != nil {
			return nil, nil, err
		}
	}
	c.DSN, c.Log = s.DB, slog.New(slog.NewTextHandler(s.Err, &slog.HandlerOptions{Level: slog.LevelWarn}))
	a, err := Open(s.Context, c)
	if err != nil {
		l.release()
		return nil, nil, err
	}
	return a, func() { _ = a.Close(); l.release() }, nil
}

type checkCmd struct {
	Anchors string   `name:"anchors" type:"existingfile" help:"Compare with the anchors in this file: one that was kept where nobody who writes to the database writes."`
	Keys    []string `name:"anchor-key" help:"Public key of anchors, beside the database's own: of a master key that was replaced, or as an auditor noted it." placeholder:"HEX"`
	Seal    string   `name:"seal" help:"Where nothing is found, write the signed state of the log to this file, for --anchors elsewhere." placeholder:"FILE"`
}

// Run implements kong.
func (c *checkCmd) Run(s *Session) error {
	a, ctx, done, err := s.open(true, "")
	if err != nil {
		return err
	}
	defer done()
	var outside []event.SignedAnchor
	if c.Anchors != "" {
		if outside, err = readAnchors(c.Anchors); err != nil {
			return fmt.Errorf("%w: %w", errUsage, err)
		}
	}
	found, err := a.CheckAgainst(op.WithViewer(ctx, policy.System()), outside, c.Keys...)
	if err != nil {
		return err
	}
	if s.JSON {
		if err := s.print(map[string]any{"ok": len(found) == 0, "count": check.Count(found), "findings": found}); err != nil {
			return err
		}
	} else {
		for _, f := range found {
			fmt.Fprintln(s.Out, f)
		}
		fmt.Fprintf(s.Out, "%d findings\n", check.Count(found))
	}
	switch {
	case len(found) > 0:
		return errFound
	case c.Seal == "":
		return nil
	}
	return a.sealCopy(op.WithViewer(ctx, policy.System()), "", c.Seal)
}

type importCmd struct {
	Kind   string `arg:"" help:"What: leads, people, centers, staff, packages."`
	File   string `arg:"" help:"CSV (UTF-8 or GBK, also gzipped) or XLSX."`
	Map    string `name:"map" type:"existingfile" help:"TOML file: [columns] \"Header\" = \"field\"; [values.field] \"word\" = \"value\"."`
	DryRun bool   `name:"dry-run" help:"Say what would happen; change nothing."`
	Center string `name:"center" help:"Code of the center of rows that name none."`
}

// Run implements kong.
func (c *importCmd) Run(s *Session) error {
	if !slices.Contains(rollout.Kinds, c.Kind) {
		return fmt.Errorf("%w: kind %q is not one of %s", errUsage, c.Kind, strings.Join(rollout.Kinds, ", "))
	}
	a, ctx, done, err := s.open(false, "")
	if err != nil {
		return err
	}
	defer done()
	o := rollout.Options{Kind: c.Kind, Path: c.File, DryRun: c.DryRun, Rejects: c.File + ".rejects.csv"}
	if c.Map != "" {
		if o.Map, err = os.ReadFile(c.Map); err != nil {
			return fmt.Errorf("read map: %w", err)
		}
	}
	if c.Center != "" {
		center, ok := a.Dir.CenterByCode(c.Center)
		if !ok {
			return problem.NotFound("center")
		}
		o.Center = center.ID
	}
	draw := s.progress("importing")
	o.Progress = func(n, total int64) { draw(int(n), int(total)) }
	r, err := rollout.Import(ctx, a.Run, o)
	if err != nil {
		return err
	}
	if err := a.Settle(ctx); err != nil {
		return err
	}
	if s.JSON {
		return s.print(r)
	}
	fmt.Fprintf(s.Out, "rows %d  accepted %d  merged %d  updated %d  rejected %d\n", r.Rows, r.Accepted, r.Merged, r.Updated, r.Rejected)
	for _, reject := range r.First {
		fmt.Fprintf(s.Out, "  row %d: %s\n", reject.Row, rollout.Words(ctx, reject))
	}
	if r.RejectsFile != "" {
		fmt.Fprintln(s.Out, "rejects", r.RejectsFile)
	}
	for _, field := range slices.Sorted(maps.Keys(r.Unmapped)) {
		s.unmapped(field, r.Unmapped[field])
	}
	return nil
}

// unmapped lists what an import kept as text, for people: the most frequent first.
func (s *Session) unmapped(field string, rows map[string]int) {
	fmt.Fprintf(s.Out, "unmapped %s: %d different\n", field, len(rows))
	texts := slices.SortedFunc(maps.Keys(rows), func(a, b string) int { return cmp.Or(rows[b]-rows[a], strings.Compare(a, b)) })
	const most = 20
	for _, text := range texts[:min(most, len(texts))] {
		fmt.Fprintf(s.Out, "  %6d  %s\n", rows[text], text)
	}
	if len(texts) > most {
		fmt.Fprintf(s.Out, "  and %d more\n", len(texts)-most)
	}
}

type reportCmd struct {
	Name   string   `arg:"" help:"Name of the report, e.g. daily-sales."`
	From   string   `name:"from" help:"First day, YYYY-MM-DD."`
	To     string   `name:"to" help:"Last day, YYYY-MM-DD."`
	Center []string `name:"center" help:"Code of a center; may be repeated."`
	By     string   `name:"by" help:"Dimension of the rows: center, consultant, channel, day."`
	Format string   `name:"format" enum:"table,csv,xlsx,pdf,json" default:"table" help:"table, csv, xlsx, pdf, json."`
	MailTo []string `name:"mail-to" help:"Mail it to these colleagues (login, code or e-mail) instead of printing it."`
}

// Run implements kong.
func (c *reportCmd) Run(s *Session) error {
	a, ctx, done, err := s.open(len(c.MailTo) == 0, "")
	if err != nil {
		return err
	}
	defer done()
	q := map[string][]string{"from": {c.From}, "to": {c.To}, "by": {c.By}}
	for key, v := range q {
		if v[0] == "" {
			delete(q, key)
		}
	}
	for _, code := range c.Center {
		center, ok := a.Dir.CenterByCode(code)
		if !ok {
			return problem.NotFound("center")
		}
		q["center"] = append(q["center"], center.ID.String())
	}
	p, err := insightdoor.ParamsOf(q)
	if err != nil {
		return err
	}
	if len(c.MailTo) > 0 {
		return c.mail(ctx, s, a, p)
	}
	ctx = insightdoor.At(ctx, s.Clock.Now(), a.Dir.Zone(id.None))
	return a.Run.Read(ctx, func(ctx context.Context, tx *op.Tx) error {
		switch {
		case c.Format == "json" || s.JSON:
			answer, err := insightdoor.JSON(ctx, tx, c.Name, p)
			if err != nil {
				return err
			}
			return s.print(answer)
		case c.Format == "table":
			return insightdoor.Text(ctx, tx, s.Out, c.Name, p)
		}
		return insightdoor.File(ctx, tx, s.Out, c.Name, p, c.Format, sheet.Mark("zhike report", tx.Now, tx.NewID()))
	})
}

func (c *reportCmd) mail(ctx context.Context, s *Session, a *App, p insight.Params) error {
	in := insight.MailReportInput{Report: c.Name, Params: p}
	for _, who := range c.MailTo {
		staff, err := a.colleague(ctx, who)
		if err != nil {
			return err
		}
		if staff.IsNone() {
			return problem.Refuse("INS-6", "invalid", problem.Field{Location: "mail-to", Code: "unknown", Value: who})
		}
		in.Staff = append(in.Staff, staff)
	}
	out, err := insight.MailReport.Run(ctx, a.Run, in)
	if err != nil {
		return err
	}
	return s.print(out)
}

// colleague gives the staff member of a code, an e-mail address or a login; none if nobody is meant.
func (a *App) colleague(ctx context.Context, who string) (id.ID, error) {
	if m, ok := a.Dir.StaffByContact(who); ok {
		return m.ID, nil
	}
	var acc organization.Account
	err := a.Run.Read(ctx, func(ctx context.Context, tx *op.Tx) error {
		return tx.Unscoped("the command line names the login").Select(&acc).Where("login = ? AND active = TRUE", strings.ToLower(who)).Scan(ctx)
	})
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return id.None, fmt.Errorf("look for %s: %w", who, err)
	}
	return acc.Staff, nil
}

type simulateCmd struct {
	Centers int    `name:"centers" default:"5" help:"Centers."`
	Months  int    `name:"months" default:"12" help:"Months of life."`
	Seed    uint64 `name:"seed" default:"1" help:"Seed: the same one gives the same life."`
	Story   string `name:"story" default:"case" help:"Which life: case, calm, or a planted cause."`
	Until   string `name:"until" help:"Last day, YYYY-MM-DD; fixed per story if left out."`
	Truth   string `name:"truth" help:"File for the causes that were planted."`
}

// Run implements kong.
func (c *simulateCmd) Run(s *Session) error {
	tick := clock.Fixed(sim.DefaultUntil.UTC(), c.Seed)
	a, done, err := s.raw(Config{Clock: tick})
	if err != nil {
		return err
	}
	defer done()
	if _, _, err := a.Migrate(s.Context); err != nil {
		return err
	}
	conf := sim.Config{Centers: c.Centers, Months: c.Months, Seed: c.Seed, Story: c.Story, Clock: tick, Progress: s.progress("simulating")}
	if c.Until != "" {
		if conf.Until, err = bizdate.Parse(c.Until); err != nil {
			return fmt.Errorf("%w: %w", errUsage, err)
		}
	}
	life, err := sim.New(a.Run, a.Dir, conf)
	if err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	if err := life.Found(s.Context); err != nil {
		return err
	}
	if err := a.Settle(s.Context); err != nil {
		return err
	}
	if c.Truth == "" {
		return nil
	}
	b, err := json.MarshalIndent(append([]sim.Cause{}, life.Causes()...), "", "  ")
	if err != nil {
		return fmt.Errorf("write truth: %w", err)
	}
	if err := os.WriteFile(c.Truth, append(b, '\n'), 0o600); err != nil {
		return fmt.Errorf("write truth: %w", err)
	}
	return nil
}
