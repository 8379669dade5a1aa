#!/bin/bash
# run.sh - the database tests, on a database of their own.
#
#	tests/sql/run.sh [-v] [-k] [NAME ...]
#
#	-v	print every line of TAP, not only what failed
#	-k	keep the database (and the cluster) afterwards
#	NAME	run only tests/sql/NAME.sql or NAME.sh
#
# With PGHOST set (and PGUSER a superuser) the tests run on that server, in
# a database mainstay_test_<pid>; the roles are made there if absent.
# Without it they start a cluster on a private socket and remove it.
# MAINSTAY_ADMIN=path/to/mainstay-admin migrates with the program instead
# of psql.  The last line reads "N passed, N failed".
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
sql=${MAINSTAY_SQL:-$here/../../sql}
db=mainstay_test_$$
work=
verbose=no
keep=no
passed=0
failed=0

die() {
	echo "run.sh: $*" >&2
	exit 2
}

as_server_user() {
	if [ "$(id -u)" = 0 ]; then
		(cd / && runuser -u postgres -- "$@")
	else
		"$@"
	fi
}

server_bin() {
	local dir
	for dir in $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -Vr) \
	    "$(pg_config --bindir 2>/dev/null || true)"; do
		[ -x "$dir/initdb" ] && echo "$dir" && return
	done
	die "no PostgreSQL server programs found"
}

start_cluster() {
	bin=$(server_bin)
	work=$(mktemp -d /tmp/mainstay-sql.XXXXXX)
	chmod 755 "$work"
	[ "$(id -u)" = 0 ] && chown postgres "$work"
	as_server_user "$bin/initdb" -D "$work/data" -A trust -U postgres \
	    -E UTF8 --locale=C.UTF-8 --no-sync >"$work.log" 2>&1 ||
	    { cat "$work.log" >&2; die "initdb failed"; }
	local options="-c listen_addresses='' -c fsync=off"
	options+=" -c unix_socket_directories='$work' -c autovacuum=off"
	options+=" -c full_page_writes=off -c max_connections=40"
	as_server_user "$bin/pg_ctl" -D "$work/data" -w -l "$work/log" \
	    -o "$options" start >>"$work.log" 2>&1 ||
	    { cat "$work.log" "$work/log" >&2; die "no cluster"; }
	rm -f "$work.log"
	export PGHOST=$work PGPORT=5432 PGUSER=postgres
}

cleanup() {
	local status=$?
	trap - EXIT
	if [ $keep = yes ]; then
		echo "kept: PGHOST=$PGHOST PGPORT=${PGPORT:-5432}" \
		    "PGUSER=${PGUSER:-} PGDATABASE=$db" >&2
	elif [ -n "$work" ]; then
		as_server_user "$bin/pg_ctl" -D "$work/data" -m immediate \
		    stop >/dev/null 2>&1 || true
		rm -rf "$work" "$work.log"
	else
		drop "$db"
		drop "${db}_copy"
	fi
	exit $status
}

# As the operator, in the database of the tests.
run_psql() {
	psql -XAtq -F $'\n' -v ON_ERROR_STOP=1 "$@"
}

drop() {
	PGDATABASE=postgres run_psql \
	    -c "drop database if exists $1 with (force)" 2>/dev/null || true
}

# Each migration after the first install meets a database in use, whose
# tables are protected.
protect_all="do \$\$ declare t regclass; begin
    for t in select c.oid from pg_class c where c.relkind in ('r', 'p')
        and not c.relispartition
        and c.relnamespace = 'mainstay'::regnamespace
        and c.relname <> 'schema_migrations' loop
    execute format('alter table %s enable row level security', t);
    execute format('alter table %s force row level security', t);
    end loop; end \$\$"

# One transaction per migration, then all that is made again each time.
migrate_with_psql() {
	local f
	run_psql -c 'create table mainstay.schema_migrations (
	    version int primary key, name text not null, checksum text not null,
	    applied_at timestamptz not null default now())' \
	    -c "comment on table mainstay.schema_migrations is 'Migrations.'" \
	    -c 'alter table mainstay.schema_migrations
	    owner to mainstay_owner' \
	    -c 'grant select on mainstay.schema_migrations
	    to mainstay_definer'
	for f in "$sql"/migrations/[0-9]*.sql; do
		[ "$(basename "$f")" \< 0009 ] || run_psql -c "$protect_all"
		run_psql -1 -c 'set session authorization mainstay_migrator' \
		    -c 'set local role mainstay_owner' \
		    -c 'set local row_security = off' -f "$f" \
		    -c 'set local row_security = on' \
		    -c "$(record_migration "$f")" || die "migration $f"
	done
	{
		echo 'begin; set session authorization mainstay_migrator;'
		for f in "$sql"/functions/*.sql "$sql"/policies/*.sql; do
			echo "\\echo '$f'"
			echo "set local role $(role_of "$f");"
			echo "\\i '$f'"
		done
		echo 'commit;'
	} >"${TMPDIR:-/tmp}/$db.deploy"
	run_psql -f "${TMPDIR:-/tmp}/$db.deploy" \
	    >"${TMPDIR:-/tmp}/$db.log" || {
		tail -n 1 "${TMPDIR:-/tmp}/$db.log" >&2
		die "functions or policies"
	}
	rm -f "${TMPDIR:-/tmp}/$db.deploy" "${TMPDIR:-/tmp}/$db.log"
}

role_of() {
	sed -n '1s/^-- role: *//p;2q' "$1" | grep . || echo mainstay_owner
}

