# build.sh - from the checkout to installed programs.
#
# The sources are copied and built in the copy: the checkout may be closed
# to other users, read-only, configured in place, or have a path that make
# does not like.  Times are kept, so make sees what changed.

COPIED=(configure.ac Makefile.am m4 fcgi templates static sql nginx tests
	packaging man docs scripts dev LICENSE .clang-format .ci
	README.md ARCHITECTURE.md CONTRIBUTING.md)
MADE=(--exclude=node_modules --exclude=.deps --exclude=.dirstamp
	--exclude='*.o' --exclude='*.a' --exclude='*.log' --exclude='*.trs'
	--exclude='*_test' --exclude='fuzz_*[!c]'
	--exclude='nginx/mainstay.conf' --exclude='nginx/metrics.conf'
	--exclude='nginx/redirect.conf'
	--exclude='systemd/*.service')

copy_sources() {
	local have=() item
	for item in "${COPIED[@]}"; do
		[ ! -e "$TOP/$item" ] || have+=("$item")
	done
	(cd "$SRC" && rm -rf "${COPIED[@]}")
	tar -C "$TOP" "${MADE[@]}" -cf - "${have[@]}" |
	    tar -C "$SRC" --no-same-owner -xf -
}

# Is anything that is compiled newer than this file?
sources_are_newer() {
	[ ! -e "$1" ] || [ -n "$(find "$TOP/fcgi" "$TOP/configure.ac" \
	    "$TOP/Makefile.am" "$TOP/m4" -newer "$1" -name '*.[chma4]*' |
	    head -n 1)" ]
}

build_programs() {
	local log=$STATE/build.log
	: >"$log"
	step "Copying the sources"
	copy_sources
	make_configure "$log"
	# shellcheck disable=SC2086 # options are words
	configure_in "$BUILD" "$log" --prefix="$INSTALL" ${DEV_CONFIGURE:-}
	step "Building"
	run_logged "$log" make -C "$BUILD" -j "$(nproc)"
	step "Installing into $(basename "$STATE")/install"
	install_programs "$log"
}

# autoreconf when what it reads has changed.
make_configure() {
	local made
	made=$(stamp "$SRC/configure.ac" "$SRC/Makefile.am" "$SRC/m4" \
	    "$SRC"/*/local.mk)
	if [ ! -x "$SRC/configure" ] ||
	    [ "$(cat "$SRC/.configure.stamp" 2>/dev/null)" != "$made" ]; then
		step "Making configure"
		rm -f "$SRC/.configure.stamp"
		run_logged "$1" env -C "$SRC" autoreconf -fi
		echo "$made" >"$SRC/.configure.stamp"
	fi
}

# configure_in DIR LOG OPTION …: anew when configure or the options are.
configure_in() {
	local dir=$1 log=$2 made options
	shift 2
	options="${CC:-cc} $*"
	made=$(stamp "$(cat "$SRC/.configure.stamp")" "$options")
	[ "$(cat "$dir/.stamp" 2>/dev/null)" != "$made" ] || return 0
	step "Configuring"
	# Objects of other options are of no use.
	[ "$(cat "$dir/.options" 2>/dev/null)" = "$options" ] || rm -rf "$dir"
	mkdir -p "$dir"
	rm -f "$dir/.stamp"
	run_logged "$log" env -C "$dir" "$SRC/configure" -q "$@"
	echo "$options" >"$dir/.options"
	echo "$made" >"$dir/.stamp"
}

# Beside the old one and then in its place, so that an interrupted run
# leaves no half of it; untouched when nothing has changed.
install_programs() {
	local stage=$STATE/stage
	rm -rf "$stage"
	run_logged "$1" make -C "$BUILD" -s install DESTDIR="$stage"
	if ! diff -rq "$stage$INSTALL" "$INSTALL" >/dev/null 2>&1; then
		rm -rf "$STATE/install.old"
		[ ! -d "$INSTALL" ] || mv "$INSTALL" "$STATE/install.old"
		mv "$stage$INSTALL" "$INSTALL"
		rm -rf "$STATE/install.old"
	fi
	rm -rf "$stage"
}
