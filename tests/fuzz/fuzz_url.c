/* Addresses: whatever we take, libcurl reads the same host and port from. */
#include <arpa/inet.h>
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <curl/curl.h>

#include "worker/endpoint_url.h"
#include "worker/guard.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *
part(CURLU *u, CURLUPart what, unsigned flags)
{
	char *text = NULL;

	return curl_url_get(u, what, &text, flags) == CURLUE_OK ? text : NULL;
}

static void
check_port(CURLU *u, const struct endpoint_url *url)
{
	char *port = part(u, CURLUPART_PORT, CURLU_DEFAULT_PORT);

	assert(port != NULL);
	assert(strtol(port, NULL, 10) == url->port);
	curl_free(port);
}

/* libcurl writes numbers its own way (127.1, 0x7f000001, [::0]): then it
 * must be a number for both, and the socket's address is judged. */
static void
check_host(CURLU *u, const struct endpoint_url *url)
{
	char *host = part(u, CURLUPART_HOST, 0);
	struct in_addr v4;

	assert(host != NULL);
	if (host[0] == '[')
		assert(strchr(url->host, ':') != NULL);
	else if (strcasecmp(host, url->host) != 0)
		assert(inet_pton(AF_INET, host, &v4) == 1);
	curl_free(host);
}

static void
compare(const char *text, const struct endpoint_url *url)
{
	CURLU *u = curl_url();
	char *user;

	assert(u != NULL);
	if (curl_url_set(u, CURLUPART_URL, text, 0) == CURLUE_OK) {
		user = part(u, CURLUPART_USER, 0);
		assert(user == NULL);
		check_port(u, url);
		check_host(u, url);
	}
	curl_url_cleanup(u);
}

static void
check_url(const char *text, size_t size)
{
	static struct guard *g;
	struct endpoint_url url;
	const char *why = NULL;
	enum trust trust;

	if (g == NULL)
		g = guard_new("localhost:5678,[::1]:80", true);
	trust = guard_judge(g, (struct str){ text, size }, &why);
	assert((trust == TRUST_NONE) == (why != NULL));
	if (!endpoint_url_parse((struct str){ text, size }, &url)) {
		assert(trust == TRUST_NONE);
		return;
	}
	assert(strlen(text) == size);
	assert(strlen(url.host) > 0 && url.port > 0);
	if (trust == TRUST_OPERATOR)
		assert(
		    (strcmp(url.host, "localhost") == 0 && url.port == 5678) ||
		    (strcmp(url.host, "::1") == 0 && url.port == 80));
	compare(text, &url);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	if (text == NULL)
		return 0;
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	check_url(text, size);
	(void)guard_is_public_text(text);
	if (guard_is_header((struct str){ text, size })) {
		assert(strlen(text) == size);
		assert(strpbrk(text, "\r\n") == NULL);
	}
	free(text);
	return 0;
}
