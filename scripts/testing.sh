# testing.sh - ./dev test: stages in the order of their cost.
#
# A stage is a function that runs something and calls `count NAME LOG
# STATUS`.  Counts are read from what the runner prints: "N passed, N
# failed", automake's summary, node's, or TAP; a build counts as one.

STAGES="lint build unit analysis asan sql up http browser worker faults"
STAGES="$STAGES lighthouse fuzz dist"

cmd_test() {
	local wanted=() kinds=(run test) stage full=no start=$EPOCHREALTIME
	while [ $# -gt 0 ]; do
		case $1 in
		--full) full=yes kinds+=(full) ;;
		--list) say "$STAGES"; return ;;
		-*) die "./dev test [--full] [--list] [STAGE …]" ;;
		*) is_stage "$1" || die "no stage is called $1: $STAGES"
			wanted+=("$1") ;;
		esac
		shift
	done
	FULL=$full PASSED=0 FAILED=0
	install_packages "${kinds[@]}"
	state_open
	state_lock test
	trap_signals
	check_disk
	open_test_folder
	[ ${#wanted[@]} -gt 0 ] || read -ra wanted <<<"$STAGES"
	for stage in "${wanted[@]}"; do
		"stage_$stage"
	done
	close_instance
	finish_run
	say ""
	say "  logs are in $T; it took $(since "$start") s"
	say ""
	say "$PASSED passed, $FAILED failed"
	[ "$FAILED" = 0 ] && [ "$PASSED" != 0 ]
}

is_stage() {
	case " $STAGES " in
	*" $1 "*) return 0 ;;
	esac
	return 1
}

# A source tree of its own: the sources may change while tests run.
open_test_folder() {
	T=$STATE/test
	mkdir -p "$T"
	rm -f "$T"/*.log
	SRC=$T/src
	mkdir -p "$SRC"
	step "Copying the sources"
	copy_sources
	make_configure "$T/configure.log"
	end_step
	unset PGHOST PGPORT PGUSER PGDATABASE MAINSTAY_URL MAINSTAY_DB
	unset MAINSTAY_SHARE MAINSTAY_KEYS MAINSTAY_ENV MAINSTAY_BIN
	unset MAINSTAY_ADMIN MAINSTAY_WEBHOOK_ALLOW MAINSTAY_PORT MAKEFLAGS
}

# test_step NAME "What it is" COMMAND …: runs it, counts, goes on.
test_step() {
	local name=$1 status=0
	step "$2"
	shift 2
	run "$@" >>"$T/$name.log" 2>&1 || status=$?
	count "$name" "$status"
}

# The same where all that is printed makes one test.
test_one() {
	local name=$1 status=0
	step "$2"
	shift 2
	run "$@" >>"$T/$name.log" 2>&1 || status=$?
	count "$name" "$status" one
}

count() {
	local name=$1 status=$2 good=0 bad=0
	[ "${3:-}" = one ] || read -r good bad < <(read_counts "$T/$name.log")
	if [ "$((good + bad))" = 0 ]; then
		bad=$((status != 0)) good=$((status == 0))
	elif [ "$status" != 0 ] && [ "$bad" = 0 ]; then
		bad=1
	fi
	BAD=$bad
	PASSED=$((PASSED + good))
	FAILED=$((FAILED + bad))
	end_step "$(printf '%6s s  %5d passed' "$(since "$STEP_START")" "$good")$(
		[ "$bad" = 0 ] || printf ', %d FAILED' "$bad")"
	[ "$bad" = 0 ] || show_failures "$T/$name.log"
}

read_counts() {
	awk '
		/^[0-9]+ passed, [0-9]+ failed/ { p = $1; f = $3; own = 1 }
		/^# (PASS|XFAIL|SKIP): / { ap += $3; am = 1 }
		/^# (FAIL|XPASS|ERROR): / { af += $3; am = 1 }
		/^(#|ℹ) pass [0-9]+$/ { np += $3; node = 1 }
		/^(#|ℹ) (fail|cancelled) [0-9]+$/ { nf += $3; node = 1 }
		/^ok / { tp++ }
		/^not ok / { tf++ }
		END {
			if (own) print p + 0, f + 0
			else if (am) print ap + 0, af + 0
			else if (node) print np + 0, nf + 0
			else print tp + 0, tf + 0
		}' "$1"
}

show_failures() {
	{
		grep -E -A 3 \
		    '^(not ok|FAIL:|ERROR:|✖|  *✖)|error:|ERROR:|Error:' "$1" |
		    grep -vE '^ok ' | head -n 40 || true
		say "..."
		tail -n 8 "$1"
	} | cut -c 1-200 | sed 's/^/      /'
}

stage_lint() {
	local lint
	step "Conventions"
	for lint in "$SRC"/tests/lint/*.sh; do
		[ "${lint##*/}" != tap.sh ] || continue
		echo "# ${lint##*/}" >>"$T/lint.log"
		"$lint" >>"$T/lint.log" 2>&1 || true
	done
	count lint 0
}

