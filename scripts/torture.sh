#!/usr/bin/env bash
# The long form of the tests of TRU-10: how often each strikes is said by the environment. What needs root, mount, the ioctl or strace is
# left out with a line where that is missing. The figures are in the lines of the tests; docs/trust.md keeps those of a run.
set -euo pipefail
cd "$(dirname "$0")/.."
export ZHIKE_KILLS=${KILLS:-10000} ZHIKE_CUTS=${CUTS:-1000} ZHIKE_SYNCS=${SYNCS:-100} ZHIKE_SLOW=${SLOW:-100}
export ZHIKE_TWICE=${TWICE:-2000} ZHIKE_JUMPS=${JUMPS:-2000}
echo "kills $ZHIKE_KILLS, power cuts $ZHIKE_CUTS, failing syncs $ZHIKE_SYNCS, kills on a slow disk $ZHIKE_SLOW, keys delivered twice $ZHIKE_TWICE a client, clock jumps $ZHIKE_JUMPS"
status=0
# One after the other: they would make one another slow.
report() { grep -E '^ *(---|[a-z_]+_test\.go|ok|FAIL|PASS|panic)' || true; }
for name in Crash PowerCut FsyncFails FullDisk SlowDisk Twice; do
  go test -count=1 -timeout "${LIMIT:-24h}" -tags e2e ./e2e -run "TRU[0-9_TRU]*_$name\$" -v | report
  [ "${PIPESTATUS[0]}" -eq 0 ] || status=1
done
go test -count=1 -timeout "${LIMIT:-24h}" ./internal/app -run 'TRU10_ClockJumps' -v | report
[ "${PIPESTATUS[0]}" -eq 0 ] || status=1
exit $status
