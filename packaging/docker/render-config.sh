#!/bin/sh
# Prints a jvb.conf made from the environment names of docker-jitsi-meet (config.md §2.6).
set -eu

# Not echo: it would read backslashes.
line() { printf '%s\n' "$1"; }
quoted() { printf '"%s"' "$(printf '%s' "$1" | sed 's/[\\"]/\\&/g')"; }
yes() { case ${1:-} in 1 | true | TRUE | True | yes) echo true ;; *) echo false ;; esac; }
items() { printf '%s\n' "$1" | tr ',' '\n' | sed 's/^ *//; s/ *$//; /^$/d'; }

port=${JVB_PORT:-10000}
nickname=${JVB_MUC_NICKNAME:-${HOSTNAME:-$(hostname)}}

if [ "$(yes "${ENABLE_JVB_XMPP_SERVER:-0}")" = true ]; then
  servers=${JVB_XMPP_SERVER:-xmpp.jvb.meet.jitsi}
  xmpp_port=${JVB_XMPP_PORT:-6222}
  domain=${JVB_XMPP_AUTH_DOMAIN:-auth.jvb.meet.jitsi}
  rooms=${JVB_XMPP_INTERNAL_MUC_DOMAIN:-muc.jvb.meet.jitsi}
else
  servers=${XMPP_SERVER:-xmpp.meet.jitsi}
  xmpp_port=${XMPP_PORT:-5222}
  domain=${XMPP_AUTH_DOMAIN:-auth.meet.jitsi}
  rooms=${XMPP_INTERNAL_MUC_DOMAIN:-internal-muc.meet.jitsi}
fi

line 'videobridge {'
line "  ice { udp.port = $port, advertise-private-candidates = $(yes "${JVB_ADVERTISE_PRIVATE_CANDIDATES:-true}") }"
if [ "$(yes "${JVB_DISABLE_XMPP:-0}")" = false ]; then
  : "${JVB_AUTH_PASSWORD:?is the password of the account and has to be set}"
  shard=0
  line '  apis.xmpp-client.configs {'
  items "$servers" | while read -r server; do
    case $server in
      *:*) at=${server##*:} host=${server%:*} ;;
      *) at=$xmpp_port host=$server ;;
    esac
    line "    shard$shard {"
    line "      HOSTNAME = $(quoted "$host"), PORT = $at, DOMAIN = $(quoted "$domain")"
    line "      USERNAME = $(quoted "${JVB_AUTH_USER:-jvb}"), PASSWORD = $(quoted "$JVB_AUTH_PASSWORD")"
    line "      MUC_JIDS = $(quoted "${JVB_BREWERY_MUC:-jvbbrewery}@$rooms"), MUC_NICKNAME = $(quoted "$nickname")"
    line '      DISABLE_CERTIFICATE_VERIFICATION = true'
    line '    }'
    shard=$((shard + 1))
  done
  line '  }'
fi
line "  apis.rest.enabled = $(yes "${COLIBRI_REST_ENABLED:-false}")"
line "  rest.shutdown.enabled = $(yes "${SHUTDOWN_REST_ENABLED:-false}")"
line '  http-servers.private.host = 0.0.0.0'
line "  health.require-valid-address = $(yes "${JVB_REQUIRE_VALID_ADDRESS:-0}")"
line "  cc.trust-bwe = $(yes "${JVB_CC_TRUST_BWE:-true}")"
if [ "$(yes "${ENABLE_OCTO:-0}")" = true ]; then
  line "  relay.region = $(quoted "${JVB_OCTO_REGION:-europe}")"
fi
if [ "$(yes "${ENABLE_COLIBRI_WEBSOCKET:-0}")" = true ]; then
  line '  http-servers.public { host = 0.0.0.0, port = 9090 }'
  line "  websockets { enabled = true, tls = $(yes "${JVB_WS_TLS:-1}"), domains = [$(quoted "${JVB_WS_DOMAIN:?is the name clients reach the web server by}")]"
  line "    server-id = $(quoted "${JVB_WS_SERVER_ID:-$nickname}") }"
fi
line '}'

line 'ice4j.harvest.mapping {'
disabled=$(yes "${DISABLE_AWS_HARVESTER:-true}")
line "  aws.enabled = $([ "$disabled" = true ] && echo false || echo true)"
if [ "$(yes "${JVB_DISABLE_STUN:-0}")" = false ]; then
  line '  stun.addresses = ['
  items "${JVB_STUN_SERVERS:-meet-jit-si-turnrelay.jitsi.net:443}" | while read -r each; do line "    $(quoted "$each")"; done
  line '  ]'
fi
advertised=${JVB_ADVERTISE_IPS:-${DOCKER_HOST_ADDRESS:-}}
if [ -n "$advertised" ]; then
  here=${LOCAL_ADDRESS:-$(ip -4 route get 1.1.1.1 2>/dev/null | sed -n 's/.* src \([0-9.]*\).*/\1/p')}
  line '  static-mappings = ['
  items "$advertised" | while read -r each; do
    case $each in
      *#*) line "    { local-address = $(quoted "$here"), public-address = $(quoted "${each%#*}"), local-port = $port, public-port = ${each##*#} }" ;;
      *) line "    { local-address = $(quoted "$here"), public-address = $(quoted "$each") }" ;;
    esac
  done
  line '  ]'
fi
line '}'
line 'include "custom-jvb.conf"'
