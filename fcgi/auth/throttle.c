/* Peppered names for the counters of failed sign-ins. */
#include "auth/throttle.h"

#include <assert.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include <arpa/inet.h>

#include "auth/secret.h"

#define EMAIL_MAX 254

static void
set_name(
    const struct keys *keys, struct str kind, struct str value, char out[67])
{
	uint8_t mac[SECRET_MAC_SIZE];

	secret_mac(keys->pepper, kind, value, mac);
	memcpy(out, "\\x", 2);
	hex_encode(out + 2, mac, sizeof(mac));
}

static struct str
trim(struct str s)
{
	while (s.len > 0 && s.ptr[0] == ' ') {
		s.ptr++;
		s.len--;
	}
	while (s.len > 0 && s.ptr[s.len - 1] == ' ')
		s.len--;
	return s;
}

static enum rc
set_email(const struct keys *keys, struct str email, char out[67])
{
	char lower[EMAIL_MAX];

	email = trim(email);
	if (email.len > sizeof(lower))
		return RC_INVALID;
	for (size_t i = 0; i < email.len; i++) {
		char c = email.ptr[i];

		if ((c & 0x80) != 0)
			return RC_INVALID;
		lower[i] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
	}
	set_name(keys, STR("e:"), (struct str){ lower, email.len }, out);
	return RC_OK;
}

/* 4 or 6, then the prefix that one customer of a provider controls. */
static enum rc
set_net(const struct keys *keys, const char *ip, char out[67])
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	struct in_addr v4;
	struct in6_addr v6;
	char net[8] = { 0 };

	if (inet_pton(AF_INET, ip, &v4) == 1) {
		net[0] = 4;
		memcpy(net + 1, &v4, 3);
	} else if (inet_pton(AF_INET6, ip, &v6) != 1) {
		return RC_INVALID;
	} else if (memcmp(&v6, mapped, sizeof(mapped)) == 0) {
		net[0] = 4;
		memcpy(net + 1, v6.s6_addr + 12, 3);
	} else {
		net[0] = 6;
		memcpy(net + 1, v6.s6_addr, 7);
	}
	set_name(keys, STR("i:"), (struct str){ net, sizeof(net) }, out);
	return RC_OK;
}

enum rc
throttle_names(const struct keys *keys, struct str email, const char *ip,
    struct throttle *out)
{
	struct throttle t = { 0 };
	enum rc rc;

	assert(keys->has_pepper);
	rc = set_email(keys, email, t.email);
	if (rc == RC_OK)
		rc = set_net(keys, ip == NULL ? "" : ip, t.net);
	if (rc == RC_OK)
		*out = t;
	return rc;
}
