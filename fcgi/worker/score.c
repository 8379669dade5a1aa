/* When to score, and how many at a time. */
#include "worker/score.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/clock.h"
#include "core/log.h"
#include "worker/link.h"
#include "worker/stmts.h"

#define POLL_MS 1000
#define ERROR_MS 500
#define BATCH_FIRST 500
#define BATCH_MAX 1000
/* A batch locks its accounts, and keeps facts that come meanwhile waiting. */
#define SHORT_MS 500
#define LONG_MS 1000
#define ANSWER_MS 20000

struct scorer {
	struct link *link;
	struct loop_timer *timer;
	uint64_t sent_ms; /* of the open batch */
	int batch;
	bool is_due;
	bool is_open;
	bool is_stopped;
};

/* A statement ends before the worker's patience does, see STOP_MS. */
static const char options[] = "-c statement_timeout=15s -c lock_timeout=2s"
			      " -c idle_in_transaction_session_timeout=10s"
			      " -c synchronous_commit=off -c jit=off";

static void
wake(void *arg)
{
	struct scorer *s = arg;

	s->is_due = true;
}

static void
report(long n, uint64_t took_ms)
{
	char rows[24], ms[24];

	(void)snprintf(rows, sizeof(rows), "%ld", n);
	(void)snprintf(ms, sizeof(ms), "%llu", (unsigned long long)took_ms);
	log_event(LOG_DEBUG, "scored", "#rows", rows, "#ms", ms, NULL);
}

/* A batch that fails as a whole took too long: half of it may not. */
static int
next_batch(int batch, enum rc rc, uint64_t took_ms)
{
	if (rc != RC_OK || took_ms > LONG_MS)
		return batch > 1 ? batch / 2 : 1;
	if (took_ms < SHORT_MS)
		return batch * 2 < BATCH_MAX ? batch * 2 : BATCH_MAX;
	return batch;
}

static void
scored(void *arg, enum rc rc, const struct async_rows *rows)
{
	struct scorer *s = arg;
	long n = async_long(rows, 0, 0, 0);
	uint64_t took_ms = clock_ms() - s->sent_ms;

	s->is_open = false;
	if (rc != RC_OK || n > 0)
		s->batch = next_batch(s->batch, rc, took_ms);
	if (rc != RC_OK) {
		loop_timer_set(s->timer, ERROR_MS);
	} else if (n > 0) {
		report(n, took_ms);
		s->is_due = true;
	} else {
		loop_timer_set(s->timer, POLL_MS);
	}
}

void
score_step(struct scorer *s)
{
	char batch[16];
	const char *args[1] = { batch };

	if (!s->is_due || s->is_open || s->is_stopped || !link_is_up(s->link))
		return;
	(void)snprintf(batch, sizeof(batch), "%d", s->batch);
	s->is_due = false;
	s->sent_ms = clock_ms();
	loop_timer_set(s->timer, LOOP_NEVER);
	s->is_open = link_send(s->link, SCORE_QUEUED, args, scored, s);
}

static void
up(void *arg)
{
	struct scorer *s = arg;

	(void)link_send(s->link, SCORE_LISTEN, NULL, NULL, NULL);
	s->is_due = true;
}

struct scorer *
score_new(struct loop *loop, const char *conninfo)
{
	struct async_config config = { conninfo, "mainstay_worker",
		"mainstay-worker score", options, score_stmts, SCORE__MAX,
		ANSWER_MS };
	struct scorer *s = calloc(1, sizeof(*s));
	struct link_events link = { up, NULL, wake, s };

	if (s == NULL)
		log_refuse("out of memory", NULL);
	s->batch = BATCH_FIRST;
	s->timer = loop_timer_new(loop, wake, s);
	s->link = link_new(loop, &config, &link);
	return s;
}

void
score_free(struct scorer *s)
{
	link_free(s->link);
	free(s);
}

void
score_stop(struct scorer *s)
{
	s->is_stopped = true;
}

bool
score_is_open(const struct scorer *s)
{
	return s->is_open;
}
