/* Signatures against the vectors that Standard Webhooks publishes. */
#include "test.h"

#include <string.h>

#include "worker/sign.h"

#define SECRET "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define ID "msg_p5jXN8AQM9LWM0D4loKWxJek"
#define BODY "{\"test\": 2432232314}"
#define SIGNATURE "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
#define TIME 1614265330

static enum rc
sign(struct buf *out, const char *secrets, const char *id, struct str body)
{
	buf_init(out, 1024);
	return sign_webhook(out, secrets, id, TIME, body);
}

static void
the_published_vector(void **state)
{
	struct buf b;

	(void)state;
	assert_int_equal(sign(&b, SECRET, ID, STR(BODY)), RC_OK);
	assert_string_equal(b.data, SIGNATURE);
	buf_free(&b);
}

static void
each_byte_counts(void **state)
{
	struct buf b;

	(void)state;
	assert_int_equal(
	    sign(&b, SECRET, ID, STR("{\"test\":2432232314}")), RC_OK);
	assert_string_not_equal(b.data, SIGNATURE);
	buf_free(&b);
	assert_int_equal(
	    sign(&b, SECRET, "msg_p5jXN8AQM9LWM0D4loKWxJeK", STR(BODY)), RC_OK);
	assert_string_not_equal(b.data, SIGNATURE);
	buf_free(&b);
}

static void
the_old_key_signs_beside_the_new(void **state)
{
	struct buf b;

	(void)state;
	assert_int_equal(
	    sign(&b, "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA " SECRET, ID,
		STR(BODY)),
	    RC_OK);
	assert_non_null(strstr(b.data, " " SIGNATURE));
	assert_int_equal(strncmp(b.data, "v1,", 3), 0);
	buf_free(&b);
}

static void
a_malformed_key_does_not_sign(void **state)
{
	static const char *const bad[] = { "", "whsec_", "whsec_AAAA",
		"MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_*fKQ9r8GKYqrTwjU",
		SECRET " ", " " SECRET, SECRET "  " SECRET,
		"whsk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
		"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYqrTwjUPD8IL"
		"PZIo2LaLaSwMfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" };

	(void)state;
	for (size_t i = 0; i < N_OF(bad); i++) {
		struct buf b;

		if (sign(&b, bad[i], ID, STR(BODY)) != RC_INVALID)
			fail_msg("accepted: '%s'", bad[i]);
		buf_free(&b);
	}
}

static void
an_id_with_a_dot_is_refused(void **state)
{
	struct buf b;

	(void)state;
	assert_int_equal(sign(&b, SECRET, "a.b", STR(BODY)), RC_INVALID);
	buf_free(&b);
}

static void
an_empty_body_is_signed(void **state)
{
	struct buf b;

	(void)state;
	assert_int_equal(sign(&b, SECRET, ID, STR("")), RC_OK);
	assert_int_equal(b.len, strlen(SIGNATURE));
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_published_vector),
		cmocka_unit_test(each_byte_counts),
		cmocka_unit_test(the_old_key_signs_beside_the_new),
		cmocka_unit_test(a_malformed_key_does_not_sign),
		cmocka_unit_test(an_id_with_a_dot_is_refused),
		cmocka_unit_test(an_empty_body_is_signed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
