/* The Cookie header, honest and hostile, and what we set. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "http/cookie.h"

#define NAME COOKIE_NAME

static const struct cookie_case {
	const char *header;
	enum rc rc;
	const char *value;
} cookie_cases[] = {
	{ "", RC_ABSENT, NULL },
	{ ";", RC_ABSENT, NULL },
	{ "=", RC_ABSENT, NULL },
	{ "; ; ;", RC_ABSENT, NULL },
	{ "a=b", RC_ABSENT, NULL },
	{ NAME "x=1", RC_ABSENT, NULL },
	{ "x" NAME "=1", RC_ABSENT, NULL },
	{ "__host-mainstay=1", RC_ABSENT, NULL },
	{ "mainstay=1", RC_ABSENT, NULL },
	{ "a=" NAME "=1", RC_ABSENT, NULL },
	{ "a, " NAME "=1", RC_ABSENT, NULL },
	{ "__Host-mainsta", RC_ABSENT, NULL },
	{ NAME "=1", RC_OK, "1" },
	{ NAME "=", RC_OK, "" },
	{ NAME, RC_OK, "" },
	{ NAME "=a.b-c_d", RC_OK, "a.b-c_d" },
	{ NAME "=a=b", RC_OK, "a=b" },
	{ "a=b; " NAME "=1", RC_OK, "1" },
	{ "a=b;" NAME "=1;c=d", RC_OK, "1" },
	{ " " NAME "=1 ", RC_OK, "1" },
	{ NAME " =1", RC_OK, "1" },
	{ "a=b; \t" NAME "=1; c", RC_OK, "1" },
	{ NAME "=\"1\"", RC_OK, "\"1\"" },
	{ NAME "=1; " NAME "=1", RC_INVALID, NULL },
	{ NAME "=1; " NAME "=2", RC_INVALID, NULL },
	{ NAME "; " NAME "=2", RC_INVALID, NULL },
	{ NAME "=1; a=b; " NAME " =2", RC_INVALID, NULL },
	{ NAME "=1;;" NAME, RC_INVALID, NULL },
};

static void
check_case(const struct cookie_case *c)
{
	size_t len = strlen(c->header);
	char *copy = malloc(len + (len == 0));
	struct str value = { NULL, 0 };
	enum rc rc;

	assert_non_null(copy);
	memcpy(copy, c->header, len);
	rc = cookie_find((struct str){ copy, len }, &value);
	if (rc != c->rc || (rc == RC_OK && !str_is(value, c->value)))
		fail_msg("%s: %s", c->header, rc_name(rc));
	free(copy);
}

static void
the_table_holds(void **state)
{
	size_t n = sizeof(cookie_cases) / sizeof(cookie_cases[0]);
	struct str value;

	(void)state;
	for (size_t i = 0; i < n; i++)
		check_case(&cookie_cases[i]);
	assert_int_equal(cookie_find((struct str){ NULL, 0 }, &value),
	    RC_ABSENT);
}

static void
the_cookie_is_set_with_every_protection(void **state)
{
	struct arena *a = arena_new();

	(void)state;
	assert_string_equal(cookie_format(a, "a.b.c", 604800),
	    "__Host-mainstay=a.b.c; Path=/; Secure; HttpOnly; SameSite=Lax; "
	    "Max-Age=604800");
	assert_string_equal(cookie_format(a, NULL, 604800),
	    "__Host-mainstay=; Path=/; Secure; HttpOnly; SameSite=Lax; "
	    "Max-Age=0");
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_table_holds),
		cmocka_unit_test(the_cookie_is_set_with_every_protection),
	};

	return cmocka_run_group_tests_name("cookie", tests, NULL, NULL);
}
