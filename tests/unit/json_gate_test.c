/* JSON that json-c alone would let in, and JSON that must pass. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http/json_gate.h"

struct bad_json {
	struct str in;
	const char *why;
	const char *pointer;
};

#define BAD(in, why, pointer) { { in, sizeof(in) - 1 }, why, pointer }
#define OPEN16 "[[[[[[[[[[[[[[[["
#define SHUT16 "]]]]]]]]]]]]]]]]"
#define OPEN15 "[[[[[[[[[[[[[[["
#define SHUT15 "]]]]]]]]]]]]]]]"
#define ZEROS15 "/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0"

static const struct bad_json bad[] = {
	BAD("", "empty", ""),
	BAD(" ", "must be a JSON object", ""),
	BAD("[]", "must be a JSON object", ""),
	BAD("1", "must be a JSON object", ""),
	BAD("null", "must be a JSON object", ""),
	BAD("\"a\"", "must be a JSON object", ""),
	BAD("\xef\xbb\xbf{}", "must be a JSON object", ""),
	BAD("{", "name of a member", ""),
	BAD("{}x", "follows the end", ""),
	BAD("{}{}", "follows the end", ""),
	BAD("{} ,", "follows the end", ""),
	BAD("{}\0", "not UTF-8", ""),
	BAD("{,}", "name of a member", ""),
	BAD("{\"a\"}", "colon", "/a"),
	BAD("{\"a\" 1}", "colon", "/a"),
	BAD("{\"a\":}", "not a JSON value", "/a"),
	BAD("{\"a\":", "value is missing", "/a"),
	BAD("{\"a\":1,}", "name of a member", ""),
	BAD("{\"a\":1", "comma", ""),
	BAD("{\"a\":1 \"b\":2}", "comma", ""),
	BAD("{\"a\":1;\"b\":2}", "comma", ""),
	BAD("{a:1}", "name of a member", ""),
	BAD("{1:1}", "name of a member", ""),
	BAD("{'a':1}", "name of a member", ""),
	BAD("{\"a\":'b'}", "not a JSON value", "/a"),
	BAD("{\"a\":[1,]}", "not a JSON value", "/a/1"),
	BAD("{\"a\":[,1]}", "not a JSON value", "/a/0"),
	BAD("{\"a\":[1 2]}", "comma", "/a/1"),
	BAD("{\"a\":[1}", "comma", "/a/1"),
	BAD("{\"a\":{]}", "name of a member", "/a"),
	BAD("{\"a\":1,\"a\":2}", "twice", "/a"),
	BAD("{\"a\":1,\"b\":2,\"a\":3}", "twice", "/a"),
	BAD("{\"a\":1,\"\\u0061\":2}", "twice", "/a"),
	BAD("{\"\":1,\"\":2}", "twice", "/"),
	BAD("{\"o\":[{},{\"x\":1,\"x\":1}]}", "twice", "/o/1/x"),
	BAD("{\"a/b\":{\"~\":NaN}}", "not a JSON value", "/a~1b/~0"),
	BAD("{\"a\":NaN}", "not a JSON value", "/a"),
	BAD("{\"a\":nan}", "not a JSON value", "/a"),
	BAD("{\"a\":Infinity}", "not a JSON value", "/a"),
	BAD("{\"a\":-Infinity}", "number", "/a"),
	BAD("{\"a\":True}", "not a JSON value", "/a"),
	BAD("{\"a\":tru}", "not a JSON value", "/a"),
	BAD("{\"a\":truex}", "comma", ""),
	BAD("{\"a\":nul", "not a JSON value", "/a"),
	BAD("{\"a\":01}", "begins with a zero", "/a"),
	BAD("{\"a\":-01}", "begins with a zero", "/a"),
	BAD("{\"a\":00}", "begins with a zero", "/a"),
	BAD("{\"a\":+1}", "not a JSON value", "/a"),
	BAD("{\"a\":.5}", "not a JSON value", "/a"),
	BAD("{\"a\":5.}", "number", "/a"),
	BAD("{\"a\":-}", "number", "/a"),
	BAD("{\"a\":1e}", "number", "/a"),
	BAD("{\"a\":1e+}", "number", "/a"),
	BAD("{\"a\":0x10}", "comma", ""),
	BAD("{\"a\":1_000}", "comma", ""),
	BAD("{\"a\":1e999}", "out of range", "/a"),
	BAD("{\"a\":-1e999}", "out of range", "/a"),
	BAD("{\"a\":1e-999}", "out of range", "/a"),
	BAD("{\"a\":9223372036854775808}", "out of range", "/a"),
	BAD("{\"a\":-9223372036854775809}", "out of range", "/a"),
	BAD("{\"a\":[99999999999999999999]}", "out of range", "/a/0"),
	BAD("{\"a\":999999999999999999999}", "out of range", "/a"),
	BAD("{\"a\":0.1234567890123456789012345678901}", "too long", "/a"),
	BAD("{\"a\":\"b}", "no end", "/a"),
	BAD("{\"a\":\"\\\"}", "no end", "/a"),
	BAD("{\"a\":\"\\", "no end", "/a"),
	BAD("{\"a\":\"x\ny\"}", "control character", "/a"),
	BAD("{\"a\":\"\x1f\"}", "control character", "/a"),
	BAD("{\"a\x01\":1}", "control character", ""),
	BAD("{\"a\":\x01}", "not a JSON value", "/a"),
	BAD("\x0b{}", "must be a JSON object", ""),
	BAD("{\"a\":\"\0\"}", "not UTF-8", ""),
	BAD("{\"a\":\"\xff\"}", "not UTF-8", ""),
	BAD("{\"a\":\"\xc0\x80\"}", "not UTF-8", ""),
	BAD("{\"a\":\"\xed\xa0\x80\"}", "not UTF-8", ""),
	BAD("{\"a\":\"\\x41\"}", "broken escape", "/a"),
	BAD("{\"a\":\"\\'\"}", "broken escape", "/a"),
	BAD("{\"a\":\"\\u00\"}", "broken escape", "/a"),
	BAD("{\"a\":\"\\u00g0\"}", "broken escape", "/a"),
	BAD("{\"a\":\"\\U0041\"}", "broken escape", "/a"),
	BAD("{\"a\":\"\\u0000\"}", "zero character", "/a"),
	BAD("{\"\\u0000\":1}", "zero character", ""),
	BAD("{\"a\":\"\\ud800\"}", "half a character", "/a"),
	BAD("{\"a\":\"\\udc00\"}", "half a character", "/a"),
	BAD("{\"a\":\"\\ud800\\u0041\"}", "half a character", "/a"),
	BAD("{\"a\":\"\\ud800\\ud800\"}", "half a character", "/a"),
	BAD("{\"a\":\"\\ud800x\"}", "half a character", "/a"),
	BAD("{\"a\":1 /* b */}", "comma", ""),
	BAD("// a\n{}", "must be a JSON object", ""),
	BAD("{\"a\":" OPEN16 SHUT16 "}", "too deep", "/a" ZEROS15),
	BAD("{\"a\":" OPEN16 OPEN16, "too deep", "/a" ZEROS15),
	BAD("{\"a\":" OPEN15 "{}" SHUT15 "}", "too deep", "/a" ZEROS15),
};

