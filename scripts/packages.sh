# packages.sh - what has to be on the machine, and getting it there.

# A line: for what | how to see that it is there | Debian package | why
NEEDED='
run|command -v gcc|gcc|compiles the programs
run|test -e /usr/include/stdio.h -o -e /usr/include/features.h|libc6-dev|headers of the C library
run|command -v make|make|builds
run|command -v autoreconf|autoconf|makes configure
run|command -v automake|automake|makes Makefile.in
run|command -v pkg-config|pkg-config|finds the libraries
run|test -e /usr/include/fcgiapp.h|libfcgi-dev|FastCGI, between nginx and the pages
run|pkg-config --exists libpq|libpq-dev|speaks with PostgreSQL
run|pkg-config --exists json-c|libjson-c-dev|JSON
run|pkg-config --exists libcurl|libcurl4-openssl-dev|sends webhooks
run|pkg-config --exists libjwt|libjwt-dev|session tokens
run|pkg-config --exists libxcrypt|libcrypt-dev|password hashes
run|pkg-config --exists libcrypto|libssl-dev|signatures
run|pg_bin|postgresql|the database
run|command -v nginx|nginx|TLS, static files
run|command -v openssl|openssl|certificate, names of static files
run|command -v curl|curl|waits until everything answers
run|command -v gzip|gzip|compressed copies of static files
run|node_is_new|nodejs|npm
run|command -v npm|npm|htmx, SortableJS and the icons
run|command -v tar|tar|copies the sources
run|command -v flock|util-linux|one ./dev at a time
test|pkg-config --exists cmocka|libcmocka-dev|unit tests
test|pgtap_is_there|postgresql-15-pgtap|tests of the database
test|command -v chromium|chromium|the browser
test|command -v clang|clang|the second compiler, and fuzzing
test|libfuzzer_is_there|libclang-rt-14-dev|fuzzing
test|command -v clang-format|clang-format|formatting of C
test|command -v clang-tidy|clang-tidy|static analysis
test|command -v cppcheck|cppcheck|static analysis
test|command -v shellcheck|shellcheck|analysis of scripts
test|command -v readelf|binutils|checks the hardening of programs
test|command -v xz|xz-utils|make distcheck
bench|node_is_new|nodejs|drives the measurement
bench|command -v wrk|wrk|load
bench|command -v pgbench|postgresql|load on the database alone
full|command -v valgrind|valgrind|memory checks of libraries
'

# The newest server that is installed, or the one that made the cluster.
pg_bin() {
	local dir version='*'
	[ ! -f "${DATA:-}/PG_VERSION" ] || version=$(cat "$DATA/PG_VERSION")
	for dir in $(compgen -G "/usr/lib/postgresql/$version/bin" | sort -Vr) \
	    "$(pg_config --bindir 2>/dev/null)"; do
		if [ -x "$dir/initdb" ] && [ -x "$dir/postgres" ]; then
			echo "$dir"
			return 0
		fi
	done
	return 1
}

pgtap_is_there() {
	compgen -G '/usr/share/postgresql/*/extension/pgtap.control'
}

node_is_new() {
	[ "$(node -p 'process.versions.node.split(".")[0]')" -ge 18 ]
}

libfuzzer_is_there() {
	compgen -G '/usr/lib/llvm-*/lib/clang/*/lib/linux/libclang_rt.fuzzer-*'
}

# Prints "package|why" for each line of the given kinds that is not there.
missing_packages() {
	local kind probe package why
	while IFS='|' read -r kind probe package why; do
		case " $* " in
		*" $kind "*) ;;
		*) continue ;;
		esac
		eval "$probe" >/dev/null 2>&1 || echo "$package|$why"
	done <<<"$NEEDED"
}

# Nothing is asked of the network when nothing is missing.
install_packages() {
	local missing names root=()
	missing=$(missing_packages "$@")
	[ -n "$missing" ] || return 0
	names=$(cut -d '|' -f 1 <<<"$missing" | sort -u | tr '\n' ' ')
	if [ "$(id -u)" != 0 ]; then
		root=(sudo)
		if ! command -v sudo >/dev/null ||
		    ! { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
			say_missing "$missing" "$names"
			exit 1
		fi
	fi
	command -v apt-get >/dev/null || { say_missing "$missing" "$names"; exit 1; }
	say "  These packages are missing and will be installed:"
	awk -F '|' '{ printf "    %-24s %s\n", $1, $2 }' <<<"$missing"
	apt_install "$names" "${root[@]}"
	missing=$(missing_packages "$@")
	[ -z "$missing" ] || { say_missing "$missing" "$names"; exit 1; }
}

say_missing() {
	{
		say "dev: these packages are missing:"
		awk -F '|' '{ printf "    %-24s %s\n", $1, $2 }' <<<"$1"
		say "Install them as root, then run this again:"
		say "    apt-get update && apt-get install --no-install-recommends $2"
	} >&2
}

apt_install() {
	local names=$1 log
	shift
	log=$(mktemp)
	step "Installing packages"
	if ! apt_commands "$names" "$@" </dev/null >"$log" 2>&1; then
		end_step failed
		tail -n 15 "$log" | sed 's/^/    /' >&2
		die "the packages could not be installed (all of it: $log)"
	fi
	rm -f "$log"
	end_step
}

# A former run may have been interrupted in the middle of an installation.
# A list of packages that cannot be renewed may still be good enough.
apt_commands() {
	local names=$1
	shift
	"$@" dpkg --configure -a || return
	"$@" apt-get -q -o DPkg::Lock::Timeout=300 update || true
	# shellcheck disable=SC2086 # names are words
	"$@" env DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 \
	    apt-get -q -y -o DPkg::Lock::Timeout=300 \
	    --no-install-recommends install $names
}