# build_flavour NAME CC OPTION …: configured once, made again each time.
build_flavour() {
	local name=$1 cc=$2
	shift 2
	CC=$cc configure_in "$T/$name" "$T/configure.log" "$@"
	test_one "build-$name" "Building: $name" \
	    make -C "$T/$name" -k -j "$(nproc)"
}

stage_build() {
	build_flavour gcc gcc --enable-werror
	build_flavour clang clang --enable-werror
	test_step hardening "Hardening of the programs" \
	    "$SRC/tests/lint/hardening" "$T/gcc"
}

# Unit tests and lints, in the strict build.  The lints count once.
stage_unit() {
	[ -f "$T/gcc/Makefile" ] || build_flavour gcc gcc --enable-werror
	test_step unit "Unit tests" make -C "$T/gcc" -k -j "$(nproc)" check \
	    LINTS=
}

stage_asan() {
	build_flavour asan gcc --enable-werror --enable-asan
	test_step unit-asan "Unit tests under sanitizers" \
	    make -C "$T/asan" -k -j "$(nproc)" check LINTS=
}

stage_analysis() {
	test_one cppcheck "cppcheck" env -C "$SRC" cppcheck -q -j "$(nproc)" \
	    --enable=warning,portability --inline-suppr --error-exitcode=1 \
	    --std=c11 --suppress=missingIncludeSystem \
	    --suppress=varFuncNullUB -I fcgi fcgi
	test_one clang-tidy "clang-tidy" env -C "$SRC" \
	    tests/lint/tidy "$(nproc)"
}

stage_sql() {
	[ -x "$T/gcc/mainstay-admin" ] || build_flavour gcc gcc --enable-werror
	test_step sql "Database" env MAINSTAY_SHARE="$SRC" \
	    MAINSTAY_ADMIN="$T/gcc/mainstay-admin" \
	    "$SRC/tests/sql/run.sh"
}

# An instance of its own with an empty database, under the sanitizers.
# Fails when it does not come up: then nothing can be asked of it.
open_instance() {
	local port
	[ -z "${INSTANCE:-}" ] || [ "${IS_UP:-}" = yes ] || return 1
	[ -z "${INSTANCE:-}" ] || return 0
	INSTANCE=$T/instance
	port=$(free_port 18443)
	on_failure close_instance
	MAINSTAY_STATE=$INSTANCE "$SRC/dev" reset >>"$T/up.log" 2>&1 || true
	test_one up "Starting an instance under sanitizers" \
	    env MAINSTAY_STATE="$INSTANCE" MAINSTAY_PORT="$port" \
	    DEV_CONFIGURE="--enable-asan" DEV_WORKERS=3 \
	    DEV_PG_CONF="fsync = off" \
	    "$SRC/dev" up
	[ "$BAD" = 0 ] || return 1
	IS_UP=yes
	install_modules tests
	# From here on programs trust the certificate of the instance.
	eval "$(MAINSTAY_STATE=$INSTANCE "$SRC/dev" env)"
}

