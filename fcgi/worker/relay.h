/*
 * relay.h - hands mail to the operator's relay by SMTP.
 *
 * Where the relay is, who we are there and whose name we write in are
 * settings; a tenant chooses none of them.  Unless the relay is on this
 * machine, nothing is said without TLS.
 */
#ifndef WORKER_RELAY_H
#define WORKER_RELAY_H

#include <stdbool.h>

#include <curl/curl.h>

#include "core/rc.h"
#include "core/settings.h"
#include "worker/delivery.h"

struct relay;

/* A mail on its way; zeroed before its first use. */
struct letter {
	struct buf text;
	size_t said; /* bytes of text */
	struct delivery *d;
	struct curl_slist *to;
};

/* Exits with a message when the settings are wrong. */
struct relay *relay_new(const struct settings *s);
void relay_free(struct relay *r);

/* Whether the delivery is mail. */
bool relay_is_for(const struct delivery *d);

/* Not RC_OK: d tells why it is not sent. */
enum rc relay_write(
    const struct relay *r, struct letter *l, struct delivery *d) MUST_CHECK;

/* Sets all that the transfer of a letter needs on a handle of the pool. */
void relay_prepare(const struct relay *r, CURL *easy, struct letter *l);

/* What the relay said, in d; d->http is its code. */
void relay_explain(struct letter *l, CURLcode code, const char *error);

void letter_clear(struct letter *l);

#endif
