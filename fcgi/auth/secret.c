/* Thin rooms around getrandom(2) and libcrypto. */
#include "auth/secret.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/types.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "core/log.h"

#define MESSAGE_MAX 1024

static void
give_up(const char *what)
{
	log_event(
	    LOG_ERROR, "the cryptographic library failed", "call", what, NULL);
	_Exit(1);
}

void
secret_random(uint8_t *out, size_t len)
{
	while (len > 0) {
		ssize_t n = getrandom(out, len, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			give_up("getrandom");
		out += n;
		len -= (size_t)n;
	}
}

void
secret_mac(const uint8_t key[KEY_SIZE], struct str a, struct str b,
    uint8_t out[SECRET_MAC_SIZE])
{
	uint8_t message[MESSAGE_MAX];
	unsigned int len = 0;

	assert(a.len <= sizeof(message) && b.len <= sizeof(message) - a.len);
	if (a.len > 0)
		memcpy(message, a.ptr, a.len);
	if (b.len > 0)
		memcpy(message + a.len, b.ptr, b.len);
	if (HMAC(EVP_sha256(), key, KEY_SIZE, message, a.len + b.len, out,
		&len) == NULL ||
	    len != SECRET_MAC_SIZE)
		give_up("HMAC");
}

void
secret_hash(struct str text, uint8_t out[SECRET_MAC_SIZE])
{
	unsigned int len = 0;

	if (EVP_Digest(text.len > 0 ? text.ptr : "", text.len, out, &len,
		EVP_sha256(), NULL) != 1 ||
	    len != SECRET_MAC_SIZE)
		give_up("EVP_Digest");
}

void
secret_prepare(void)
{
	static const uint8_t key[KEY_SIZE];
	uint8_t out[SECRET_MAC_SIZE];

	secret_mac(key, (struct str){ NULL, 0 }, (struct str){ NULL, 0 }, out);
	secret_hash((struct str){ NULL, 0 }, out);
}
