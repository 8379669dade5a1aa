/* Starts transfers and reads what came of them. */
#include "worker/send.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <curl/curl.h>

#include "core/clock.h"
#include "core/log.h"
#include "worker/array.h"
#include "worker/headers.h"
#include "worker/pool.h"
#include "worker/relay.h"

#ifndef PACKAGE_VERSION
#define PACKAGE_VERSION "0"
#endif

#define HEAD_MAX 65536
#define BODY_MAX 65536

/* The pools by class of trust, and one for the mail relay. */
#define POOL_MAIL TRUST__MAX
#define POOL__MAX (TRUST__MAX + 1)

/* A request or a mail in flight; kept with its handle for the next one. */
struct transfer {
	struct transfer *next, *prev; /* in flight, or spare */
	CURL *easy;
	struct pool *pool;
	struct delivery *d;
	struct curl_slist *headers;
	bool is_public;
	bool is_blocked; /* the guard refused the peer */
	bool is_second;	 /* the free retry after a dead connection */
	size_t head_len;
	size_t body_len;
	bool is_mail;
	struct letter letter;
	char error[CURL_ERROR_SIZE];
};

struct sender {
	const struct guard *guard;
	struct relay *relay;
	sender_done done;
	void *arg;
	struct pool *pools[POOL__MAX];
	struct transfer inflight;  /* head of a ring */
	struct transfer *spare[2]; /* of requests, of mail */
};

static curl_socket_t
open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *a)
{
	struct transfer *t = arg;

	(void)purpose;
	if (t->is_public && !guard_is_public(&a->addr)) {
		t->is_blocked = true;
		return CURL_SOCKET_BAD;
	}
	return socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
}

/* Also for a connection that is used again, which opens no socket. */
static int
before_request(
    void *arg, char *peer_ip, char *own_ip, int peer_port, int own_port)
{
	struct transfer *t = arg;

	(void)own_ip;
	(void)peer_port;
	(void)own_port;
	if (!t->is_public || guard_is_public_text(peer_ip))
		return CURL_PREREQFUNC_OK;
	t->is_blocked = true;
	return CURL_PREREQFUNC_ABORT;
}

static size_t
take_head(char *data, size_t size, size_t n, void *arg)
{
	struct transfer *t = arg;

	(void)data;
	t->head_len += size * n;
	return t->head_len > HEAD_MAX ? 0 : size * n;
}

/* Keeps the beginning and ends the transfer when there is too much. */
static size_t
take_body(char *data, size_t size, size_t n, void *arg)
{
	struct transfer *t = arg;
	size_t len = size * n;
	size_t room = RESPONSE_KEEP - t->d->response.len;

	buf_add(&t->d->response, data, len < room ? len : room);
	t->body_len += len;
	return t->body_len > BODY_MAX ? 0 : len;
}

static struct transfer *
transfer_new(void)
{
	struct transfer *t = calloc(1, sizeof(*t));
	CURL *e;

	if (t == NULL)
		log_refuse("out of memory", NULL);
	e = t->easy = pool_easy();
	curl_must(curl_easy_setopt(e, CURLOPT_PRIVATE, t));
	curl_must(curl_easy_setopt(e, CURLOPT_ERRORBUFFER, t->error));
	return t;
}

static struct transfer *
request_new(void)
{
	struct transfer *t = transfer_new();
	CURL *e = t->easy;

	curl_must(curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https"));
	curl_must(curl_easy_setopt(
	    e, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1));
	curl_must(curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L));
	curl_must(curl_easy_setopt(
	    e, CURLOPT_USERAGENT, "Mainstay/" PACKAGE_VERSION));
	curl_must(curl_easy_setopt(e, CURLOPT_OPENSOCKETFUNCTION, open_socket));
	curl_must(curl_easy_setopt(e, CURLOPT_OPENSOCKETDATA, t));
	curl_must(curl_easy_setopt(e, CURLOPT_PREREQFUNCTION, before_request));
	curl_must(curl_easy_setopt(e, CURLOPT_PREREQDATA, t));
	curl_must(curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, take_head));
	curl_must(curl_easy_setopt(e, CURLOPT_HEADERDATA, t));
	curl_must(curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, take_body));
	curl_must(curl_easy_setopt(e, CURLOPT_WRITEDATA, t));
	curl_must(curl_easy_setopt(e, CURLOPT_POST, 1L));
	return t;
}

