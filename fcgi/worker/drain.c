/* When to work off a queue, and how much of it at a time. */
#include "worker/drain.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/clock.h"
#include "core/log.h"
#include "worker/link.h"
#include "worker/stmts.h"

#define POLL_MS 1000
#define ERROR_MS 500
/* A batch locks what it works on: others that want it wait meanwhile. */
#define SHORT_MS 500
#define LONG_MS 1000
#define ANSWER_MS 20000

struct drain {
	const struct drain_queue *queue;
	struct link *link;
	struct loop_timer *timer;
	uint64_t sent_ms; /* of the open batch */
	int batch;
	bool is_due;
	bool is_open;
	bool is_stopped;
};

/* A statement ends before the worker's patience does, see STOP_MS. */
#define OPTIONS                                                                \
	"-c statement_timeout=15s -c lock_timeout=2s"                          \
	" -c idle_in_transaction_session_timeout=10s -c jit=off"

/* What was scored and lost would be scored again. */
const struct drain_queue drain_scores = { "mainstay-worker score",
	OPTIONS " -c synchronous_commit=off", score_stmts, "scored", 500,
	1000 };

const struct drain_queue drain_jobs = { "mainstay-worker jobs", OPTIONS,
	job_stmts, "worked off items of jobs", 25, 100 };

static void
wake(void *arg)
{
	struct drain *d = arg;

	d->is_due = true;
}

static void
report(const struct drain_queue *queue, long n, uint64_t took_ms)
{
	char rows[24], ms[24];

	(void)snprintf(rows, sizeof(rows), "%ld", n);
	(void)snprintf(ms, sizeof(ms), "%llu", (unsigned long long)took_ms);
	log_event(LOG_DEBUG, queue->says, "#rows", rows, "#ms", ms, NULL);
}

/* A batch that fails as a whole took too long: half of it may not. */
static int
next_batch(const struct drain *d, enum rc rc, uint64_t took_ms)
{
	if (rc != RC_OK || took_ms > LONG_MS)
		return d->batch > 1 ? d->batch / 2 : 1;
	if (took_ms < SHORT_MS)
		return d->batch * 2 < d->queue->most ? d->batch * 2
						     : d->queue->most;
	return d->batch;
}

static void
worked(void *arg, enum rc rc, const struct async_rows *rows)
{
	struct drain *d = arg;
	long n = async_long(rows, 0, 0, 0);
	uint64_t took_ms = clock_ms() - d->sent_ms;

	d->is_open = false;
	if (rc != RC_OK || n > 0)
		d->batch = next_batch(d, rc, took_ms);
	if (rc != RC_OK) {
		loop_timer_set(d->timer, ERROR_MS);
	} else if (n > 0) {
		report(d->queue, n, took_ms);
		d->is_due = true;
	} else {
		loop_timer_set(d->timer, POLL_MS);
	}
}

void
drain_step(struct drain *d)
{
	char batch[16];
	const char *args[1] = { batch };

	if (!d->is_due || d->is_open || d->is_stopped || !link_is_up(d->link))
		return;
	(void)snprintf(batch, sizeof(batch), "%d", d->batch);
	d->is_due = false;
	d->sent_ms = clock_ms();
	loop_timer_set(d->timer, LOOP_NEVER);
	d->is_open = link_send(d->link, DRAIN_WORK, args, worked, d);
}

static void
up(void *arg)
{
	struct drain *d = arg;

	(void)link_send(d->link, DRAIN_LISTEN, NULL, NULL, NULL);
	d->is_due = true;
}

struct drain *
drain_new(
    struct loop *loop, const char *conninfo, const struct drain_queue *queue)
{
	struct async_config config = { conninfo, "mainstay_worker", queue->name,
		queue->options, queue->stmts, DRAIN__MAX, ANSWER_MS };
	struct drain *d = calloc(1, sizeof(*d));
	struct link_events link = { up, NULL, wake, d };

	if (d == NULL)
		log_refuse("out of memory", NULL);
	d->queue = queue;
	d->batch = queue->first;
	d->timer = loop_timer_new(loop, wake, d);
	d->link = link_new(loop, &config, &link);
	return d;
}

void
drain_free(struct drain *d)
{
	link_free(d->link);
	free(d);
}

void
drain_stop(struct drain *d)
{
	d->is_stopped = true;
}

bool
drain_is_open(const struct drain *d)
{
	return d->is_open;
}
