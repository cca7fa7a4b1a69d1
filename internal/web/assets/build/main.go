// Command build bundles the style sheets and scripts of the pages into assets/dist, which is committed and embedded.
package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/evanw/esbuild/pkg/api"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run works from internal/web, where go generate starts it.
func run() error {
	result := api.Build(api.BuildOptions{
		EntryPoints: []string{"assets/src/app.css", "assets/src/app.js", "assets/src/capture.js"}, Outdir: "assets/dist", Bundle: true, Write: true,
		MinifyWhitespace: true, MinifyIdentifiers: true, MinifySyntax: true, Charset: api.CharsetUTF8,
		Target: api.ES2022, LegalComments: api.LegalCommentsNone, Format: api.FormatIIFE, LogLevel: api.LogLevelWarning,
	})
	if len(result.Errors) > 0 {
		return errors.New("the assets could not be built")
	}
	return nil
}