static void
transfer_free(struct transfer *t)
{
	curl_easy_cleanup(t->easy);
	curl_slist_free_all(t->headers);
	letter_clear(&t->letter);
	free(t);
}

static struct transfer *
take_spare(struct sender *s, bool is_mail)
{
	struct transfer *t = s->spare[is_mail];

	if (t != NULL)
		s->spare[is_mail] = t->next;
	else if (is_mail)
		t = transfer_new();
	else
		t = request_new();
	t->is_mail = is_mail;
	return t;
}

static void
put_spare(struct sender *s, struct transfer *t)
{
	curl_slist_free_all(t->headers);
	letter_clear(&t->letter);
	t->headers = NULL;
	t->d = NULL;
	t->next = s->spare[t->is_mail];
	s->spare[t->is_mail] = t;
}

static void
link_in(struct sender *s, struct transfer *t)
{
	t->next = s->inflight.next;
	t->prev = &s->inflight;
	t->next->prev = t;
	s->inflight.next = t;
}

static void
unlink_it(struct transfer *t)
{
	t->next->prev = t->prev;
	t->prev->next = t->next;
}

/* Adds the handle to its pool; for the free retry as well. */
static void
launch(struct transfer *t)
{
	t->is_blocked = false;
	t->head_len = 0;
	t->body_len = 0;
	t->error[0] = '\0';
	t->letter.said = 0;
	buf_clear(&t->d->response);
	curl_must(curl_easy_setopt(
	    t->easy, CURLOPT_FRESH_CONNECT, t->is_second ? 1L : 0L));
	pool_add(t->pool, t->easy);
}

static void
start_request(struct sender *s, struct delivery *d)
{
	const char *why;
	struct curl_slist *headers;
	enum trust trust;
	struct transfer *t;

	trust = guard_judge(s->guard, str_of(d->text[DELIVERY_URL]), &why);
	if (trust == TRUST_NONE)
		delivery_refuse(d, why);
	if (trust == TRUST_NONE ||
	    headers_build(d, clock_now(), &headers) != RC_OK) {
		s->done(s->arg, d);
		return;
	}
	t = take_spare(s, false);
	t->d = d;
	t->headers = headers;
	t->is_public = trust == TRUST_PUBLIC;
	t->is_second = false;
	t->pool = s->pools[trust];
	curl_must(
	    curl_easy_setopt(t->easy, CURLOPT_URL, d->text[DELIVERY_URL]));
	curl_must(curl_easy_setopt(
	    t->easy, CURLOPT_CUSTOMREQUEST, d->text[DELIVERY_METHOD]));
	curl_must(curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, headers));
	curl_must(curl_easy_setopt(
	    t->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)d->body_len));
	curl_must(curl_easy_setopt(
	    t->easy, CURLOPT_POSTFIELDS, d->text[DELIVERY_BODY]));
	link_in(s, t);
	launch(t);
}

static void
start_mail(struct sender *s, struct delivery *d)
{
	struct transfer *t = take_spare(s, true);

	if (relay_write(s->relay, &t->letter, d) != RC_OK) {
		put_spare(s, t);
		s->done(s->arg, d);
		return;
	}
	relay_prepare(s->relay, t->easy, &t->letter);
	t->d = d;
	t->is_second = false;
	t->pool = s->pools[POOL_MAIL];
	link_in(s, t);
	launch(t);
}

void
sender_start(struct sender *s, struct delivery *d)
{
	if (d->text[DELIVERY_BODY] == NULL) {
		delivery_refuse(d, "refused: the payload is gone");
		s->done(s->arg, d);
	} else if (relay_is_for(d)) {
		start_mail(s, d);
	} else {
		start_request(s, d);
	}
}

/* A connection of the pool that turned out dead before it said a word:
 * the receiver saw nothing, so this is not an attempt. */
static bool
is_dead_connection(const struct transfer *t, CURLcode code)
{
	long fresh = 1;

	if (t->is_second || t->head_len > 0 || t->d->response.len > 0 ||
	    (code != CURLE_SEND_ERROR && code != CURLE_RECV_ERROR &&
		code != CURLE_GOT_NOTHING))
		return false;
	return curl_easy_getinfo(t->easy, CURLINFO_NUM_CONNECTS, &fresh) ==
		   CURLE_OK &&
	       fresh == 0;
}

