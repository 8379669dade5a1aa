/* The statements. */
#include "worker/stmts.h"

const struct async_stmt work_stmts[WORK__MAX] = {
	[WORK_CLAIM] = { "claim",
	    "select id, tenant_id, endpoint_id, url, method, headers, secrets,"
	    " body, lease, attempts, max_attempts, max_inflight"
	    " from api.claim_webhooks($1, $2, $3, $4, $5)",
	    5 },

	[WORK_FINISH] = { "finish",
	    "select recorded, resting from api.finish_webhooks($1, $2, $3, $4,"
	    " $5, $6, $7, $8, $9, $10)",
	    10 },

	[WORK_IDLE] = { "idle", "select api.worker_idle($1, $2)", 2 },

	[WORK_KEEP] = { "keep", "select api.keep_webhooks($1, $2)", 2 },

	[WORK_METRICS] = { "metrics", "select api.delivery_metrics()", 0 },
};

const struct async_stmt pulse_stmts[PULSE__MAX] = {
	[PULSE_START] = { "start", "select api.worker_start($1, $2, $3)", 3 },
	[PULSE_BEAT] = { "beat", "select api.worker_beat($1)", 1 },
	[PULSE_RELEASE] = { "release", "select api.release_webhooks($1)", 1 },
	[PULSE_LISTEN] = { "listen", "listen mainstay_webhooks", 0 },
};

const struct async_stmt clock_stmts[CLOCK__MAX] = {
	/* held as long as the connection: one worker keeps the clock */
	[CLOCK_LEAD] = { "lead", "select pg_try_advisory_lock(20771, 0)", 0 },
	[CLOCK_PARTITIONS] = { "partitions", "select api.make_partitions(3)",
	    0 },
	[CLOCK_ROLLUPS] = { "rollups", "select api.compact_rollups()", 0 },
	[CLOCK_PORTFOLIOS] = { "portfolios", "select api.refresh_portfolios()",
	    0 },
	[CLOCK_SESSIONS] = { "sessions", "select api.sweep_sessions()", 0 },
	[CLOCK_MESSAGES] = { "messages", "select api.sweep_ingest_messages()",
	    0 },
	[CLOCK_IDEMPOTENCY] = { "idempotency",
	    "select api.sweep_idempotency_keys()", 0 },
	[CLOCK_JOBS] = { "jobs", "select api.sweep_jobs()", 0 },
	[CLOCK_OVERRIDES] = { "overrides", "select api.end_overrides(1000)",
	    0 },
	[CLOCK_SWEEP] = { "sweep", "select api.sweep_scores()", 0 },
	[CLOCK_PLAYBOOKS] = { "playbooks", "select api.sweep_playbooks()", 0 },
	[CLOCK_UNSCORABLE] = { "unscorable", "select api.unscorable()", 0 },
};

const struct async_stmt score_stmts[DRAIN__MAX] = {
	[DRAIN_WORK] = { "queued", "select api.rescore_queued($1)", 1 },
	[DRAIN_LISTEN] = { "listen", "listen mainstay_health", 0 },
};

const struct async_stmt job_stmts[DRAIN__MAX] = {
	[DRAIN_WORK] = { "jobs", "select api.work_jobs($1)", 1 },
	[DRAIN_LISTEN] = { "listen", "listen mainstay_jobs", 0 },
};
