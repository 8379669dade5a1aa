/* Hashes, the policy, and the names under which failures are counted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <time.h>

#include "auth/password.h"
#include "auth/throttle.h"
#include "key_folder.h"

static struct keys keys;

static int
make_keys(void **state)
{
	(void)state;
	folder_keys(&keys);
	return 0;
}

static void
the_right_password_is_accepted_and_no_other(void **state)
{
	struct keys other = keys;
	char hash[PASSWORD_HASH_SIZE];

	(void)state;
	assert_int_equal(password_hash(&keys, STR("password123"), hash),
	    RC_OK);
	assert_int_equal(strlen(hash), 60);
	assert_memory_equal(hash, "$2b$12$", 7);
	assert_int_equal(password_verify(&keys, STR("password123"), hash),
	    RC_OK);
	assert_int_equal(password_verify(&keys, STR("password124"), hash),
	    RC_DENIED);
	other.pepper[0] ^= 1;
	assert_int_equal(password_verify(&other, STR("password123"), hash),
	    RC_DENIED);
}

/* bcrypt alone stops at 72. */
static void
bytes_after_the_72nd_count(void **state)
{
	char hash[PASSWORD_HASH_SIZE], password[PASSWORD_MAX];

	(void)state;
	memset(password, 'x', sizeof(password));
	assert_int_equal(password_hash(&keys,
	    (struct str){ password, PASSWORD_MAX }, hash), RC_OK);
	password[PASSWORD_MAX - 1] = 'y';
	assert_int_equal(password_verify(&keys,
	    (struct str){ password, PASSWORD_MAX }, hash), RC_DENIED);
}

static void
each_hash_has_its_own_salt(void **state)
{
	char a[PASSWORD_HASH_SIZE], b[PASSWORD_HASH_SIZE];

	(void)state;
	assert_int_equal(password_hash(&keys, STR("the same"), a), RC_OK);
	assert_int_equal(password_hash(&keys, STR("the same"), b), RC_OK);
	assert_string_not_equal(a, b);
}

static double
seconds_of_verify(const char *hash)
{
	struct timespec start, end;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start);
	assert_int_equal(password_verify(&keys, STR("guess"), hash),
	    RC_DENIED);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
	return (double)(end.tv_sec - start.tv_sec) +
	    (double)(end.tv_nsec - start.tv_nsec) / 1e9;
}

/* Nobody learns from the clock whether a user exists. */
static void
an_unknown_user_costs_the_same_work(void **state)
{
	static const char *const broken[] = { NULL, "", "x", "*0", "!",
		"$1$salt$hash", "$2b$12$short", "$2b$31$Q9oiyp0EXyTLlRhQzUHxUu"
		"VEO3on0gkdluaiHudTSzbPOGWmysIQu" };
	char hash[PASSWORD_HASH_SIZE];
	double known;

	(void)state;
	assert_int_equal(password_hash(&keys, STR("password123"), hash),
	    RC_OK);
	known = seconds_of_verify(hash);
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		double unknown = seconds_of_verify(broken[i]);

		if (unknown < known / 2 || unknown > known * 2)
			fail_msg("hash %zu: %.3f s against %.3f s", i, unknown,
			    known);
	}
}

static void
unusable_passwords_are_invalid(void **state)
{
	char hash[PASSWORD_HASH_SIZE], big[PASSWORD_MAX + 1];
	const struct str bad[] = { { NULL, 0 }, STR(""), STR("zero\0byte"),
		STR("bad \xff text"), { big, sizeof(big) } };

	(void)state;
	memset(big, 'x', sizeof(big));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(password_hash(&keys, bad[i], hash),
		    RC_INVALID);
		assert_int_equal(password_verify(&keys, bad[i], NULL),
		    RC_INVALID);
	}
}

static void
old_hashes_are_known_as_such(void **state)
{
	(void)state;
	assert_true(password_is_dated("$2b$10$Q9oiyp0EXyTLlRhQzUHxUuVEO3on0gk"
	                              "dluaiHudTSzbPOGWmysIQu"));
	assert_false(password_is_dated("$2b$12$Q9oiyp0EXyTLlRhQzUHxUuVEO3on0g"
	                               "kdluaiHudTSzbPOGWmysIQu"));
	assert_true(password_is_dated(""));
}

static const struct policy_case {
	const char *password;
	const char *fault; /* a part of the sentence; NULL: may be chosen */
} policy_cases[] = {
	{ "short", "at least 12" },
	{ "elevenchars", "at least 12" },
	{ "h\xc3\xb6lzern\xc3\xa4hte", "at least 12" },
	{ "password123", "at least 12" },
	{ "password1234", "first that attackers try" },
	{ "Password2024!", "first that attackers try" },
	{ "passwordpassword", "first that attackers try" },
	{ "P-a-s-s-w-o-r-d-1", "first that attackers try" },
	{ "123456789012", "first that attackers try" },
	{ "aaaaaaaaaaaa", "first that attackers try" },
	{ "abababababab", "first that attackers try" },
	{ "qwertyuiop123", "first that attackers try" },
	{ "customersuccess1", "first that attackers try" },
	{ "!!!!!!!!!!!!!", "first that attackers try" },
	{ "jane.doe-loves-tea", "e-mail name" },
	{ "JANEDOEforever", "e-mail name" },
	{ "acme corp rocks!", "organisation" },
	{ "weloveAcmeCorp7", "organisation" },
	{ "correct staple battery", NULL },
	{ "z\xc3\xbcrich im regen \xf0\x9f\x8c\xa7", NULL },
	{ "vB9#kk2!pqLx", NULL },
	{ "bad \xff utf-8 text here", "cannot be used" },
};

