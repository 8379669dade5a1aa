/* Duties and when they are due. */
#include "worker/clock.h"

#include <stdlib.h>

#include "core/clock.h"
#include "core/log.h"
#include "worker/link.h"
#include "worker/stmts.h"

#define TICK_MS 5000
#define ANSWER_MS 320000

struct duty {
	enum clock_stmt stmt;
	uint64_t every_ms;
};

static const struct duty duties[] = {
	{ CLOCK_PARTITIONS, 3600000 },
	{ CLOCK_ROLLUPS, 60000 },
	{ CLOCK_SESSIONS, 3600000 },
	{ CLOCK_MESSAGES, 600000 },
};

#define N_DUTIES (sizeof(duties) / sizeof(duties[0]))

struct clock {
	struct link *link;
	struct loop_timer *timer;
	bool leads;
	bool is_busy;
	uint64_t due_ms[N_DUTIES];
};

/* One duty at a time; a failure was logged and waits for its next turn. */
static const char options[] = "-c statement_timeout=5min -c lock_timeout=2s"
			      " -c idle_in_transaction_session_timeout=10s";

static void
done(void *arg, enum rc rc, const struct async_rows *rows)
{
	struct clock *c = arg;

	(void)rc;
	(void)rows;
	c->is_busy = false;
	loop_timer_set(c->timer, 0);
}

static void
led(void *arg, enum rc rc, const struct async_rows *rows)
{
	struct clock *c = arg;

	c->is_busy = false;
	c->leads = rc == RC_OK && str_is(async_text(rows, 0, 0), "t");
	if (c->leads) {
		log_event(LOG_INFO, "this worker keeps the clock", NULL);
		loop_timer_set(c->timer, 0);
	}
}

static void
tick(void *arg)
{
	struct clock *c = arg;
	uint64_t now = clock_ms();

	loop_timer_set(c->timer, TICK_MS);
	if (c->is_busy || !link_is_up(c->link))
		return;
	if (!c->leads) {
		c->is_busy = link_send(c->link, CLOCK_LEAD, NULL, led, c);
		return;
	}
	for (size_t i = 0; i < N_DUTIES; i++) {
		if (now < c->due_ms[i])
			continue;
		c->due_ms[i] = now + duties[i].every_ms;
		c->is_busy = link_send(c->link, duties[i].stmt, NULL, done, c);
		return;
	}
}

static void
up(void *arg)
{
	struct clock *c = arg;

	loop_timer_set(c->timer, 0);
}

static void
down(void *arg)
{
	struct clock *c = arg;

	c->leads = false;
}

struct clock *
clock_new(struct loop *loop, const char *conninfo)
{
	struct async_config config = { conninfo, "mainstay_worker",
		"mainstay-worker clock", options, clock_stmts, CLOCK__MAX,
		ANSWER_MS };
	struct clock *c = calloc(1, sizeof(*c));
	struct link_events link = { up, down, NULL, c };

	if (c == NULL)
		log_refuse("out of memory", NULL);
	c->timer = loop_timer_new(loop, tick, c);
	c->link = link_new(loop, &config, &link);
	return c;
}

void
clock_free(struct clock *c)
{
	link_free(c->link);
	free(c);
}
