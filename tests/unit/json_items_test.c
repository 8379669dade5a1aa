/* One bad item costs itself only; what is not JSON costs everything. */
#include "http/json_items.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test.h"

#define DEEP "[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]"
#define GOOD "{\"a\":1}"

/* A bad item between two good ones. */
static const struct bad_item {
	const char *item;
	const char *field; /* as JSON */
	const char *why;
} bad[] = {
	{ "{\"v\":NaN}", "\"v\"", "not a JSON value" },
	{ "{\"v\":Infinity}", "\"v\"", "not a JSON value" },
	{ "{\"v\":-Infinity}", "\"v\"", "number" },
	{ "{\"v\":True}", "\"v\"", "not a JSON value" },
	{ "{\"v\":undefined,\"b\":2}", "\"v\"", "not a JSON value" },
	{ "{\"v\":1e999}", "\"v\"", "out of range" },
	{ "{\"v\":1e-999}", "\"v\"", "out of range" },
	{ "{\"v\":99999999999999999999}", "\"v\"", "out of range" },
	{ "{\"v\":123456789012345678901234567890123}", "\"v\"", "too long" },
	{ "{\"v\":01}", "\"v\"", "begins with a zero" },
	{ "{\"v\":1.}", "\"v\"", "number" },
	{ "{\"v\":\"a\\u0000b\"}", "\"v\"", "zero character" },
	{ "{\"v\":\"\\ud800\"}", "\"v\"", "half a character" },
	{ "{\"v\":\"\\ud800\\u0041\"}", "\"v\"", "half a character" },
	{ "{\"v\":\"\\udc00\"}", "\"v\"", "half a character" },
	{ "{\"v\":\"\\x41\"}", "\"v\"", "broken escape" },
	{ "{\"v\":\"\\u00\"}", "\"v\"", "broken escape" },
	{ "{\"v\":\"\\u\"}", "\"v\"", "broken escape" },
	{ "{\"v\":\"a\nb\"}", "\"v\"", "control character" },
	{ "{\"v\":1,\"w\":2,\"v\":3}", "\"v\"", "twice" },
	{ "{\"v\":" DEEP "}", "\"v\"", "too deep" },
	{ "{\"m\":{\"x\":[1,NaN]}}", "\"m\"", "not a JSON value" },
	{ "{\"m\":{\"x\":NaN},\"v\":NaN}", "\"m\"", "not a JSON value" },
	{ "{\"\\u0000\":1}", "null", "zero character" },
	{ "NaN", "null", "not a JSON value" },
	{ "1e999", "null", "out of range" },
	{ "\"\\u0000\"", "null", "zero character" },
	{ "[NaN]", "null", "not a JSON value" },
};

static const char *const hopeless[] = { "", "[]", "{", "{\"items\":[}",
	"{\"items\":[{\"a\":1]}", "{\"items\":[{\"a\" 1}]}",
	"{\"items\":[{a:1}]}", "{\"items\":[{\"a\":1},]}",
	"{\"items\":[,]}", "{\"items\":[{\"a\":}]}", "{\"items\":[]} x",
	"{\"items\":[{\"a\":\"\xff\"}]}", "{\"items\":[{\"a\":\"b]}",
	"{\"items\":[{\"a\":\"\\", "{\"items\":[" DEEP "[", "{\"items\":5}",
	"{\"items\":null}", "{\"items\":{}}", "{\"x\":NaN,\"items\":[]}",
	"{\"items\":[],\"x\":NaN}", "{\"items\":[],\"items\":[]}",
	"{\"items\":[" GOOD "],\"x\":1,\"x\":2}" };

static enum rc
parse(struct arena *a, const char *text, struct json_items *out,
    struct json_fault *fault)
{
	size_t len = strlen(text);
	char *exact = malloc(len + (len == 0));
	enum rc rc;

	assert_non_null(exact);
	memcpy(exact, text, len);
	*fault = (struct json_fault){ 0 };
	rc = json_items_parse(a, (struct str){ exact, len }, out, fault);
	free(exact);
	return rc;
}

static void
good_items_pass_as_they_are(void **state)
{
	struct arena *a = arena_new();
	struct json_fault fault;
	struct json_items got;

	(void)state;
	assert_int_equal(
	    parse(a, " {\"items\":[" GOOD ", " GOOD "]} ", &got, &fault),
	    RC_OK);
	assert_string_equal(got.text, "{\"items\":[" GOOD ", " GOOD "]}");
	assert_null(got.faults);
	assert_int_equal(got.count, 2);
	assert_int_equal(parse(a, GOOD, &got, &fault), RC_OK);
	assert_string_equal(got.text, GOOD);
	assert_int_equal(got.count, 1);
	assert_int_equal(parse(a, "{\"items\":[]}", &got, &fault), RC_OK);
	assert_int_equal(got.count, 0);
	arena_free(a);
}

