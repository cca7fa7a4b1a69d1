package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"

	"github.com/alecthomas/kong"

	"zhike/internal/api"
	"zhike/internal/kernel/clock"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/kernel/problem"
	"zhike/internal/organization"
)

// CLI is the command line (01-product).
type CLI struct {
	DB   string `name:"db" env:"ZHIKE_DB" default:"zhike.db" help:"Database: a file, or a postgres:// URL." placeholder:"FILE|URL"`
	As   string `name:"as" help:"Act as this login; otherwise as operator, with all rights, named in the log."`
	JSON bool   `name:"json" help:"Print JSON for programs."`

	Config kong.ConfigFlag `name:"config" env:"ZHIKE_CONFIG" help:"JSON file with flags, e.g. {\"addr\": \"127.0.0.1:9000\", \"smtp_host\": \"mail.example\"}; the command line wins over the environment, the environment over the file." placeholder:"FILE"`
	Lang   string          `name:"lang" env:"ZHIKE_LANG" enum:"zh,en,auto" default:"auto" help:"Language of messages."`

	Demo     demoCmd     `cmd:"" help:"Start with a demo company. Example: zhike demo"`
	Serve    serveCmd    `cmd:"" help:"Serve. Example: zhike serve --db zhike.db --addr 127.0.0.1:8080"`
	Migrate  migrateCmd  `cmd:"" help:"Bring the database to this version. Example: zhike migrate --db zhike.db"`
	Import   importCmd   `cmd:"" help:"Import a CSV or XLSX file. Example: zhike import leads list.csv --dry-run"`
	Report   reportCmd   `cmd:"" help:"Print or mail a report. Example: zhike report daily-sales --from 2026-06-03"`
	Check    checkCmd    `cmd:"" help:"Verify every invariant of the database. Example: zhike check --db zhike.db"`
	Simulate simulateCmd `cmd:"" help:"Live a school chain's life. Example: zhike simulate --centers 5 --months 12 --seed 1"`
	Backup   backupCmd   `cmd:"" help:"Copy the database while it runs, and verify the copy. Example: zhike backup copy.db"`
	Restore  restoreCmd  `cmd:"" help:"Restore a backup into a new database. Example: zhike restore copy.db --db new.db"`
	Bench    benchCmd    `cmd:"" help:"Measure on a company of its own, on loopback. Example: zhike bench --scale XS --json"`
	Score    scoreCmd    `cmd:"" help:"Scores: how likely open enquiries are signed. Example: zhike score train"`
	User     userCmd     `cmd:"" help:"Accounts. Example: zhike user add anna --role it"`
	Do       doCmd       `cmd:"" help:"Run a registered operation: --list names them, NAME --schema shows what one takes. Example: zhike do sales.enter-enquiry --schema"`
	OpenAPI  openAPICmd  `cmd:"" name:"openapi" help:"Print the OpenAPI document. Example: zhike openapi > zhike.json"`
}

// Session is what a command has to work with.
type Session struct {
	CLI
	Context context.Context //nolint:containedctx // lives for one command
	In      io.Reader
	Out     io.Writer
	Err     io.Writer
	Clock   *clock.Clock
	Tty     bool // Err is a terminal: progress is drawn
}

// errUsage is a wrong use that kong does not see.
var errUsage = errors.New("wrong use")

// errFound is a finding: the command has said it.
var errFound = errors.New("found")

