package app

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"zhike/internal/api"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/op"
)

type doCmd struct {
	Operation string `arg:"" optional:"" help:"Name of the operation."`
	Input     string `arg:"" optional:"" help:"JSON, or - to read it."`
	List      bool   `name:"list" help:"List the operations."`
	Schema    bool   `name:"schema" help:"Print the schema of the input."`
	Key       string `name:"key" help:"Idempotency key."`
}

// Run implements kong.
func (c *doCmd) Run(s *Session) error {
	if c.List {
		return c.list(s)
	}
	i := slices.IndexFunc(Operations(), func(o op.Any) bool { return o.Describe().Name == c.Operation })
	if i < 0 {
		return fmt.Errorf("%w: no operation %q%s; see zhike do --list", errUsage, c.Operation, meant(c.Operation))
	}
	o := Operations()[i]
	if c.Schema {
		return s.print(schemaOf(o.Describe().In))
	}
	input := []byte(c.Input)
	if c.Input == "-" {
		var err error
		if input, err = io.ReadAll(io.LimitReader(s.In, 8<<20)); err != nil {
			return fmt.Errorf("read input: %w", err)
		}
	}
	a, ctx, done, err := s.open(false, "")
	if err != nil {
		return err
	}
	defer done()
	if c.Key != "" {
		ctx = op.WithKey(ctx, c.Key)
	}
	if err := api.Check(o.Describe().In, input); err != nil {
		return err
	}
	out, err := o.Call(ctx, a.Run, input)
	if err != nil {
		return err
	}
	return s.print(out)
}

// meant names the operations that share most words with a name that is none.
func meant(name string) string {
	split := func(r rune) bool { return r == '.' || r == '-' || r == '_' || r == ' ' }
	words, best, found := strings.FieldsFunc(strings.ToLower(name), split), 0, []string(nil)
	for _, o := range Operations() {
		n, shared := o.Describe().Name, 0
		for _, w := range strings.FieldsFunc(n, split) {
			if slices.Contains(words, w) {
				shared++
			}
		}
		switch {
		case shared > best:
			best, found = shared, []string{n}
		case shared == best && best > 0:
			found = append(found, n)
		}
	}
	if len(found) == 0 || len(found) > 6 {
		return ""
	}
	return ", perhaps " + strings.Join(found, ", ")
}

func (c *doCmd) list(s *Session) error {
	catalogue, err := i18n.New(Texts()...)
	if err != nil {
		return err
	}
	ctx := i18n.WithCatalogue(s.Context, catalogue, s.lang())
	for _, o := range Operations() {
		d := o.Describe()
		fmt.Fprintf(s.Out, "%-34s %-8s %s\n", d.Name, d.Rule, i18n.T(ctx, "op."+d.Name))
	}
	return nil
}
