/* The token wrapper against tokens that somebody else made. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "auth/token.h"
#include "key_folder.h"

#define NOW 1700000000
#define USER "11111111-1111-4111-8111-111111111111"
#define TENANT "22222222-2222-4222-8222-222222222222"
#define JTI "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define JTI_SHA256 \
	"0f007385b6f9d4b7eeb2748605afe1a984a0a3bfa3f014d09e2a784ce9e5cd1a"
#define JTI_SHA256_FIRST 0x0f
#define BIG 4096

/* clang-format off */
#define HEADER "{\"alg\":\"HS256\",\"kid\":\"k1\",\"typ\":\"JWT\"}"
#define ISS "\"iss\":\"mainstay\""
#define AUD "\"aud\":\"mainstay-web\""
#define SUB "\"sub\":\"" USER "\""
#define TID "\"tid\":\"" TENANT "\""
#define ID  "\"jti\":\"" JTI "\""
#define IAT "\"iat\":1700000000"
#define EXP "\"exp\":1700604800"
#define NAMES ISS "," AUD "," SUB "," TID "," ID
#define CLAIMS "{" NAMES "," IAT "," EXP "}"
/* clang-format on */

enum signature {
	SIGNED,        /* HMAC-SHA256 with our key */
	SIGNED_512,    /* HMAC-SHA512 with our key */
	SIGNED_EMPTY,  /* with a key of no bytes */
	SIGNED_FOREIGN,
	SIGNED_PADDED, /* right, with = behind */
	SIGNED_CUT,    /* right, less its last character */
	SIGNED_LOOSE,  /* right, but for the bits nobody reads */
	UNSIGNED,      /* an empty segment */
	BARE           /* no third segment */
};

struct hostile {
	const char *what;
	const char *header; /* NULL: HEADER */
	const char *claims; /* NULL: CLAIMS */
	enum signature signature;
};