// Main runs a command line and gives the exit code.
func Main(ctx context.Context, args []string, in io.Reader, out, errOut io.Writer) int {
	s := &Session{Context: ctx, In: in, Out: out, Err: errOut, Clock: clock.System()}
	if f, ok := errOut.(*os.File); ok {
		if st, err := f.Stat(); err == nil {
			s.Tty = st.Mode()&os.ModeCharDevice != 0
		}
	}
	code := -1
	parser, err := kong.New(&s.CLI, kong.Name("zhike"), kong.Description("A CRM for training schools with several centers."), kong.Writers(out, errOut),
		kong.Configuration(readConfig), kong.UsageOnError(), kong.Exit(func(c int) { code = c }), kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
	if err != nil {
		fmt.Fprintln(errOut, err)
		return ExitFailed
	}
	k, err := parser.Parse(args)
	switch {
	case code >= 0:
		return code // help was asked for
	case err != nil:
		fmt.Fprintln(errOut, "zhike:", err)
		return ExitUsage
	}
	if err := refuseUnused(k); err != nil {
		return s.exit(err)
	}
	return s.exit(k.Run(s))
}

// exit words the end of a command.
func (s *Session) exit(err error) int {
	p, refusal := problem.As(err)
	switch {
	case err == nil:
		return ExitDone
	case errors.Is(err, errFound):
		return ExitRefused
	case errors.Is(err, errUsage):
		fmt.Fprintln(s.Err, "zhike:", err)
		return ExitUsage
	case refusal && p.Status < 500:
		s.words(p)
		return ExitRefused
	case refusal:
		s.words(p)
		return ExitFailed
	}
	fmt.Fprintln(s.Err, "zhike:", err)
	return ExitFailed
}

// words prints a refusal: in the language of the terminal, or as a problem document.
func (s *Session) words(p *problem.Problem) {
	catalogue, err := i18n.New(Texts()...)
	if err != nil {
		fmt.Fprintln(s.Err, "zhike:", p)
		return
	}
	doc := api.Describe(i18n.WithCatalogue(s.Context, catalogue, s.lang()), p)
	if s.JSON {
		_ = json.NewEncoder(s.Err).Encode(doc)
		return
	}
	fmt.Fprintln(s.Err, "zhike:", doc.Title)
	for _, f := range doc.Errors {
		fmt.Fprintf(s.Err, "  %s: %s\n", f.Location, f.Message)
	}
	if doc.Step != nil {
		fmt.Fprintf(s.Err, "  %s\n", doc.Step.Name)
	}
}

func (s *Session) lang() i18n.Lang {
	switch s.Lang {
	case "zh", "en":
		return i18n.Lang(s.Lang)
	}
	if strings.HasPrefix(os.Getenv("LANG"), "zh") {
		return i18n.ZH
	}
	return i18n.EN
}

// open opens the database for reading, or for writing with its lock, and gives the context of who acts.
func (s *Session) open(readOnly bool, address string) (*App, context.Context, func(), error) {
	embedded := !strings.HasPrefix(s.DB, "postgres")
	var l *lock
	if embedded && !readOnly {
		var err error
		if l, err = takeLock(s.DB, address); err != nil {
			return nil, nil, nil, err
		}
	}
	a, err := Open(s.Context, Config{DSN: s.DB, ReadOnly: readOnly && embedded, Clock: s.Clock, Log: slog.New(slog.NewTextHandler(s.Err, &slog.HandlerOptions{Level: slog.LevelWarn}))})
	if err != nil {
		l.release()
		return nil, nil, nil, err
	}
	done := func() {
		if err := a.Close(); err != nil {
			fmt.Fprintln(s.Err, "zhike:", err)
		}
		l.release()
	}
	if err := a.Ready(op.WithViewer(s.Context, policy.System())); err != nil {
		done()
		return nil, nil, nil, err
	}
	ctx, err := s.actor(a)
	if err != nil {
		done()
		return nil, nil, nil, err
	}
	return a, i18n.WithCatalogue(ctx, a.Catalogue, s.lang()), done, nil
}

// actor is the context of who acts: a login, or the operator.
func (s *Session) actor(a *App) (context.Context, error) {
	if s.As == "" {
		return op.WithViewer(s.Context, policy.Operator()), nil
	}
	var v *policy.Viewer
	err := a.Run.Read(op.WithViewer(s.Context, policy.System()), func(ctx context.Context, tx *op.Tx) error {
		var acc organization.Account
		if err := problem.Found(tx.Unscoped("the command line names the login").Select(&acc).Where("login = ? AND active = TRUE", strings.ToLower(s.As)).Scan(ctx), "account"); err != nil {
			return err
		}
		v = a.Dir.Viewer(acc)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return op.WithViewer(s.Context, v), nil
}

// print writes an answer as JSON.
func (s *Session) print(v any) error {
	e := json.NewEncoder(s.Out)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	return nil
}

// progress draws how far a long command is.
func (s *Session) progress(what string) func(done, total int) {
	last := -1
	return func(done, total int) {
		if total <= 0 {
			return
		}
		percent := done * 100 / total
		if percent == last || !s.Tty && percent%10 != 0 {
			return
		}
		last = percent
		if s.Tty {
			fmt.Fprintf(s.Err, "\r%s %3d %%", what, percent)
			if done >= total {
				fmt.Fprintln(s.Err)
			}
			return
		}
		fmt.Fprintf(s.Err, "%s %d %%\n", what, percent)
	}
}
