#!/bin/sh
# Asks the bridge to shut down when its last participant leaves, waits for that and for its process to end.
# Usage: graceful_shutdown.sh [-h http://host:8080] [-s]     (-p and -t of a JVB's script are accepted and ignored)
# Needs videobridge.apis.rest.enabled and videobridge.rest.shutdown.enabled. Ends with 1 if the bridge refuses.
url=http://127.0.0.1:8080
silent=
interval=${GRACEFUL_SHUTDOWN_INTERVAL:-10}
pid_file=${JVB_PID_FILE:-/var/run/jitsi-videobridge/jitsi-videobridge.pid}

while getopts h:p:t:s option; do
  case $option in
    h) url=$OPTARG ;;
    p | t) ;;
    s) silent=1 ;;
    *) echo "usage: $0 [-h URL] [-s]" >&2; exit 64 ;;
  esac
done

say() { [ -n "$silent" ] || echo "$(date '+%F %T') $*"; }
figure() { printf '%s' "$1" | grep -o "\"$2\":[0-9]*" | cut -d: -f2; }

pid=$(cat "$pid_file" 2>/dev/null || systemctl show -p MainPID --value jitsi-videobridge2 2>/dev/null)

code=$(curl -s -o /dev/null -w '%{http_code}' -H 'Content-Type: application/json' \
  -d '{ "graceful-shutdown": "true" }' "$url/colibri/shutdown")
if [ "$code" != 200 ]; then
  echo "the bridge at $url answers $code to the request to shut down: is the REST interface on (docs/http-api.md)?" >&2
  exit 1
fi
say 'graceful shutdown asked for'

while stats=$(curl -sf "$url/colibri/stats"); do
  here=$(figure "$stats" participants)
  elsewhere=$(figure "$stats" octo_endpoints)
  left=$((${here:-0} - ${elsewhere:-0}))
  [ "$left" -gt 0 ] || break
  say "$left participants are left"
  sleep "$interval"
done

case $pid in
  '' | 0) say 'no process id is known: not waiting for the process' ;;
  *) while [ -d "/proc/$pid" ]; do sleep 1; done ;;
esac
say 'the bridge has ended'
