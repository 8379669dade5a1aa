/*
 * stmts.h - what the worker asks the database, by connection.
 *
 * The policy is in sql/functions/ (webhook_api.sql, health_queue.sql,
 * job_api.sql); these only call it.
 */
#ifndef WORKER_STMTS_H
#define WORKER_STMTS_H

#include "db/async.h"

enum work_stmt {
	WORK_CLAIM,
	WORK_FINISH,
	WORK_IDLE,
	WORK_KEEP,
	WORK_METRICS,
	WORK__MAX
};
extern const struct async_stmt work_stmts[WORK__MAX];

enum pulse_stmt {
	PULSE_START,
	PULSE_BEAT,
	PULSE_RELEASE,
	PULSE_LISTEN,
	PULSE__MAX
};
extern const struct async_stmt pulse_stmts[PULSE__MAX];

enum clock_stmt {
	CLOCK_LEAD,
	CLOCK_PARTITIONS,
	CLOCK_ROLLUPS,
	CLOCK_PORTFOLIOS,
	CLOCK_SESSIONS,
	CLOCK_MESSAGES,
	CLOCK_IDEMPOTENCY,
	CLOCK_JOBS,
	CLOCK_OVERRIDES,
	CLOCK_SWEEP,
	CLOCK_PLAYBOOKS,
	CLOCK_UNSCORABLE,
	CLOCK__MAX
};
extern const struct async_stmt clock_stmts[CLOCK__MAX];

enum drain_stmt {
	DRAIN_WORK,
	DRAIN_LISTEN,
	DRAIN__MAX
};
extern const struct async_stmt score_stmts[DRAIN__MAX];
extern const struct async_stmt job_stmts[DRAIN__MAX];

#endif
