#!/usr/bin/env bash
# Installs what the tests need beside Go, where it is missing: PostgreSQL 15 or later, Chromium, a Chinese font, and on Linux strace,
# by which a disk fails.
# Only Debian and its kin, as root. Elsewhere one line says what is left out; with CI=true that is a failure.
set -euo pipefail

has_postgres() {
  local server
  for server in $(command -v postgres || true) $(ls -d /usr/lib/postgresql/*/bin/postgres 2>/dev/null || true); do
    [ "$("$server" --version | sed -E 's/.* ([0-9]+).*/\1/')" -ge 15 ] && return 0
  done
  return 1
}
has_chromium() { command -v chromium || command -v chromium-browser || command -v google-chrome; }
has_font() { command -v fc-list && [ -n "$(fc-list :lang=zh-cn family)" ]; }
has_strace() { [ "$(uname)" != Linux ] || command -v strace; }

missing() {
  has_postgres >/dev/null || echo postgresql
  has_chromium >/dev/null || echo chromium
  has_font >/dev/null || echo fonts-noto-cjk fontconfig
  has_strace >/dev/null || echo strace
}

packages=$(missing | xargs)
[ -n "$packages" ] || exit 0
if command -v apt-get >/dev/null && [ "$(id -u)" -eq 0 ]; then
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -q
  # shellcheck disable=SC2086 # a list of names
  apt-get install -q -y --no-install-recommends $packages || true
  packages=$(missing | xargs)
  [ -n "$packages" ] || exit 0
fi
echo "left out: $packages is not installed; its tests are skipped"
[ "${CI:-}" != true ]
