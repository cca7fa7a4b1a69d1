#!/usr/bin/env bash
# Fails when a generated file, or go.mod, differs from what its sources give. Generates in a copy: the work tree stays as it is.
set -euo pipefail
cd "$(dirname "$0")/.."
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
mkdir "$copy/here" "$copy/generated"
git ls-files -z --cached --others --exclude-standard | while IFS= read -r -d '' file; do
  [ -e "$file" ] && printf '%s\0' "$file"
done | tar --null --files-from=- -cf - | tee >(tar -xf - -C "$copy/here") | tar -xf - -C "$copy/generated"
if ! "$copy/generated/scripts/generate.sh" >"$copy/log" 2>&1; then
  cat "$copy/log"
  exit 1
fi
if ! (cd "$copy" && diff -rq here generated); then
  echo "run make generate and commit what changes"
  exit 1
fi
if ! go mod tidy -diff; then
  echo "run go mod tidy and commit what changes"
  exit 1
fi
