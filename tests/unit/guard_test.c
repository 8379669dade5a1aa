/* Which addresses a delivery may reach, and which headers it may carry. */
#include "test.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/un.h>

#include "worker/guard.h"

/* The first and the last of each blocked range, and what lies beside. */
static const char *const blocked[] = { "0.0.0.0", "0.255.255.255", "10.0.0.0",
	"10.255.255.255", "100.64.0.0", "100.127.255.255", "127.0.0.1",
	"127.255.255.255", "169.254.169.254", "169.254.0.0", "172.16.0.0",
	"172.31.255.255", "192.0.0.1", "192.0.2.1", "192.88.99.1",
	"192.168.0.0", "192.168.255.255", "198.18.0.0", "198.19.255.255",
	"198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.255",
	"240.0.0.1", "255.255.255.255", "::", "::1", "::ffff:127.0.0.1",
	"::ffff:8.8.8.8", "::127.0.0.1", "::8.8.8.8", "::ffff:0:7f00:1",
	"64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1", "100::1",
	"2001::1", "2001:0:53aa:64c:0:0:0:1", "2001:1ff::1", "2001:db8::1",
	"2002:7f00:1::", "2002:808:808::1", "3fff::1", "3fff:fff::1", "5f00::1",
	"fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1", "4000::1",
	"1fff::1" };

static const char *const open_ones[] = { "1.1.1.1", "8.8.8.8", "9.255.255.255",
	"11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
	"128.0.0.1", "169.253.255.255", "169.255.0.0", "172.15.255.255",
	"172.32.0.0", "192.0.1.1", "192.0.3.1", "192.88.98.1", "192.88.100.1",
	"192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0",
	"198.51.99.1", "198.51.101.1", "203.0.112.1", "203.0.114.1",
	"223.255.255.255", "2606:4700:4700::1111", "2001:200::1",
	"2001:4860:4860::8888", "2003::1", "2a00:1450::1", "3ffe::1" };

static bool
is_public(const char *ip)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
	struct sockaddr_storage any = { 0 };

	if (inet_pton(AF_INET, ip, &v4.sin_addr) == 1) {
		memcpy(&any, &v4, sizeof(v4));
	} else {
		assert_int_equal(inet_pton(AF_INET6, ip, &v6.sin6_addr), 1);
		memcpy(&any, &v6, sizeof(v6));
	}
	return guard_is_public((const struct sockaddr *)&any);
}

static void
private_addresses_are_blocked(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_OF(blocked); i++)
		if (is_public(blocked[i]) || guard_is_public_text(blocked[i]))
			fail_msg("%s is let through", blocked[i]);
}

static void
public_addresses_are_not(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_OF(open_ones); i++)
		if (!is_public(open_ones[i]) ||
		    !guard_is_public_text(open_ones[i]))
			fail_msg("%s is blocked", open_ones[i]);
}

static void
what_is_no_address_is_blocked(void **state)
{
	static const char *const texts[] = { "", "localhost", "8.8.8", "0x8",
		"8.8.8.8.8", "8.8.8.8 ", "1.1.1.1:80" };
	struct sockaddr_un local = { .sun_family = AF_UNIX };

	(void)state;
	for (size_t i = 0; i < N_OF(texts); i++)
		assert_false(guard_is_public_text(texts[i]));
	assert_false(guard_is_public((const struct sockaddr *)&local));
}

static enum trust
judge(const struct guard *g, const char *url)
{
	const char *why = NULL;
	enum trust trust = guard_judge(g, str_of(url), &why);

	if ((trust == TRUST_NONE) != (why != NULL))
		fail_msg("%s: no reason given", url);
	return trust;
}

