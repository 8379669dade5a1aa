#include "http/field.h"

#include <string.h>

#include "test.h"

static const struct field score = { .name = "usage_score",
	.type = FIELD_INT,
	.is_required = true,
	.min = 0,
	.max = 100,
	.label = "Usage" };

static const struct field sort = { .name = "sort",
	.type = FIELD_CHOICE,
	.choices = "name|-name|arr",
	.label = "Sort" };

struct sample {
	enum field_type type;
	long min, max;
	const char *choices;
	const char *text;
	const char *used; /* NULL: refused */
};

static const struct sample samples[] = {
	{ FIELD_INT, 0, 100, NULL, "0", "0" },
	{ FIELD_INT, 0, 100, NULL, " 100 ", "100" },
	{ FIELD_INT, 0, 100, NULL, "101", NULL },
	{ FIELD_INT, 0, 100, NULL, "-1", NULL },
	{ FIELD_INT, 0, 100, NULL, "4.5", NULL },
	{ FIELD_INT, 0, 100, NULL, "many", NULL },
	{ FIELD_TEXT, 2, 5, NULL, "  abc ", "abc" },
	{ FIELD_TEXT, 2, 5, NULL, "a", NULL },
	{ FIELD_TEXT, 2, 5, NULL, "abcdef", NULL },
	{ FIELD_TEXT, 2, 5, NULL, "\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9f\xc3\xa9",
	    "\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9f\xc3\xa9" },
	{ FIELD_TEXT, 0, 50, NULL, "two\nlines", NULL },
	{ FIELD_NOTE, 0, 50, NULL, "two\nlines", "two\nlines" },
	{ FIELD_NOTE, 0, 50, NULL, "bell\a", NULL },
	{ FIELD_SECRET, 1, 9, NULL, " pass ", " pass " },
	{ FIELD_UUID, 0, 0, NULL, "10000000-0000-0000-0000-000000000001",
	    "10000000-0000-0000-0000-000000000001" },
	{ FIELD_UUID, 0, 0, NULL, "1", NULL },
	{ FIELD_EMAIL, 0, 0, NULL, "admin@acme.com", "admin@acme.com" },
	{ FIELD_EMAIL, 0, 0, NULL, "admin@acme", NULL },
	{ FIELD_EMAIL, 0, 0, NULL, "@acme.com", NULL },
	{ FIELD_EMAIL, 0, 0, NULL, "a@b@c.com", NULL },
	{ FIELD_EMAIL, 0, 0, NULL, "a b@c.com", NULL },
	{ FIELD_EMAIL, 0, 0, NULL, "\xe2\x84\xaa@acme.com", NULL },
	{ FIELD_CHOICE, 0, 0, "name|-name|arr", "-name", "-name" },
	{ FIELD_CHOICE, 0, 0, "name|-name|arr", "nam", NULL },
	{ FIELD_CHOICE, 0, 0, "name|-name|arr", "name|-name", NULL },
	{ FIELD_LOCAL, 0, 0, NULL, "/dashboard?a=b", "/dashboard?a=b" },
	{ FIELD_LOCAL, 0, 0, NULL, "//evil.example", NULL },
	{ FIELD_LOCAL, 0, 0, NULL, "/\\evil.example", NULL },
	{ FIELD_LOCAL, 0, 0, NULL, "https://evil.example", NULL },
	{ FIELD_LOCAL, 0, 0, NULL, "/a\r\nSet-Cookie: x", NULL },
	{ FIELD_HEX, 2, 4, NULL, "09aF", "09aF" },
	{ FIELD_HEX, 2, 4, NULL, "09aFF", NULL },
	{ FIELD_HEX, 2, 4, NULL, "xy", NULL },
	{ FIELD_MONEY, 0, 0, NULL, "0", "0" },
	{ FIELD_MONEY, 0, 0, NULL, "85000.5", "85000.5" },
	{ FIELD_MONEY, 0, 0, NULL, "999999999999.99", "999999999999.99" },
	{ FIELD_MONEY, 0, 0, NULL, "1000000000000", NULL },
	{ FIELD_MONEY, 0, 0, NULL, "1.", NULL },
	{ FIELD_MONEY, 0, 0, NULL, "1.234", NULL },
	{ FIELD_MONEY, 0, 0, NULL, ".5", NULL },
	{ FIELD_MONEY, 0, 0, NULL, "-1", NULL },
	{ FIELD_MONEY, 0, 0, NULL, "1,5", NULL },
	{ FIELD_BOOL, 0, 0, NULL, "true", "true" },
	{ FIELD_BOOL, 0, 0, NULL, "false", "false" },
	{ FIELD_BOOL, 0, 0, NULL, "yes", NULL },
	{ FIELD_BOOL, 0, 0, NULL, "TRUE", NULL },
	{ FIELD_LIST, 0, 2, NULL, "[]", "[]" },
	{ FIELD_LIST, 0, 2, NULL, "[1]", NULL },
	{ FIELD_OBJECT, 0, 2, NULL, "{}", "{}" },
	{ FIELD_OBJECT, 0, 2, NULL, "{ }", NULL },
	{ FIELD_DATE, 0, 0, NULL, " 2026-08-21 ", "2026-08-21" },
	{ FIELD_DATE, 0, 0, NULL, "2028-02-29", "2028-02-29" },
	{ FIELD_DATE, 0, 0, NULL, "2000-02-29", "2000-02-29" },
	{ FIELD_DATE, 0, 0, NULL, "2026-02-29", NULL },
	{ FIELD_DATE, 0, 0, NULL, "2100-02-29", NULL },
	{ FIELD_DATE, 0, 0, NULL, "2026-04-31", NULL },
	{ FIELD_DATE, 0, 0, NULL, "2026-13-01", NULL },
	{ FIELD_DATE, 0, 0, NULL, "2026-00-10", NULL },
	{ FIELD_DATE, 0, 0, NULL, "2026-01-00", NULL },
	{ FIELD_DATE, 0, 0, NULL, "1899-12-31", NULL },
	{ FIELD_DATE, 0, 0, NULL, "2200-01-01", NULL },
	{ FIELD_DATE, 0, 0, NULL, "2026-8-21", NULL },
	{ FIELD_DATE, 0, 0, NULL, "2026-08-2x", NULL },
	{ FIELD_DATE, 0, 0, NULL, "2026-08--1", NULL },
	{ FIELD_DATE, 0, 0, NULL, "21.08.2026", NULL },
	{ FIELD_DATE, 0, 0, NULL, "today", NULL },
};