static const struct hostile hostile_tokens[] = {
	{ "alg none", "{\"alg\":\"none\",\"kid\":\"k1\",\"typ\":\"JWT\"}",
	    NULL, UNSIGNED },
	{ "alg None", "{\"alg\":\"None\",\"kid\":\"k1\",\"typ\":\"JWT\"}",
	    NULL, UNSIGNED },
	{ "alg none, signed",
	    "{\"alg\":\"none\",\"kid\":\"k1\",\"typ\":\"JWT\"}", NULL,
	    SIGNED },
	{ "alg none, two segments", "{\"alg\":\"none\"}", NULL, BARE },
	{ "alg in small letters",
	    "{\"alg\":\"hs256\",\"kid\":\"k1\",\"typ\":\"JWT\"}", NULL,
	    SIGNED },
	{ "alg HS512", "{\"alg\":\"HS512\",\"kid\":\"k1\",\"typ\":\"JWT\"}",
	    NULL, SIGNED_512 },
	{ "alg RS256", "{\"alg\":\"RS256\",\"kid\":\"k1\",\"typ\":\"JWT\"}",
	    NULL, SIGNED },
	{ "alg ES256", "{\"alg\":\"ES256\",\"kid\":\"k1\",\"typ\":\"JWT\"}",
	    NULL, SIGNED },
	{ "alg missing", "{\"kid\":\"k1\",\"typ\":\"JWT\"}", NULL, SIGNED },
	{ "alg a number", "{\"alg\":1,\"kid\":\"k1\",\"typ\":\"JWT\"}", NULL,
	    SIGNED },
	{ "alg null", "{\"alg\":null,\"kid\":\"k1\",\"typ\":\"JWT\"}", NULL,
	    SIGNED },
	{ "alg twice", "{\"alg\":\"none\",\"alg\":\"HS256\",\"kid\":\"k1\","
	    "\"typ\":\"JWT\"}", NULL, SIGNED },
	{ "crit", "{\"alg\":\"HS256\",\"crit\":[\"exp\"],\"kid\":\"k1\","
	    "\"typ\":\"JWT\"}", NULL, SIGNED },
	{ "jwk", "{\"alg\":\"HS256\",\"jwk\":{\"kty\":\"oct\",\"k\":\"AA\"},"
	    "\"kid\":\"k1\",\"typ\":\"JWT\"}", NULL, SIGNED },
	{ "jku", "{\"alg\":\"HS256\",\"jku\":\"https://evil.test/\","
	    "\"kid\":\"k1\",\"typ\":\"JWT\"}", NULL, SIGNED },
	{ "kid a path", "{\"alg\":\"HS256\",\"kid\":\"../../dev/null\","
	    "\"typ\":\"JWT\"}", NULL, SIGNED_EMPTY },
	{ "kid SQL", "{\"alg\":\"HS256\",\"kid\":\"' or 1=1 --\","
	    "\"typ\":\"JWT\"}", NULL, SIGNED },
	{ "kid unknown", "{\"alg\":\"HS256\",\"kid\":\"k9\",\"typ\":\"JWT\"}",
	    NULL, SIGNED },
	{ "kid of another key",
	    "{\"alg\":\"HS256\",\"kid\":\"k2\",\"typ\":\"JWT\"}", NULL,
	    SIGNED },
	{ "kid missing", "{\"alg\":\"HS256\",\"typ\":\"JWT\"}", NULL, SIGNED },
	{ "header in another order",
	    "{\"typ\":\"JWT\",\"alg\":\"HS256\",\"kid\":\"k1\"}", NULL,
	    SIGNED },
	{ "header with a blank",
	    "{\"alg\":\"HS256\", \"kid\":\"k1\",\"typ\":\"JWT\"}", NULL,
	    SIGNED },
	{ "foreign key", NULL, NULL, SIGNED_FOREIGN },
	{ "empty key", NULL, NULL, SIGNED_EMPTY },
	{ "no signature", NULL, NULL, UNSIGNED },
	{ "two segments", NULL, NULL, BARE },
	{ "padded signature", NULL, NULL, SIGNED_PADDED },
	{ "signature cut", NULL, NULL, SIGNED_CUT },
	{ "signature with loose bits", NULL, NULL, SIGNED_LOOSE },
	{ "exp past", NULL, "{" NAMES "," IAT ",\"exp\":1699999999}", SIGNED },
	{ "exp now", NULL,
	    "{" NAMES ",\"iat\":1699999000,\"exp\":1700000000}", SIGNED },
	{ "exp missing", NULL, "{" NAMES "," IAT "}", SIGNED },
	{ "exp a text", NULL, "{" NAMES "," IAT ",\"exp\":\"1700604800\"}",
	    SIGNED },
	{ "exp true", NULL, "{" NAMES "," IAT ",\"exp\":true}", SIGNED },
	{ "exp null", NULL, "{" NAMES "," IAT ",\"exp\":null}", SIGNED },
	{ "exp a real", NULL, "{" NAMES "," IAT ",\"exp\":1700604800.5}",
	    SIGNED },
	{ "exp huge", NULL, "{" NAMES "," IAT ",\"exp\":9223372036854775807}",
	    SIGNED },
	{ "exp beyond 64 bits", NULL,
	    "{" NAMES "," IAT ",\"exp\":99999999999999999999}", SIGNED },
	{ "exp negative", NULL, "{" NAMES "," IAT ",\"exp\":-1}", SIGNED },
	{ "exp one second too far", NULL,
	    "{" NAMES "," IAT ",\"exp\":1700604801}", SIGNED },
	{ "exp twice", NULL,
	    "{" NAMES "," IAT ",\"exp\":1700604800,\"exp\":1}", SIGNED },
	{ "iat missing", NULL, "{" NAMES "," EXP "}", SIGNED },
	{ "iat negative", NULL,
	    "{" NAMES ",\"iat\":-9223372036854775807," EXP "}", SIGNED },
	{ "iat zero", NULL, "{" NAMES ",\"iat\":0," EXP "}", SIGNED },
	{ "iat in the future", NULL,
	    "{" NAMES ",\"iat\":1700000061," EXP "}", SIGNED },
	{ "iat after exp", NULL,
	    "{" NAMES ",\"iat\":1700000050,\"exp\":1700000040}", SIGNED },
	{ "iss foreign", NULL, "{\"iss\":\"evil\"," AUD "," SUB "," TID "," ID
	    "," IAT "," EXP "}", SIGNED },
	{ "iss missing", NULL, "{" AUD "," SUB "," TID "," ID "," IAT "," EXP
	    "}", SIGNED },
	{ "iss with more behind", NULL, "{\"iss\":\"mainstay2\"," AUD "," SUB
	    "," TID "," ID "," IAT "," EXP "}", SIGNED },
	{ "aud foreign", NULL, "{" ISS ",\"aud\":\"mainstay-api\"," SUB "," TID
	    "," ID "," IAT "," EXP "}", SIGNED },
	{ "aud a list", NULL, "{" ISS ",\"aud\":[\"mainstay-web\"]," SUB ","
	    TID "," ID "," IAT "," EXP "}", SIGNED },
	{ "sub missing", NULL, "{" ISS "," AUD "," TID "," ID "," IAT "," EXP
	    "}", SIGNED },
	{ "sub no uuid", NULL, "{" ISS "," AUD ",\"sub\":\"admin\"," TID ","
	    ID "," IAT "," EXP "}", SIGNED },
	{ "sub a number", NULL, "{" ISS "," AUD ",\"sub\":1," TID "," ID ","
	    IAT "," EXP "}", SIGNED },
	{ "sub uuid with more", NULL, "{" ISS "," AUD ",\"sub\":\"" USER "0\","
	    TID "," ID "," IAT "," EXP "}", SIGNED },
	{ "tid missing", NULL, "{" ISS "," AUD "," SUB "," ID "," IAT "," EXP
	    "}", SIGNED },
	{ "tid in braces", NULL, "{" ISS "," AUD "," SUB ",\"tid\":\"{" TENANT
	    "}\"," ID "," IAT "," EXP "}", SIGNED },
	{ "jti missing", NULL, "{" ISS "," AUD "," SUB "," TID "," IAT "," EXP
	    "}", SIGNED },
	{ "jti short", NULL, "{" ISS "," AUD "," SUB "," TID
	    ",\"jti\":\"AAAA\"," IAT "," EXP "}", SIGNED },
	{ "jti loose bits", NULL, "{" ISS "," AUD "," SUB "," TID ",\"jti\":"
	    "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB\"," IAT "," EXP
	    "}", SIGNED },
	{ "jti bad character", NULL, "{" ISS "," AUD "," SUB "," TID
	    ",\"jti\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"," IAT
	    "," EXP "}", SIGNED },
	{ "jti with a zero", NULL, "{" ISS "," AUD "," SUB "," TID
	    ",\"jti\":\"" JTI "\\u0000x\"," IAT "," EXP "}", SIGNED },
	{ "claims a list", NULL,
	    "[\"mainstay\",\"mainstay-web\",1700604800]", SIGNED },
	{ "claims no JSON", NULL, "this is no JSON, and long enough to pass",
	    SIGNED },
	{ "claims cut", NULL, "{" NAMES "," IAT "," EXP, SIGNED },
	{ "claims nested deep", NULL,
	    "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
	    SIGNED },
	{ "claims empty object", NULL, "{}", SIGNED },
	{ "claims bad UTF-8", NULL, "{\"a\":\"\xff\xfe\"," NAMES "," IAT ","
	    EXP "}", SIGNED },
};

