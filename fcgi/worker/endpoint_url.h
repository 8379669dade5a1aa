/*
 * endpoint_url.h - the address of a receiver, taken apart strictly.
 *
 * Only what libcurl reads the same way is accepted, so that the judgement
 * of guard.h is about the host that is really called: http or https, no
 * user, no fragment, no backslash, no blank, nothing outside ASCII.
 */
#ifndef WORKER_ENDPOINT_URL_H
#define WORKER_ENDPOINT_URL_H

#include <stdbool.h>
#include <stdint.h>

#include "core/str.h"

#define ENDPOINT_URL_MAX 2048
#define ENDPOINT_HOST_MAX 253

struct endpoint_url {
	bool is_https;
	char host[ENDPOINT_HOST_MAX + 1]; /* lower case, no brackets */
	uint16_t port;			  /* as written, or 80, 443 */
};

/* False: not such an address; out is then not written. */
bool endpoint_url_parse(struct str text, struct endpoint_url *out);

/* The host:port part alone; port 0 when there is none. */
bool endpoint_url_host(struct str text, struct endpoint_url *out);

#endif
