package app

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// configFile is the file with flags: the command line wins over the environment, the environment over the file.
type configFile struct {
	flags kong.Resolver
	keys  []string
}

// readConfig reads the file, a JSON object whose keys are names of flags: "smtp_host" for --smtp-host.
func readConfig(r io.Reader) (kong.Resolver, error) {
	text, err := io.ReadAll(io.LimitReader(r, 1<<20))
	if err != nil {
		return nil, fmt.Errorf("read: %w", err)
	}
	var values map[string]any
	if err := json.Unmarshal(text, &values); err != nil {
		return nil, fmt.Errorf("read JSON: %w", err)
	}
	flags, err := kong.JSON(bytes.NewReader(text))
	return configFile{flags, slices.Sorted(maps.Keys(values))}, err
}

// Validate refuses a key that no command has a flag for.
func (c configFile) Validate(app *kong.Application) error {
	known := map[string]bool{}
	collect(app.Node, known)
	for _, key := range c.keys {
		if !known[key] {
			return fmt.Errorf("no flag %q; a key is the name of a flag with _ for -", key)
		}
	}
	return nil
}

func collect(n *kong.Node, known map[string]bool) {
	for _, f := range n.Flags {
		known[strings.ReplaceAll(f.Name, "-", "_")] = true
	}
	for _, child := range n.Children {
		collect(child, known)
	}
}

// Resolve gives the file's value of a flag, unless the environment has one.
func (c configFile) Resolve(ctx *kong.Context, parent *kong.Path, flag *kong.Flag) (any, error) {
	for _, name := range flag.Envs {
		if _, set := os.LookupEnv(name); set {
			return nil, nil //nolint:nilnil // how kong is told that the file says nothing
		}
	}
	return c.flags.Resolve(ctx, parent, flag)
}
