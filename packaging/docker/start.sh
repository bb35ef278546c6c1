#!/bin/sh
# Writes jvb.conf from the environment, then runs the bridge on it.
set -eu
folder=${TRESTLE_CONFIG_FOLDER:-/tmp/jvb}
mkdir -p "$folder"
umask 077
sh /opt/trestle/render-config.sh >"$folder/jvb.conf"
[ ! -r /config/custom-jvb.conf ] || cp /config/custom-jvb.conf "$folder/custom-jvb.conf"
[ ! -r /config/custom-sip-communicator.properties ] ||
  cp /config/custom-sip-communicator.properties "$folder/sip-communicator.properties"
exec trestle run --config "$folder/jvb.conf"
