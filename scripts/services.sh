# services.sh - nginx, the two pools of pages, the delivery worker.

SERVICES="app auth worker nginx"

# pid_of NAME: of the process we started, if it still is that one.
pid_of() {
	local pid began now
	if [ "$1" = postgres ]; then
		pid=$(head -n 1 "$DATA/postmaster.pid" 2>/dev/null) || return 1
		[ -n "$pid" ] && [ -d "/proc/$pid" ] || return 1
		tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null |
		    grep -q postgres || return 1
		echo "$pid"
		return
	fi
	[ -f "$RUN/$1.pid" ] || return 1
	read -r pid began <"$RUN/$1.pid" || return 1
	now=$(began_at "$pid") || return 1
	[ "$now" = "$began" ] || return 1
	echo "$pid"
}

# When the process began, in clock ticks since the machine did.
began_at() {
	local text
	text=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
	text=${text##*) }
	case $text in
	Z*) return 1 ;;
	esac
	cut -d ' ' -f 20 <<<"$text"
}

# start NAME STAMP COMMAND …: unless it runs already, and as it should.
start() {
	local name=$1 want=$2 pid
	shift 2
	if pid=$(pid_of "$name"); then
		if [ "$(cat "$RUN/$name.stamp" 2>/dev/null)" = "$want" ]; then
			return 0
		fi
		stop "$name"
	fi
	rotate_log "$LOG/$name.log"
	on_failure stop "$name"
	launch "$LOG/$name.log" "$@"
	printf '%s %s\n' "$LAUNCHED" "$(began_at "$LAUNCHED")" >"$RUN/$name.pid"
	echo "$want" >"$RUN/$name.stamp"
}

# In a session of its own, without our terminal and our lock.
launch() {
	local log=$1
	shift
	(
		exec 7>&- 8>&- 9>&-
		cd "$STATE" || exit
		as_owner touch "$log"
		exec setsid "${AS_OWNER[@]}" env -i "PATH=$PATH" LC_ALL=C.UTF-8 \
		    "ASAN_OPTIONS=detect_leaks=1:log_path=$LOG/sanitizer" \
		    "UBSAN_OPTIONS=print_stacktrace=1:log_path=$LOG/sanitizer" \
		    "$@" </dev/null >>"$log" 2>&1
	) &
	LAUNCHED=$!
}

stop() {
	local pid i
	if pid=$(pid_of "$1"); then
		kill -TERM "$pid" 2>/dev/null || true
		for ((i = 0; i < 200; i++)); do
			pid_of "$1" >/dev/null || break
			sleep 0.05
		done
		if pid_of "$1" >/dev/null; then
			kill -KILL -- "-$pid" 2>/dev/null ||
			    kill -KILL "$pid" 2>/dev/null || true
		fi
	fi
	rm -f "$RUN/$1.pid" "$RUN/$1.stamp"
}

stop_services() {
	local name
	for name in nginx app auth worker; do
		stop "$name"
	done
}

rotate_log() {
	if [ -f "$1" ] && [ "$(stat -c %s "$1")" -gt 50000000 ]; then
		mv "$1" "$1.1"
	fi
}

start_services() {
	local code bin=$INSTALL/sbin common keep
	# As a text: the owner need not be able to read our folder.
	keep=(sh -c "$(cat "$TOP/scripts/keep.sh")" keep)
	AS_OWNER=()
	if [ "$(id -un)" != "$OWNER" ]; then
		AS_OWNER=(setpriv "--reuid=$OWNER" "--regid=$GROUP"
			--init-groups --)
	fi
	step "Starting the services"
	common=$(stamp "${PROGRAM_ENV[*]}" "$KEYS" "$INSTALL/share/mainstay" \
	    "${keep[*]}" "${DEV_WORKERS:-}")
	code=$(stamp "$common" "$bin/mainstay-fcgi")
	start app "$code" "${PROGRAM_ENV[@]}" MAINSTAY_POOL=app \
	    "MAINSTAY_SOCKET=$RUN/app.sock" \
	    "MAINSTAY_WORKERS=${DEV_WORKERS:-4}" "${keep[@]}" \
	    "$bin/mainstay-fcgi"
	start auth "$code" "${PROGRAM_ENV[@]}" MAINSTAY_POOL=auth \
	    "MAINSTAY_SOCKET=$RUN/auth.sock" MAINSTAY_WORKERS=2 \
	    "${keep[@]}" "$bin/mainstay-fcgi"
	start worker "$(stamp "$common" "$bin/mainstay-worker")" \
	    "${PROGRAM_ENV[@]}" "${keep[@]}" "$bin/mainstay-worker"
	start_nginx
	echo "$PORT" >"$STATE/port"
}