static void
guessable_passwords_are_refused_with_a_sentence(void **state)
{
	struct str email = STR("jane.doe@acme.test");
	struct str organisation = STR("Acme Corp");

	(void)state;
	for (size_t i = 0; i < sizeof(policy_cases) / sizeof(policy_cases[0]);
	     i++) {
		const struct policy_case *c = &policy_cases[i];
		const char *fault = password_fault(str_of(c->password), email,
		    organisation);

		if ((fault == NULL) != (c->fault == NULL) ||
		    (fault != NULL && strstr(fault, c->fault) == NULL))
			fail_msg("%s: %s", c->password,
			    fault == NULL ? "accepted" : fault);
	}
}

static void
the_length_is_bounded(void **state)
{
	struct str none = { NULL, 0 };
	char big[PASSWORD_MAX + 1];

	(void)state;
	for (size_t i = 0; i < sizeof(big); i++)
		big[i] = (char)('a' + i % 26);
	assert_null(password_fault((struct str){ big, PASSWORD_MAX }, none,
	    none));
	assert_non_null(strstr(password_fault(
	    (struct str){ big, sizeof(big) }, none, none), "too long"));
	assert_non_null(password_fault(none, none, none));
}

/* A name of two letters would forbid half of all passwords. */
static void
very_short_names_do_not_count(void **state)
{
	(void)state;
	assert_null(password_fault(STR("correct staple battery"),
	    STR("st@x.test"), STR("at")));
	assert_null(password_fault(STR("correct staple battery"), STR("@"),
	    STR("---")));
}

struct net_case {
	const char *a;
	const char *b;
	bool same;
};

static const struct net_case net_cases[] = {
	{ "192.0.2.1", "192.0.2.254", true },
	{ "192.0.2.1", "192.0.3.1", false },
	{ "192.0.2.1", "::ffff:192.0.2.9", true },
	{ "2001:db8:0:1::1", "2001:db8:0:ff:ffff::2", true },
	{ "2001:db8:0:1::1", "2001:db8:0:100::1", false },
	{ "::1", "0.0.0.0", false },
	{ "0.0.0.0", "::", false },
};

static void
one_network_is_counted_once(void **state)
{
	struct throttle a, b;

	(void)state;
	for (size_t i = 0; i < sizeof(net_cases) / sizeof(net_cases[0]); i++) {
		const struct net_case *c = &net_cases[i];

		assert_int_equal(throttle_names(&keys, STR("a@x"), c->a, &a),
		    RC_OK);
		assert_int_equal(throttle_names(&keys, STR("a@x"), c->b, &b),
		    RC_OK);
		if ((strcmp(a.net, b.net) == 0) != c->same)
			fail_msg("%s and %s", c->a, c->b);
		assert_string_equal(a.email, b.email);
	}
}

static void
one_address_is_counted_once(void **state)
{
	struct throttle a, b, c;
	struct keys other = keys;

	(void)state;
	other.pepper[0] ^= 1;
	assert_int_equal(throttle_names(&keys, STR("Jane@X.Test"), "::1", &a),
	    RC_OK);
	assert_int_equal(throttle_names(&keys, STR(" jane@x.test "), "::1",
	    &b), RC_OK);
	assert_string_equal(a.email, b.email);
	assert_int_equal(strlen(a.email), 66);
	assert_memory_equal(a.email, "\\x", 2);
	assert_int_equal(throttle_names(&keys, STR("joan@x.test"), "::1", &c),
	    RC_OK);
	assert_string_not_equal(a.email, c.email);
	assert_int_equal(throttle_names(&other, STR("jane@x.test"), "::1",
	    &c), RC_OK);
	assert_string_not_equal(a.email, c.email);
	assert_string_not_equal(a.net, c.net);
}

static void
odd_addresses_are_invalid(void **state)
{
	static const char *const bad[] = { NULL, "", "localhost", "1.2.3",
		"1.2.3.4.5", "fe80::1%eth0", "unix:", "0x7f.1" };
	struct throttle t;
	char big[255];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(throttle_names(&keys, STR("a@x"), bad[i],
		    &t), RC_INVALID);
	/* lower() makes "mike" of it */
	assert_int_equal(throttle_names(&keys, STR("mi\xe2\x84\xaa"
	                                           "e@x.test"),
	    "::1", &t), RC_INVALID);
	memset(big, 'a', sizeof(big));
	assert_int_equal(throttle_names(&keys,
	    (struct str){ big, sizeof(big) }, "::1", &t), RC_INVALID);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_right_password_is_accepted_and_no_other),
		cmocka_unit_test(bytes_after_the_72nd_count),
		cmocka_unit_test(each_hash_has_its_own_salt),
		cmocka_unit_test(an_unknown_user_costs_the_same_work),
		cmocka_unit_test(unusable_passwords_are_invalid),
		cmocka_unit_test(old_hashes_are_known_as_such),
		cmocka_unit_test(
		    guessable_passwords_are_refused_with_a_sentence),
		cmocka_unit_test(the_length_is_bounded),
		cmocka_unit_test(very_short_names_do_not_count),
		cmocka_unit_test(one_network_is_counted_once),
		cmocka_unit_test(one_address_is_counted_once),
		cmocka_unit_test(odd_addresses_are_invalid),
	};

	return cmocka_run_group_tests_name("password", tests, make_keys,
	    NULL);
}
