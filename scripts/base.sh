# base.sh - speaking, failing, running things that can be interrupted.

PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
umask 022
unset CDPATH GREP_OPTIONS
export LC_ALL=C.UTF-8

say() {
	printf '%s\n' "$*"
}

bold() {
	if [ -t 1 ]; then
		printf '\033[1m%s\033[0m' "$*"
	else
		printf '%s' "$*"
	fi
}

die() {
	end_step failed
	printf 'dev: %s\n' "$*" >&2
	exit 1
}

# Seconds since an $EPOCHREALTIME, with one decimal.
since() {
	awk -v a="$1" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f", b - a }'
}

# step "Doing something" ... step "The next": says how long each took.
STEP_START=
step() {
	end_step
	STEP_START=$EPOCHREALTIME
	printf '  %-42s' "$1"
}

# A word instead of the time, when there was nothing to do.
end_step() {
	[ -n "$STEP_START" ] || return 0
	printf '%8s\n' "${1:-$(since "$STEP_START") s}"
	STEP_START=
}

# What runs right now, as a process group of its own: an interrupt ends it
# and all it started, whatever it does with signals.
JOB=
ON_FAILURE=()

run() {
	local status=0
	set -m
	"$@" </dev/null 7>&- 8>&- 9>&- &
	JOB=$!
	set +m
	wait "$JOB" || status=$?
	JOB=
	return $status
}

# run_logged FILE COMMAND …: on failure the end of the log is shown.
run_logged() {
	local log=$1
	shift
	if ! run "$@" >>"$log" 2>&1; then
		end_step failed
		tail -n 25 "$log" | sed -e "s#$SRC/##g" -e 's/^/    /' >&2
		[ -z "${HINT:-}" ] || say "    ($HINT)" >&2
		die "this failed: ${1##*/} ${2:-} (all of it: $log)"
	fi
}

# An interrupt may come while output goes to a log: 7 and 8 are the person's.
trap_signals() {
	exec 7>&1 8>&2
	trap 'exit 130' INT
	trap 'exit 143' TERM
	trap 'exit 129' HUP
	trap 'undo_run $?' EXIT
}

# on_failure COMMAND …: done when the run does not reach finish_run.
on_failure() {
	ON_FAILURE+=("$(printf '%q ' "$@")")
}

undo_run() {
	local status=$1 i
	trap '' INT TERM HUP
	trap - EXIT
	set +e
	exec >&7 2>&8
	if [ -n "$JOB" ]; then
		kill -TERM -- "-$JOB" 2>/dev/null
		wait "$JOB" 2>/dev/null
	fi
	if [ "$status" -ge 128 ]; then
		end_step stopped
		say "dev: interrupted; what this run started is stopped again" >&2
	fi
	for ((i = ${#ON_FAILURE[@]} - 1; i >= 0; i--)); do
		eval "${ON_FAILURE[i]}" >/dev/null 2>&1
	done
	give_back
	exit "$status"
}

finish_run() {
	end_step
	give_back
	ON_FAILURE=()
	trap - EXIT INT TERM HUP
}
