# state.sh - where an instance keeps what it has, and as whom it runs.
#
# STATE is what the person named (var/ or MAINSTAY_STATE).  When the
# programs could not work there - a folder that the database's user cannot
# enter, a path too long for a socket or too odd for make - it becomes a
# link to a folder in /var/tmp.

SOCKET_MAX=107 # bytes of a Unix socket's path
MARKER=.mainstay

state_locate() {
	STATE=${MAINSTAY_STATE:-$TOP/var}
	case $STATE in
	/*) ;;
	*) STATE=$PWD/$STATE ;;
	esac
	ASKED=${STATE%/}
	# Where it goes when it cannot be there: survives a restart.
	ELSEWHERE=/var/tmp/mainstay-$(id -u)-$(printf %s "$ASKED" |
	    sha256sum | cut -c 1-8)
}

# The instance of STATE when there is one; sets all names.
state_find() {
	if [ -e "$ASKED/$MARKER" ]; then
		STATE=$(readlink -f "$ASKED")
	elif [ -O "$ELSEWHERE/$MARKER" ]; then
		STATE=$ELSEWHERE
	else
		return 1
	fi
	set_owner
	set_names
}

# The same, made when it is not there.
state_open() {
	if ! state_find; then
		if state_fits "$ASKED"; then
			STATE=$(readlink -f "$ASKED")
		else
			move_state
		fi
		touch "$STATE/$MARKER"
		set_owner
		set_names
	fi
	mkdir -p "$SRC" "$BUILD" "$TLS"
	make_owned "$RUN" "$RUN/pg" "$LOG" "$TMP" "$NGINX" "$KEYS"
	chmod 700 "$KEYS"
}

set_names() {
	SRC=$STATE/src BUILD=$STATE/build INSTALL=$STATE/install
	DATA=$STATE/data KEYS=$STATE/keys TLS=$STATE/tls
	RUN=$STATE/run LOG=$STATE/log TMP=$STATE/tmp NGINX=$STATE/nginx
	PORT=${MAINSTAY_PORT:-$(cat "$STATE/port" 2>/dev/null || echo 8443)}
	MAINSTAY_URL=https://localhost:$PORT
	PROGRAM_ENV=("MAINSTAY_URL=$MAINSTAY_URL"
		MAINSTAY_ENV=development
		"MAINSTAY_DB=host=$RUN/pg dbname=mainstay"
		"MAINSTAY_SHARE=$INSTALL/share/mainstay"
		"MAINSTAY_KEYS=$KEYS"
		"MAINSTAY_API_RATE=${MAINSTAY_API_RATE:-3000}"
		"MAINSTAY_WEBHOOK_ALLOW=${MAINSTAY_WEBHOOK_ALLOW:-$ALLOW}")
}
ALLOW=localhost:5678,127.0.0.1:5678

# PostgreSQL refuses to run as root: then everything runs as postgres, or
# as the person whose folder it is.
set_owner() {
	OWNER=$(id -un)
	if [ "$(id -u)" = 0 ]; then
		OWNER=$(stat -c %U "$STATE")
		[ "$OWNER" != root ] || OWNER=postgres
	fi
	GROUP=$(id -gn "$OWNER")
}

# What root made in somebody's folder is that somebody's.
give_back() {
	if [ "$(id -u)" = 0 ] && [ "$(stat -c %U "$STATE")" = "$OWNER" ]; then
		chown -Rh --from=root "$OWNER:$GROUP" "$STATE"
	fi
}

as_owner() {
	if [ "$(id -un)" = "$OWNER" ]; then
		"$@"
	else
		setpriv --reuid="$OWNER" --regid="$GROUP" --init-groups -- "$@"
	fi
}

# Folders that belong to the owner.
make_owned() {
	mkdir -p "$@"
	[ "$(id -u)" != 0 ] || chown "$OWNER:$GROUP" "$@"
}

# Could an instance live in this folder?
state_fits() {
	local dir=$1 probe=$1/.probe.$$ ok=yes
	case $dir in
	*[!A-Za-z0-9_./+-]*) return 1 ;;
	esac
	mkdir -p "$dir" 2>/dev/null || return 1
	dir=$(readlink -f "$dir")
	[ ${#dir} -lt $((SOCKET_MAX - 30)) ] || ok=no
	mkfifo "$probe" 2>/dev/null || ok=no # not on some shared folders
	rm -f "$probe"
	if [ $ok = yes ] && [ "$(id -u)" = 0 ]; then
		chmod a+rx "$dir"
		setpriv --reuid=postgres --regid=postgres --init-groups -- \
		    test -x "$dir" || ok=no
	fi
	[ $ok = yes ]
}

# Anybody may write in /var/tmp: a folder that is not ours is not used.
move_state() {
	STATE=$ELSEWHERE
	[ -d "$STATE" ] || mkdir -m 755 "$STATE" || die "cannot make $STATE"
	if [ ! -O "$STATE" ] || [ -L "$STATE" ]; then
		die "$STATE belongs to somebody else"
	fi
	rmdir "$ASKED" 2>/dev/null || true
	[ ! -d "$ASKED" ] || [ -L "$ASKED" ] ||
	    die "$ASKED holds something else: set MAINSTAY_STATE to a new folder"
	say "  $ASKED cannot be used by the servers;"
	say "  everything is kept in $STATE"
	mkdir -p "$(dirname "$ASKED")" 2>/dev/null || true
	ln -sfn "$STATE" "$ASKED" 2>/dev/null || true
}

# One ./dev at a time; descriptor 9 is closed for what it starts.
state_lock() {
	exec 9>>"$STATE/lock"
	if ! flock -n 9; then
		die "another ./dev is at work in $STATE: $(cat "$STATE/lock")"
	fi
	printf '%s, process %s\n' "$1" $$ >"$STATE/lock"
}

state_forget() {
	rm -rf "${STATE:?}/data" "$STATE/data.new" "${KEYS:?}"/* \
	    "${TLS:?}"/* "${TMP:?}"/* "${LOG:?}"/* "${RUN:?}"/*.stamp
}

check_disk() {
	local need=1000 free
	[ ! -d "$DATA" ] || need=300
	free=$(df -Pm "$STATE" | awk 'NR == 2 { print $4 }')
	[ "$free" -ge $need ] || die "only $free MB are free where $STATE is;" \
	    "$need MB are needed: make room, or set MAINSTAY_STATE"
}

# stamp TEXT|FILE …: one hash of files and words, to see what changed.
stamp() {
	local item
	for item; do
		if [ -d "$item" ]; then
			(cd "$item" && find . -type f -print0 | sort -z |
			    xargs -0r sha256sum)
		elif [ -f "$item" ]; then
			sha256sum <"$item"
		else
			printf '%s\n' "$item"
		fi
	done | sha256sum | cut -c 1-32
}
