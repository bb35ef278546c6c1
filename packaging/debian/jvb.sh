#!/bin/sh
# Starts Trestle where scripts and units start a jitsi-videobridge: arguments are those of a JVB of the component era,
# JAVA_SYS_PROPS may name its files. Options of the JVM mean nothing and are passed over.
for word in $JAVA_SYS_PROPS; do
  case $word in
    -D*) set -- "$@" "$word" ;;
  esac
done
file=/etc/jitsi/videobridge/config
if [ -r "$file" ]; then
  # The init script of 2018 repeats the file's secret as an argument, and the unit puts it into the environment; read from
  # the file it is in no list of processes.
  secret=$(unset JVB_SECRET; . "$file" >/dev/null 2>&1; printf %s "$JVB_SECRET")
  if [ -n "$secret" ]; then
    for argument; do
      shift
      [ "$argument" = "--secret=$secret" ] || set -- "$@" "$argument"
    done
    unset JVB_SECRET
  fi
  set -- --environment-file "$file" "$@"
fi
exec /usr/bin/trestle run "$@"