close_instance() {
	local reports
	[ -n "${INSTANCE:-}" ] || return 0
	step "Stopping the instance"
	env MAINSTAY_STATE="$INSTANCE" "$SRC/dev" down >>"$T/up.log" 2>&1 || true
	end_step
	step "Reports of the sanitizers"
	reports=$(compgen -G "$INSTANCE/log/sanitizer.*" || true)
	: >"$T/sanitizers.log"
	# shellcheck disable=SC2086 # names without blanks
	[ -z "$reports" ] || cat $reports >"$T/sanitizers.log"
	count sanitizers $((${#reports} > 0)) one
	INSTANCE=
}

stage_up() {
	open_instance || true
}

# install_modules FOLDER: the npm packages that its lock file names.
install_modules() {
	local folder=$SRC/$1 kept=$T/modules/$1 made
	made=$(stamp "$folder/package-lock.json")
	if [ "$(cat "$kept.stamp" 2>/dev/null)" != "$made" ]; then
		rm -rf "$kept.stamp" "$kept/node_modules"
		mkdir -p "$kept"
		cp "$folder/package.json" "$folder/package-lock.json" \
		    "$SRC/tests/.npmrc" "$kept"
		test_one npm "Packages of $1" npm --prefix "$kept" ci \
		    --no-audit --no-fund --ignore-scripts
		[ "$BAD" = 0 ] || return 0
		echo "$made" >"$kept.stamp"
	fi
	ln -sfn "$kept/node_modules" "$folder/node_modules"
}

# node_stage NAME "What it is" FOLDER …: every *.test.mjs in the folders.
node_stage() {
	local name=$1 what=$2 files
	shift 2
	open_instance || return 0
	mapfile -t files < <(cd "$SRC/tests" && find "$@" -name '*.test.mjs' \
	    2>/dev/null | sort)
	[ ${#files[@]} -gt 0 ] || return 0
	test_step "$name" "$what" env -C "$SRC/tests" node --test \
	    --test-reporter=spec --test-concurrency=1 "${files[@]}"
}

# These have an order: some break things, and mend them.
stage_http() {
	open_instance || return 0
	test_step http "Over HTTP" "$SRC/tests/http/run.sh"
}

stage_browser() {
	node_stage browser "In a browser" browser
}

stage_worker() {
	node_stage worker "Deliveries" worker e2e
}

# Without sanitizers: they are measured, and a library is loaded before them.
# With --full a million deliveries and a thousand deaths.
stage_faults() {
	open_instance || return 0
	[ -x "$T/gcc/mainstay-worker" ] || build_flavour gcc gcc --enable-werror
	export FULL
	MAINSTAY_BIN=$T/gcc node_stage faults "Faults" faults
}

# Its packages are large, and its figures want a machine that rests.
stage_lighthouse() {
	[ "$FULL" = yes ] || return 0
	open_instance || return 0
	install_modules tests/lighthouse
	node_stage lighthouse "Lighthouse" lighthouse
}

stage_fuzz() {
	local seconds=10 target name
	[ "$FULL" = no ] || seconds=120
	build_flavour fuzz clang --enable-fuzz
	for target in "$T"/fuzz/tests/fuzz/fuzz_*; do
		name=${target##*/fuzz_}
		case $name in
		*.o) ;;
		*) fuzz_one "$name" "$target" $seconds ;;
		esac
	done
}

# What is found new stays in the state; a crash is kept beside it.
fuzz_one() {
	local name=$1 target=$2 dict=()
	mkdir -p "$T/corpus/$name"
	[ ! -f "$SRC/tests/fuzz/$name.dict" ] ||
	    dict=("-dict=$SRC/tests/fuzz/$name.dict")
	test_one "fuzz-$name" "Fuzzing: $name" "$target" \
	    -max_total_time="$3" -timeout=5 -rss_limit_mb=2048 \
	    -artifact_prefix="$T/corpus/$name-" -print_final_stats=1 \
	    "${dict[@]}" "$T/corpus/$name" \
	    "$SRC/tests/fuzz/corpus/$name"
}

stage_dist() {
	[ -f "$T/gcc/Makefile" ] || build_flavour gcc gcc --enable-werror
	test_one dist "make distcheck" make -C "$T/gcc" distcheck
}

# The first port from this one on that nobody listens on.
free_port() {
	local port=$1
	while (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do
		port=$((port + 1))
	done
	echo "$port"
}
