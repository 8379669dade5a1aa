#!/bin/bash
# playbook_year.sh - over a year, playbooks decide live as a rehearsal does.
#
# A copy of the database on a server of its own, whose clock is a file. A
# small portfolio lives through a year, drawn at random: what people change
# and programs report, each in a transaction of its own, and the sweeps at six.
# Then the year is rehearsed.  A failure says its seed; MAINSTAY_SEED=<seed>
# draws the same.  Run by run.sh.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
seed=${MAINSTAY_SEED:-$RANDOM}
days=${MAINSTAY_DAYS:-365}
dir=$(mktemp -d /tmp/mainstay-year.XXXXXX)
bin=$(ls -d /usr/lib/postgresql/*/bin | sort -Vr | head -n 1)
clock=$dir/clock
options="-c fsync=off -c listen_addresses='' -c autovacuum=off"
options+=" -c full_page_writes=off -c unix_socket_directories='$dir'"

as_server_user() {
	if [ "$(id -u)" = 0 ]; then
		(cd / && runuser -u postgres -- "$@")
	else
		"$@"
	fi
}

cleanup() {
	as_server_user "$bin/pg_ctl" -D "$dir/data" -m immediate stop \
	    >/dev/null 2>&1 || true
	rm -rf "$dir"
}
trap cleanup EXIT

cc -O2 -shared -fPIC -o "$dir/clock.so" "$here/lib/clock.c"
echo 1893456000000000 >"$clock" # 2030-01-01
chmod 755 "$dir"
[ "$(id -u)" != 0 ] || chown -R postgres "$dir"
as_server_user "$bin/initdb" -D "$dir/data" -A trust -U postgres -E UTF8 \
    --locale=C.UTF-8 --no-sync >/dev/null
as_server_user env LD_PRELOAD="$dir/clock.so" CLOCK_FILE="$clock" \
    "$bin/pg_ctl" -D "$dir/data" -w -l "$dir/log" -o "$options" start \
    >/dev/null

on_year() {
	PGHOST=$dir PGPORT=5432 PGUSER=postgres psql -XAtq \
	    -v ON_ERROR_STOP=1 "$@"
}
{
	PGOPTIONS='' PGDATABASE=postgres on_year \
	    -f "${MAINSTAY_SQL:?}/roles.sql" -c 'create database year'
	PGOPTIONS='' pg_dump --no-comments >"$dir/dump"
	PGOPTIONS='' PGDATABASE=year on_year -f "$dir/dump"
} >/dev/null
PGDATABASE=year on_year -v seed="$seed" -v days="$days" -v clock="$clock" \
    -f "$here/lib/year.sql"