static struct keys keys;

static int
make_keys(void **state)
{
	(void)state;
	folder_keys(&keys);
	return 0;
}

static void
add_segment(char *out, const void *bytes, size_t len)
{
	base64url_encode(out + strlen(out), bytes, len);
}

static void
add_signature(char *out, enum signature how)
{
	static const uint8_t foreign[KEY_SIZE] = { 1, 2, 3 };
	const uint8_t *key = how == SIGNED_FOREIGN ? foreign :
	                                             keys.jwt[0].bytes;
	const EVP_MD *md = how == SIGNED_512 ? EVP_sha512() : EVP_sha256();
	unsigned int len = 0;
	uint8_t mac[64];
	size_t end;

	assert_non_null(HMAC(md, key, how == SIGNED_EMPTY ? 0 : KEY_SIZE,
	    (const unsigned char *)out, strlen(out), mac, &len));
	out[strlen(out) + 1] = '\0';
	out[strlen(out)] = '.';
	if (how == UNSIGNED)
		return;
	add_segment(out, mac, len);
	end = strlen(out) - 1;
	if (how == SIGNED_CUT)
		out[end] = '\0';
	if (how == SIGNED_LOOSE)
		out[end]++; /* 32 bytes leave two bits, which are zero */
	if (how == SIGNED_PADDED)
		memcpy(out + end + 1, "=", 2);
}

static void
forge(const struct hostile *h, char out[BIG])
{
	const char *header = h->header == NULL ? HEADER : h->header;
	const char *claims = h->claims == NULL ? CLAIMS : h->claims;

	memset(out, 0, BIG);
	add_segment(out, header, strlen(header));
	out[strlen(out)] = '.';
	add_segment(out, claims, strlen(claims));
	if (h->signature != BARE)
		add_signature(out, h->signature);
}

