/*
 * pool.h - connections of one class of trust: a multi handle of libcurl and
 * what it wants from the event loop.
 */
#ifndef WORKER_POOL_H
#define WORKER_POOL_H

#include <curl/curl.h>

#include "worker/loop.h"

struct pool;

/* For each transfer that is over; data is its CURLOPT_PRIVATE. */
typedef void (*pool_done)(void *arg, void *data, CURLcode code);

struct pool *pool_new(struct loop *loop, pool_done done, void *arg);

/* Nothing may be in flight. */
void pool_free(struct pool *p);

void pool_add(struct pool *p, CURL *easy);
void pool_remove(struct pool *p, CURL *easy);

/* curl_easy_setopt() fails for an option that is unknown or for want of
 * memory: neither may pass unnoticed in a guard. */
void curl_must(CURLcode code);

/* What every transfer has in common: no proxy, no signals, bounded waits. */
CURL *pool_easy(void);

#endif
