/* Starts transfers, feeds libcurl with events, reads what came of them. */
#include "worker/send.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <curl/curl.h>

#include "core/clock.h"
#include "core/log.h"
#include "worker/array.h"
#include "worker/headers.h"

#ifndef PACKAGE_VERSION
#define PACKAGE_VERSION "0"
#endif

#define TIMEOUT_MS 15000L
#define CONNECT_TIMEOUT_MS 5000L
#define HEAD_MAX 65536
#define BODY_MAX 65536

/* Below the five seconds after which Node's servers hang up: a pool of
 * dead connections makes libcurl 7.88 fail without a fresh one. */
#define IDLE_MAX_S 4L
#define CONNECTIONS_MAX 4096L

/* Connections of one class of trust. */
struct pool {
	struct sender *sender;
	CURLM *multi;
	struct loop_timer *timer;
};

/* A request in flight; kept with its handle for the next one. */
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
	char error[CURL_ERROR_SIZE];
};

struct sender {
	struct loop *loop;
	const struct guard *guard;
	sender_done done;
	void *arg;
	struct pool pools[TRUST__MAX];
	struct transfer inflight; /* head of a ring */
	struct transfer *spare;
};

/* curl_easy_setopt() fails for an option that is unknown or for want of
 * memory: neither may pass unnoticed in a guard. */
static void
must(CURLcode code)
{
	if (code != CURLE_OK)
		log_refuse("libcurl refused an option", "error",
		    curl_easy_strerror(code), NULL);
}

static void
must_multi(CURLMcode code)
{
	if (code != CURLM_OK)
		log_refuse("libcurl refused", "error",
		    curl_multi_strerror(code), NULL);
}

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
	e = t->easy = curl_easy_init();
	if (e == NULL)
		log_refuse("curl_easy_init", NULL);
	must(curl_easy_setopt(e, CURLOPT_PRIVATE, t));
	must(curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https"));
	must(curl_easy_setopt(
	    e, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1));
	must(curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L));
	must(curl_easy_setopt(e, CURLOPT_PROXY, ""));
	must(curl_easy_setopt(e, CURLOPT_NOPROXY, "*"));
	must(curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L));
	must(curl_easy_setopt(e, CURLOPT_QUICK_EXIT, 1L));
	must(curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, TIMEOUT_MS));
	must(
	    curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_TIMEOUT_MS));
	must(curl_easy_setopt(e, CURLOPT_MAXAGE_CONN, IDLE_MAX_S));
	must(curl_easy_setopt(e, CURLOPT_MAXLIFETIME_CONN, 300L));
	must(curl_easy_setopt(e, CURLOPT_DNS_CACHE_TIMEOUT, 60L));
	must(curl_easy_setopt(
	    e, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2));
	must(curl_easy_setopt(e, CURLOPT_SSL_VERIFYPEER, 1L));
	must(curl_easy_setopt(e, CURLOPT_SSL_VERIFYHOST, 2L));
	must(curl_easy_setopt(
	    e, CURLOPT_USERAGENT, "Mainstay/" PACKAGE_VERSION));
	must(curl_easy_setopt(e, CURLOPT_OPENSOCKETFUNCTION, open_socket));
	must(curl_easy_setopt(e, CURLOPT_OPENSOCKETDATA, t));
	must(curl_easy_setopt(e, CURLOPT_PREREQFUNCTION, before_request));
	must(curl_easy_setopt(e, CURLOPT_PREREQDATA, t));
	must(curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, take_head));
	must(curl_easy_setopt(e, CURLOPT_HEADERDATA, t));
	must(curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, take_body));
	must(curl_easy_setopt(e, CURLOPT_WRITEDATA, t));
	must(curl_easy_setopt(e, CURLOPT_ERRORBUFFER, t->error));
	must(curl_easy_setopt(e, CURLOPT_POST, 1L));
	return t;
}

static void
transfer_free(struct transfer *t)
{
	curl_easy_cleanup(t->easy);
	curl_slist_free_all(t->headers);
	free(t);
}

static struct transfer *
take_spare(struct sender *s)
{
	struct transfer *t = s->spare;

	if (t == NULL)
		return transfer_new();
	s->spare = t->next;
	return t;
}

static void
put_spare(struct sender *s, struct transfer *t)
{
	curl_slist_free_all(t->headers);
	t->headers = NULL;
	t->d = NULL;
	t->next = s->spare;
	s->spare = t;
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
	buf_clear(&t->d->response);
	must(curl_easy_setopt(
	    t->easy, CURLOPT_FRESH_CONNECT, t->is_second ? 1L : 0L));
	must_multi(curl_multi_add_handle(t->pool->multi, t->easy));
}

