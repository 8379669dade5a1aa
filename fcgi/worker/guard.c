/* The block lists, and the operator's list of exceptions. */
#include "worker/guard.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/log.h"
#include "worker/endpoint_url.h"

struct guard {
	bool only_https;
	size_t count;
	struct endpoint_url *allowed;
};

struct range {
	uint8_t addr[16];
	unsigned bits;
};

/* clang-format off */
static const struct range blocked_v4[] = {
	{ { 0 }, 8 },              /* this network */
	{ { 10 }, 8 },             /* private */
	{ { 100, 64 }, 10 },       /* carrier NAT */
	{ { 127 }, 8 },            /* loopback */
	{ { 169, 254 }, 16 },      /* link local, cloud metadata */
	{ { 172, 16 }, 12 },       /* private */
	{ { 192, 0, 0 }, 24 },     /* IETF */
	{ { 192, 0, 2 }, 24 },     /* documentation */
	{ { 192, 88, 99 }, 24 },   /* 6to4 relays */
	{ { 192, 168 }, 16 },      /* private */
	{ { 198, 18 }, 15 },       /* benchmarks */
	{ { 198, 51, 100 }, 24 },  /* documentation */
	{ { 203, 0, 113 }, 24 },   /* documentation */
	{ { 224 }, 4 },            /* multicast */
	{ { 240 }, 4 },            /* reserved, broadcast */
};

/* Only 2000::/3 is public at all; these lie within it. */
static const struct range public_v6 = { { 0x20 }, 3 };
static const struct range blocked_v6[] = {
	{ { 0x20, 0x01, 0x00 }, 23 },       /* IETF, Teredo */
	{ { 0x20, 0x01, 0x0d, 0xb8 }, 32 }, /* documentation */
	{ { 0x20, 0x02 }, 16 },             /* 6to4: carries a version 4 */
	{ { 0x3f, 0xff }, 20 },             /* documentation */
};

/* Services that speak no HTTP and might obey one line of it. */
static const uint16_t blocked_ports[] = { 1433, 1521, 2049, 2375, 2376,
	2379, 2380, 3306, 3389, 5432, 5672, 5984, 6000, 6379, 6443, 6666,
	6667, 8086, 9042, 9092, 9200, 9300, 10250, 11211, 27017, 27018 };
/* clang-format on */

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool
is_within(const uint8_t *addr, const struct range *r)
{
	unsigned whole = r->bits / 8;
	unsigned rest = r->bits % 8;

	if (memcmp(addr, r->addr, whole) != 0)
		return false;
	return rest == 0 ||
	       (addr[whole] >> (8 - rest)) == (r->addr[whole] >> (8 - rest));
}

static bool
is_in_list(const uint8_t *addr, const struct range *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (is_within(addr, &list[i]))
			return true;
	return false;
}

static bool
is_public_v4(const struct in_addr *addr)
{
	uint8_t bytes[4];

	memcpy(bytes, addr, sizeof(bytes));
	return !is_in_list(bytes, blocked_v4, COUNT(blocked_v4));
}

static bool
is_public_v6(const struct in6_addr *addr)
{
	return is_within(addr->s6_addr, &public_v6) &&
	       !is_in_list(addr->s6_addr, blocked_v6, COUNT(blocked_v6));
}

bool
guard_is_public(const struct sockaddr *addr)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	if (addr->sa_family == AF_INET) {
		memcpy(&v4, addr, sizeof(v4));
		return is_public_v4(&v4.sin_addr);
	}
	if (addr->sa_family == AF_INET6) {
		memcpy(&v6, addr, sizeof(v6));
		return is_public_v6(&v6.sin6_addr);
	}
	return false;
}

bool
guard_is_public_text(const char *ip)
{
	struct in_addr v4;
	struct in6_addr v6;

	if (inet_pton(AF_INET, ip, &v4) == 1)
		return is_public_v4(&v4);
	return inet_pton(AF_INET6, ip, &v6) == 1 && is_public_v6(&v6);
}

static bool
is_web_port(uint16_t port)
{
	if (port == 80 || port == 443)
		return true;
	if (port < 1024)
		return false;
	for (size_t i = 0; i < COUNT(blocked_ports); i++)
		if (port == blocked_ports[i])
			return false;
	return true;
}

struct guard *
guard_new(const char *allow, bool only_https)
{
	struct guard *g = calloc(1, sizeof(*g));
	const char *at = allow;

	if (g == NULL)
		log_refuse("out of memory", NULL);
	g->only_https = only_https;
	while (*at != '\0') {
		size_t len = strcspn(at, ",");
		struct endpoint_url *list;

		list = realloc(g->allowed, (g->count + 1) * sizeof(*list));
		if (list == NULL)
			log_refuse("out of memory", NULL);
		g->allowed = list;
		if (!endpoint_url_host(
			(struct str){ at, len }, &list[g->count]) ||
		    list[g->count].port == 0)
			log_refuse("bad setting", "name",
			    "MAINSTAY_WEBHOOK_ALLOW", "value", allow,
			    "expected", "host:port,host:port", NULL);
		g->count++;
		at += len;
		at += *at == ',';
	}
	return g;
}

void
guard_free(struct guard *g)
{
	free(g->allowed);
	free(g);
}

static bool
is_allowed(const struct guard *g, const struct endpoint_url *url)
{
	for (size_t i = 0; i < g->count; i++)
		if (g->allowed[i].port == url->port &&
		    strcmp(g->allowed[i].host, url->host) == 0)
			return true;
	return false;
}

enum trust
guard_judge(const struct guard *g, struct str text, const char **why)
{
	struct endpoint_url url;

	if (!endpoint_url_parse(text, &url)) {
		*why = "refused: not an http or https address";
		return TRUST_NONE;
	}
	if (is_allowed(g, &url))
		return TRUST_OPERATOR;
	if (g->only_https && !url.is_https) {
		*why = "refused: only https addresses are allowed";
		return TRUST_NONE;
	}
	if (!is_web_port(url.port)) {
		*why = "refused: this port is not allowed";
		return TRUST_NONE;
	}
	return TRUST_PUBLIC;
}

static bool
is_token(struct str s)
{
	static const char marks[] = "!#$%&'*+-.^_`|~";

	if (s.len < 1 || s.len > 64)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];

		if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'z') &&
		    !(c >= 'A' && c <= 'Z') &&
		    (c == '\0' || strchr(marks, c) == NULL))
			return false;
	}
	return true;
}

/* Those that frame the message or are ours. */
static bool
is_reserved(struct str name)
{
	static const char *const names[] = { "host", "content-length",
		"content-type", "transfer-encoding", "connection", "expect",
		"te", "trailer", "upgrade", "user-agent" };

	if (name.len >= 8 && strncasecmp(name.ptr, "webhook-", 8) == 0)
		return true;
	if (name.len >= 6 && strncasecmp(name.ptr, "proxy-", 6) == 0)
		return true;
	for (size_t i = 0; i < COUNT(names); i++)
		if (name.len == strlen(names[i]) &&
		    strncasecmp(name.ptr, names[i], name.len) == 0)
			return true;
	return false;
}

bool
guard_is_header(struct str line)
{
	struct str name = line;
	const char *colon;

	colon = line.len > 0 ? memchr(line.ptr, ':', line.len) : NULL;
	if (colon == NULL)
		return false;
	name.len = (size_t)(colon - line.ptr);
	for (size_t i = 0; i < line.len; i++)
		if (line.ptr[i] < ' ' || line.ptr[i] > '~')
			return false;
	return is_token(name) && !is_reserved(name);
}
