/* Register, listen, beat; again after each lost connection. */
#include "worker/pulse.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/log.h"
#include "worker/link.h"
#include "worker/stmts.h"

#ifndef PACKAGE_VERSION
#define PACKAGE_VERSION "0"
#endif

#define BEAT_MS 500

struct pulse {
	struct link *link;
	struct loop_timer *timer;
	struct pulse_events events;
	char name[128]; /* host and process */
	int worker;	/* the last id we had; 0: none yet */
	bool is_registered;
	bool is_released;
};

static const char options[] = "-c statement_timeout=5s -c lock_timeout=2s"
			      " -c idle_in_transaction_session_timeout=10s"
			      " -c synchronous_commit=off";

static void
number(char *out, size_t size, int n)
{
	(void)snprintf(out, size, "%d", n);
}

static void
started(void *arg, enum rc rc, const struct async_rows *rows)
{
	struct pulse *p = arg;
	long worker = async_long(rows, 0, 0, 0);
	char text[16];

	if (p->is_released)
		return;
	loop_timer_set(p->timer, BEAT_MS);
	if (rc != RC_OK || worker <= 0)
		return;
	p->worker = (int)worker;
	p->is_registered = true;
	number(text, sizeof(text), p->worker);
	log_event(LOG_INFO, "registered", "worker", text, NULL);
	p->events.identity(p->events.arg, p->worker);
}

static void
start(struct pulse *p)
{
	char worker[16];
	const char *args[3] = { p->worker != 0 ? worker : NULL, p->name,
		PACKAGE_VERSION };

	number(worker, sizeof(worker), p->worker);
	(void)link_send(p->link, PULSE_START, args, started, p);
}

static void
beaten(void *arg, enum rc rc, const struct async_rows *rows)
{
	struct pulse *p = arg;
	long buried;
	char text[24];

	if (p->is_released)
		return;
	loop_timer_set(p->timer, BEAT_MS);
	if (rc != RC_OK)
		return;
	buried = async_long(rows, 0, 0, 0);
	if (buried < 0) {
		/* somebody removed our row: the claims are void */
		p->is_registered = false;
		p->worker = 0;
		p->events.identity(p->events.arg, 0);
	} else if (buried > 0) {
		(void)snprintf(text, sizeof(text), "%ld", buried);
		log_event(LOG_WARN, "took over from dead workers", "count",
		    text, NULL);
		p->events.notify(p->events.arg);
	}
}

static void
beat(void *arg)
{
	struct pulse *p = arg;
	char worker[16];
	const char *args[1] = { worker };

	if (p->is_released || !link_is_up(p->link))
		return;
	if (!p->is_registered) {
		start(p);
		return;
	}
	number(worker, sizeof(worker), p->worker);
	(void)link_send(p->link, PULSE_BEAT, args, beaten, p);
}

static void
up(void *arg)
{
	struct pulse *p = arg;

	if (p->is_released)
		return;
	(void)link_send(p->link, PULSE_LISTEN, NULL, NULL, NULL);
	start(p);
}

static void
down(void *arg)
{
	struct pulse *p = arg;

	p->is_registered = false;
	loop_timer_set(p->timer, LOOP_NEVER);
	p->events.identity(p->events.arg, 0);
}

static void
notify(void *arg)
{
	struct pulse *p = arg;

	p->events.notify(p->events.arg);
}

struct pulse *
pulse_new(
    struct loop *loop, const char *conninfo, const struct pulse_events *events)
{
	struct async_config config = { conninfo, "mainstay_worker",
		"mainstay-worker pulse", options, pulse_stmts, PULSE__MAX,
		10000 };
	struct pulse *p = calloc(1, sizeof(*p));
	struct link_events link = { up, down, notify, p };
	char host[64] = "";

	if (p == NULL)
		log_refuse("out of memory", NULL);
	(void)gethostname(host, sizeof(host) - 1);
	(void)snprintf(
	    p->name, sizeof(p->name), "%s/%ld", host, (long)getpid());
	p->events = *events;
	p->timer = loop_timer_new(loop, beat, p);
	p->link = link_new(loop, &config, &link);
	return p;
}

void
pulse_free(struct pulse *p)
{
	link_free(p->link);
	free(p);
}

static void
released(void *arg, enum rc rc, const struct async_rows *rows)
{
	struct pulse *p = arg;

	(void)rc;
	(void)rows;
	p->events.gone(p->events.arg);
}

void
pulse_release(struct pulse *p)
{
	char worker[16];
	const char *args[1] = { worker };

	p->is_released = true;
	number(worker, sizeof(worker), p->worker);
	if (!link_send(p->link, PULSE_RELEASE, args, released, p))
		p->events.gone(p->events.arg);
}
