/*
 * Hostile tokens.  The first byte chooses: even, the rest is the text of a
 * token; odd, the rest is a payload that is signed with our key first, so
 * that the reading of claims is reached.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "auth/secret.h"
#include "auth/token.h"

#define NOW 1700000000
#define HEADER "{\"alg\":\"HS256\",\"kid\":\"k1\",\"typ\":\"JWT\"}"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
set_keys(struct keys *k)
{
	struct jwt_key *key = &k->jwt[0];

	memset(k, 0, sizeof(*k));
	k->jwt_count = 1;
	memcpy(key->kid, "k1", 3);
	memset(key->bytes, 'k', KEY_SIZE);
	key->may_sign = true;
	base64url_encode(key->header, (const uint8_t *)HEADER,
	    strlen(HEADER));
	key->header_len = strlen(key->header);
}

static void
forge(const struct keys *k, const uint8_t *claims, size_t len, char *out)
{
	uint8_t mac[SECRET_MAC_SIZE];
	size_t n = k->jwt[0].header_len;

	memcpy(out, k->jwt[0].header, n);
	out[n++] = '.';
	base64url_encode(out + n, claims, len);
	secret_mac(k->jwt[0].bytes, str_of(out), (struct str){ NULL, 0 },
	    mac);
	n = strlen(out);
	out[n++] = '.';
	base64url_encode(out + n, mac, sizeof(mac));
}

/* What was accepted can be written and read again. */
static void
check_accepted(const struct keys *k, const struct token *t)
{
	char text[TOKEN_SIZE];
	struct token again;

	assert(t->expires_at > NOW && t->issued_at <= NOW + 60);
	assert(t->expires_at - t->issued_at <= TOKEN_LIFETIME);
	assert(str_is_uuid(str_of(t->user_id)));
	assert(str_is_uuid(str_of(t->tenant_id)));
	assert(strlen(t->session) == SESSION_TEXT_SIZE - 1);
	assert(token_sign(k, t, text) == RC_OK);
	assert(token_verify(k, str_of(text), NOW, &again) == RC_OK);
	assert(memcmp(t, &again, sizeof(again)) == 0);
}

static void
run(const struct keys *k, const char *text, size_t len)
{
	char *exact = malloc(len + (len == 0));
	struct token t;

	if (exact == NULL)
		return;
	memcpy(exact, text, len);
	if (token_verify(k, (struct str){ exact, len }, NOW, &t) == RC_OK)
		check_accepted(k, &t);
	free(exact);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[1024];
	struct keys k;

	set_keys(&k);
	if (size == 0)
		return 0;
	if (data[0] % 2 == 0) {
		run(&k, (const char *)data + 1, size - 1);
	} else if (size <= 600) {
		forge(&k, data + 1, size - 1, text);
		run(&k, text, strlen(text));
	}
	return 0;
}
