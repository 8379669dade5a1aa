# The tests.  Unit tests print TAP, one line per case.
LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) \
	$(top_srcdir)/build-aux/tap-driver.sh
SH_LOG_DRIVER = $(LOG_DRIVER)
TEST_EXTENSIONS = .sh
AM_TESTS_ENVIRONMENT = CMOCKA_MESSAGE_OUTPUT=TAP; \
	export CMOCKA_MESSAGE_OUTPUT; \
	ASAN_OPTIONS=abort_on_error=1:detect_leaks=1:strict_string_checks=1; \
	UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1; \
	export ASAN_OPTIONS UBSAN_OPTIONS; \
	TAP_IS_READ=yes; export TAP_IS_READ;

if FUZZ
noinst_PROGRAMS += $(FUZZ_TARGETS)
else
if HAVE_CMOCKA
check_PROGRAMS += $(UNIT_TESTS)
TESTS += $(UNIT_TESTS)
endif
endif

# Source checks; they want the whole checkout or tarball.
LINTS = tests/lint/banned.sh tests/lint/format.sh tests/lint/layers.sh \
	tests/lint/modules.sh tests/lint/routes.sh tests/lint/scripts.sh \
	tests/lint/sources.sh tests/lint/templates.sh
TESTS += $(LINTS)
EXTRA_DIST += $(LINTS) tests/lint/tap.sh

# Run by ./dev test, which has the database and the server they need.
EXTRA_DIST += tests/sql tests/http tests/browser tests/e2e tests/worker \
	tests/faults \
	tests/lib tests/bench tests/package.json tests/package-lock.json \
	tests/.npmrc tests/lighthouse/lighthouse.test.mjs \
	tests/lighthouse/package.json tests/lighthouse/package-lock.json

EXTRA_DIST += $(TEST_HDRS) tests/fuzz/corpus tests/fuzz/cookie.dict \
	tests/fuzz/form.dict tests/fuzz/json.dict tests/fuzz/mustache.dict \
	tests/fuzz/token.dict tests/fuzz/url.dict

# LISTS below are kept complete by tests/lint/sources.sh.

UNIT_TESTS = \
	tests/unit/api_key_test \
	tests/unit/arena_test \
	tests/unit/buf_test \
	tests/unit/cookie_test \
	tests/unit/csrf_test \
	tests/unit/endpoint_url_test \
	tests/unit/field_test \
	tests/unit/form_test \
	tests/unit/guard_test \
	tests/unit/input_test \
	tests/unit/json_gate_test \
	tests/unit/json_items_test \
	tests/unit/keys_test \
	tests/unit/lane_test \
	tests/unit/mail_test \
	tests/unit/mustache_test \
	tests/unit/password_test \
	tests/unit/route_test \
	tests/unit/settings_test \
	tests/unit/sign_test \
	tests/unit/stmt_test \
	tests/unit/rate_test \
	tests/unit/str_test \
	tests/unit/token_cache_test \
	tests/unit/token_test

FUZZ_TARGETS = \
	tests/fuzz/fuzz_cookie \
	tests/fuzz/fuzz_form \
	tests/fuzz/fuzz_json \
	tests/fuzz/fuzz_mustache \
	tests/fuzz/fuzz_token \
	tests/fuzz/fuzz_url

tests_unit_mustache_test_SOURCES = tests/unit/mustache_test.c \
	tests/unit/mustache_spec.c \
	tests/unit/mustache_spec_parts.c \
	tests/unit/rows_stub.c

TEST_HDRS = \
	tests/unit/key_folder.h \
	tests/unit/mustache_spec.h \
	tests/unit/rows_stub.h \
	tests/unit/test.h