static void
explain(struct transfer *t, CURLcode code)
{
	struct delivery *d = t->d;
	bool is_cut = code == CURLE_WRITE_ERROR && t->body_len > BODY_MAX;

	if (t->is_blocked)
		delivery_refuse(
		    d, "refused: the address is not on the public internet");
	else if (code != CURLE_OK && !is_cut)
		(void)snprintf(d->error, sizeof(d->error), "%s",
		    t->error[0] != '\0' ? t->error : curl_easy_strerror(code));
	else if (d->http >= 300 && d->http < 400)
		(void)snprintf(d->error, sizeof(d->error),
		    "answered %ld: redirects are not followed", d->http);
	else if (d->http < 200 || d->http > 299)
		(void)snprintf(
		    d->error, sizeof(d->error), "answered %ld", d->http);
}

static void
read_result(struct transfer *t, CURLcode code)
{
	struct delivery *d = t->d;
	curl_off_t us = 0, wait_s = 0;
	CURLcode ok;

	d->kind = DELIVERY_TRIED;
	ok = curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &d->http);
	if (ok == CURLE_OK)
		ok = curl_easy_getinfo(t->easy, CURLINFO_TOTAL_TIME_T, &us);
	if (ok == CURLE_OK)
		ok = curl_easy_getinfo(t->easy, CURLINFO_RETRY_AFTER, &wait_s);
	assert(ok == CURLE_OK);
	d->took_ms = (uint64_t)us / 1000;
	d->retry_after = wait_s > 0 && wait_s < 1000000 ? (long)wait_s : 0;
	if (t->is_mail) {
		relay_explain(&t->letter, code, t->error);
	} else {
		explain(t, code);
		headers_mask(d);
	}
}

static void
finish(void *arg, void *data, CURLcode code)
{
	struct sender *s = arg;
	struct transfer *t = data;
	struct delivery *d = t->d;

	pool_remove(t->pool, t->easy);
	if (is_dead_connection(t, code)) {
		t->is_second = true;
		launch(t);
		return;
	}
	read_result(t, code);
	unlink_it(t);
	put_spare(s, t);
	s->done(s->arg, d);
}

struct sender *
sender_new(struct loop *loop, const struct guard *guard,
    const struct settings *settings, sender_done done, void *arg)
{
	struct sender *s = calloc(1, sizeof(*s));

	if (s == NULL)
		log_refuse("out of memory", NULL);
	s->guard = guard;
	s->relay = relay_new(settings);
	s->done = done;
	s->arg = arg;
	s->inflight.next = s->inflight.prev = &s->inflight;
	curl_must(curl_global_init(CURL_GLOBAL_ALL));
	s->pools[TRUST_PUBLIC] = pool_new(loop, finish, s);
	s->pools[TRUST_OPERATOR] = pool_new(loop, finish, s);
	s->pools[POOL_MAIL] = pool_new(loop, finish, s);
	return s;
}

void
sender_list(const struct sender *s, struct buf *ids)
{
	const struct transfer *t = s->inflight.next;

	for (; t != &s->inflight; t = t->next)
		array_text(ids, str_of(t->d->text[DELIVERY_ID]));
}

void
sender_abort(struct sender *s, struct delivery_list *out)
{
	while (s->inflight.next != &s->inflight) {
		struct transfer *t = s->inflight.next;

		pool_remove(t->pool, t->easy);
		unlink_it(t);
		delivery_push(out, t->d);
		put_spare(s, t);
	}
}

static void
free_spare(struct transfer *t)
{
	while (t != NULL) {
		struct transfer *next = t->next;

		transfer_free(t);
		t = next;
	}
}

void
sender_free(struct sender *s)
{
	assert(s->inflight.next == &s->inflight);
	free_spare(s->spare[false]);
	free_spare(s->spare[true]);
	pool_free(s->pools[TRUST_PUBLIC]);
	pool_free(s->pools[TRUST_OPERATOR]);
	pool_free(s->pools[POOL_MAIL]);
	relay_free(s->relay);
	curl_global_cleanup();
	free(s);
}
