#!/usr/bin/env bash
# Generates what is generated, in the repository that the command runs in: pages from *.templ, then go:generate.
set -euo pipefail
cd "$(dirname "$0")/.."
if [ -n "$(find internal -name '*.templ' -print -quit)" ]; then
  go tool -modfile=tools/go.mod templ fmt internal
  go tool -modfile=tools/go.mod templ generate -path internal
fi
go generate ./...
