#!/usr/bin/env bash
# All checks, one after the other, with the time of each. A failing one does not hide the next; the last line says all.
set -uo pipefail
cd "$(dirname "$0")/.."

failed=()
times=()
over=()
phase() {
  local name=$1 begin=$SECONDS
  shift
  printf '\n== %s\n' "$name"
  "$@" || failed+=("$name")
  local took=$((SECONDS - begin)) budget
  times+=("$(printf '%-9s %4d s' "$name" "$took")")
  budget=$(awk -v name="$name" '$1 == name { print $2 * 60 }' .ci/budgets)
  if [ "$took" -gt "${budget:-0}" ]; then
    over+=("$name took $took s, its budget in .ci/budgets is ${budget:-missing} s")
  fi
}

unit() { "$servers" go test -count=1 -timeout 12m ./...; }
# Every package with tests in the browser; those are the files with the tag.
e2e() {
  local packages
  packages=$(grep -rl --include='*_test.go' '^//go:build e2e' e2e internal | xargs -n1 dirname | sort -u | sed 's|^|./|')
  "$servers" go test -count=1 -timeout 12m -tags e2e $packages
}

# One PostgreSQL server for all packages; the program ends it.
servers=$PWD/.tools/withpostgres

phase setup scripts/setup.sh
phase tools make -s tools
phase servers go build -o "$servers" ./internal/testkit/withpostgres
phase verify scripts/verify.sh
phase lint make -s lint
phase archtest make -s archtest
phase release scripts/release.sh --check
phase test unit
phase e2e e2e

printf '\n== %d s in all\n' "$SECONDS"
printf '   %s\n' "${times[@]}"
[ ${#over[@]} -eq 0 ] || printf 'warning: %s\n' "${over[@]}"
if [ ${#failed[@]} -gt 0 ]; then
  echo "FAILED: ${failed[*]}"
  exit 1
fi
echo "all passed"
