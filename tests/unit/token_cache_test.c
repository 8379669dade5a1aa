/* The cache gives what token_verify() gave, and nothing for longer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "auth/csrf.h"
#include "auth/token_cache.h"
#include "key_folder.h"

#define NOW 1700000000
#define USER "11111111-1111-4111-8111-111111111111"
#define TENANT "22222222-2222-4222-8222-222222222222"
#define MANY 600 /* more than there are slots */

static struct keys keys;

static int
make_keys(void **state)
{
	(void)state;
	folder_keys(&keys);
	return 0;
}

static void
sign(char text[TOKEN_SIZE], struct token *t)
{
	assert_int_equal(token_new(USER, TENANT, NOW, t), RC_OK);
	assert_int_equal(token_sign(&keys, t, text), RC_OK);
	csrf_bind(&keys, t);
}

static void
a_token_is_the_same_the_second_time(void **state)
{
	struct token_cache *c = token_cache_new(&keys);
	struct token t, got;
	char text[TOKEN_SIZE];

	(void)state;
	sign(text, &t);
	for (int i = 0; i < 2; i++) {
		memset(&got, 0x5a, sizeof(got));
		assert_int_equal(
		    token_cache_verify(c, str_of(text), NOW, &got), RC_OK);
		assert_memory_equal(&t, &got, sizeof(t));
	}
	token_cache_free(c);
}

static void
a_token_that_is_kept_needs_no_key(void **state)
{
	struct keys mine = keys;
	struct token_cache *c = token_cache_new(&mine);
	struct token t;
	char text[TOKEN_SIZE];

	(void)state;
	sign(text, &t);
	assert_int_equal(token_cache_verify(c, str_of(text), NOW, &t), RC_OK);
	keys_wipe(&mine);
	assert_int_equal(token_cache_verify(c, str_of(text), NOW, &t), RC_OK);
	sign(text, &t);
	assert_int_equal(
	    token_cache_verify(c, str_of(text), NOW, &t), RC_NOBODY);
	token_cache_free(c);
}

static void
it_expires_while_it_is_kept(void **state)
{
	struct token_cache *c = token_cache_new(&keys);
	struct token t, got;
	char text[TOKEN_SIZE];

	(void)state;
	sign(text, &t);
	assert_int_equal(token_cache_verify(c, str_of(text), NOW, &got), RC_OK);
	assert_int_equal(token_cache_verify(c, str_of(text),
			     NOW + TOKEN_LIFETIME - 1, &got),
	    RC_OK);
	assert_int_equal(
	    token_cache_verify(c, str_of(text), NOW + TOKEN_LIFETIME, &got),
	    RC_NOBODY);
	token_cache_free(c);
}

/* Also one whose last letters, which choose the slot, are the same. */
static void
a_token_with_one_other_letter_is_nobody(void **state)
{
	struct token_cache *c = token_cache_new(&keys);
	struct token t, got;
	char text[TOKEN_SIZE];

	(void)state;
	sign(text, &t);
	assert_int_equal(token_cache_verify(c, str_of(text), NOW, &got), RC_OK);
	for (size_t i = 0; text[i] != '\0'; i++) {
		char was = text[i];

		text[i] = was == 'A' ? 'B' : 'A';
		assert_int_equal(
		    token_cache_verify(c, str_of(text), NOW, &got), RC_NOBODY);
		text[i] = was;
	}
	for (size_t len = 0; len < strlen(text); len++)
		assert_int_equal(token_cache_verify(c,
				     (struct str){ text, len }, NOW, &got),
		    RC_NOBODY);
	token_cache_free(c);
}

static void
each_of_many_is_itself(void **state)
{
	static char text[MANY][TOKEN_SIZE];
	static struct token t[MANY];
	struct token_cache *c = token_cache_new(&keys);
	struct token got;

	(void)state;
	for (size_t i = 0; i < MANY; i++)
		sign(text[i], &t[i]);
	for (size_t n = 0; n < (size_t)2 * MANY; n++) {
		size_t i = n * 7 % MANY;

		assert_int_equal(
		    token_cache_verify(c, str_of(text[i]), NOW, &got), RC_OK);
		assert_memory_equal(&t[i], &got, sizeof(got));
	}
	token_cache_free(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_token_is_the_same_the_second_time),
		cmocka_unit_test(a_token_that_is_kept_needs_no_key),
		cmocka_unit_test(it_expires_while_it_is_kept),
		cmocka_unit_test(a_token_with_one_other_letter_is_nobody),
		cmocka_unit_test(each_of_many_is_itself),
	};

	return cmocka_run_group_tests_name(
	    "token_cache", tests, make_keys, NULL);
}
