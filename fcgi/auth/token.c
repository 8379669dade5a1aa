/*
 * libjwt 1.10 makes and reads the envelope.  It parses a payload before it
 * checks the signature, ignores exp, takes the algorithm from the token and
 * reads past empty segments, so what it is given was authenticated first
 * and what it answers is checked again.
 */
#include "auth/token.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <jwt.h>
#include <openssl/crypto.h>
#include <openssl/sha.h>

#include "auth/secret.h"
#include "core/log.h"

#define TOKEN_ACCEPT_MIN 80
#define CLOCK_SKEW 60
#define JTI_BYTES 32
#define SIGNATURE_LEN (BASE64URL_SIZE(SECRET_MAC_SIZE) - 1)

struct segments {
	struct str header;
	struct str signed_part; /* header.payload */
	struct str signature;
};

static void
set_session(struct token *t)
{
	(void)SHA256(
	    (const unsigned char *)t->jti, strlen(t->jti), t->session_id);
	memcpy(t->session, "\\x", 2);
	hex_encode(t->session + 2, t->session_id, SESSION_ID_SIZE);
}

/* As the database writes it, in lower case: it is compared with that. */
static bool
copy_uuid(char out[37], const char *text)
{
	if (!str_is_uuid(str_of(text)))
		return false;
	for (size_t i = 0; i < 37; i++)
		out[i] = text[i] >= 'A' && text[i] <= 'F' ? (char)(text[i] + 32)
							  : text[i];
	return true;
}

enum rc
token_new(
    const char *user_id, const char *tenant_id, int64_t now, struct token *out)
{
	struct token t = { .issued_at = now };
	uint8_t random[JTI_BYTES];

	if (!copy_uuid(t.user_id, user_id) ||
	    !copy_uuid(t.tenant_id, tenant_id))
		return RC_INVALID;
	t.expires_at = now + TOKEN_LIFETIME;
	secret_random(random, sizeof(random));
	base64url_encode(t.jti, random, sizeof(random));
	set_session(&t);
	*out = t;
	return RC_OK;
}

static const struct jwt_key *
signing_key(const struct keys *keys)
{
	for (size_t i = 0; i < keys->jwt_count; i++)
		if (keys->jwt[i].may_sign)
			return &keys->jwt[i];
	return NULL;
}

static int
add_claims(jwt_t *jwt, const struct token *t)
{
	int bad = 0;

	bad |= jwt_add_grant(jwt, "iss", TOKEN_ISSUER);
	bad |= jwt_add_grant(jwt, "aud", TOKEN_AUDIENCE);
	bad |= jwt_add_grant(jwt, "sub", t->user_id);
	bad |= jwt_add_grant(jwt, "tid", t->tenant_id);
	bad |= jwt_add_grant(jwt, "jti", t->jti);
	bad |= jwt_add_grant_int(jwt, "iat", (long)t->issued_at);
	bad |= jwt_add_grant_int(jwt, "exp", (long)t->expires_at);
	return bad;
}

/* What the library wrote must be what token_verify() will accept. */
static enum rc
take_text(const struct jwt_key *key, const char *text, char out[TOKEN_SIZE])
{
	size_t len;

	len = text == NULL ? 0 : strlen(text);
	if (len <= key->header_len || len >= TOKEN_SIZE ||
	    memcmp(text, key->header, key->header_len) != 0 ||
	    text[key->header_len] != '.')
		return RC_BROKEN;
	memcpy(out, text, len + 1);
	return RC_OK;
}

enum rc
token_sign(
    const struct keys *keys, const struct token *t, char text_out[TOKEN_SIZE])
{
	const struct jwt_key *key = signing_key(keys);
	enum rc rc = RC_BROKEN;
	char *text = NULL;
	jwt_t *jwt = NULL;

	if (key != NULL && jwt_new(&jwt) == 0 &&
	    jwt_add_header(jwt, "kid", key->kid) == 0 &&
	    add_claims(jwt, t) == 0 &&
	    jwt_set_alg(jwt, JWT_ALG_HS256, key->bytes, KEY_SIZE) == 0) {
		text = jwt_encode_str(jwt);
		rc = take_text(key, text, text_out);
	}
	free(text);
	jwt_free(jwt);
	if (rc != RC_OK)
		log_event(LOG_ERROR, "token not signed", NULL);
	return rc;
}

static bool
is_token_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '-' || c == '_';
}

