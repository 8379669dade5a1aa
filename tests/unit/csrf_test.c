/* Tokens against forged requests, and the browser's origin headers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "auth/csrf.h"
#include "key_folder.h"

#define NOW 1700000000
#define USER "11111111-1111-4111-8111-111111111111"
#define TENANT "22222222-2222-4222-8222-222222222222"
#define OTHER "33333333-3333-4333-8333-333333333333"
#define OURS "https://localhost:8443"

static struct keys keys;
static struct token session;

static int
make_session(void **state)
{
	(void)state;
	folder_keys(&keys);
	if (token_new(USER, TENANT, NOW, &session) != RC_OK)
		return -1;
	csrf_bind(&keys, &session);
	return 0;
}

static void
an_issued_token_is_accepted(void **state)
{
	char text[CSRF_SIZE];

	(void)state;
	csrf_issue(&session, text);
	assert_int_equal(strlen(text), CSRF_SIZE - 1);
	assert_int_equal(csrf_verify(&session, str_of(text)), RC_OK);
}

/* So that compression tells nothing about it (BREACH). */
static void
each_response_has_another_token(void **state)
{
	char a[CSRF_SIZE], b[CSRF_SIZE];

	(void)state;
	csrf_issue(&session, a);
	csrf_issue(&session, b);
	assert_memory_not_equal(a, b, 43);
	assert_memory_not_equal(a + 43, b + 43, 43);
	assert_int_equal(csrf_verify(&session, str_of(a)), RC_OK);
	assert_int_equal(csrf_verify(&session, str_of(b)), RC_OK);
}

static void
a_token_is_worth_nothing_elsewhere(void **state)
{
	struct keys other_keys = keys;
	struct token other = session, fresh;
	char text[CSRF_SIZE];

	(void)state;
	csrf_issue(&session, text);
	memcpy(other.tenant_id, OTHER, sizeof(other.tenant_id));
	csrf_bind(&keys, &other);
	assert_int_equal(csrf_verify(&other, str_of(text)), RC_DENIED);
	assert_int_equal(token_new(USER, TENANT, NOW, &fresh), RC_OK);
	csrf_bind(&keys, &fresh);
	assert_int_equal(csrf_verify(&fresh, str_of(text)), RC_DENIED);
	other_keys.csrf[31] ^= 1;
	other = session;
	csrf_bind(&other_keys, &other);
	assert_int_equal(csrf_verify(&other, str_of(text)), RC_DENIED);
}

static void
a_damaged_token_is_denied(void **state)
{
	char good[CSRF_SIZE], text[CSRF_SIZE + 1];

	(void)state;
	csrf_issue(&session, good);
	for (size_t i = 0; i < CSRF_SIZE - 1; i++) {
		memcpy(text, good, CSRF_SIZE);
		text[i] = text[i] == 'A' ? 'B' : 'A';
		assert_int_equal(csrf_verify(&session, str_of(text)),
		    RC_DENIED);
		text[i] = '=';
		assert_int_equal(csrf_verify(&session, str_of(text)),
		    RC_DENIED);
		assert_int_equal(csrf_verify(&session,
		    (struct str){ good, i }), RC_DENIED);
	}
	(void)snprintf(text, sizeof(text), "%sA", good);
	assert_int_equal(csrf_verify(&session, str_of(text)),
	    RC_DENIED);
	assert_int_equal(csrf_verify(&session,
	    (struct str){ NULL, 0 }), RC_DENIED);
	memset(text, 'A', CSRF_SIZE - 1);
	text[CSRF_SIZE - 1] = '\0';
	assert_int_equal(csrf_verify(&session, str_of(text)),
	    RC_DENIED);
}

static const char *const sites[] = { NULL, "same-origin", "same-site",
	"cross-site", "none", "", "Same-Origin", "same-origin, cross-site" };
static const char *const origins[] = { NULL, OURS, "https://evil.test",
	"null", "", "https://localhost:8443/", "https://localhost",
	"http://localhost:8443", "https://localhost:8443.evil.test" };

/* All combinations; three of the writes pass. */
static void
only_our_own_pages_may_write(void **state)
{
	size_t passed = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(sites) / sizeof(sites[0]); i++) {
		for (size_t j = 0; j < sizeof(origins) / sizeof(origins[0]);
		     j++) {
			bool is_ours = i == 1 ? j <= 1 : i == 0 && j == 1;
			bool ok = csrf_origin_ok(true, str_of(sites[i]),
			    str_of(origins[j]), STR(OURS));

			if (ok != is_ours)
				fail_msg("site %s origin %s: %d",
				    sites[i] == NULL ? "-" : sites[i],
				    origins[j] == NULL ? "-" : origins[j], ok);
			passed += ok;
			assert_true(csrf_origin_ok(false, str_of(sites[i]),
			    str_of(origins[j]), STR(OURS)));
		}
	}
	assert_int_equal(passed, 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_issued_token_is_accepted),
		cmocka_unit_test(each_response_has_another_token),
		cmocka_unit_test(a_token_is_worth_nothing_elsewhere),
		cmocka_unit_test(a_damaged_token_is_denied),
		cmocka_unit_test(only_our_own_pages_may_write),
	};

	return cmocka_run_group_tests_name("csrf", tests, make_session, NULL);
}