/* Text and what json-c makes of it, printed plainly. */
static const struct good_json {
	const char *in;
	const char *out;
} good[] = {
	{ "{}", "{}" },
	{ " \t\r\n{ } \n", "{}" },
	{ "{\"\":1}", "{\"\":1}" },
	{ "{\"a\":1,\"b\":{\"a\":2},\"c\":[{\"a\":3},{\"a\":4}]}",
	    "{\"a\":1,\"b\":{\"a\":2},\"c\":[{\"a\":3},{\"a\":4}]}" },
	{ "{\"a\":[]}", "{\"a\":[]}" },
	{ "{\"a\":[ 1 , 2 ]}", "{\"a\":[1,2]}" },
	{ "{\"a\":null,\"b\":true,\"c\":false}",
	    "{\"a\":null,\"b\":true,\"c\":false}" },
	{ "{\"a\":0,\"b\":-0,\"c\":-7}", "{\"a\":0,\"b\":0,\"c\":-7}" },
	{ "{\"a\":9223372036854775807}", "{\"a\":9223372036854775807}" },
	{ "{\"a\":-9223372036854775808}", "{\"a\":-9223372036854775808}" },
	{ "{\"a\":0.5,\"b\":-1.25e2,\"c\":1E+2}",
	    "{\"a\":0.5,\"b\":-1.25e2,\"c\":1E+2}" },
	{ "{\"a\":0.123456789012345678901234567890}",
	    "{\"a\":0.123456789012345678901234567890}" },
	{ "{\"a\":-2.2250738585072014e-308}",
	    "{\"a\":-2.2250738585072014e-308}" },
	{ "{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"}",
	    "{\"a\":\"\\\"\\\\/\\b\\f\\n\\r\\t\"}" },
	{ "{\"a\":\"\\u00e4\\u20AC\\ud83d\\ude00\"}",
	    "{\"a\":\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\"}" },
	{ "{\"Gr\\u00f6\\u00dfe\":\"'\"}", "{\"Gr\xc3\xb6\xc3\x9f"
	                                   "e\":\"'\"}" },
	{ "{\"A\":1,\"a\":2}", "{\"A\":1,\"a\":2}" },
	{ "{\"a\":" OPEN15 "1" SHUT15 "}", "{\"a\":" OPEN15 "1" SHUT15 "}" },
};

