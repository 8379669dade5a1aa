/* Keys that are ours, and what only looks like one. */
#include "auth/api_key.h"

#include <string.h>

#include "test.h"

/* CRC-32 and SHA-256 by another program. */
#define KEY                                                                    \
	"csk_live_"                                                            \
	"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefg"                          \
	"0eHxiH"
#define HASH "\\xf4369705f1789643b714caa94d2459a5292deb1d9958072bb9dd8d512a912b13"

static void
a_known_key_has_its_hash(void **state)
{
	char hash[API_KEY_HASH_SIZE];

	(void)state;
	assert_int_equal(strlen(KEY), API_KEY_SIZE - 1);
	assert_int_equal(api_key_read(STR(KEY), hash), RC_OK);
	assert_string_equal(hash, HASH);
}

static void
a_new_key_is_read_again(void **state)
{
	char one[API_KEY_SIZE], two[API_KEY_SIZE];
	char first[API_KEY_HASH_SIZE], second[API_KEY_HASH_SIZE];

	(void)state;
	for (int i = 0; i < 200; i++) {
		api_key_new(i % 2 == 0, one);
		api_key_new(i % 2 == 0, two);
		assert_int_equal(api_key_read(str_of(one), first), RC_OK);
		assert_int_equal(api_key_read(str_of(two), second), RC_OK);
		assert_string_not_equal(one, two);
		assert_string_not_equal(first, second);
		assert_memory_equal(
		    one, i % 2 == 0 ? "csk_live_" : "csk_test_", 9);
	}
}

static void
one_character_off_is_no_key(void **state)
{
	char hash[API_KEY_HASH_SIZE], text[API_KEY_SIZE];

	(void)state;
	for (size_t i = 0; i < API_KEY_SIZE - 1; i++) {
		memcpy(text, KEY, sizeof(text));
		text[i] = text[i] == 'x' ? 'y' : 'x';
		assert_int_equal(
		    api_key_read(str_of(text), hash), RC_NOBODY);
	}
}

static void
other_text_is_no_key(void **state)
{
	static const char *const bad[] = { "", "csk_", "csk_live_", KEY "x",
		" " KEY, "csk_prod_", "CSK_live_", "eyJhbGciOiJIUzI1NiJ9.e.e" };
	struct str none = { NULL, 0 };
	char hash[API_KEY_HASH_SIZE];

	(void)state;
	for (size_t i = 0; i < N_OF(bad); i++)
		assert_int_equal(
		    api_key_read(str_of(bad[i]), hash), RC_NOBODY);
	assert_int_equal(api_key_read(none, hash), RC_NOBODY);
	assert_int_equal(
	    api_key_read((struct str){ KEY, API_KEY_SIZE - 2 }, hash),
	    RC_NOBODY);
}

static void
a_bearer_token_says_what_it_is(void **state)
{
	(void)state;
	assert_true(api_key_is_meant(STR(KEY)));
	assert_true(api_key_is_meant(STR("csk_")));
	assert_false(api_key_is_meant(STR("csk")));
	assert_false(api_key_is_meant(STR("eyJh.e.e")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_known_key_has_its_hash),
		cmocka_unit_test(a_new_key_is_read_again),
		cmocka_unit_test(one_character_off_is_no_key),
		cmocka_unit_test(other_text_is_no_key),
		cmocka_unit_test(a_bearer_token_says_what_it_is),
	};

	return cmocka_run_group_tests_name("api_key", tests, NULL, NULL);
}