# A changed configuration is loaded without a restart.
start_nginx() {
	local want pid
	make_owned "$TMP/nginx"
	fill_nginx
	as_owner nginx -t -q -c "$NGINX/nginx.conf" -e "$LOG/nginx-error.log" \
	    2>"$STATE/nginx.log" || die "nginx refuses its configuration:" \
	    "$(cat "$STATE/nginx.log")"
	want=$(stamp "$NGINX" "$TLS/cert.pem" "$INSTALL/share/mainstay/nginx")
	if pid=$(pid_of nginx); then
		if [ "$(cat "$RUN/nginx.stamp" 2>/dev/null)" != "$want" ]; then
			kill -HUP "$pid"
			echo "$want" >"$RUN/nginx.stamp"
		fi
		return 0
	fi
	start nginx "$want" nginx -c "$NGINX/nginx.conf" \
	    -e "$LOG/nginx-error.log" -g 'daemon off;'
}

# The files of an installation, with our folders in them.
fill_nginx() {
	local fill ip6=()
	grep -q '^0\{31\}1 ' /proc/net/if_inet6 2>/dev/null ||
	    ip6=(-e '/@listen6@/d')
	fill=(-e "s|@rundir@|$RUN|g" -e "s|@logdir@|$LOG|g"
		-e "s|@tmpdir@|$TMP/nginx|g" -e "s|@confdir@|$NGINX|g"
		-e "s|@nginxdir@|$INSTALL/share/mainstay/nginx|g"
		-e "s|@assetdir@|$INSTALL/share/mainstay/static|g"
		-e "s|@access_log@|nginx-access.log|g"
		-e "s|@listen4@|127.0.0.1:$PORT|g"
		-e "s|@listen6@|[::1]:$PORT|g"
		-e "s|@server_name@|localhost|g"
		-e "s|@certificate@|$TLS/cert.pem|g"
		-e "s|@certificate_key@|$TLS/key.pem|g"
		-e "s|@login_rate@|${DEV_LOGIN_RATE:-1200r/m}|g"
		-e "s|@login_burst@|${DEV_LOGIN_BURST:-200}|g"
		-e "s|@page_rate@|${DEV_PAGE_RATE:-100000r/s}|g"
		-e "s|@signin_connections@|${DEV_SIGNIN_CONNECTIONS:-64}|g")
	sed "${ip6[@]}" "${fill[@]}" "$SRC/nginx/mainstay.conf.in" \
	    >"$NGINX/mainstay.conf"
	sed "${fill[@]}" "$SRC/nginx/dev.conf.in" >"$NGINX/nginx.conf"
}

make_certificate() {
	if openssl x509 -in "$TLS/cert.pem" -noout -checkend 604800 \
	    >/dev/null 2>&1; then
		return 0
	fi
	step "Making a certificate for localhost"
	run_logged "$STATE/tls.log" openssl req -x509 -newkey ec -nodes \
	    -pkeyopt ec_paramgen_curve:prime256v1 -sha256 -days 365 \
	    -subj /CN=localhost -keyout "$TLS/key.new" -out "$TLS/cert.new" \
	    -addext subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1 \
	    -addext basicConstraints=critical,CA:FALSE \
	    -addext extendedKeyUsage=serverAuth
	chmod 600 "$TLS/key.new"
	[ "$(id -u)" != 0 ] || chown "$OWNER:$GROUP" "$TLS/key.new"
	mv "$TLS/key.new" "$TLS/key.pem"
	mv "$TLS/cert.new" "$TLS/cert.pem"
}

make_keys() {
	[ ! -e "$KEYS/csrf.key" ] || return 0
	step "Making keys"
	run_logged "$STATE/keys.log" admin keys init
}

