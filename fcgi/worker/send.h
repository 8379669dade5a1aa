/*
 * send.h - sends deliveries with libcurl's multi interface: requests to
 * endpoints, mail to the relay.
 *
 * One pool of connections for public addresses, one for those the operator
 * allowed, and one for the relay: a connection is never used across these
 * lines.  Requests
 * are HTTP/1.1, redirects are not followed, every wait is bounded.
 */
#ifndef WORKER_SEND_H
#define WORKER_SEND_H

#include "core/settings.h"
#include "worker/delivery.h"
#include "worker/guard.h"
#include "worker/loop.h"

struct sender;

/* The delivery with its result filled in; it is the receiver's now. */
typedef void (*sender_done)(void *arg, struct delivery *d);

struct sender *sender_new(struct loop *loop, const struct guard *guard,
    const struct settings *settings, sender_done done, void *arg);

/* Nothing may be in flight. */
void sender_free(struct sender *s);

/* Takes the delivery over.  done may be called before this returns. */
void sender_start(struct sender *s, struct delivery *d);

/* Adds the ids of those in flight to an array literal. */
void sender_list(const struct sender *s, struct buf *ids);

/* Breaks off what is in flight and hands it back without a result. */
void sender_abort(struct sender *s, struct delivery_list *out);

#endif