static void
each_type_takes_what_is_right_and_refuses_the_rest(void **state)
{
	struct arena *a = arena_new();

	(void)state;
	for (size_t i = 0; i < N_OF(samples); i++) {
		const struct sample *s = &samples[i];
		struct field f = { .name = "x",
			.type = s->type,
			.min = s->min,
			.max = s->max,
			.choices = s->choices,
			.label = "It" };
		const char *out = NULL, *code = NULL, *message;

		message = field_check(a, &f, str_of(s->text), &out, &code);
		if (s->used == NULL) {
			assert_non_null(message);
			assert_non_null(code);
		} else {
			assert_null(message);
			assert_string_equal(out, s->used);
		}
	}
	arena_free(a);
}

static void
a_message_names_the_field_and_what_would_be_right(void **state)
{
	struct arena *a = arena_new();
	const char *out = NULL, *code = NULL;

	(void)state;
	assert_string_equal(field_check(a, &score, STR("120"), &out, &code),
	    "Usage must be a whole number from 0 to 100.");
	assert_string_equal(code, "range");
	assert_string_equal(field_check(a, &score, STR("  "), &out, &code),
	    "Usage is required.");
	assert_string_equal(code, "required");
	assert_string_equal(field_check(a, &sort, STR("x"), &out, &code),
	    "Sort must be one of name, -name, arr.");
	assert_string_equal(code, "choice");
	arena_free(a);
}

static void
nothing_given_means_the_fallback(void **state)
{
	struct arena *a = arena_new();
	struct field f = { .name = "sort",
		.type = FIELD_CHOICE,
		.choices = "name|arr",
		.fallback = "name",
		.label = "Sort" };
	const char *out = NULL, *code = NULL;

	(void)state;
	assert_null(field_check(a, &f, (struct str){ NULL, 0 }, &out, &code));
	assert_string_equal(out, "name");
	assert_null(field_check(a, &f, STR(""), &out, &code));
	assert_string_equal(out, "name");
	arena_free(a);
}

static void
errors_are_kept_in_order(void **state)
{
	struct arena *a = arena_new();
	struct field_errors e = { 0 };

	(void)state;
	for (int i = 0; i < 20; i++)
		field_fail(a, &e, arena_printf(a, "f%d", i), "type", "no");
	assert_int_equal(e.count, 20);
	assert_string_equal(e.list[0].name, "f0");
	assert_string_equal(e.list[19].name, "f19");
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    each_type_takes_what_is_right_and_refuses_the_rest),
		cmocka_unit_test(
		    a_message_names_the_field_and_what_would_be_right),
		cmocka_unit_test(nothing_given_means_the_fallback),
		cmocka_unit_test(errors_are_kept_in_order),
	};

	return cmocka_run_group_tests_name("field", tests, NULL, NULL);
}
