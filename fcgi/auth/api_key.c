/* Making keys, and telling them from what only looks like one. */
#include "auth/api_key.h"

#include <string.h>

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include "auth/secret.h"

#define MARK_LEN 9 /* "csk_live_" */
#define RANDOM_LEN 43
#define SUM_LEN 6
#define BASE 62

_Static_assert(MARK_LEN + RANDOM_LEN + SUM_LEN + 1 == API_KEY_SIZE, "parts");

static const char digits[] =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/* As in zlib. */
static uint32_t
crc32_of(const char *text, size_t len)
{
	uint32_t crc = 0xffffffff;

	for (size_t i = 0; i < len; i++) {
		crc ^= (unsigned char)text[i];
		for (int bit = 0; bit < 8; bit++)
			crc = (crc >> 1) ^ (0xedb88320 & -(crc & 1));
	}
	return ~crc;
}

static void
put_sum(char *out, const char *text, size_t len)
{
	uint32_t sum = crc32_of(text, len);

	for (size_t i = SUM_LEN; i-- > 0; sum /= BASE)
		out[i] = digits[sum % BASE];
}

/* Each digit equally often: bytes beyond the last whole round are thrown
 * away. */
static void
put_random(char *out, size_t len)
{
	uint8_t byte;

	while (len > 0) {
		secret_random(&byte, 1);
		if (byte >= BASE * (256 / BASE))
			continue;
		*out++ = digits[byte % BASE];
		len--;
	}
}

void
api_key_new(bool is_live, char text_out[API_KEY_SIZE])
{
	memcpy(text_out, is_live ? "csk_live_" : "csk_test_", MARK_LEN);
	put_random(text_out + MARK_LEN, RANDOM_LEN);
	put_sum(
	    text_out + MARK_LEN + RANDOM_LEN, text_out, MARK_LEN + RANDOM_LEN);
	text_out[API_KEY_SIZE - 1] = '\0';
}

bool
api_key_is_meant(struct str text)
{
	return text.len >= 4 && memcmp(text.ptr, "csk_", 4) == 0;
}

static bool
is_key(struct str text)
{
	char sum[SUM_LEN];

	if (text.ptr == NULL || text.len != API_KEY_SIZE - 1)
		return false;
	if (memcmp(text.ptr, "csk_live_", MARK_LEN) != 0 &&
	    memcmp(text.ptr, "csk_test_", MARK_LEN) != 0)
		return false;
	for (size_t i = MARK_LEN; i < text.len; i++)
		if (memchr(digits, text.ptr[i], BASE) == NULL)
			return false;
	put_sum(sum, text.ptr, text.len - SUM_LEN);
	return memcmp(sum, text.ptr + text.len - SUM_LEN, SUM_LEN) == 0;
}

enum rc
api_key_read(struct str text, char hash_out[API_KEY_HASH_SIZE])
{
	uint8_t hash[SHA256_DIGEST_LENGTH];

	if (!is_key(text))
		return RC_NOBODY;
	(void)SHA256((const unsigned char *)text.ptr, text.len, hash);
	memcpy(hash_out, "\\x", 2);
	hex_encode(hash_out + 2, hash, sizeof(hash));
	OPENSSL_cleanse(hash, sizeof(hash));
	return RC_OK;
}
