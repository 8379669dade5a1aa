/*
 * headers.h - the headers of one delivery.
 */
#ifndef WORKER_HEADERS_H
#define WORKER_HEADERS_H

#include <stdint.h>

#include <curl/curl.h>

#include "core/rc.h"
#include "worker/delivery.h"

/*
 * Signs the body and builds the headers.  The list is the caller's to free
 * with curl_slist_free_all().  RC_INVALID: d tells what is wrong.
 */
enum rc headers_build(
    struct delivery *d, int64_t now, struct curl_slist **out) MUST_CHECK;

/* An answer may repeat what it was sent: the values of the endpoint's own
 * headers are overwritten in it. */
void headers_mask(struct delivery *d);

#endif
