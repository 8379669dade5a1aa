#!/bin/sh
# keep.sh COMMAND …: starts it again a second after it has died, as the units
# of systemd do, until this is told to end.  What ends by itself within two
# seconds, or since it refuses its settings (78), stays ended.

child='' stop=''
trap 'stop=yes; [ -z "$child" ] || kill -TERM "$child" 2>/dev/null' TERM

while [ -z "$stop" ]; do
	began=$(date +%s)
	"$@" &
	child=$!
	[ -z "$stop" ] || kill -TERM "$child" 2>/dev/null
	wait "$child"
	code=$?
	# What we are told ends the wait early.
	while kill -0 "$child" 2>/dev/null; do
		wait "$child"
		code=$?
	done
	child=''
	[ "$code" != 78 ] || break
	[ "$code" -gt 128 ] || [ "$(date +%s)" -gt $((began + 2)) ] || break
	[ -n "$stop" ] || sleep 1
done
exit "$code"
