/* Duties and when they are due. */
#include "worker/clock.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/clock.h"
#include "core/log.h"
#include "worker/link.h"
#include "worker/stmts.h"

#define TICK_MS 5000
#define ANSWER_MS 320000

struct duty {
	uint64_t every_ms;
	/* logged with the number that comes back, unless that is 0 */
	const char *says;
	enum clock_stmt stmt;
	enum log_level level;
};

static const struct duty duties[] = {
	{ 5000, "overrides ended", CLOCK_OVERRIDES, LOG_INFO },
	{ 3600000, NULL, CLOCK_PARTITIONS, LOG_INFO },
	{ 60000, NULL, CLOCK_ROLLUPS, LOG_INFO },
	{ 60000, NULL, CLOCK_PORTFOLIOS, LOG_INFO },
	{ 3600000, NULL, CLOCK_SESSIONS, LOG_INFO },
	{ 600000, NULL, CLOCK_MESSAGES, LOG_INFO },
	{ 600000, NULL, CLOCK_IDEMPOTENCY, LOG_INFO },
	{ 3600000, NULL, CLOCK_JOBS, LOG_INFO },
	{ 60000, "accounts queued by the daily sweep", CLOCK_SWEEP, LOG_INFO },
	{ 60000, "accounts woke a playbook by time", CLOCK_PLAYBOOKS,
	    LOG_INFO },
	{ 60000, "accounts cannot be scored", CLOCK_UNSCORABLE, LOG_WARN },
};

#define N_DUTIES (sizeof(duties) / sizeof(duties[0]))

struct clock {
	struct link *link;
	struct loop_timer *timer;
	bool leads;
	bool is_busy;
	const struct duty *duty; /* the last one begun */
	uint64_t due_ms[N_DUTIES];
};

/* One duty at a time; a failure was logged and waits for its next turn. */
static const char options[] = "-c statement_timeout=5min -c lock_timeout=2s"
			      " -c idle_in_transaction_session_timeout=10s";

static void
report(const struct duty *duty, long n)
{
	char count[24];

	(void)snprintf(count, sizeof(count), "%ld", n);
	log_event(duty->level, duty->says, "#count", count, NULL);
}

static void
done(void *arg, enum rc rc, const struct async_rows *rows)
{
	struct clock *c = arg;

	if (rc == RC_OK && c->duty->says != NULL &&
	    async_long(rows, 0, 0, 0) > 0)
		report(c->duty, async_long(rows, 0, 0, 0));
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
		c->duty = &duties[i];
		c->is_busy = link_send(c->link, c->duty->stmt, NULL, done, c);
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
