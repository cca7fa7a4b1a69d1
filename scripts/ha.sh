#!/usr/bin/env bash
# PostgreSQL under failover (TRU-11): installs etcd, Patroni and haproxy where they are missing (Debian, as root), then kills the primary of a
# cluster on loopback KILLS times under load. Where it cannot install it leaves this out with a line.
set -euo pipefail
cd "$(dirname "$0")/.."
missing() {
  command -v etcd >/dev/null || echo etcd-server
  command -v patroni >/dev/null || echo patroni
  command -v haproxy >/dev/null || echo haproxy
}
packages=$(missing | xargs)
if [ -n "$packages" ]; then
  if ! command -v apt-get >/dev/null || [ "$(id -u)" -ne 0 ]; then
    echo "left out: failover needs $packages, which only root can install"
    exit 0
  fi
  export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 # in a container their own services are not started
  apt-get update -q
  # shellcheck disable=SC2086 # a list of names
  apt-get install -q -y --no-install-recommends $packages
fi
scripts/setup.sh
ZHIKE_HA=${KILLS:-20} go test -count=1 -timeout "${LIMIT:-2h}" -tags e2e ./e2e -run 'TRU11_TRU12_Failover$' -v | grep -v '^=== '
