/* Addresses of receivers, honest and hostile. */
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "worker/endpoint_url.h"

/* clang-format off */
static const struct url_case {
	const char *text;
	bool is_https;
	const char *host; /* NULL: refused */
	int port;
} cases[] = {
	{ "http://example.com", false, "example.com", 80 },
	{ "https://example.com", true, "example.com", 443 },
	{ "HTTPS://Example.COM/Path?q=1&r=%20", true, "example.com", 443 },
	{ "http://localhost:5678/webhook/health-alert", false, "localhost",
	  5678 },
	{ "http://a:1", false, "a", 1 },
	{ "http://a:65535/", false, "a", 65535 },
	{ "http://a:00080/", false, "a", 80 },
	{ "http://a?x=@y", false, "a", 80 },
	{ "http://127.0.0.1/", false, "127.0.0.1", 80 },
	{ "http://2130706433/", false, "2130706433", 80 },
	{ "https://[2606:4700::1111]:8443/x", true, "2606:4700::1111", 8443 },
	{ "https://[::FFFF:127.0.0.1]/", true, "::ffff:127.0.0.1", 443 },
	{ "http://my_host.internal/", false, "my_host.internal", 80 },

	{ "", false, NULL, 0 },
	{ "http", false, NULL, 0 },
	{ "http:", false, NULL, 0 },
	{ "http:/example.com", false, NULL, 0 },
	{ "http://", false, NULL, 0 },
	{ "http:///x", false, NULL, 0 },
	{ "http://:80", false, NULL, 0 },
	{ "//example.com", false, NULL, 0 },
	{ "ftp://example.com", false, NULL, 0 },
	{ "file:///etc/passwd", false, NULL, 0 },
	{ "gopher://example.com", false, NULL, 0 },
	{ "javascript:alert(1)", false, NULL, 0 },
	{ "http://user@example.com", false, NULL, 0 },
	{ "http://user:pw@example.com", false, NULL, 0 },
	{ "http://example.com@evil.com", false, NULL, 0 },
	{ "http://example.com:80@evil.com", false, NULL, 0 },
	{ "http://example.com\\@evil.com", false, NULL, 0 },
	{ "http://example.com#@evil.com", false, NULL, 0 },
	{ "http://example.com/#x", false, NULL, 0 },
	{ "http://example.com:", false, NULL, 0 },
	{ "http://example.com:0", false, NULL, 0 },
	{ "http://example.com:65536", false, NULL, 0 },
	{ "http://example.com:999999", false, NULL, 0 },
	{ "http://example.com:80a", false, NULL, 0 },
	{ "http://example.com:-1", false, NULL, 0 },
	{ "http://example.com:8 0", false, NULL, 0 },
	{ "http://exa mple.com", false, NULL, 0 },
	{ "http://example.com/a b", false, NULL, 0 },
	{ "http://example.com/\r\nHost: x", false, NULL, 0 },
	{ "http://example.com/\t", false, NULL, 0 },
	{ " http://example.com", false, NULL, 0 },
	{ "http://example.com/\x7f", false, NULL, 0 },
	{ "http://ex\xc3\xa4mple.com", false, NULL, 0 },
	{ "http://example.com/\xc3\xa4", false, NULL, 0 },
	{ "http://ex%61mple.com", false, NULL, 0 },
	{ "http://.example.com", false, NULL, 0 },
	{ "http://-example.com", false, NULL, 0 },
	{ "http://[::1", false, NULL, 0 },
	{ "http://[]/", false, NULL, 0 },
	{ "http://[::1]x/", false, NULL, 0 },
	{ "http://[::1]80/", false, NULL, 0 },
	{ "http://[fe80::1%25eth0]/", false, NULL, 0 },
	{ "http://[127.0.0.1]/", false, NULL, 0 },
	{ "http://[127.0.0.1:80]/", false, NULL, 0 },
	{ "http://[1::2::3]/", false, NULL, 0 },
	{ "http://::1/", false, NULL, 0 },
	{ "http://a,b/", false, NULL, 0 },
};
/* clang-format on */

static void
every_case(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_OF(cases); i++) {
		const struct url_case *c = &cases[i];
		struct endpoint_url url = { 0 };
		size_t len = strlen(c->text);
		char *exact = malloc(len + (len == 0));
		bool ok;

		assert_non_null(exact);
		memcpy(exact, c->text, len);
		ok = endpoint_url_parse((struct str){ exact, len }, &url);
		free(exact);
		if (ok != (c->host != NULL))
			fail_msg("%s: %s", c->text, ok ? "taken" : "refused");
		if (!ok)
			continue;
		assert_string_equal(url.host, c->host);
		assert_int_equal(url.port, c->port);
		assert_int_equal(url.is_https, c->is_https);
	}
}

static void
what_is_too_long_is_refused(void **state)
{
	char text[ENDPOINT_URL_MAX + 2] = "http://";
	struct endpoint_url url;

	(void)state;
	memset(text + 7, 'a', 253);
	assert_true(endpoint_url_parse((struct str){ text, 260 }, &url));
	text[260] = 'a';
	assert_false(endpoint_url_parse((struct str){ text, 261 }, &url));
	text[260] = '/';
	memset(text + 261, 'x', sizeof(text) - 261);
	assert_true(
	    endpoint_url_parse((struct str){ text, ENDPOINT_URL_MAX }, &url));
	assert_false(endpoint_url_parse(
	    (struct str){ text, ENDPOINT_URL_MAX + 1 }, &url));
}

static void
nul_is_not_the_end(void **state)
{
	struct endpoint_url url;

	(void)state;
	assert_false(endpoint_url_parse(STR("http://a\0b.com/"), &url));
	assert_false(endpoint_url_parse(STR("http://a/\0"), &url));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_case),
		cmocka_unit_test(what_is_too_long_is_refused),
		cmocka_unit_test(nul_is_not_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