/* A copy of exactly that size, so that reading past it shows. */
static enum rc
verify_exact(const char *text, size_t len, struct token *out)
{
	char *copy = malloc(len + (len == 0));
	enum rc rc;

	assert_non_null(copy);
	memcpy(copy, text, len);
	rc = token_verify(&keys, (struct str){ copy, len }, NOW, out);
	free(copy);
	return rc;
}

/* Without this the table below would prove nothing. */
static void
the_pattern_of_the_forgeries_is_accepted(void **state)
{
	struct hostile honest = { "honest", NULL, NULL, SIGNED };
	struct token t;
	char text[BIG];

	(void)state;
	forge(&honest, text);
	assert_int_equal(verify_exact(text, strlen(text), &t), RC_OK);
	assert_string_equal(t.user_id, USER);
	assert_string_equal(t.tenant_id, TENANT);
	assert_string_equal(t.jti, JTI);
	assert_int_equal(t.issued_at, NOW);
	assert_int_equal(t.expires_at, NOW + TOKEN_LIFETIME);
}

static void
hostile_tokens_are_nobody(void **state)
{
	size_t n = sizeof(hostile_tokens) / sizeof(hostile_tokens[0]);
	struct token t, untouched;
	char text[BIG];

	(void)state;
	memset(&t, 0x5a, sizeof(t));
	memcpy(&untouched, &t, sizeof(t));
	for (size_t i = 0; i < n; i++) {
		forge(&hostile_tokens[i], text);
		if (verify_exact(text, strlen(text), &t) != RC_NOBODY)
			fail_msg("accepted: %s", hostile_tokens[i].what);
	}
	assert_memory_equal(&t, &untouched, sizeof(t));
}

static void
text_that_is_no_token_is_nobody(void **state)
{
	static const char *const texts[] = { "", ".", "..", "...", "a..b",
		"a.b.c", "null", "..AAAA", "{\"alg\":\"HS256\"}" };
	char good[TOKEN_SIZE], text[TOKEN_SIZE + 8];
	struct token t;
	size_t len;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_int_equal(verify_exact(texts[i], strlen(texts[i]), &t),
		    RC_NOBODY);
	assert_int_equal(token_verify(&keys, (struct str){ NULL, 0 }, NOW,
	    &t), RC_NOBODY);

	assert_int_equal(token_new(USER, TENANT, NOW, &t), RC_OK);
	assert_int_equal(token_sign(&keys, &t, good), RC_OK);
	len = strlen(good);
	for (size_t i = 0; i < len; i++) {
		memcpy(text, good, len + 1);
		text[i] = text[i] == 'A' ? 'B' : 'A';
		assert_int_equal(verify_exact(text, len, &t), RC_NOBODY);
		text[i] = '\0';
		assert_int_equal(verify_exact(text, len, &t), RC_NOBODY);
		text[i] = (char)0x80;
		assert_int_equal(verify_exact(text, len, &t), RC_NOBODY);
		assert_int_equal(verify_exact(good, i, &t), RC_NOBODY);
	}
	(void)snprintf(text, sizeof(text), "%s ", good);
	assert_int_equal(verify_exact(text, len + 1, &t), RC_NOBODY);
	(void)snprintf(text, sizeof(text), "%s.", good);
	assert_int_equal(verify_exact(text, len + 1, &t), RC_NOBODY);
}

static void
empty_segments_are_nobody(void **state)
{
	char text[400];
	struct token t;

	(void)state;
	memset(text, 'A', sizeof(text));
	memset(text, '.', 2);
	assert_int_equal(verify_exact(text, 200, &t), RC_NOBODY);
	(void)snprintf(text, sizeof(text), "%s..%0100d",
	    keys.jwt[0].header, 0);
	assert_int_equal(verify_exact(text, strlen(text), &t), RC_NOBODY);
}

/* libjwt puts a copy of what it is given on the stack. */
static void
a_huge_token_is_nobody(void **state)
{
	static const size_t sizes[] = { 1025, 7000, 12u << 20 };
	struct token t;
	char *text;

	(void)state;
	text = malloc(sizes[2]);
	assert_non_null(text);
	memset(text, 'A', sizes[2]);
	memcpy(text, keys.jwt[0].header, keys.jwt[0].header_len);
	text[keys.jwt[0].header_len] = '.';
	text[1000] = '.';
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(token_verify(&keys,
		    (struct str){ text, sizes[i] }, NOW, &t), RC_NOBODY);
	free(text);
}