record_migration() {
	local name
	name=$(basename "$1" .sql)
	echo "insert into mainstay.schema_migrations (version, name, checksum)
	    values (${name%%_*}, '$name', '$(sha256sum "$1" | cut -d' ' -f1)')"
}

make_database() {
	PGDATABASE=postgres run_psql -f "$sql/roles.sql" >/dev/null
	PGDATABASE=postgres run_psql -c "create database $db
	    owner mainstay_owner template template0 encoding 'UTF8'
	    lc_collate 'C.UTF-8' lc_ctype 'C.UTF-8'"
	export PGDATABASE=$db PGOPTIONS="-c client_min_messages=warning"
	run_psql -f "$sql/database.sql" >/dev/null
	if [ -n "${MAINSTAY_ADMIN:-}" ]; then
		MAINSTAY_DB="host=$PGHOST port=${PGPORT:-5432} dbname=$db" \
		    "$MAINSTAY_ADMIN" migrate
	else
		migrate_with_psql
	fi
	run_psql -c 'create schema tap' -c 'create extension pgtap schema tap'
	export PGOPTIONS='-c search_path=operator,mainstay,app,tap,test
	    -c client_min_messages=warning -c statement_timeout=120s'
	local f
	for f in actors world probe fixture; do
		run_psql -1 -f "$here/lib/$f.sql" >/dev/null || die "lib/$f.sql"
	done
}

# Counts the lines of TAP; a file that ends early has failed, too.
judge() {
	local name=$1 out=$2 status=$3 good bad plan
	good=$(grep -c '^ok ' "$out" || true)
	bad=$(grep -c '^not ok ' "$out" || true)
	plan=$(sed -n 's/^1\.\.\([0-9]*\).*/\1/p' "$out" | tail -n 1)
	if [ "$status" != 0 ] || [ "${plan:-0}" != $((good + bad)) ]; then
		bad=$((bad + 1))
		echo "# $name: planned ${plan:-nothing}, ran $((good + bad - 1))," \
		    "status $status" >>"$out"
	fi
	passed=$((passed + good))
	failed=$((failed + bad))
	if [ "$bad" != 0 ] || [ $verbose = yes ]; then
		cat "$out"
	else
		grep '^# ' "$out" || true
	fi
	printf '%-8s %-14s %4d passed %3d failed %6s s\n' \
	    "$([ "$bad" = 0 ] && echo ok || echo 'NOT OK')" "$name" \
	    "$good" "$bad" "$4"
}

# A .sql file rolls back what it did; a .sh file gets a copy to itself.
run_test() {
	local file=$1 out status=0 start=$EPOCHREALTIME
	out=$(mktemp)
	case $file in
	*.sql)
		run_psql -v sql="$sql" -f "$file" >"$out" 2>&1 || status=$?
		;;
	*.sh)
		drop "${db}_copy"
		run_psql -d postgres -c \
		    "create database ${db}_copy template $db" 2>&1
		PGDATABASE=${db}_copy MAINSTAY_SQL=$sql bash "$file" \
		    >"$out" 2>&1 || status=$?
		;;
	esac
	judge "$(basename "$file")" "$out" $status \
	    "$(awk "BEGIN { printf \"%.1f\", $EPOCHREALTIME - $start }")"
	rm -f "$out"
}

while getopts vk opt; do
	case $opt in
	v) verbose=yes ;;
	k) keep=yes ;;
	*) die "usage: run.sh [-v] [-k] [NAME ...]" ;;
	esac
done
shift $((OPTIND - 1))

trap cleanup EXIT
trap 'exit 130' INT TERM
[ -n "${PGHOST:-}" ] || start_cluster
make_database

for file in "$here"/*.sql "$here"/*.sh; do
	name=$(basename "$file")
	[ "$name" != run.sh ] || continue
	if [ $# != 0 ]; then
		case " $* " in
		*" ${name%.*} "*) ;;
		*) continue ;;
		esac
	fi
	run_test "$file"
done

echo "$passed passed, $failed failed"
[ $failed = 0 ] && [ $passed != 0 ]
