#!/bin/bash
# Starts a server on a port that the kernel picks, plays the behaviours against it, and stops it.
#   run.sh CLIENT [client options …] -- SERVER [server options …]
# The server is given --port 0 and prints "listening on HOST:PORT" when it is ready. --tls goes to both sides of the "--".
set -euo pipefail

client=()
while [[ $# -gt 0 && $1 != -- ]]; do client+=("$1"); shift; done
[[ $# -ge 2 ]] || { echo "usage: run.sh CLIENT [options] -- SERVER [options]" >&2; exit 2; }
shift

log=$(mktemp)
"$@" --port 0 >"$log" 2>&1 &
server=$!
stop() {
  kill "$server" 2>/dev/null || true
  for _ in {1..50}; do kill -0 "$server" 2>/dev/null || break; sleep 0.1; done
  kill -KILL "$server" 2>/dev/null || true
  rm -f "$log"
}
trap stop EXIT

address=
for _ in {1..100}; do
  address=$(sed -n 's/.*listening on [^0-9]*\([0-9][0-9.]*:[0-9][0-9]*\).*/\1/p' "$log" | head -n 1)
  [[ -n $address ]] && break
  kill -0 "$server" 2>/dev/null || break
  sleep 0.1
done
if [[ -z $address ]]; then
  echo "the server did not start:" >&2
  cat "$log" >&2
  exit 1
fi

status=0
"${client[@]}" --url "ws://$address/" || status=$?
# Run under valgrind, the server must have given it nothing to say: no byte that was sent was uninitialised (robustness F21).
if grep -q '^==[0-9]*==' "$log"; then
  echo "the server's memory checker said:" >&2
  cat "$log" >&2
  status=1
fi
# A server that fell over during the run is a failure, whatever was answered before.
if ! kill -0 "$server" 2>/dev/null; then
  echo "the server died:" >&2
  cat "$log" >&2
  status=1
fi
exit "$status"
