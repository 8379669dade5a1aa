/* Masked HMAC tokens and the browser's origin headers. */
#include "auth/csrf.h"

#include <stdint.h>
#include <string.h>

#include <openssl/crypto.h>

#include "auth/secret.h"

#define MASK_SIZE 32

void
csrf_bind(const struct keys *keys, struct token *t)
{
	struct str session = { (const char *)t->session_id, SESSION_ID_SIZE };

	secret_mac(keys->csrf, session, str_of(t->tenant_id), t->csrf);
}

void
csrf_issue(const struct token *t, char out[CSRF_SIZE])
{
	uint8_t raw[MASK_SIZE + SECRET_MAC_SIZE];

	secret_random(raw, MASK_SIZE);
	for (size_t i = 0; i < SECRET_MAC_SIZE; i++)
		raw[MASK_SIZE + i] = raw[i] ^ t->csrf[i];
	base64url_encode(out, raw, sizeof(raw));
}

enum rc
csrf_verify(const struct token *t, struct str text)
{
	uint8_t raw[MASK_SIZE + SECRET_MAC_SIZE];

	if (text.ptr == NULL || text.len != CSRF_SIZE - 1)
		return RC_DENIED;
	if (base64url_decode(raw, sizeof(raw), text) != (long)sizeof(raw))
		return RC_DENIED;
	for (size_t i = 0; i < SECRET_MAC_SIZE; i++)
		raw[MASK_SIZE + i] ^= raw[i];
	if (CRYPTO_memcmp(raw + MASK_SIZE, t->csrf, SECRET_MAC_SIZE) != 0)
		return RC_DENIED;
	return RC_OK;
}

bool
csrf_origin_ok(bool is_write, struct str sec_fetch_site, struct str origin,
    struct str configured_origin)
{
	if (!is_write)
		return true;
	if (origin.ptr != NULL && !str_eq(origin, configured_origin))
		return false;
	if (sec_fetch_site.ptr != NULL)
		return str_is(sec_fetch_site, "same-origin");
	return origin.ptr != NULL;
}
