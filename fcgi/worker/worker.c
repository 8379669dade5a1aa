/* Joins the duties: claim, send, record, pulse, clock, queues, and the stop. */
#include "worker/worker.h"

#include <stdlib.h>

#include "core/clock.h"
#include "core/log.h"
#include "worker/array.h"
#include "worker/claim.h"
#include "worker/clock.h"
#include "worker/drain.h"
#include "worker/guard.h"
#include "worker/lane.h"
#include "worker/metrics.h"
#include "worker/pulse.h"
#include "worker/record.h"
#include "worker/send.h"
#include "worker/stmts.h"

#define INFLIGHT_MAX ((size_t)1000)
#define STOP_MS 20000 /* for what is in flight, longer than a request */
#define FLUSH_MS 2000 /* for the last results */
#define ANSWER_MS 10000

/* A claim lasts 60 s and a request 15 s: later it is not begun. */
#define STALE_MS 40000

enum phase {
	RUNNING,
	FINISHING, /* nothing new; what is in flight may end */
	FLUSHING,  /* the last results */
	LEAVING,   /* saying goodbye to the database */
};

struct worker {
	struct loop *loop;
	struct guard *guard;
	struct lanes *lanes;
	struct sender *sender;
	struct recorder *recorder;
	struct claimer *claimer;
	struct link *work;
	struct pulse *pulse;
	struct clock *clock;
	struct drain *scores, *jobs;
	struct metrics *metrics;
	struct loop_timer *stop_timer;
	enum phase phase;
	int id; /* the last registration */
	int status;
};

static const char options[] =
    "-c statement_timeout=5s -c lock_timeout=1s -c jit=off"
    " -c idle_in_transaction_session_timeout=10s"
    " -c synchronous_commit=off -c enable_seqscan=off"
    " -c enable_hashjoin=off -c enable_mergejoin=off"
    " -c plan_cache_mode=force_generic_plan";

static void
sent(void *arg, struct delivery *d)
{
	struct worker *w = arg;

	if (lanes_done(w->lanes, d))
		claim_wake(w->claimer);
	log_event(d->error[0] == '\0' ? LOG_DEBUG : LOG_INFO,
	    d->error[0] == '\0' ? "delivered" : "not delivered", "delivery",
	    d->text[DELIVERY_ID], "tenant", d->text[DELIVERY_TENANT], "error",
	    d->error[0] == '\0' ? NULL : d->error, NULL);
	metrics_ended(d);
	record_add(w->recorder, d);
}

static void
begin(struct worker *w, struct delivery *d)
{
	if (clock_ms() - d->claimed_ms > STALE_MS) {
		d->kind = DELIVERY_RETURNED;
		sent(w, d);
	} else if (d->attempts > d->max_attempts) {
		delivery_refuse(d, "given up: workers died while sending");
		sent(w, d);
	} else {
		metrics_started(d);
		sender_start(w->sender, d);
	}
}

/* Claimed and not sent: the attempt is given back as well. */
static void
give_back(struct worker *w, struct delivery_list *list)
{
	struct delivery *d;

	while ((d = delivery_pop(list)) != NULL) {
		d->kind = DELIVERY_RETURNED;
		metrics_ended(d);
		record_add(w->recorder, d);
	}
}

static void
resting(void *arg, struct str endpoint)
{
	struct worker *w = arg;
	struct delivery_list list = { NULL, NULL, 0 };

	lanes_drain_one(w->lanes, endpoint, &list);
	give_back(w, &list);
}

/* What waits is put back; when its claims are void there is nothing to say. */
static void
put_back(struct worker *w, bool is_void)
{
	struct delivery_list list = { NULL, NULL, 0 };
	struct delivery *d;

	lanes_drain(w->lanes, &list);
	while (is_void && (d = delivery_pop(&list)) != NULL)
		delivery_free(d);
	give_back(w, &list);
}

static void
identity(void *arg, int id)
{
	struct worker *w = arg;

	if (id != 0 && w->id != 0 && id != w->id)
		put_back(w, true);
	if (id != 0)
		w->id = id;
	claim_set_worker(w->claimer, id);
}

static void
notified(void *arg)
{
	struct worker *w = arg;

	claim_wake(w->claimer);
}

static void
work_up(void *arg)
{
	struct worker *w = arg;

	claim_reset(w->claimer);
}

/* Everything the worker holds, for the claimer. */
static void
list_held(void *arg, struct buf *ids)
{
	struct worker *w = arg;

	lanes_list(w->lanes, ids);
	sender_list(w->sender, ids);
	record_list(w->recorder, ids);
}

static void
leave(struct worker *w)
{
	w->phase = LEAVING;
	loop_timer_set(w->stop_timer, FLUSH_MS);
	pulse_release(w->pulse);
}

