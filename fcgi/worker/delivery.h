/*
 * delivery.h - one claimed delivery, from the claim to its record.
 *
 * It belongs to whoever holds it: the lane while it waits, the sender while
 * it is sent, the recorder until the database has acknowledged the result.
 * Its text lives in the same block of memory.
 */
#ifndef WORKER_DELIVERY_H
#define WORKER_DELIVERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/buf.h"

/* What is kept of an answer. */
#define RESPONSE_KEEP 16384

/* The columns of api.claim_webhooks() that are text, in their order. */
enum delivery_text {
	DELIVERY_ID,
	DELIVERY_TENANT,
	DELIVERY_ENDPOINT,
	DELIVERY_URL,
	DELIVERY_METHOD,
	DELIVERY_HEADERS, /* "Name: value" lines; of mail, see mail.h */
	DELIVERY_SECRETS, /* NULL: it is not signed */
	DELIVERY_BODY,	  /* NULL: the payload is gone */
	DELIVERY_TEXT__MAX
};

enum delivery_kind {
	DELIVERY_TRIED = 1,
	DELIVERY_REFUSED,  /* must not be sent, now or later */
	DELIVERY_RETURNED, /* claimed but not sent */
};

struct lane;

struct delivery {
	struct delivery *next;
	struct lane *lane; /* while the lane counts it */
	uint64_t claimed_ms;
	int worker;
	int lease;
	int attempts;
	int max_attempts;
	const char *text[DELIVERY_TEXT__MAX];
	size_t body_len;

	/* The result. */
	enum delivery_kind kind;
	long http;	  /* 0: no answer */
	long retry_after; /* seconds; 0: not said */
	uint64_t took_ms;
	char error[320]; /* empty: none */
	struct buf response;
};

/* A list in order of arrival. */
struct delivery_list {
	struct delivery *first, *last;
	size_t count;
};

/* A zeroed one with room for text bytes behind it; *text_out is the room. */
struct delivery *delivery_new(size_t text_size, char **text_out);
void delivery_free(struct delivery *d);

void delivery_refuse(struct delivery *d, const char *why);

void delivery_push(struct delivery_list *list, struct delivery *d);

/* NULL when it is empty. */
struct delivery *delivery_pop(struct delivery_list *list);

/* Puts all of front before list; front is then empty. */
void delivery_prepend(struct delivery_list *list, struct delivery_list *front);

#endif
