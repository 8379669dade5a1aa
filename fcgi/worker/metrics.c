/* Counters, histograms, and a listener that knows one page. */
#include "worker/metrics.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "core/figures.h"
#include "core/log.h"
#include "worker/relay.h"
#include "worker/stmts.h"

#define PAGE_MAX ((size_t)1 << 18)
#define ASK_MAX 4096
#define ASKERS 8

struct histogram {
	uint64_t counts[FIGURES_BUCKETS];
	uint64_t sum_ms;
};

enum class {
	OK_2XX,
	MOVED_3XX,
	REFUSED_4XX,
	FAILED_5XX,
	OTHER,
	SILENT,
	NOT_SENT,
	RETURNED,
	CLASS__MAX
};

static const char *const class_names[CLASS__MAX] = { "2xx", "3xx", "4xx", "5xx",
	"other", "none", "refused", "returned" };

static struct {
	uint64_t ended[2][CLASS__MAX]; /* of webhooks, of mail */
	uint64_t claimed;
	uint64_t recorded;
	uint64_t too_late;
	struct histogram waits; /* from the making to the first try */
	struct histogram tries;
	struct histogram claims;
	struct histogram records;
} seen;

static void
observe(struct histogram *h, uint64_t ms)
{
	h->counts[figures_bucket(ms)]++;
	h->sum_ms += ms;
}

/* Ids begin with the time of their making (UUID version 7). */
static uint64_t
made_ms(const char *id)
{
	char hex[13];

	memcpy(hex, id, 8);
	memcpy(hex + 8, id + 9, 4);
	hex[12] = '\0';
	return strtoull(hex, NULL, 16);
}

