/* When to claim, and what comes of it. */
#include "worker/claim.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/log.h"
#include "worker/array.h"
#include "worker/metrics.h"
#include "worker/stmts.h"

#define POLL_MS 250 /* when nothing was found */
#define AGAIN_MS 4  /* when something was found */
#define ERROR_MS 500
#define BATCH_MAX ((size_t)256)
#define WAITING_MAX ((size_t)512) /* claimed, not yet sent */
#define BUSY_ROWS 32 /* finding so many, it needs no notifications */
#define HELD_MAX ((size_t)1 << 20)

/* Longer than a request may take, see LEASE_LEFT_MS in worker.c. */
#define LEASE "60 seconds"

/* The columns after the texts, as in work_stmts[WORK_CLAIM]. */
enum column {
	COLUMN_LEASE = DELIVERY_TEXT__MAX,
	COLUMN_ATTEMPTS,
	COLUMN_MAX_ATTEMPTS,
	COLUMN_MAX_INFLIGHT,
};

/* From enum delivery_text to the column of the claim. */
static const int columns[DELIVERY_TEXT__MAX] = {
	[DELIVERY_ID] = 0,
	[DELIVERY_TENANT] = 1,
	[DELIVERY_ENDPOINT] = 2,
	[DELIVERY_URL] = 3,
	[DELIVERY_METHOD] = 4,
	[DELIVERY_HEADERS] = 5,
	[DELIVERY_SECRETS] = 6,
	[DELIVERY_BODY] = 7,
};

struct claimer {
	struct link *link;
	struct loop_timer *timer;
	struct lanes *lanes;
	struct buf endpoints, counts, ids;
	void (*list)(void *arg, struct buf *ids);
	void *list_arg;
	int worker;	  /* 0: not registered */
	int claimed_as;	  /* of the open claim */
	uint64_t sent_ms; /* of the open claim */
	long asked;	  /* of the open claim */
	bool is_open;
	bool is_unsure; /* a claim was lost: keep_webhooks() is due */
	bool is_due;
	bool is_idle; /* and the database knows */
	bool is_stopped;
};

void
claim_wake(struct claimer *c)
{
	c->is_due = true;
}

static void
wake(void *arg)
{
	claim_wake(arg);
}

struct claimer *
claim_new(struct loop *loop, struct lanes *lanes,
    void (*list)(void *arg, struct buf *ids), void *arg)
{
	struct claimer *c = calloc(1, sizeof(*c));

	if (c == NULL)
		log_refuse("out of memory", NULL);
	c->timer = loop_timer_new(loop, wake, c);
	c->lanes = lanes;
	c->list = list;
	c->list_arg = arg;
	buf_init(&c->endpoints, HELD_MAX);
	buf_init(&c->counts, HELD_MAX);
	buf_init(&c->ids, HELD_MAX);
	return c;
}

void
claim_set_link(struct claimer *c, struct link *work)
{
	c->link = work;
}

void
claim_free(struct claimer *c)
{
	buf_free(&c->endpoints);
	buf_free(&c->counts);
	buf_free(&c->ids);
	free(c);
}

void
claim_set_worker(struct claimer *c, int worker)
{
	c->worker = worker;
	c->is_idle = false;
	c->is_due = true;
}

void
claim_reset(struct claimer *c)
{
	c->is_idle = false;
	c->is_due = true;
	c->is_unsure = true; /* a crash may have undone what was recorded */
}

void
claim_stop(struct claimer *c)
{
	c->is_stopped = true;
}

bool
claim_is_open(const struct claimer *c)
{
	return c->is_open;
}

static struct delivery *
read_row(const struct async_rows *rows, size_t row)
{
	struct str texts[DELIVERY_TEXT__MAX];
	struct delivery *d;
	size_t size = 0;
	char *at;

	for (size_t i = 0; i < DELIVERY_TEXT__MAX; i++) {
		texts[i] = async_text(rows, row, columns[i]);
		size += texts[i].len + 1;
	}
	d = delivery_new(size, &at);
	for (size_t i = 0; i < DELIVERY_TEXT__MAX; i++) {
		if (texts[i].ptr == NULL)
			continue;
		memcpy(at, texts[i].ptr, texts[i].len);
		d->text[i] = at; /* the block is zeroed */
		at += texts[i].len + 1;
	}
	d->body_len = texts[DELIVERY_BODY].len;
	d->lease = (int)async_long(rows, row, COLUMN_LEASE, 0);
	d->attempts = (int)async_long(rows, row, COLUMN_ATTEMPTS, 0);
	d->max_attempts = (int)async_long(rows, row, COLUMN_MAX_ATTEMPTS, 0);
	return d;
}