check_port_number() {
	case ${MAINSTAY_PORT:-8443} in
	*[!0-9]* | '' | ??????*) die "MAINSTAY_PORT is not a port number" ;;
	esac
	if [ "${MAINSTAY_PORT:-8443}" -lt 1024 ] ||
	    [ "${MAINSTAY_PORT:-8443}" -gt 65535 ]; then
		die "MAINSTAY_PORT must be from 1024 to 65535"
	fi
}

# Ours may have it; anybody else's is named when the kernel lets us see.
check_port_is_free() {
	local who
	(exec 3<>"/dev/tcp/127.0.0.1/$PORT") 2>/dev/null || return 0
	if pid_of nginx >/dev/null &&
	    [ "$(cat "$STATE/port" 2>/dev/null)" = "$PORT" ]; then
		return 0
	fi
	who=$(listener_of "$PORT")
	die "port $PORT is taken${who:+ by $who}. Choose another:" \
	    "MAINSTAY_PORT=$((PORT + 1)) ./dev up"
}

# The process that listens on a TCP port: "nginx (process 123)".
listener_of() {
	local inode fd hex pid
	hex=$(printf ':%04X' "$1")
	inode=$(cat /proc/net/tcp /proc/net/tcp6 2>/dev/null |
	    awk -v p="$hex" '$2 ~ p "$" && $4 == "0A" { print $10; exit }')
	[ -n "$inode" ] || return 0
	for fd in /proc/[0-9]*/fd/*; do
		if [ "$(readlink "$fd" 2>/dev/null)" = "socket:[$inode]" ]; then
			pid=${fd#/proc/}
			pid=${pid%%/*}
			echo "$(cat "/proc/$pid/comm") (process $pid)"
			return 0
		fi
	done
}

# Everything answers: nginx, a page worker, the database, its rules.
wait_until_ready() {
	local i name
	step "Waiting for $MAINSTAY_URL"
	for ((i = 0; i < 300; i++)); do
		if curl -sf -m 5 --noproxy '*' --cacert "$TLS/cert.pem" \
		    -o "$STATE/ready" "$MAINSTAY_URL/readyz" &&
		    curl -sf -m 5 --noproxy '*' --cacert "$TLS/cert.pem" \
			-o /dev/null "$MAINSTAY_URL/login"; then
			return 0
		fi
		for name in $SERVICES; do
			pid_of "$name" >/dev/null || failed_service "$name"
		done
		sleep 0.1
	done
	for name in $SERVICES; do
		tail -n 3 "$LOG/$name.log" >&2
	done
	curl -s -m 5 --noproxy '*' --cacert "$TLS/cert.pem" \
	    "$MAINSTAY_URL/readyz" >&2 || true
	die "no answer from $MAINSTAY_URL/readyz after 30 s: ./dev logs"
}

failed_service() {
	end_step failed
	tail -n 10 "$LOG/$1.log" | sed 's/^/    /' >&2
	[ "$1" != nginx ] || tail -n 5 "$LOG/nginx-error.log" >&2
	die "$1 ended while starting (all of it: $LOG/$1.log)"
}

show_status() {
	local name pid all=0
	say "$(bold "$MAINSTAY_URL")   in $STATE, as $OWNER"
	for name in postgres $SERVICES; do
		if pid=$(pid_of "$name"); then
			printf '  %-10s runs     process %-8s since %s\n' "$name" \
			    "$pid" "$(ps -o lstart= -p "$pid" 2>/dev/null)"
		else
			printf '  %-10s stopped\n' "$name"
			all=3
		fi
	done
	if curl -sf -m 5 --noproxy '*' --cacert "$TLS/cert.pem" \
	    -o /dev/null "$MAINSTAY_URL/readyz"; then
		say "  /readyz    answers"
	else
		say "  /readyz    does not answer"
		all=3
	fi
	return $all
}

show_sign_ins() {
	say ""
	say "  admin@acme.com     password123   Acme Corporation, administrator"
	say "  bob@acme.com       password123   Acme Corporation, practitioner"
	say "  admin@globex.com   password123   Globex, administrator"
	say ""
	say "The certificate is self-signed: the browser asks once.  In: $STATE"
}
