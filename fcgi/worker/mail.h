/*
 * mail.h - a message as it is written to a mail relay (RFC 5322, MIME).
 *
 * The text goes as quoted-printable, words outside ASCII of the head as
 * RFC 2047 says.  The Message-ID is made of the delivery, so that a mail
 * which is sent again can be told from a new one.
 */
#ifndef WORKER_MAIL_H
#define WORKER_MAIL_H

#include <stdint.h>

#include "core/buf.h"
#include "core/rc.h"
#include "core/str.h"
#include "worker/delivery.h"

#define MAIL_ADDRESS_MAX 254

/* The lines of DELIVERY_HEADERS; empty when there is none. */
struct mail_head {
	struct str to, name, subject, from_name, reply_to, unsubscribe;
	struct str opted_out; /* not empty: it may not be sent */
};

/* An address that can stand between < and >. */
bool mail_is_address(struct str s);

/* RC_INVALID: no address to send to, or a line that is none of ours. */
enum rc mail_read_head(struct mail_head *out, struct str lines) MUST_CHECK;

/* from: our address.  url: our public address, for the link to opt out. */
void mail_write(struct buf *out, const struct mail_head *head,
    const struct delivery *d, const char *from, const char *url, int64_t now);

#endif