static enum rc
parse_exact(struct arena *a, struct str in, struct json_object **out,
    struct json_fault *fault)
{
	char *copy = malloc(in.len + (in.len == 0));
	enum rc rc;

	assert_non_null(copy);
	memcpy(copy, in.ptr, in.len);
	rc = json_gate_parse(a, (struct str){ copy, in.len }, JSON_BODY_MAX,
	    out, fault);
	free(copy);
	return rc;
}

static void
bad_json_is_refused_with_its_place(void **state)
{
	struct arena *a = arena_new();
	struct json_fault fault;
	struct json_object *o;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const struct bad_json *c = &bad[i];

		if (parse_exact(a, c->in, &o, &fault) != RC_INVALID)
			fail_msg("accepted: %s", c->in.ptr);
		if (strstr(fault.why, c->why) == NULL ||
		    strcmp(fault.pointer, c->pointer) != 0)
			fail_msg("%s: %s at \"%s\"", c->in.ptr, fault.why,
			    fault.pointer);
		arena_reset(a);
	}
	arena_free(a);
}

static void
good_json_is_understood(void **state)
{
	const int flags = JSON_C_TO_STRING_PLAIN |
	    JSON_C_TO_STRING_NOSLASHESCAPE;
	struct arena *a = arena_new();
	struct json_fault fault;
	struct json_object *o;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		const struct good_json *c = &good[i];

		if (parse_exact(a, str_of(c->in), &o, &fault) != RC_OK)
			fail_msg("%s: %s at \"%s\"", c->in, fault.why,
			    fault.pointer);
		assert_string_equal(json_object_to_json_string_ext(o, flags),
		    c->out);
		arena_reset(a);
	}
	arena_free(a);
}

/* {"k0":0,"k1":0,…} */
static size_t
write_members(char *out, size_t size, int n)
{
	size_t len = 0;

	for (int i = 0; i < n; i++)
		len += (size_t)snprintf(out + len, size - len, "%s\"k%d\":0",
		    i == 0 ? "{" : ",", i);
	return len + (size_t)snprintf(out + len, size - len, "}");
}

static void
members_are_counted(void **state)
{
	struct arena *a = arena_new();
	struct json_fault fault;
	struct json_object *o;
	static char text[8192];
	size_t len;

	(void)state;
	len = write_members(text, sizeof(text), JSON_MEMBERS_MAX);
	assert_int_equal(parse_exact(a, (struct str){ text, len }, &o,
	    &fault), RC_OK);
	assert_int_equal(json_object_object_length(o), JSON_MEMBERS_MAX);
	len = write_members(text, sizeof(text), JSON_MEMBERS_MAX + 1);
	assert_int_equal(parse_exact(a, (struct str){ text, len }, &o,
	    &fault), RC_INVALID);
	assert_non_null(strstr(fault.why, "too many members"));
	assert_string_equal(fault.pointer, "");
	arena_free(a);
}

static void
the_body_is_bounded(void **state)
{
	struct arena *a = arena_new();
	size_t size = (size_t)1 << 20;
	struct json_fault fault;
	struct json_object *o;
	char *text;

	(void)state;
	text = malloc(size);
	assert_non_null(text);
	memset(text, '[', size);
	memcpy(text, "{\"a\":", 5);
	assert_int_equal(json_gate_parse(a, (struct str){ text, size },
	    JSON_BODY_MAX, &o, &fault), RC_INVALID);
	assert_non_null(strstr(fault.why, "too large"));
	assert_int_equal(json_gate_parse(a, (struct str){ text, size }, size,
	    &o, &fault), RC_INVALID);
	assert_non_null(strstr(fault.why, "too deep"));
	assert_int_equal(json_gate_parse(a, (struct str){ NULL, 0 }, size,
	    &o, &fault), RC_INVALID);
	free(text);
	arena_free(a);
}

