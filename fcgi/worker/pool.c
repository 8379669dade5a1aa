/* Feeds libcurl with events and says which transfers are over. */
#include "worker/pool.h"

#include <stdlib.h>
#include <sys/epoll.h>

#include "core/log.h"

#define TIMEOUT_MS 15000L
#define CONNECT_TIMEOUT_MS 5000L
#define CONNECTIONS_MAX 4096L

/* Below the five seconds after which Node's servers hang up: a pool of
 * dead connections makes libcurl 7.88 fail without a fresh one. */
#define IDLE_MAX_S 4L

struct pool {
	struct loop *loop;
	CURLM *multi;
	struct loop_timer *timer;
	pool_done done;
	void *arg;
};

void
curl_must(CURLcode code)
{
	if (code != CURLE_OK)
		log_refuse("libcurl refused an option", "error",
		    curl_easy_strerror(code), NULL);
}

static void
must(CURLMcode code)
{
	if (code != CURLM_OK)
		log_refuse("libcurl refused", "error",
		    curl_multi_strerror(code), NULL);
}

CURL *
pool_easy(void)
{
	CURL *e = curl_easy_init();

	if (e == NULL)
		log_refuse("curl_easy_init", NULL);
	curl_must(curl_easy_setopt(e, CURLOPT_PROXY, ""));
	curl_must(curl_easy_setopt(e, CURLOPT_NOPROXY, "*"));
	curl_must(curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L));
	curl_must(curl_easy_setopt(e, CURLOPT_QUICK_EXIT, 1L));
	curl_must(curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, TIMEOUT_MS));
	curl_must(
	    curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_TIMEOUT_MS));
	curl_must(curl_easy_setopt(e, CURLOPT_MAXAGE_CONN, IDLE_MAX_S));
	curl_must(curl_easy_setopt(e, CURLOPT_MAXLIFETIME_CONN, 300L));
	curl_must(curl_easy_setopt(e, CURLOPT_DNS_CACHE_TIMEOUT, 60L));
	curl_must(curl_easy_setopt(
	    e, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2));
	curl_must(curl_easy_setopt(e, CURLOPT_SSL_VERIFYPEER, 1L));
	curl_must(curl_easy_setopt(e, CURLOPT_SSL_VERIFYHOST, 2L));
	return e;
}

static void
drain(struct pool *p)
{
	CURLMsg *msg;
	int left;

	while ((msg = curl_multi_info_read(p->multi, &left)) != NULL) {
		CURLcode code = msg->data.result;
		char *data;

		if (msg->msg != CURLMSG_DONE)
			continue;
		curl_must(curl_easy_getinfo(
		    msg->easy_handle, CURLINFO_PRIVATE, &data));
		p->done(p->arg, data, code); /* msg is gone after this */
	}
}

static void
act(struct pool *p, curl_socket_t fd, int flags)
{
	int running;

	must(curl_multi_socket_action(p->multi, fd, flags, &running));
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
	loop_watch(p->loop, fd, events, on_socket, p);
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

struct pool *
pool_new(struct loop *loop, pool_done done, void *arg)
{
	struct pool *p = calloc(1, sizeof(*p));
	CURLM *m;

	if (p == NULL)
		log_refuse("out of memory", NULL);
	p->multi = m = curl_multi_init();
	if (m == NULL)
		log_refuse("curl_multi_init", NULL);
	p->loop = loop;
	p->done = done;
	p->arg = arg;
	p->timer = loop_timer_new(loop, on_timeout, p);
	must(curl_multi_setopt(m, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING));
	must(curl_multi_setopt(m, CURLMOPT_MAXCONNECTS, CONNECTIONS_MAX));
	must(curl_multi_setopt(m, CURLMOPT_SOCKETFUNCTION, want_socket));
	must(curl_multi_setopt(m, CURLMOPT_SOCKETDATA, p));
	must(curl_multi_setopt(m, CURLMOPT_TIMERFUNCTION, want_timeout));
	must(curl_multi_setopt(m, CURLMOPT_TIMERDATA, p));
	return p;
}

void
pool_free(struct pool *p)
{
	must(curl_multi_cleanup(p->multi));
	free(p);
}

void
pool_add(struct pool *p, CURL *easy)
{
	must(curl_multi_add_handle(p->multi, easy));
}

void
pool_remove(struct pool *p, CURL *easy)
{
	must(curl_multi_remove_handle(p->multi, easy));
}