void
metrics_started(const struct delivery *d)
{
	struct timeval now;
	uint64_t made, now_ms;

	if (d->attempts != 1 || strlen(d->text[DELIVERY_ID]) != 36)
		return;
	(void)gettimeofday(&now, NULL);
	now_ms = (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_usec / 1000;
	made = made_ms(d->text[DELIVERY_ID]);
	observe(&seen.waits, now_ms > made ? now_ms - made : 0);
}

static enum class class_of(const struct delivery *d) {
	static const enum class by_hundred[] = { OTHER, OTHER, OK_2XX,
		MOVED_3XX, REFUSED_4XX, FAILED_5XX };

	    if (d->kind == DELIVERY_RETURNED) return RETURNED;
	    if (d->http == 0) return d->kind == DELIVERY_REFUSED ? NOT_SENT
								 : SILENT;
	    return d->http < 600 ? by_hundred[d->http / 100] : OTHER;
}

void
metrics_ended(const struct delivery *d)
{
	seen.ended[relay_is_for(d)][class_of(d)]++;
	if (d->kind == DELIVERY_TRIED)
		observe(&seen.tries, d->took_ms);
}

void
metrics_claimed(uint64_t took_ms, size_t count)
{
	observe(&seen.claims, took_ms);
	seen.claimed += count;
}

void
metrics_recorded(uint64_t took_ms, size_t count, size_t too_late)
{
	observe(&seen.records, took_ms);
	seen.recorded += count;
	seen.too_late += too_late;
}

static void
histogram(struct buf *b, const char *name, const char *help,
    const struct histogram *h)
{
	figures_histogram(b, name, help, h->counts, h->sum_ms * 1000);
}

void
metrics_write(struct buf *b)
{
	static const char *const kinds[] = { "webhook", "mail" };

	figures_head(b, "mainstay_tries_total", "counter",
	    "Tries that ended, by the class of the answer.");
	for (size_t k = 0; k < 2; k++)
		for (size_t c = 0; c < CLASS__MAX; c++)
			buf_printf(b,
			    "mainstay_tries_total{kind=\"%s\",class=\"%s\"} "
			    "%" PRIu64 "\n",
			    kinds[k], class_names[c], seen.ended[k][c]);
	histogram(b, "mainstay_first_try_seconds",
	    "From the making of a delivery to its first try.", &seen.waits);
	histogram(b, "mainstay_try_seconds",
	    "From the beginning of a try to its end.", &seen.tries);
	histogram(b, "mainstay_claim_seconds",
	    "How long the database took to claim.", &seen.claims);
	histogram(b, "mainstay_record_seconds",
	    "How long the database took to record results.", &seen.records);
	figures_number(b, "mainstay_claimed_total", "counter",
	    "Deliveries that were claimed.", seen.claimed);
	figures_number(b, "mainstay_recorded_total", "counter",
	    "Results that were recorded.", seen.recorded);
	figures_number(b, "mainstay_stale_results_total", "counter",
	    "Results that came after the claim had passed to another worker.",
	    seen.too_late);
}

/* Somebody who asks; fd is -1 when the place is free. */
struct asker {
	struct metrics *m;
	int fd;
	bool waits; /* for the database */
	size_t len;
	char said[ASK_MAX];
};

struct metrics {
	struct loop *loop;
	struct link *work;
	const struct lanes *lanes;
	const struct recorder *recorder;
	int listener;
	bool is_asking; /* the database */
	size_t turn;	/* places are taken in turn */
	struct asker askers[ASKERS];
};

static void
hang_up(struct asker *a)
{
	loop_watch(a->m->loop, a->fd, 0, NULL, NULL);
	(void)close(a->fd);
	a->fd = -1;
	a->waits = false;
}

static void
answer(struct asker *a, const char *status, struct str page)
{
	struct buf b;

	buf_init(&b, PAGE_MAX);
	buf_printf(&b,
	    "HTTP/1.1 %s\r\nContent-Type: " FIGURES_TYPE
	    "\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n",
	    status, page.len);
	buf_add(&b, page.ptr, page.len);
	/* a page fits into the buffer of a local socket */
	(void)send(a->fd, b.data, b.len, MSG_NOSIGNAL);
	buf_free(&b);
	hang_up(a);
}

static void
answer_all(struct metrics *m, struct str queue)
{
	struct buf b;

	buf_init(&b, PAGE_MAX);
	metrics_write(&b);
	figures_number(&b, "mainstay_in_flight", "gauge", "Tries under way.",
	    lanes_inflight(m->lanes));
	figures_number(&b, "mainstay_held", "gauge",
	    "Deliveries that are claimed and not yet begun.",
	    lanes_waiting(m->lanes));
	figures_number(&b, "mainstay_unrecorded", "gauge",
	    "Results that wait to be recorded.", record_left(m->recorder));
	figures_number(&b, "mainstay_database_up", "gauge",
	    "Whether the database answered.", queue.len > 0);
	buf_add(&b, queue.ptr, queue.len);
	for (size_t i = 0; i < ASKERS; i++)
		if (m->askers[i].waits)
			answer(&m->askers[i], "200 OK",
			    (struct str){ b.data, b.len });
	buf_free(&b);
}

static void
queue_known(void *arg, enum rc rc, const struct async_rows *rows)
{
	struct metrics *m = arg;

	m->is_asking = false;
	answer_all(m, rc == RC_OK ? async_text(rows, 0, 0) : str_of(""));
}

static void
ask_queue(struct metrics *m)
{
	if (m->is_asking)
		return;
	m->is_asking = link_is_up(m->work) &&
		       link_send(m->work, WORK_METRICS, NULL, queue_known, m);
	if (!m->is_asking)
		answer_all(m, str_of(""));
}

static void
on_asker(void *arg, int fd, uint32_t events)
{
	struct asker *a = arg;
	ssize_t n;

	(void)events;
	n = recv(fd, a->said + a->len, ASK_MAX - 1 - a->len, 0);
	if (n <= 0) {
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		hang_up(a);
		return;
	}
	a->len += (size_t)n;
	a->said[a->len] = '\0';
	if (a->waits)
		return;
	if (strstr(a->said, "\r\n\r\n") == NULL) {
		if (a->len == ASK_MAX - 1)
			hang_up(a);
		return;
	}
	if (strncmp(a->said, "GET /metrics ", 13) != 0) {
		answer(a, "404 Not Found", STR("GET /metrics\n"));
		return;
	}
	a->waits = true;
	ask_queue(a->m);
}

/* The one that has said nothing for longest makes room for who comes. */
static struct asker *
place_for(struct metrics *m)
{
	for (size_t i = 0; i < ASKERS; i++) {
		struct asker *a = &m->askers[m->turn++ % ASKERS];

		if (a->waits)
			continue;
		if (a->fd >= 0)
			hang_up(a);
		return a;
	}
	return NULL;
}

static void
on_listener(void *arg, int listener, uint32_t events)
{
	struct metrics *m = arg;
	int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	struct asker *a;

	(void)events;
	if (fd < 0)
		return;
	a = place_for(m);
	if (a == NULL) {
		(void)close(fd);
		return;
	}
	a->fd = fd;
	a->len = 0;
	loop_watch(m->loop, fd, EPOLLIN, on_asker, a);
}

static void
refuse(void)
{
	log_refuse("cannot listen", "name", "MAINSTAY_METRICS_PORT", "error",
	    strerror(errno), NULL);
}

static int
listen_on(long port)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int on = 1;

	if (fd < 0)
		refuse();
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
	    bind(fd, (const struct sockaddr *)&a, sizeof(a)) != 0 ||
	    listen(fd, ASKERS) != 0)
		refuse();
	return fd;
}

struct metrics *
metrics_new(struct loop *loop, long port, struct link *work,
    const struct lanes *lanes, const struct recorder *recorder)
{
	struct metrics *m;

	if (port == 0)
		return NULL;
	m = calloc(1, sizeof(*m));
	if (m == NULL)
		log_refuse("out of memory", NULL);
	m->loop = loop;
	m->work = work;
	m->lanes = lanes;
	m->recorder = recorder;
	for (size_t i = 0; i < ASKERS; i++)
		m->askers[i] = (struct asker){ .m = m, .fd = -1 };
	m->listener = listen_on(port);
	loop_watch(loop, m->listener, EPOLLIN, on_listener, m);
	return m;
}

void
metrics_free(struct metrics *m)
{
	if (m == NULL)
		return;
	for (size_t i = 0; i < ASKERS; i++)
		if (m->askers[i].fd >= 0)
			hang_up(&m->askers[i]);
	loop_watch(m->loop, m->listener, 0, NULL, NULL);
	(void)close(m->listener);
	free(m);
}