static void
a_bad_item_is_taken_out_and_told(void **state)
{
	struct arena *a = arena_new();
	struct json_object *o;
	struct json_fault fault;
	struct json_items got;

	(void)state;
	for (size_t i = 0; i < N_OF(bad); i++) {
		const char *want;

		if (parse(a,
			arena_printf(a, "{\"items\":[" GOOD ",%s," GOOD "]}",
			    bad[i].item),
			&got, &fault) != RC_OK)
			fail_msg("%s: %s", bad[i].item, fault.why);
		assert_int_equal(got.count, 3);
		want = arena_printf(
		    a, "[{\"index\":1,\"field\":%s,", bad[i].field);
		if (strncmp(got.faults, want, strlen(want)) != 0 ||
		    strstr(got.faults, bad[i].why) == NULL)
			fail_msg("%s: %s", bad[i].item, got.faults);
		/* What is left would pass any reader. */
		assert_int_equal(json_gate_parse(a, str_of(got.text),
				     JSON_ITEMS_BODY_MAX, &o, &fault),
		    RC_OK);
		assert_non_null(strstr(got.text, "{\"items\":[" GOOD ",0"));
		assert_non_null(strstr(got.text, "," GOOD "]}"));
		arena_reset(a);
	}
	arena_free(a);
}

static void
an_item_by_itself_is_told_too(void **state)
{
	struct arena *a = arena_new();
	struct json_fault fault;
	struct json_items got;

	(void)state;
	assert_int_equal(
	    parse(a, "{\"a\":1,\"v\":NaN}", &got, &fault), RC_OK);
	assert_string_equal(got.faults,
	    "[{\"index\":0,\"field\":\"v\","
	    "\"detail\":\"This is not a JSON value.\"}]");
	assert_int_equal(strspn(got.text, "{} "), strlen(got.text));
	arena_free(a);
}

static void
what_is_not_json_is_refused_as_a_whole(void **state)
{
	struct arena *a = arena_new();
	struct json_fault fault;
	struct json_items got;

	(void)state;
	for (size_t i = 0; i < N_OF(hopeless); i++) {
		if (parse(a, hopeless[i], &got, &fault) != RC_INVALID)
			fail_msg("accepted: %s", hopeless[i]);
		assert_non_null(fault.why);
		arena_reset(a);
	}
	arena_free(a);
}

/* n items, all good or all bad. */
static enum rc
parse_many(struct arena *a, size_t n, const char *item, struct json_items *out,
    struct json_fault *fault)
{
	size_t len = strlen(item), at;
	char *text = arena_alloc(a, 16 + n * (len + 1));

	at = (size_t)snprintf(text, 16, "{\"items\":[");
	for (size_t i = 0; i < n; i++) {
		memcpy(text + at, item, len);
		at += len;
		text[at++] = i + 1 < n ? ',' : ']';
	}
	text[at] = '}';
	return parse(a, text, out, fault);
}

static void
items_are_counted(void **state)
{
	static const char *const items[] = { "{}", "[NaN]" };
	struct arena *a = arena_new();
	struct json_fault fault;
	struct json_items got;

	(void)state;
	for (size_t i = 0; i < N_OF(items); i++) {
		assert_int_equal(
		    parse_many(a, JSON_ITEMS_MAX, items[i], &got, &fault),
		    RC_OK);
		assert_int_equal(got.count, JSON_ITEMS_MAX);
		assert_int_equal(
		    parse_many(a, JSON_ITEMS_MAX + 1, items[i], &got, &fault),
		    RC_INVALID);
		assert_string_equal(fault.pointer, "/items");
		assert_non_null(strstr(fault.why, "2,500"));
	}
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_items_pass_as_they_are),
		cmocka_unit_test(a_bad_item_is_taken_out_and_told),
		cmocka_unit_test(an_item_by_itself_is_told_too),
		cmocka_unit_test(what_is_not_json_is_refused_as_a_whole),
		cmocka_unit_test(items_are_counted),
	};

	return cmocka_run_group_tests_name("json_items", tests, NULL, NULL);
}
