#!/bin/sh
# Installs the Debian packages a job needs and that are missing, naming them first.
# Usage: scripts/install-packages.sh build|test
set -eu

build='build-essential cmake ninja-build patch pkg-config libuv1-dev libssl-dev libabsl-dev libflatbuffers-dev
  flatbuffers-compiler libsrtp2-dev openssl ca-certificates'
# Done without where there is none: not amd64, or a mirror that lacks it.
optional='libipsec-mb-dev'
test="$build prosody prometheus systemd curl iproute2 chromium firefox-esr fonts-dejavu-core"

case "${1:-}" in
  build) wanted=$build ;;
  test) wanted=$test ;;
  *) echo "usage: $0 build|test" >&2; exit 64 ;;
esac

if ! command -v dpkg-query >/dev/null; then
  echo "This is not Debian: install the equivalents of these packages yourself, then go on:" $wanted >&2
  exit 0
fi

missing_of() {
  for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || printf ' %s' "$package"
  done
}
missing=$(missing_of $wanted)
optional=$([ "$(dpkg --print-architecture)" != amd64 ] || missing_of $optional)
[ -n "$missing$optional" ] || exit 0

echo "Installing Debian packages:$missing$optional"
sudo=
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "Not root and no sudo: install them with 'apt-get install$missing$optional'." >&2
    [ -n "$missing" ] && exit 1
    exit 0
  fi
  sudo=sudo
fi
export DEBIAN_FRONTEND=noninteractive
# A service that the tests need only as a program must not start and take its ports.
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
  printf '#!/bin/sh\nexit 101\n' | $sudo tee $policy >/dev/null
  $sudo chmod +x $policy
  trap '$sudo rm -f $policy' EXIT
  trap 'exit 130' INT TERM HUP # dash runs no EXIT trap when a signal kills it
fi
$sudo apt-get update -qq || [ -z "$missing" ]
[ -z "$missing" ] || $sudo apt-get install -y -qq --no-install-recommends $missing >/dev/null
[ -z "$optional" ] || $sudo apt-get install -y -qq --no-install-recommends $optional >/dev/null ||
  echo "Going on without$optional: the worker will need more of the processor." >&2
