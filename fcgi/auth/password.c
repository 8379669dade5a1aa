/* bcrypt through libxcrypt, and the rules for new passwords. */
#include "auth/password.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <crypt.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "auth/secret.h"
#include "core/log.h"

#define HASH_LEN (PASSWORD_HASH_SIZE - 1)
#define COST 12
#define SALT_BYTES 16
#define MAC_SIZE 48
#define PREHASH_SIZE 65 /* base64 of 48 bytes, below the 72 of bcrypt */
#define PIECE_MIN 4
#define DISTINCT_MIN 5

/* Nobody's: the work an unknown name costs. */
#define DUMMY "$2b$12$Q9oiyp0EXyTLlRhQzUHxUuVEO3on0gkdluaiHudTSzbPOGWmysIQu"

static enum rc
prehash(const struct keys *keys, struct str password, char out[PREHASH_SIZE])
{
	uint8_t mac[MAC_SIZE];
	unsigned int len = 0;

	assert(keys->has_pepper);
	if (password.ptr == NULL || password.len == 0 ||
	    password.len > PASSWORD_MAX || !str_is_text(password))
		return RC_INVALID;
	if (HMAC(EVP_sha384(), keys->pepper, KEY_SIZE,
		(const unsigned char *)password.ptr, password.len, mac,
		&len) == NULL ||
	    len != MAC_SIZE) {
		log_event(LOG_ERROR, "no pre-hash", NULL);
		return RC_BROKEN;
	}
	base64_encode(out, mac, MAC_SIZE);
	explicit_bzero(mac, sizeof(mac));
	return RC_OK;
}

/* setting is a salt or a whole hash. */
static enum rc
bcrypt(const char *phrase, const char *setting, char out[PASSWORD_HASH_SIZE])
{
	struct crypt_data *data;
	const char *hash;
	enum rc rc = RC_BROKEN;

	data = calloc(1, sizeof(*data));
	if (data == NULL) {
		log_event(LOG_ERROR, "out of memory", NULL);
		return RC_BROKEN;
	}
	hash = crypt_r(phrase, setting, data);
	if (hash != NULL && strlen(hash) == HASH_LEN) {
		memcpy(out, hash, PASSWORD_HASH_SIZE);
		rc = RC_OK;
	}
	explicit_bzero(data, sizeof(*data));
	free(data);
	if (rc != RC_OK)
		log_event(LOG_ERROR, "bcrypt failed", NULL);
	return rc;
}

enum rc
password_hash(
    const struct keys *keys, struct str password, char out[PASSWORD_HASH_SIZE])
{
	char phrase[PREHASH_SIZE], setting[CRYPT_GENSALT_OUTPUT_SIZE];
	uint8_t salt[SALT_BYTES];
	enum rc rc;

	rc = prehash(keys, password, phrase);
	if (rc != RC_OK)
		return rc;
	secret_random(salt, sizeof(salt));
	if (crypt_gensalt_rn("$2b$", COST, (const char *)salt, SALT_BYTES,
		setting, sizeof(setting)) == NULL) {
		log_event(LOG_ERROR, "no salt for bcrypt", NULL);
		rc = RC_BROKEN;
	} else {
		rc = bcrypt(phrase, setting, out);
	}
	explicit_bzero(phrase, sizeof(phrase));
	return rc;
}

/* The cost in a hash that bcrypt can check in reasonable time, or 0. */
static int
hash_cost(const char *hash)
{
	int cost;

	if (hash == NULL || strlen(hash) != HASH_LEN ||
	    strncmp(hash, "$2b$", 4) != 0 || hash[6] != '$')
		return 0;
	if (hash[4] < '0' || hash[4] > '1' || hash[5] < '0' || hash[5] > '9')
		return 0;
	cost = (hash[4] - '0') * 10 + (hash[5] - '0');
	return cost >= 4 && cost <= 15 ? cost : 0;
}

bool
password_is_dated(const char *hash)
{
	return hash_cost(hash) < COST;
}

enum rc
password_verify(const struct keys *keys, struct str password, const char *hash)
{
	char phrase[PREHASH_SIZE], found[PASSWORD_HASH_SIZE];
	bool is_known = hash_cost(hash) > 0;
	const char *expected = is_known ? hash : DUMMY;
	bool same;
	enum rc rc;

	rc = prehash(keys, password, phrase);
	if (rc != RC_OK)
		return rc;
	rc = bcrypt(phrase, expected, found);
	explicit_bzero(phrase, sizeof(phrase));
	if (rc != RC_OK)
		return rc;
	same = CRYPTO_memcmp(found, expected, HASH_LEN) == 0;
	explicit_bzero(found, sizeof(found));
	return same && is_known ? RC_OK : RC_DENIED;
}