/* Rightly signed, and still not read. */
static void
a_long_token_of_ours_is_nobody(void **state)
{
	char claims[900], text[BIG];
	struct hostile long_one = { "long", NULL, claims, SIGNED };
	struct token t;

	(void)state;
	(void)snprintf(claims, sizeof(claims),
	    "{\"pad\":\"%0300d\"," NAMES "," IAT "," EXP "}", 0);
	forge(&long_one, text);
	assert_true(strlen(text) < TOKEN_ACCEPT_MAX);
	assert_int_equal(verify_exact(text, strlen(text), &t), RC_OK);
	(void)snprintf(claims, sizeof(claims),
	    "{\"pad\":\"%0600d\"," NAMES "," IAT "," EXP "}", 0);
	forge(&long_one, text);
	assert_true(strlen(text) > TOKEN_ACCEPT_MAX);
	assert_int_equal(verify_exact(text, strlen(text), &t), RC_NOBODY);
}

static void
what_we_sign_comes_back(void **state)
{
	struct token t, got;
	char text[TOKEN_SIZE];

	(void)state;
	assert_int_equal(token_new(USER, TENANT, NOW, &t), RC_OK);
	assert_int_equal(token_sign(&keys, &t, text), RC_OK);
	assert_true(strlen(text) < 512);
	assert_int_equal(verify_exact(text, strlen(text), &got), RC_OK);
	assert_memory_equal(&t, &got, sizeof(t));

	assert_int_equal(token_verify(&keys, str_of(text),
	    NOW + TOKEN_LIFETIME - 1, &got), RC_OK);
	assert_int_equal(token_verify(&keys, str_of(text),
	    NOW + TOKEN_LIFETIME, &got), RC_NOBODY);
	assert_int_equal(token_verify(&keys, str_of(text), NOW - 60, &got),
	    RC_OK);
	assert_int_equal(token_verify(&keys, str_of(text), NOW - 61, &got),
	    RC_NOBODY);
}

/* 43 letters A: sha256 of that text, computed elsewhere. */
static void
the_session_is_the_hash_of_the_name(void **state)
{
	struct hostile honest = { "honest", NULL, NULL, SIGNED };
	struct token t;
	char text[BIG];

	(void)state;
	forge(&honest, text);
	assert_int_equal(verify_exact(text, strlen(text), &t), RC_OK);
	assert_string_equal(t.session, "\\x" JTI_SHA256);
	assert_int_equal(t.session_id[0], JTI_SHA256_FIRST);
}

static void
each_sign_in_has_its_own_session(void **state)
{
	struct token a, b;

	(void)state;
	assert_int_equal(token_new(USER, TENANT, NOW, &a), RC_OK);
	assert_int_equal(token_new(USER, TENANT, NOW, &b), RC_OK);
	assert_string_not_equal(a.jti, b.jti);
	assert_string_not_equal(a.session, b.session);
	assert_int_equal(token_new("root", TENANT, NOW, &a), RC_INVALID);
	assert_int_equal(token_new(USER, "", NOW, &a), RC_INVALID);
	assert_int_equal(token_new(USER, NULL, NOW, &a), RC_INVALID);

	/* a tenant that a form names in capitals is the same one */
	assert_int_equal(token_new(USER,
	    "ABCDEFAB-0000-4000-8000-0000000000EF", NOW, &a), RC_OK);
	assert_string_equal(a.tenant_id,
	    "abcdefab-0000-4000-8000-0000000000ef");
}

static void
without_a_signing_key_nothing_is_signed(void **state)
{
	struct keys only_verify = keys;
	char text[TOKEN_SIZE];
	struct token t;

	(void)state;
	for (size_t i = 0; i < KEYS_JWT_MAX; i++)
		only_verify.jwt[i].may_sign = false;
	assert_int_equal(token_new(USER, TENANT, NOW, &t), RC_OK);
	assert_int_equal(token_sign(&only_verify, &t, text), RC_BROKEN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_pattern_of_the_forgeries_is_accepted),
		cmocka_unit_test(hostile_tokens_are_nobody),
		cmocka_unit_test(text_that_is_no_token_is_nobody),
		cmocka_unit_test(empty_segments_are_nobody),
		cmocka_unit_test(a_huge_token_is_nobody),
		cmocka_unit_test(a_long_token_of_ours_is_nobody),
		cmocka_unit_test(what_we_sign_comes_back),
		cmocka_unit_test(the_session_is_the_hash_of_the_name),
		cmocka_unit_test(each_sign_in_has_its_own_session),
		cmocka_unit_test(without_a_signing_key_nothing_is_signed),
	};

	return cmocka_run_group_tests_name("token", tests, make_keys, NULL);
}
