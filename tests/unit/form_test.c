/* Form bodies and query strings, honest and hostile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http/form.h"

struct form_case {
	struct str in;
	const char *fields; /* "[name=value]…"; NULL: refused */
	const char *why;    /* a part of the sentence */
};

#define GOOD(in, fields) { { in, sizeof(in) - 1 }, fields, NULL }
#define BAD(in, why) { { in, sizeof(in) - 1 }, NULL, why }
#define N64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const struct form_case form_cases[] = {
	GOOD("", ""),
	GOOD("a=1", "[a=1]"),
	GOOD("a=1&b=2", "[a=1][b=2]"),
	GOOD("a", "[a=]"),
	GOOD("a=", "[a=]"),
	GOOD("a==", "[a==]"),
	GOOD("a=b=c", "[a=b=c]"),
	GOOD("&&a=1&&", "[a=1]"),
	GOOD("a+b=c+d", "[a b=c d]"),
	GOOD("a=%2B%26%3D%25", "[a=+&=%]"),
	GOOD("%61=%41", "[a=A]"),
	GOOD("a=%0d%0a", "[a=\r\n]"),
	GOOD("a=%c3%A4", "[a=\xc3\xa4]"),
	GOOD("a=\xc3\xa4", "[a=\xc3\xa4]"),
	GOOD("a=%2541", "[a=%41]"),
	GOOD("a=1;b=2", "[a=1;b=2]"),
	GOOD("a[]=1", "[a[]=1]"),
	GOOD(N64 "=1", "[" N64 "=1]"),
	GOOD("A=1&a=2", "[A=1][a=2]"),
	BAD("a=1&a=2", "twice"),
	BAD("a=1&b=2&%61=3", "twice"),
	BAD("a&a", "twice"),
	BAD("=1", "without a name"),
	BAD("a=1&=", "without a name"),
	BAD("a=%00", "zero byte"),
	BAD("%00=1", "zero byte"),
	BAD("a=x%00y", "zero byte"),
	BAD("a=\0", "must be encoded"),
	BAD("a=1\n", "must be encoded"),
	BAD("a=1 2", "must be encoded"),
	BAD("a=\x7f", "must be encoded"),
	BAD("a=%", "percent"),
	BAD("a=%4", "percent"),
	BAD("a=%4&b=1", "percent"),
	BAD("a=%zz", "percent"),
	BAD("a=%4g", "percent"),
	BAD("a=% 1", "percent"),
	BAD("a=%+1", "percent"),
	BAD("a=%u0041", "percent"),
	BAD("%=1", "percent"),
	BAD("a=%ff", "UTF-8"),
	BAD("a=%c3", "UTF-8"),
	BAD("a=%c0%80", "UTF-8"),
	BAD("a=%ed%a0%80", "UTF-8"),
	BAD("a=%f4%90%80%80", "UTF-8"),
	BAD("\xff=1", "UTF-8"),
	BAD(N64 "a=1", "too long"),
};

static void
describe(const struct form *f, char *out, size_t size)
{
	size_t n = 0;

	out[0] = '\0';
	for (size_t i = 0; i < f->count && n < size; i++)
		n += (size_t)snprintf(out + n, size - n, "[%s=%s]",
		    f->fields[i].name.ptr, f->fields[i].value.ptr);
}

/* From a copy of exactly that size, so that reading past it shows. */
static enum rc
parse_exact(struct arena *a, struct str in, struct form *out,
    const char **why)
{
	char *copy = malloc(in.len + (in.len == 0));
	enum rc rc;

	assert_non_null(copy);
	memcpy(copy, in.ptr, in.len);
	rc = form_parse(a, (struct str){ copy, in.len }, out, why);
	free(copy);
	return rc;
}

static void
check_case(struct arena *a, const struct form_case *c)
{
	const char *why = NULL;
	struct form form;
	char text[256];

	if (parse_exact(a, c->in, &form, &why) == RC_OK) {
		describe(&form, text, sizeof(text));
		if (c->fields == NULL || strcmp(text, c->fields) != 0)
			fail_msg("%s: %s", c->in.ptr, text);
	} else if (c->fields != NULL || why == NULL ||
	    strstr(why, c->why) == NULL) {
		fail_msg("%s: %s", c->in.ptr, why);
	}
	arena_reset(a);
}

static void
the_table_holds(void **state)
{
	struct arena *a = arena_new();

	(void)state;
	for (size_t i = 0; i < sizeof(form_cases) / sizeof(form_cases[0]);
	     i++)
		check_case(a, &form_cases[i]);
	arena_free(a);
}

static void
fields_are_counted(void **state)
{
	struct arena *a = arena_new();
	char body[8 * FORM_FIELDS_MAX] = "";
	const char *why = NULL;
	struct form form;
	size_t n = 0;

	(void)state;
	for (int i = 0; i < FORM_FIELDS_MAX; i++)
		n += (size_t)snprintf(body + n, sizeof(body) - n, "f%d=1&", i);
	assert_int_equal(form_parse(a, str_of(body), &form, &why), RC_OK);
	assert_int_equal(form.count, FORM_FIELDS_MAX);
	(void)snprintf(body + n, sizeof(body) - n, "more=1");
	assert_int_equal(form_parse(a, str_of(body), &form, &why),
	    RC_INVALID);
	assert_non_null(strstr(why, "too many"));
	arena_free(a);
}

static void
only_named_fields_may_repeat(void **state)
{
	static const char *const multi[] = { "tag", NULL };
	struct arena *a = arena_new();
	const char *why = NULL;
	struct form form;
	char text[64];

	(void)state;
	assert_int_equal(form_parse_multi(a, STR("tag=a&x=1&tag=b"), multi,
	    &form, &why), RC_OK);
	describe(&form, text, sizeof(text));
	assert_string_equal(text, "[tag=a][x=1][tag=b]");
	assert_int_equal(form_parse_multi(a, STR("tag=a&x=1&x=2"), multi,
	    &form, &why), RC_INVALID);
	arena_free(a);
}

static void
get_tells_absent_from_empty(void **state)
{
	struct arena *a = arena_new();
	const char *why = NULL;
	struct form form;

	(void)state;
	assert_int_equal(form_parse(a, STR("a=&b=x"), &form, &why), RC_OK);
	assert_non_null(form_get(&form, "a").ptr);
	assert_int_equal(form_get(&form, "a").len, 0);
	assert_true(str_is(form_get(&form, "b"), "x"));
	assert_null(form_get(&form, "c").ptr);
	assert_int_equal(form_parse(a, (struct str){ NULL, 0 }, &form, &why),
	    RC_OK);
	assert_int_equal(form.count, 0);
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_table_holds),
		cmocka_unit_test(fields_are_counted),
		cmocka_unit_test(only_named_fields_may_repeat),
		cmocka_unit_test(get_tells_absent_from_empty),
	};

	return cmocka_run_group_tests_name("form", tests, NULL, NULL);
}
