#!/bin/sh
# Starts Trestle where scripts and units start a jitsi-videobridge: arguments are those of a JVB of the component era,
# JAVA_SYS_PROPS may name its files. Options of the JVM mean nothing and are passed over.
for word in $JAVA_SYS_PROPS; do
  case $word in
    -D*) set -- "$@" "$word" ;;
  esac
done
file=/etc/jitsi/videobridge/config
[ -r "$file" ] && set -- --environment-file "$file" "$@"
exec /usr/bin/trestle run "$@"