/* Lower case, with everything but letters, digits and UTF-8 left out. */
static size_t
fold(struct str in, char out[PASSWORD_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < in.len && n < PASSWORD_MAX; i++) {
		char c = in.ptr[i];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c + 32);
		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
		    (c & 0x80) != 0)
			out[n++] = c;
	}
	return n;
}

static bool
has_piece(struct str folded, struct str piece)
{
	char text[PASSWORD_MAX];
	size_t n;
	bool found;

	n = fold(piece, text);
	found =
	    n >= PIECE_MIN && memmem(folded.ptr, folded.len, text, n) != NULL;
	return found;
}

static struct str
local_part(struct str email)
{
	const char *at;

	at = email.len == 0 ? NULL : memchr(email.ptr, '@', email.len);
	if (at != NULL)
		email.len = (size_t)(at - email.ptr);
	return email;
}

static size_t
count_characters(struct str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++)
		n += (s.ptr[i] & 0xc0) != 0x80;
	return n;
}

static bool
is_monotonous(struct str s)
{
	bool seen[256] = { false };
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];

		n += !seen[c];
		seen[c] = true;
	}
	return n < DISTINCT_MIN;
}

/* Each is what is left of a thousand common ones when the digits at both
 * ends are taken away; a word twice counts as the word. */
static const char *const common[] = {
	"",
	"abc",
	"abcd",
	"abcdef",
	"abcdefgh",
	"abcdefghij",
	"abcdefghijkl",
	"abcdefghijklm",
	"access",
	"admin",
	"administrator",
	"asdf",
	"asdfgh",
	"asdfghjkl",
	"asdfghjklzxcvbnm",
	"baseball",
	"changeme",
	"changemeplease",
	"charlie",
	"computer",
	"correcthorsebatterystaple",
	"customer",
	"customersuccess",
	"default",
	"demo",
	"dragon",
	"football",
	"foobar",
	"freedom",
	"guest",
	"hello",
	"helloworld",
	"iloveyou",
	"letmein",
	"letmeinplease",
	"login",
	"mainstay",
	"manager",
	"master",
	"michael",
	"monkey",
	"mypassword",
	"newpassword",
	"p@ssw0rd",
	"pass",
	"passphrase",
	"passw0rd",
	"password",
	"princess",
	"q1w2e3r4t5y6",
	"qazwsx",
	"qazwsxedc",
	"qwer",
	"qwert",
	"qwerty",
	"qwertyui",
	"qwertyuiop",
	"qwertyuiopasdfghjklzxcvbnm",
	"qwertz",
	"qwertzuiop",
	"root",
	"secret",
	"server",
	"shadow",
	"starwars",
	"success",
	"sunshine",
	"superman",
	"superuser",
	"temp",
	"temporary",
	"test",
	"testing",
	"thisismypassword",
	"trustno",
	"user",
	"username",
	"welcome",
	"whatever",
	"zaq1zaq1",
	"zxcvbn",
	"zxcvbnm",
};

static bool
is_common_word(struct str word)
{
	for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++)
		if (str_is(word, common[i]))
			return true;
	return false;
}

static bool
is_common(struct str folded)
{
	size_t half;

	if (is_common_word(folded))
		return true;
	while (folded.len > 0 && folded.ptr[0] >= '0' && folded.ptr[0] <= '9') {
		folded.ptr++;
		folded.len--;
	}
	while (folded.len > 0 && folded.ptr[folded.len - 1] >= '0' &&
	       folded.ptr[folded.len - 1] <= '9')
		folded.len--;
	if (is_common_word(folded))
		return true;
	half = folded.len / 2;
	if (folded.len % 2 != 0 ||
	    memcmp(folded.ptr, folded.ptr + half, half) != 0)
		return false;
	folded.len = half;
	return is_common_word(folded);
}

static const char *
guess_fault(struct str password, struct str email, struct str organisation)
{
	char text[PASSWORD_MAX];
	struct str folded = { text, fold(password, text) };
	const char *why = NULL;

	if (is_monotonous(password) || is_common(folded))
		why = "This password is one of the first that attackers try. "
		      "Please choose another.";
	else if (has_piece(folded, local_part(email)))
		why = "Please choose a password that does not contain your "
		      "e-mail name.";
	else if (has_piece(folded, organisation))
		why = "Please choose a password that does not contain the "
		      "name of your organisation.";
	explicit_bzero(text, sizeof(text));
	return why;
}

const char *
password_fault(struct str password, struct str email, struct str organisation)
{
	if (password.ptr == NULL || !str_is_text(password))
		return "The password contains characters that cannot be used.";
	if (count_characters(password) < PASSWORD_MIN)
		return "The password needs at least 12 characters.";
	if (password.len > PASSWORD_MAX)
		return "The password is too long: 256 characters at most.";
	return guess_fault(password, email, organisation);
}
