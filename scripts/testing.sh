# testing.sh - ./dev test.
cmd_test() {
	die "not written yet"
}
