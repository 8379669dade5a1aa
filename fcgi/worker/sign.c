/* Signs exactly the bytes that are sent. */
#include "worker/sign.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "core/log.h"

#define PREFIX "whsec_"
#define KEY_MAX 64
#define KEY_MIN 24
#define MAC_SIZE 32

/* Fetched once: looking an algorithm up costs more than using it. */
static EVP_MAC_CTX *
hmac(void)
{
	static EVP_MAC_CTX *ctx;
	EVP_MAC *mac;

	if (ctx != NULL)
		return ctx;
	mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	if (mac != NULL)
		ctx = EVP_MAC_CTX_new(mac);
	EVP_MAC_free(mac);
	if (ctx == NULL)
		log_refuse("OpenSSL has no HMAC", NULL);
	return ctx;
}

static enum rc
compute(const uint8_t *key, size_t key_len, struct str head, struct str body,
    uint8_t out[MAC_SIZE])
{
	char digest[] = "SHA256";
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string("digest", digest, 0),
		OSSL_PARAM_construct_end(),
	};
	EVP_MAC_CTX *ctx = hmac();
	size_t len;

	if (EVP_MAC_init(ctx, key, key_len, params) != 1 ||
	    EVP_MAC_update(ctx, (const uint8_t *)head.ptr, head.len) != 1 ||
	    EVP_MAC_update(ctx, (const uint8_t *)body.ptr, body.len) != 1 ||
	    EVP_MAC_final(ctx, out, &len, MAC_SIZE) != 1 || len != MAC_SIZE) {
		log_event(LOG_ERROR, "cannot sign", NULL);
		return RC_BROKEN;
	}
	return RC_OK;
}

static enum rc
sign_one(struct buf *out, struct str secret, struct str head, struct str body)
{
	uint8_t key[KEY_MAX], mac[MAC_SIZE];
	char text[4 * ((MAC_SIZE + 2) / 3) + 1];
	long len;
	enum rc rc;

	if (secret.len < strlen(PREFIX) ||
	    memcmp(secret.ptr, PREFIX, strlen(PREFIX)) != 0)
		return RC_INVALID;
	len = base64_decode(key, sizeof(key),
	    (struct str){
		secret.ptr + strlen(PREFIX), secret.len - strlen(PREFIX) });
	if (len < KEY_MIN)
		return RC_INVALID;

	rc = compute(key, (size_t)len, head, body, mac);
	OPENSSL_cleanse(key, sizeof(key));
	if (rc != RC_OK)
		return rc;
	base64_encode(text, mac, sizeof(mac));
	buf_adds(out, "v1,");
	buf_adds(out, text);
	return RC_OK;
}

enum rc
sign_webhook(struct buf *out, const char *secrets, const char *id,
    int64_t timestamp, struct str body)
{
	const char *at = secrets;
	char head[128];
	int len;
	enum rc rc;

	len = snprintf(head, sizeof(head), "%s.%" PRId64 ".", id, timestamp);
	if (len < 0 || (size_t)len >= sizeof(head) || strchr(id, '.') != NULL)
		return RC_INVALID;
	for (;;) {
		size_t n = strcspn(at, " ");

		rc = sign_one(out, (struct str){ at, n },
		    (struct str){ head, (size_t)len }, body);
		if (rc != RC_OK)
			return rc;
		at += n;
		if (*at == '\0')
			break;
		at++;
		buf_addc(out, ' ');
	}
	return out->spoiled ? RC_BROKEN : RC_OK;
}