void
sender_start(struct sender *s, struct delivery *d)
{
	const char *why = "refused: the payload is gone";
	struct curl_slist *headers;
	enum trust trust = TRUST_NONE;
	struct transfer *t;

	if (d->text[DELIVERY_BODY] != NULL)
		trust =
		    guard_judge(s->guard, str_of(d->text[DELIVERY_URL]), &why);
	if (trust == TRUST_NONE)
		delivery_refuse(d, why);
	if (trust == TRUST_NONE ||
	    headers_build(d, clock_now(), &headers) != RC_OK) {
		s->done(s->arg, d);
		return;
	}
	t = take_spare(s);
	t->d = d;
	t->headers = headers;
	t->is_public = trust == TRUST_PUBLIC;
	t->is_second = false;
	t->pool = &s->pools[trust];
	must(curl_easy_setopt(t->easy, CURLOPT_URL, d->text[DELIVERY_URL]));
	must(curl_easy_setopt(
	    t->easy, CURLOPT_CUSTOMREQUEST, d->text[DELIVERY_METHOD]));
	must(curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, headers));
	must(curl_easy_setopt(
	    t->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)d->body_len));
	must(curl_easy_setopt(
	    t->easy, CURLOPT_POSTFIELDS, d->text[DELIVERY_BODY]));
	link_in(s, t);
	launch(t);
}

/* A connection of the pool that turned out dead before it said a word:
 * the receiver saw nothing, so this is not an attempt. */
static bool
is_dead_connection(const struct transfer *t, CURLcode code)
{
	long fresh = 1;

	if (t->is_second || t->head_len > 0 ||
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
	explain(t, code);
}

static void
finish(struct sender *s, struct transfer *t, CURLcode code)
{
	struct delivery *d = t->d;

	must_multi(curl_multi_remove_handle(t->pool->multi, t->easy));
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

static void
drain(struct pool *p)
{
	CURLMsg *msg;
	int left;

	while ((msg = curl_multi_info_read(p->multi, &left)) != NULL) {
		CURLcode code = msg->data.result;
		struct transfer *t;

		if (msg->msg != CURLMSG_DONE)
			continue;
		must(curl_easy_getinfo(
		    msg->easy_handle, CURLINFO_PRIVATE, (char **)&t));
		finish(p->sender, t, code); /* msg is gone after this */
	}
}

static void
act(struct pool *p, curl_socket_t fd, int flags)
{
	int running;

	must_multi(curl_multi_socket_action(p->multi, fd, flags, &running));
	drain(p);
}

static void
on_socket(void *arg, int fd, uint32_t events)
{
	int flags = 0;

	if (events & EPOLLIN)
		flags |= CURL_CSELECT_IN;
	if (events & EPOLLOUT)
		flags |= CURL_CSELECT_OUT;
	if (events & (EPOLLERR | EPOLLHUP))
		flags |= CURL_CSELECT_ERR;
	act(arg, fd, flags);
}

static void
on_timeout(void *arg)
{
	act(arg, CURL_SOCKET_TIMEOUT, 0);
}

/* The two below are called by libcurl and only take note. */
static int
want_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *socketp)
{
	struct pool *p = arg;
	uint32_t events = 0;

	(void)easy;
	(void)socketp;
	if (what == CURL_POLL_IN || what == CURL_POLL_INOUT)
		events |= EPOLLIN;
	if (what == CURL_POLL_OUT || what == CURL_POLL_INOUT)
		events |= EPOLLOUT;
	loop_watch(p->sender->loop, fd, events, on_socket, p);
	return 0;
}

static int
want_timeout(CURLM *multi, long ms, void *arg)
{
	struct pool *p = arg;

	(void)multi;
	loop_timer_set(p->timer, ms < 0 ? LOOP_NEVER : (uint64_t)ms);
	return 0;
}

static void
open_pool(struct sender *s, struct pool *p)
{
	CURLM *m = curl_multi_init();

	if (m == NULL)
		log_refuse("curl_multi_init", NULL);
	p->sender = s;
	p->multi = m;
	p->timer = loop_timer_new(s->loop, on_timeout, p);
	must_multi(
	    curl_multi_setopt(m, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING));
	must_multi(curl_multi_setopt(m, CURLMOPT_MAXCONNECTS, CONNECTIONS_MAX));
	must_multi(curl_multi_setopt(m, CURLMOPT_SOCKETFUNCTION, want_socket));
	must_multi(curl_multi_setopt(m, CURLMOPT_SOCKETDATA, p));
	must_multi(curl_multi_setopt(m, CURLMOPT_TIMERFUNCTION, want_timeout));
	must_multi(curl_multi_setopt(m, CURLMOPT_TIMERDATA, p));
}

struct sender *
sender_new(
    struct loop *loop, const struct guard *guard, sender_done done, void *arg)
{
	struct sender *s = calloc(1, sizeof(*s));

	if (s == NULL)
		log_refuse("out of memory", NULL);
	s->loop = loop;
	s->guard = guard;
	s->done = done;
	s->arg = arg;
	s->inflight.next = s->inflight.prev = &s->inflight;
	must(curl_global_init(CURL_GLOBAL_ALL));
	open_pool(s, &s->pools[TRUST_PUBLIC]);
	open_pool(s, &s->pools[TRUST_OPERATOR]);
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

		must_multi(curl_multi_remove_handle(t->pool->multi, t->easy));
		unlink_it(t);
		delivery_push(out, t->d);
		put_spare(s, t);
	}
}

void
sender_free(struct sender *s)
{
	assert(s->inflight.next == &s->inflight);
	while (s->spare != NULL) {
		struct transfer *t = s->spare;

		s->spare = t->next;
		transfer_free(t);
	}
	must_multi(curl_multi_cleanup(s->pools[TRUST_PUBLIC].multi));
	must_multi(curl_multi_cleanup(s->pools[TRUST_OPERATOR].multi));
	curl_global_cleanup();
	free(s);
}
