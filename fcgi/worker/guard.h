/*
 * guard.h - where a delivery may go (the gate against SSRF).
 *
 * A tenant chooses the address, so it may only be one of the public
 * internet.  The judgement is made three times: about the address as it is
 * written, about the socket address that libcurl is about to connect to
 * (after DNS, so that a name cannot change its mind in between), and about
 * the peer of a connection that is used again.
 *
 * The operator may allow host:port pairs inside the network
 * (MAINSTAY_WEBHOOK_ALLOW).  Those are a class of their own with
 * connections of their own; a tenant's address never rides on them.
 */
#ifndef WORKER_GUARD_H
#define WORKER_GUARD_H

#include <stdbool.h>
#include <sys/socket.h>

#include "core/str.h"

struct guard;

enum trust {
	TRUST_NONE, /* refused */
	TRUST_PUBLIC,
	TRUST_OPERATOR,
	TRUST__MAX
};

/* allow: "host:port,host:port".  Exits with a message when it is not.
 * only_https: plain http is refused unless the operator allowed it. */
struct guard *guard_new(const char *allow, bool only_https);
void guard_free(struct guard *g);

/* When refused, *why is a sentence for the person who chose the address. */
enum trust guard_judge(const struct guard *g, struct str url, const char **why);

/* A unicast address of the public internet, version 4 or 6. */
bool guard_is_public(const struct sockaddr *addr);

/* The same for a numeric address as text. */
bool guard_is_public_text(const char *ip);

/* A header that a tenant may add: a token, printable, and none of those
 * that carry the message.  line is "Name: value". */
bool guard_is_header(struct str line);

#endif