static void
gone(void *arg)
{
	struct worker *w = arg;

	loop_end(w->loop);
}

static void
begin_flush(struct worker *w)
{
	w->phase = FLUSHING;
	record_hurry(w->recorder);
	loop_timer_set(w->stop_timer, FLUSH_MS);
}

/* What is still in flight is broken off; it will be sent again. */
static void
break_off(struct worker *w)
{
	struct delivery_list list = { NULL, NULL, 0 };
	struct delivery *d;

	sender_abort(w->sender, &list);
	while ((d = delivery_pop(&list)) != NULL) {
		w->status = EXIT_FAILURE;
		(void)lanes_done(w->lanes, d);
		delivery_free(d);
	}
	begin_flush(w);
}

/* Each SIGTERM; the second does not wait. */
static void
asked_to_stop(void *arg)
{
	struct worker *w = arg;

	if (w->phase == RUNNING) {
		log_event(LOG_INFO, "stopping", NULL);
		w->phase = FINISHING;
		claim_stop(w->claimer);
		drain_stop(w->scores);
		drain_stop(w->jobs);
		loop_timer_set(w->stop_timer, STOP_MS);
	} else if (w->phase == FINISHING) {
		log_event(LOG_WARN, "stopping at once", NULL);
		break_off(w);
	} else {
		w->status = EXIT_FAILURE;
		loop_end(w->loop);
	}
}

static void
waited_enough(void *arg)
{
	struct worker *w = arg;

	if (w->phase == FINISHING) {
		break_off(w);
	} else if (w->phase == FLUSHING) {
		w->status = EXIT_FAILURE;
		leave(w);
	} else {
		loop_end(w->loop);
	}
}

static void
step_stop(struct worker *w)
{
	if (w->phase == FINISHING) {
		put_back(w, false);
		if (lanes_inflight(w->lanes) == 0 &&
		    !claim_is_open(w->claimer) && !drain_is_open(w->scores) &&
		    !drain_is_open(w->jobs))
			begin_flush(w);
	}
	if (w->phase == FLUSHING && record_left(w->recorder) == 0)
		leave(w);
}

static void
step(void *arg)
{
	struct worker *w = arg;
	struct delivery *d = NULL;

	if (w->phase != RUNNING) {
		step_stop(w);
	} else {
		while (lanes_inflight(w->lanes) < INFLIGHT_MAX &&
		       (d = lanes_next(w->lanes)) != NULL)
			begin(w, d);
		claim_step(w->claimer);
		drain_step(w->scores);
		drain_step(w->jobs);
	}
	record_step(w->recorder);
}

static void
open_all(struct worker *w, const struct settings *s)
{
	struct async_config config = { s->db, "mainstay_worker",
		"mainstay-worker", options, work_stmts, WORK__MAX, ANSWER_MS };
	struct link_events link = { work_up, NULL, NULL, w };
	struct pulse_events pulse = { identity, notified, gone, w };

	w->loop = loop_new();
	loop_on_stop(w->loop, asked_to_stop, w);
	w->stop_timer = loop_timer_new(w->loop, waited_enough, w);
	w->guard = guard_new(s->webhook_allow, settings_is_production(s));
	w->lanes = lanes_new();
	w->sender = sender_new(w->loop, w->guard, s, sent, w);
	w->recorder = record_new(w->loop, resting, w);
	w->claimer = claim_new(w->loop, w->lanes, list_held, w);
	w->work = link_new(w->loop, &config, &link);
	record_set_link(w->recorder, w->work);
	claim_set_link(w->claimer, w->work);
	w->pulse = pulse_new(w->loop, s->db, &pulse);
	w->clock = clock_new(w->loop, s->db);
	w->scores = drain_new(w->loop, s->db, &drain_scores);
	w->jobs = drain_new(w->loop, s->db, &drain_jobs);
	w->metrics = metrics_new(
	    w->loop, s->metrics_port, w->work, w->lanes, w->recorder);
}

static void
close_all(struct worker *w)
{
	metrics_free(w->metrics);
	drain_free(w->jobs);
	drain_free(w->scores);
	clock_free(w->clock);
	pulse_free(w->pulse);
	link_free(w->work);
	claim_free(w->claimer);
	record_free(w->recorder);
	sender_free(w->sender);
	lanes_free(w->lanes);
	guard_free(w->guard);
	loop_free(w->loop);
}

int
worker_run(const struct settings *settings)
{
	struct worker w = { .status = EXIT_SUCCESS };

	open_all(&w, settings);
	loop_run(w.loop, step, &w);
	close_all(&w);
	log_event(LOG_INFO, "stopped", NULL);
	return w.status;
}
