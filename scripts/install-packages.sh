#!/bin/sh
# Installs the Debian packages a job needs and that are missing, naming them first.
# Usage: scripts/install-packages.sh build|test
set -eu

build='build-essential cmake ninja-build patch pkg-config libuv1-dev libssl-dev libabsl-dev libflatbuffers-dev
  flatbuffers-compiler libsrtp2-dev openssl ca-certificates'
test="$build prosody prometheus systemd curl chromium firefox-esr fonts-dejavu-core"

case "${1:-}" in
  build) wanted=$build ;;
  test) wanted=$test ;;
  *) echo "usage: $0 build|test" >&2; exit 64 ;;
esac

if ! command -v dpkg-query >/dev/null; then
  echo "This is not Debian: install the equivalents of these packages yourself, then go on:" $wanted >&2
  exit 0
fi

missing=
for package in $wanted; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

echo "Installing Debian packages:$missing"
sudo=
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { echo "Not root and no sudo: install them with 'apt-get install$missing'." >&2; exit 1; }
  sudo=sudo
fi
export DEBIAN_FRONTEND=noninteractive
# A service that the tests need only as a program must not start and take its ports.
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
  printf '#!/bin/sh\nexit 101\n' | $sudo tee $policy >/dev/null
  $sudo chmod +x $policy
  trap '$sudo rm -f $policy' EXIT
fi
$sudo apt-get update -qq
$sudo apt-get install -y -qq --no-install-recommends $missing >/dev/null