/* Three segments of base64url characters, none of them empty. */
static bool
split(struct str text, struct segments *out)
{
	size_t dot[2] = { 0, 0 };
	size_t dots = 0;

	if (text.ptr == NULL || text.len < TOKEN_ACCEPT_MIN ||
	    text.len > TOKEN_ACCEPT_MAX)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		if (is_token_char(text.ptr[i]))
			continue;
		if (text.ptr[i] != '.' || dots == 2)
			return false;
		dot[dots++] = i;
	}
	if (dots != 2 || dot[0] == 0 || dot[1] == dot[0] + 1 ||
	    dot[1] == text.len - 1)
		return false;

	out->header = (struct str){ text.ptr, dot[0] };
	out->signed_part = (struct str){ text.ptr, dot[1] };
	out->signature =
	    (struct str){ text.ptr + dot[1] + 1, text.len - dot[1] - 1 };
	return true;
}

/* The header is one of ours to the byte: alg, kid, crit and jwk with it. */
static const struct jwt_key *
find_key(const struct keys *keys, struct str header)
{
	for (size_t i = 0; i < keys->jwt_count; i++) {
		const struct jwt_key *key = &keys->jwt[i];

		if (header.len == key->header_len &&
		    CRYPTO_memcmp(header.ptr, key->header, header.len) == 0)
			return key;
	}
	return NULL;
}

static bool
is_signed(const struct jwt_key *key, const struct segments *s)
{
	char expected[BASE64URL_SIZE(SECRET_MAC_SIZE)];
	uint8_t mac[SECRET_MAC_SIZE];

	if (s->signature.len != SIGNATURE_LEN)
		return false;
	secret_mac(key->bytes, s->signed_part, (struct str){ NULL, 0 }, mac);
	base64url_encode(expected, mac, sizeof(mac));
	return CRYPTO_memcmp(expected, s->signature.ptr, SIGNATURE_LEN) == 0;
}

/* A number that is missing sets errno; one of another type reads as 0. */
static bool
get_time(jwt_t *jwt, const char *name, int64_t *out)
{
	long value;

	errno = 0;
	value = jwt_get_grant_int(jwt, name);
	if (errno != 0 || value <= 0)
		return false;
	*out = value;
	return true;
}

static bool
is_grant(jwt_t *jwt, const char *name, const char *expected)
{
	const char *value = jwt_get_grant(jwt, name);

	return value != NULL && strcmp(value, expected) == 0;
}

static bool
read_times(jwt_t *jwt, int64_t now, struct token *out)
{
	if (!get_time(jwt, "exp", &out->expires_at) ||
	    !get_time(jwt, "iat", &out->issued_at))
		return false;
	return out->expires_at > now && out->issued_at <= now + CLOCK_SKEW &&
	       out->expires_at > out->issued_at &&
	       out->expires_at - out->issued_at <= TOKEN_LIFETIME;
}

static bool
read_names(jwt_t *jwt, struct token *out)
{
	const char *jti = jwt_get_grant(jwt, "jti");
	uint8_t raw[JTI_BYTES];

	if (!copy_uuid(out->user_id, jwt_get_grant(jwt, "sub")) ||
	    !copy_uuid(out->tenant_id, jwt_get_grant(jwt, "tid")))
		return false;
	if (jti == NULL || strlen(jti) != sizeof(out->jti) - 1 ||
	    base64url_decode(raw, sizeof(raw), str_of(jti)) != JTI_BYTES)
		return false;
	memcpy(out->jti, jti, sizeof(out->jti));
	return true;
}

static bool
read_claims(jwt_t *jwt, int64_t now, struct token *out)
{
	return jwt_get_alg(jwt) == JWT_ALG_HS256 && read_times(jwt, now, out) &&
	       is_grant(jwt, "iss", TOKEN_ISSUER) &&
	       is_grant(jwt, "aud", TOKEN_AUDIENCE) && read_names(jwt, out);
}

enum rc
token_verify(
    const struct keys *keys, struct str text, int64_t now, struct token *out)
{
	char terminated[TOKEN_ACCEPT_MAX + 1];
	const struct jwt_key *key;
	struct token t = { 0 };
	struct segments s;
	jwt_t *jwt = NULL;
	bool ok;

	if (!split(text, &s))
		return RC_NOBODY;
	key = find_key(keys, s.header);
	if (key == NULL || !is_signed(key, &s))
		return RC_NOBODY;

	memcpy(terminated, text.ptr, text.len);
	terminated[text.len] = '\0';
	if (jwt_decode(&jwt, terminated, key->bytes, KEY_SIZE) != 0)
		return RC_NOBODY;
	ok = read_claims(jwt, now, &t);
	jwt_free(jwt);
	if (!ok)
		return RC_NOBODY;
	set_session(&t);
	*out = t;
	return RC_OK;
}
