#include "core/str.h"

#include <string.h>

#include "test.h"

static void
only_well_formed_utf8_without_nul_is_text(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		bool is_text;
	} cases[] = {
		{ "", 0, true },
		{ "plain", 5, true },
		{ "\xc3\xa4", 2, true },
		{ "\xe2\x82\xac", 3, true },
		{ "\xf0\x9f\x98\x80", 4, true },
		{ "a\0b", 3, false },
		{ "\x80", 1, false },
		{ "\xc3", 1, false },
		{ "\xc0\xaf", 2, false },	  /* overlong */
		{ "\xe0\x80\xaf", 3, false },	  /* overlong */
		{ "\xf0\x80\x80\xaf", 4, false }, /* overlong */
		{ "\xed\xa0\x80", 3, false },	  /* surrogate */
		{ "\xf4\x90\x80\x80", 4, false }, /* above U+10FFFF */
		{ "\xff", 1, false },
	};

	(void)state;
	for (size_t i = 0; i < N_OF(cases); i++)
		assert_int_equal(str_is_text((struct str){ cases[i].bytes,
				     cases[i].len }),
		    cases[i].is_text);
}

static void
numbers_are_whole_and_in_range(void **state)
{
	static const char *const bad[] = { "", " 1", "1 ", "+1", "0x10", "1.0",
		"1e3", "-", "99999999999999999999", "12abc", "--1" };
	long n = 7;

	(void)state;
	for (size_t i = 0; i < N_OF(bad); i++)
		assert_false(str_to_long(str_of(bad[i]), &n));
	assert_int_equal(n, 7);
	assert_true(str_to_long(str_of("-42"), &n));
	assert_int_equal(n, -42);
}

static void
uuids_have_their_dashes_in_place(void **state)
{
	(void)state;
	assert_true(str_is_uuid(
	    str_of("10000000-0000-0000-0000-000000000001")));
	assert_true(str_is_uuid(
	    str_of("ABCDEFab-cdef-0123-4567-89abcdefABCD")));
	assert_false(str_is_uuid(
	    str_of("100000000000-0000-0000-000000000001-")));
	assert_false(str_is_uuid(
	    str_of("10000000-0000-0000-0000-00000000000g")));
	assert_false(str_is_uuid(str_of("10000000")));
}

static void
base64_round_trips_and_has_one_spelling(void **state)
{
	uint8_t in[40], out[40];
	char text[64];

	(void)state;
	for (size_t i = 0; i < sizeof(in); i++)
		in[i] = (uint8_t)(i * 37 + 11);
	for (size_t len = 0; len <= sizeof(in); len++) {
		base64url_encode(text, in, len);
		assert_int_equal(base64url_decode(out, sizeof(out),
				     str_of(text)),
		    len);
		assert_memory_equal(in, out, len);
		base64_encode(text, in, len);
		assert_int_equal(base64_decode(out, sizeof(out),
				     str_of(text)),
		    len);
		assert_memory_equal(in, out, len);
	}
	base64_encode(text, (const uint8_t *)"any", 1);
	assert_string_equal(text, "YQ==");
	assert_int_equal(base64_decode(out, 8, STR("YR==")), -1);
	assert_int_equal(base64url_decode(out, 8, STR("YQ==")), -1);
	assert_int_equal(base64url_decode(out, 8, STR("Y!")), -1);
	assert_int_equal(base64url_decode(out, 8, STR("Y")), -1);
	assert_int_equal(base64url_decode(out, 2, STR("YWFh")), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_well_formed_utf8_without_nul_is_text),
		cmocka_unit_test(numbers_are_whole_and_in_range),
		cmocka_unit_test(uuids_have_their_dashes_in_place),
		cmocka_unit_test(base64_round_trips_and_has_one_spelling),
	};

	return cmocka_run_group_tests_name("str", tests, NULL, NULL);
}
