package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
)

//go:embed assets/dist/app.css assets/dist/app.js assets/dist/capture.js assets/src/icon.svg assets/vendor/htmx.min.js
var assetFiles embed.FS

const assetPrefix = "/assets/"

// asset is a file under a name that changes with its content, compressed once.
type asset struct {
	url, contentType string
	plain, packed    []byte
}

var loadAssets = sync.OnceValue(func() map[string]asset {
	byName := map[string]asset{}
	for name, contentType := range map[string]string{
		"assets/dist/app.css":       "text/css; charset=utf-8",
		"assets/dist/app.js":        "text/javascript; charset=utf-8",
		"assets/dist/capture.js":    "text/javascript; charset=utf-8",
		"assets/vendor/htmx.min.js": "text/javascript; charset=utf-8",
		"assets/src/icon.svg":       "image/svg+xml",
	} {
		plain, err := assetFiles.ReadFile(name)
		if err != nil {
			panic(fmt.Errorf("embedded asset: %w", err)) // the build embeds it
		}
		sum := sha256.Sum256(plain)
		base, ext := path.Base(name), path.Ext(name)
		url := assetPrefix + strings.TrimSuffix(base, ext) + "." + hex.EncodeToString(sum[:5]) + ext
		byName[base] = asset{url, contentType, plain, pack(plain)}
	}
	return byName
})

// Asset gives the address of an embedded file: "app.css", "app.js", "capture.js", "htmx.min.js", "icon.svg".
func Asset(name string) string { return loadAssets()[name].url }

// Assets serves the embedded files under /assets/, for ever: a changed file has another address.
func Assets() http.Handler {
	byURL := map[string]asset{}
	for _, a := range loadAssets() {
		byURL[a.url] = a
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a, ok := byURL[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		h, body := w.Header(), a.plain
		h.Set("Content-Type", a.contentType)
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
		h.Set("Vary", "Accept-Encoding")
		if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			h.Set("Content-Encoding", "gzip")
			body = a.packed
		}
		h.Set("Content-Length", strconv.Itoa(len(body)))
		if r.Method != http.MethodHead {
			w.Write(body)
		}
	})
}

func pack(b []byte) []byte {
	var buf bytes.Buffer
	z, err := gzip.NewWriterLevel(&buf, gzip.BestCompression)
	if err == nil {
		_, err = z.Write(b)
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		panic(fmt.Errorf("compress asset: %w", err)) // memory does not fail to write
	}
	return buf.Bytes()
}