static void
a_long_way_is_cut_at_a_step(void **state)
{
	struct arena *a = arena_new();
	struct json_fault fault;
	struct json_object *o;
	char text[700];
	size_t n;

	(void)state;
	n = (size_t)snprintf(text, sizeof(text), "{\"a\":{\"%0300d\":x}}", 0);
	assert_int_equal(parse_exact(a, (struct str){ text, n }, &o, &fault),
	    RC_INVALID);
	assert_string_equal(fault.pointer, "/a");
	arena_free(a);
}

static struct json_object *
must_parse(struct arena *a, const char *text)
{
	struct json_fault fault;
	struct json_object *o;

	assert_int_equal(parse_exact(a, str_of(text), &o, &fault), RC_OK);
	return o;
}

static void
unknown_members_are_refused(void **state)
{
	static const char *const known[] = { "name", "tier", NULL };
	struct arena *a = arena_new();
	struct json_fault fault;

	(void)state;
	assert_int_equal(json_gate_known(must_parse(a, "{\"name\":1}"), known,
	    &fault), RC_OK);
	assert_int_equal(json_gate_known(must_parse(a, "{}"), known, &fault),
	    RC_OK);
	assert_int_equal(json_gate_known(
	    must_parse(a, "{\"name\":1,\"tenant/id\":2}"), known, &fault),
	    RC_INVALID);
	assert_string_equal(fault.pointer, "/tenant~1id");
	arena_free(a);
}

#define SAMPLE                                                                \
	"{\"s\":\"12abc\",\"i\":12,\"d\":1.5,\"b\":true,\"n\":null,"          \
	"\"o\":{},\"l\":[1,2,3],\"z\":0,\"t\":\"1\"}"

static void
nothing_is_converted(void **state)
{
	static const char *const keys[] = { "s", "i", "d", "b", "n", "o", "l",
		"none" };
	/* columns: text int double bool object array */
	static const char *const answers[] = { "o.....", ".oo...", "..o...",
		"...o..", "------", "....o.", ".....o", "------" };
	struct arena *a = arena_new();
	struct json_object *o = must_parse(a, SAMPLE), *sub;
	struct str text;
	int64_t i;
	double d;
	bool b;

	(void)state;
	for (size_t k = 0; k < 8; k++) {
		enum rc got[6] = {
			json_gate_text(o, keys[k], 100, &text),
			json_gate_int(o, keys[k], -100, 100, &i),
			json_gate_double(o, keys[k], &d),
			json_gate_bool(o, keys[k], &b),
			json_gate_object(o, keys[k], &sub),
			json_gate_array(o, keys[k], 10, &sub),
		};

		for (size_t c = 0; c < 6; c++) {
			char want = answers[k][c];
			enum rc rc = want == 'o' ? RC_OK :
			    want == '-'          ? RC_ABSENT :
			                           RC_INVALID;

			if (got[c] != rc)
				fail_msg("%s, column %zu: %s", keys[k], c,
				    rc_name(got[c]));
		}
	}
	arena_free(a);
}

static void
members_keep_to_their_range(void **state)
{
	struct arena *a = arena_new();
	struct json_object *o = must_parse(a, SAMPLE), *list;
	struct str text;
	int64_t i = -1;
	double d = 0;

	(void)state;
	assert_int_equal(json_gate_text(o, "s", 5, &text), RC_OK);
	assert_true(str_is(text, "12abc"));
	assert_int_equal(json_gate_text(o, "s", 4, &text), RC_INVALID);
	assert_int_equal(json_gate_int(o, "i", 0, 11, &i), RC_INVALID);
	assert_int_equal(json_gate_int(o, "i", 13, 20, &i), RC_INVALID);
	assert_int_equal(i, -1);
	assert_int_equal(json_gate_int(o, "i", 12, 12, &i), RC_OK);
	assert_int_equal(i, 12);
	assert_int_equal(json_gate_double(o, "i", &d), RC_OK);
	assert_true(d > 11.9 && d < 12.1);
	assert_int_equal(json_gate_array(o, "l", 2, &list), RC_INVALID);
	assert_int_equal(json_gate_array(o, "l", 3, &list), RC_OK);
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_json_is_refused_with_its_place),
		cmocka_unit_test(good_json_is_understood),
		cmocka_unit_test(members_are_counted),
		cmocka_unit_test(the_body_is_bounded),
		cmocka_unit_test(a_long_way_is_cut_at_a_step),
		cmocka_unit_test(unknown_members_are_refused),
		cmocka_unit_test(nothing_is_converted),
		cmocka_unit_test(members_keep_to_their_range),
	};

	return cmocka_run_group_tests_name("json_gate", tests, NULL, NULL);
}
