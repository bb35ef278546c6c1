#!/bin/sh
# Takes the bridge out of service without hurting a call: refuses new conferences, waits until nobody is left and the
# process has gone. Flags and exit codes of the script of jitsi-videobridge2, for those who call that
# (jitsi-autoscaler-sidecar, cron jobs); `trestle drain --stop --wait` does the same.
#   -h URL  of the private HTTP server (http://localhost:8080)
#   -s      silent
#   -p, -t  taken and ignored
set -eu

url=http://localhost:8080
silent=
while getopts h:p:t:s flag; do
  case $flag in
    h) url=$OPTARG ;;
    s) silent=1 ;;
    p | t) ;;
    *) echo "usage: $0 [-h http://host:port] [-s]" >&2; exit 1 ;;
  esac
done

say() { [ -n "$silent" ] || echo "$*"; }

status=$(curl -s -o /dev/null -w '%{http_code}' -m 10 -H 'Content-Type: application/json' \
  -d '{ "graceful-shutdown": "true" }' "$url/colibri/shutdown") || status=000
if [ "$status" != 200 ]; then
  say "the bridge at $url does not take the shutdown (HTTP $status): it needs videobridge.apis.rest.enabled and" \
    "videobridge.rest.shutdown.enabled = true"
  exit 1
fi
say 'graceful shutdown started'

# No answer: the process has gone.
while endpoints=$(curl -sf -m 10 -H 'Accept: application/json' "$url/colibri/stats" |
  sed -n 's/.*"local_endpoints":\([0-9]*\).*/\1/p') && [ -n "$endpoints" ]; do
  say "$endpoints endpoints are left"
  sleep "${GRACEFUL_SHUTDOWN_INTERVAL:-10}"
done
say 'the bridge has shut down'