static void
only_what_the_operator_allows_is_inside(void **state)
{
	struct guard *g =
	    guard_new("localhost:5678,[fd00::1]:80,n8n.lan:443", false);

	(void)state;
	assert_int_equal(judge(g, "http://localhost:5678/x"), TRUST_OPERATOR);
	assert_int_equal(judge(g, "http://LOCALHOST:5678/x"), TRUST_OPERATOR);
	assert_int_equal(judge(g, "http://[fd00::1]/x"), TRUST_OPERATOR);
	assert_int_equal(judge(g, "https://n8n.lan/x"), TRUST_OPERATOR);
	/* anything else is public, and its address will be judged */
	assert_int_equal(judge(g, "http://localhost:5679/x"), TRUST_PUBLIC);
	assert_int_equal(judge(g, "http://127.0.0.1:5678/x"), TRUST_PUBLIC);
	assert_int_equal(judge(g, "http://localhost.:5678/"), TRUST_PUBLIC);
	assert_int_equal(judge(g, "http://n8n.lan/"), TRUST_PUBLIC);
	assert_int_equal(judge(g, "http://localhost/:5678"), TRUST_PUBLIC);
	assert_int_equal(judge(g, "http://x/?localhost:5678"), TRUST_PUBLIC);
	assert_int_equal(judge(g, "http://localhost:5678@x/"), TRUST_NONE);
	guard_free(g);
}

static void
in_production_plain_http_needs_permission(void **state)
{
	struct guard *g = guard_new("localhost:5678", true);

	(void)state;
	assert_int_equal(judge(g, "http://example.com/"), TRUST_NONE);
	assert_int_equal(judge(g, "https://example.com/"), TRUST_PUBLIC);
	assert_int_equal(judge(g, "http://localhost:5678/"), TRUST_OPERATOR);
	guard_free(g);
}

static void
ports_of_other_services_are_refused(void **state)
{
	static const char *const bad[] = { "http://a:22/", "http://a:25/",
		"https://a:1023/", "http://a:3306/", "http://a:5432/",
		"http://a:6379/", "http://a:9200/", "http://a:11211/",
		"http://a:27017/", "gopher://a/", "http://a:0/" };
	static const char *const good[] = { "http://a/", "https://a/",
		"https://a:8443/", "http://a:8080/", "http://a:5678/",
		"http://a:443/" };
	struct guard *g = guard_new("", false);

	(void)state;
	for (size_t i = 0; i < N_OF(bad); i++)
		assert_int_equal(judge(g, bad[i]), TRUST_NONE);
	for (size_t i = 0; i < N_OF(good); i++)
		assert_int_equal(judge(g, good[i]), TRUST_PUBLIC);
	guard_free(g);
}

static void
headers_cannot_forge_the_message(void **state)
{
	static const char *const good[] = { "x-api-key: secret", "A: b",
		"Authorization: Bearer a.b.c", "x: a:b", "X_y.z: 1" };
	static const char *const bad[] = { "", ":", ": x", "a", "a b: c",
		"a : b", "a:\tb", "a: b\r\nc: d", "a: b\nc", "a: \x01",
		"a: \x7f", "a: \xc3\xa4", "Host: x", "host:x",
		"CONTENT-LENGTH: 1", "Transfer-Encoding: chunked",
		"Content-Type: text/plain", "webhook-id: 1",
		"Webhook-Signature: v1,x", "proxy-authorization: x",
		"Connection: close", "Expect: 100-continue", "(x): y",
		"User-Agent: x" };

	(void)state;
	for (size_t i = 0; i < N_OF(good); i++)
		if (!guard_is_header(str_of(good[i])))
			fail_msg("refused: %s", good[i]);
	for (size_t i = 0; i < N_OF(bad); i++)
		if (guard_is_header(str_of(bad[i])))
			fail_msg("taken: %s", bad[i]);
	assert_false(guard_is_header(STR("a: b\0c")));
	assert_false(guard_is_header(STR("a\0: b")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(private_addresses_are_blocked),
		cmocka_unit_test(public_addresses_are_not),
		cmocka_unit_test(what_is_no_address_is_blocked),
		cmocka_unit_test(only_what_the_operator_allows_is_inside),
		cmocka_unit_test(in_production_plain_http_needs_permission),
		cmocka_unit_test(ports_of_other_services_are_refused),
		cmocka_unit_test(headers_cannot_forge_the_message),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
