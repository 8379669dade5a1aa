# database.sh - a PostgreSQL of our own: no network, no passwords.

PG_CONF="
# Written by ./dev.
listen_addresses = ''
unix_socket_permissions = 0777
max_connections = 120
shared_buffers = 128MB
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] %q%u '
log_checkpoints = off
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
"

# Made under another name first: a cluster is there as a whole or not.
make_cluster() {
	[ ! -d "$DATA" ] || return 0
	step "Making a database cluster"
	rm -rf "$DATA.new"
	make_owned "$DATA.new"
	run_logged "$LOG/initdb.log" as_owner env -C "$DATA.new" \
	    "$(pg_bin)/initdb" -D "$DATA.new" -U postgres --auth=peer \
	    --locale=C.UTF-8 --encoding=UTF8 --no-instructions --no-sync
	write_pg_files "$DATA.new"
	sync -f "$DATA.new" 2>/dev/null || sync
	mv "$DATA.new" "$DATA"
}

# The kernel tells PostgreSQL who connects; one person may be every role.
write_pg_files() {
	local user role
	{
		printf '%s\n' "$PG_CONF" "${DEV_PG_CONF:-}"
		printf "unix_socket_directories = '%s'\n" "$RUN/pg"
	} >"$1/mainstay.conf"
	grep -q '^include mainstay' "$1/postgresql.conf" ||
	    echo "include 'mainstay.conf'" >>"$1/postgresql.conf"
	echo 'local all all peer map=mainstay' >"$1/pg_hba.conf"
	for user in "$OWNER" root; do
		for role in postgres mainstay_migrator mainstay_app \
		    mainstay_auth mainstay_worker mainstay_backup; do
			echo "mainstay $user $role"
		done
	done >"$1/pg_ident.conf"
	[ "$(id -u)" != 0 ] || chown "$OWNER:$GROUP" "$1"/*.conf
}

start_postgres() {
	make_cluster
	step "Starting PostgreSQL"
	if pid_of postgres >/dev/null; then
		end_step "running"
		return
	fi
	# The state may have moved since.
	write_pg_files "$DATA"
	on_failure stop_postgres
	run_logged "$LOG/initdb.log" as_owner env -C "$DATA" \
	    "$(pg_bin)/pg_ctl" -D "$DATA" -l "$LOG/postgres.log" -w -t 60 \
	    -s start
}

stop_postgres() {
	[ -f "$DATA/postmaster.pid" ] || return 0
	as_owner env -C "$DATA" "$(pg_bin)/pg_ctl" -D "$DATA" -s -w -m fast stop \
	    >>"$LOG/initdb.log" 2>&1 || true
}

sql() {
	PGHOST=$RUN/pg PGPORT=5432 PGUSER=postgres \
	    PGOPTIONS='-c client_min_messages=warning' "$(pg_bin)/psql" -XAtq -v ON_ERROR_STOP=1 "$@"
}

# Roles, database, tables; the demo only when there is no tenant yet.
make_database() {
	local share=$INSTALL/share/mainstay/sql log=$STATE/database.log exists
	: >"$log"
	step "Bringing the database up to date"
	run_logged "$log" sql -d postgres -f "$share/roles.sql"
	exists=$(sql -d postgres \
	    -c "select 1 from pg_database where datname = 'mainstay'")
	if [ "$exists" != 1 ]; then
		run_logged "$log" sql -d postgres -c "create database mainstay
		    owner mainstay_owner template template0 encoding 'UTF8'
		    lc_collate 'C.UTF-8' lc_ctype 'C.UTF-8'"
	fi
	run_logged "$log" sql -d mainstay -f "$share/database.sql"
	HINT="./dev reset starts with an empty database" \
	    run_logged "$log" admin migrate
	if compgen -G "$share/demo/*.sql" >/dev/null && [ "$(sql -d mainstay \
	    -c 'select count(*) from mainstay.tenants')" = 0 ]; then
		step "Making the demo"
		run_logged "$log" admin demo
	fi
}

admin() {
	as_owner env "${PROGRAM_ENV[@]}" "MAINSTAY_SOCKET=$RUN/app.sock" \
	    "$INSTALL/sbin/mainstay-admin" "$@"
}
