#include <string.h>

#include "dispatch/turn.h"
#include "test.h"

static const struct field fields[] = {
	{ .name = "name", .type = FIELD_TEXT, .max = 5, .label = "Name" },
	{ .name = NULL },
};
static const struct inputs no_path;

static enum rc
read(struct arena *a, const struct route *r, const char *body, struct turn *out)
{
	static struct request q;

	q = (struct request){ .method = POST, .body = str_of(body) };
	*out = (struct turn){ .arena = a, .req = &q, .route = r };
	return turn_read_fields(out, &no_path);
}

static void
a_form_of_unknown_fields_is_kept_as_json(void **state)
{
	const struct route r = { POST, "/x", ADMIN, fields,
		.takes_form = true };
	struct arena *a = arena_new();
	struct turn t;

	(void)state;
	assert_int_equal(read(a, &r,
			     "_csrf=secret&name=Ada&weight-1=35&"
			     "b%22%5C=%C3%A4%0A",
			     &t),
	    RC_OK);
	assert_string_equal(t.form, "{\"name\":\"Ada\",\"weight-1\":\"35\","
				    "\"b\\\"\\\\\":\"\xc3\xa4\\n\"}");
	assert_string_equal(input_get(&t.inputs, "name"), "Ada");
	assert_null(input_get(&t.inputs, "weight-1"));
	assert_int_equal(read(a, &r, "_csrf=secret", &t), RC_OK);
	assert_string_equal(t.form, "{}");
	arena_free(a);
}

static void
a_field_that_is_wrong_leaves_the_form_as_typed(void **state)
{
	const struct route r = { POST, "/x", ADMIN, fields,
		.takes_form = true };
	struct arena *a = arena_new();
	struct turn t;

	(void)state;
	assert_int_equal(read(a, &r, "name=too+long&b=2", &t), RC_INVALID);
	assert_int_equal(t.errors.count, 1);
	assert_string_equal(t.errors.list[0].name, "name");
	assert_string_equal(t.form, "{\"name\":\"too long\",\"b\":\"2\"}");
	assert_int_equal(read(a, &r, "b=2&b=3", &t), RC_INVALID);
	assert_null(t.form);
	arena_free(a);
}

static void
other_routes_refuse_what_they_do_not_know(void **state)
{
	const struct route r = { POST, "/x", ADMIN, fields,
		.takes_form = false };
	struct arena *a = arena_new();
	struct turn t;

	(void)state;
	assert_int_equal(read(a, &r, "name=Ada&weight-1=35", &t), RC_INVALID);
	assert_string_equal(t.errors.list[0].name, "weight-1");
	assert_null(t.form);
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_form_of_unknown_fields_is_kept_as_json),
		cmocka_unit_test(
		    a_field_that_is_wrong_leaves_the_form_as_typed),
		cmocka_unit_test(other_routes_refuse_what_they_do_not_know),
	};

	return cmocka_run_group_tests_name("input", tests, NULL, NULL);
}