static void
set_idle(struct claimer *c, bool is_idle)
{
	char worker[16];
	const char *args[2] = { worker, is_idle ? "t" : "f" };

	if (c->is_idle == is_idle)
		return;
	c->is_idle = is_idle;
	(void)snprintf(worker, sizeof(worker), "%d", c->worker);
	(void)link_send(c->link, WORK_IDLE, args, NULL, NULL);
}

/*
 * Going idle is said first and looked once more afterwards: whoever added
 * a delivery in between may not have known that we sleep.
 */
static void
plan_next(struct claimer *c, long found)
{
	if (found == 0) {
		if (!c->is_idle)
			c->is_due = true;
		set_idle(c, true);
		loop_timer_hasten(c->timer, POLL_MS);
		return;
	}
	if (found >= BUSY_ROWS)
		set_idle(c, false);
	if (found >= c->asked)
		c->is_due = true;
	else
		loop_timer_hasten(c->timer, AGAIN_MS);
}

static void
claimed(void *arg, enum rc rc, const struct async_rows *rows)
{
	struct claimer *c = arg;
	size_t n = async_count(rows);

	c->is_open = false;
	if (rc != RC_OK) {
		c->is_unsure = true;
		loop_timer_hasten(c->timer, ERROR_MS);
		return;
	}
	metrics_claimed(clock_ms() - c->sent_ms, n);
	for (size_t i = 0; i < n; i++) {
		struct delivery *d = read_row(rows, i);

		d->worker = c->claimed_as;
		d->claimed_ms = c->sent_ms;
		lanes_add(c->lanes, d,
		    (int)async_long(rows, i, COLUMN_MAX_INFLIGHT, 1));
	}
	if (c->worker != 0)
		plan_next(c, (long)n);
}

static void
kept(void *arg, enum rc rc, const struct async_rows *rows)
{
	struct claimer *c = arg;
	char count[24];

	if (rc != RC_OK) {
		c->is_unsure = true;
		return;
	}
	if (async_long(rows, 0, 0, 0) == 0)
		return;
	(void)snprintf(count, sizeof(count), "%ld", async_long(rows, 0, 0, 0));
	log_event(
	    LOG_INFO, "gave back what a lost claim took", "count", count, NULL);
}

/* In the pipeline before the next claim. */
static void
keep(struct claimer *c, const char *worker)
{
	const char *args[2] = { worker, NULL };

	if (!c->is_unsure)
		return;
	array_begin(&c->ids);
	c->list(c->list_arg, &c->ids);
	array_end(&c->ids);
	args[1] = c->ids.data;
	c->is_unsure = false;
	(void)link_send(c->link, WORK_KEEP, args, kept, c);
}

void
claim_step(struct claimer *c)
{
	char worker[16], max[24];
	const char *args[5] = { worker, max, LEASE, NULL, NULL };
	size_t room = WAITING_MAX - lanes_waiting(c->lanes);

	if (!c->is_due || c->is_open || c->is_stopped || c->worker == 0 ||
	    !link_is_up(c->link) || room > WAITING_MAX ||
	    room < WAITING_MAX / 4)
		return;
	c->asked = (long)(room < BATCH_MAX ? room : BATCH_MAX);
	lanes_held(c->lanes, &c->endpoints, &c->counts);
	args[3] = c->endpoints.data;
	args[4] = c->counts.data;
	(void)snprintf(worker, sizeof(worker), "%d", c->worker);
	(void)snprintf(max, sizeof(max), "%ld", c->asked);

	keep(c, worker);
	c->is_due = false;
	c->is_open = true;
	c->claimed_as = c->worker;
	c->sent_ms = clock_ms();
	loop_timer_set(c->timer, LOOP_NEVER);
	(void)link_send(c->link, WORK_CLAIM, args, claimed, c);
}
