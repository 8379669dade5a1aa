/* A state machine around libpq's non-blocking calls and its pipeline. */
#include "db/async.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <libpq-fe.h>

#include "core/clock.h"
#include "core/log.h"

#define DIAL_MS 5000
#define PAUSE_MIN_MS 50
#define PAUSE_MAX_MS 5000

enum state {
	RESTING,
	DIALING,
	PREPARING,
	READY
};

/* A statement under way, in the order of sending. */
struct call {
	struct call *next;
	async_done done;
	void *arg;
	const char *stmt;
	PGresult *res; /* kept until the commit is acknowledged */
	enum rc rc;
};

struct async {
	struct async_config config;
	struct async_hooks hooks;
	PGconn *pg;
	enum state state;
	bool was_up;
	bool is_writing; /* writability is watched */
	bool is_doomed;	 /* found out while sending: see async_alarm() */
	uint64_t pause_ms;
	struct call *first, **last;
	uint64_t waiting_since; /* of the first call */
};

static const char check_role[] =
    "select rolsuper or rolbypassrls or rolcreaterole"
    " or pg_catalog.pg_has_role(oid, 'mainstay_owner', 'member')"
    " or exists (select from pg_catalog.pg_class c where c.relowner = r.oid)"
    " from pg_catalog.pg_roles r where rolname = current_user";

static void lost(struct async *c, const char *why);

struct async *
async_new(const struct async_config *config, const struct async_hooks *hooks)
{
	struct async *c = calloc(1, sizeof(*c));

	if (c == NULL)
		log_refuse("out of memory", NULL);
	c->config = *config;
	c->hooks = *hooks;
	c->last = &c->first;
	c->pause_ms = PAUSE_MIN_MS;
	c->hooks.alarm(c->hooks.arg, 0);
	return c;
}

/* Takes the first call out of the queue. */
static struct call *
pop(struct async *c)
{
	struct call *call = c->first;

	c->first = call->next;
	if (c->first == NULL)
		c->last = &c->first;
	c->waiting_since = clock_ms();
	return call;
}

static void
push(struct async *c, const char *stmt, async_done done, void *arg)
{
	struct call *call = calloc(1, sizeof(*call));

	if (call == NULL)
		log_refuse("out of memory", NULL);
	*call = (struct call){ NULL, done, arg, stmt, NULL, RC_OK };
	if (c->first == NULL)
		c->waiting_since = clock_ms();
	*c->last = call;
	c->last = &call->next;
}

static void
finish(struct call *call)
{
	if (call->done != NULL)
		call->done(
		    call->arg, call->rc, (const struct async_rows *)call->res);
	PQclear(call->res);
	free(call);
}

void
async_free(struct async *c)
{
	while (c->first != NULL) {
		struct call *call = pop(c);

		PQclear(call->res);
		free(call);
	}
	PQfinish(c->pg);
	free(c);
}

bool
async_is_up(const struct async *c)
{
	return c->state == READY;
}

static void
want_write(struct async *c, bool wanted)
{
	if (c->is_writing != wanted)
		c->hooks.watch(c->hooks.arg, PQsocket(c->pg), true, wanted);
	c->is_writing = wanted;
}

/* True while still connected. */
static bool
flush(struct async *c)
{
	int left = PQflush(c->pg);

	if (left < 0) {
		lost(c, PQerrorMessage(c->pg));
		return false;
	}
	want_write(c, left > 0);
	return true;
}

/* libpq would write these on standard error, between the lines of the log;
 * what matters arrives as an error as well. */
static void
ignore_notice(void *arg, const char *message)
{
	(void)arg;
	(void)message;
}

static void
dial(struct async *c)
{
	const char *const keys[] = { "dbname", "user", "application_name",
		"options", "client_encoding", "keepalives_idle",
		"tcp_user_timeout", NULL };
	const char *const values[] = { c->config.conninfo, c->config.role,
		c->config.name, c->config.options, "UTF8", "5", "10000", NULL };

	c->state = DIALING;
	c->pg = PQconnectStartParams(keys, values, 1);
	if (c->pg == NULL)
		log_refuse("out of memory", NULL);
	if (PQstatus(c->pg) == CONNECTION_BAD) {
		lost(c, PQerrorMessage(c->pg));
		return;
	}
	(void)PQsetNoticeProcessor(c->pg, ignore_notice, NULL);
	c->hooks.watch(c->hooks.arg, PQsocket(c->pg), false, true);
	c->hooks.alarm(c->hooks.arg, DIAL_MS);
}

/* The connection is gone: everybody who waits is told, then a pause. */
static void
lost(struct async *c, const char *why)
{
	struct call *call = c->first;
	bool was_ready = c->state == READY;

	log_event(LOG_WARN, "database connection lost", "connection",
	    c->config.name, "error", why, NULL);
	c->hooks.watch(c->hooks.arg, -1, false, false);
	PQfinish(c->pg);
	c->pg = NULL;
	c->state = RESTING;
	c->is_doomed = false;
	c->first = NULL;
	c->last = &c->first;
	c->hooks.alarm(
	    c->hooks.arg, c->pause_ms + clock_us() % (c->pause_ms / 2));
	c->pause_ms *= 2;
	if (c->pause_ms > PAUSE_MAX_MS)
		c->pause_ms = PAUSE_MAX_MS;

	if (was_ready)
		c->hooks.down(c->hooks.arg);
	while (call != NULL) {
		struct call *next = call->next;

		PQclear(call->res);
		call->res = NULL;
		call->rc = RC_BUSY;
		finish(call);
		call = next;
	}
}

static void
prepared(void *arg, enum rc rc, const struct async_rows *rows)
{
	struct async *c = arg;

	(void)rows;
	if (rc == RC_OK && c->state == PREPARING) {
		c->state = READY;
		c->was_up = true;
		c->pause_ms = PAUSE_MIN_MS;
		log_event(LOG_INFO, "database connected", "connection",
		    c->config.name, NULL);
		c->hooks.up(c->hooks.arg);
	}
}

static void
prepare(struct async *c)
{
	bool ok;

	c->state = PREPARING;
	ok = PQsetnonblocking(c->pg, 1) == 0 &&
	     PQenterPipelineMode(c->pg) == 1 &&
	     PQsendQueryParams(
		 c->pg, check_role, 0, NULL, NULL, NULL, NULL, 0) == 1;
	for (size_t i = 0; ok && i < c->config.count; i++)
		ok = PQsendPrepare(c->pg, c->config.stmts[i].name,
			 c->config.stmts[i].sql, 0, NULL) == 1;
	if (!ok || PQpipelineSync(c->pg) != 1) {
		lost(c, PQerrorMessage(c->pg));
		return;
	}
	push(c, "prepare", prepared, c);
	c->hooks.alarm(c->hooks.arg, c->config.answer_ms);
	c->hooks.watch(c->hooks.arg, PQsocket(c->pg), true, true);
	c->is_writing = true;
	(void)flush(c);
}

static void
dialing(struct async *c)
{
	PostgresPollingStatusType status = PQconnectPoll(c->pg);

	/* libpq may have changed the socket */
	if (status == PGRES_POLLING_READING)
		c->hooks.watch(c->hooks.arg, PQsocket(c->pg), true, false);
	else if (status == PGRES_POLLING_WRITING)
		c->hooks.watch(c->hooks.arg, PQsocket(c->pg), false, true);
	else if (status == PGRES_POLLING_OK)
		prepare(c);
	else
		lost(c, PQerrorMessage(c->pg));
}

/* Overload and shutdown pass; everything else is our mistake. */
static enum rc
rc_of(const char *state)
{
	static const char *const passing[] = { "08", "40", "53", "55", "57" };

	for (size_t i = 0; i < sizeof(passing) / sizeof(passing[0]); i++)
		if (state != NULL && strncmp(state, passing[i], 2) == 0)
			return RC_BUSY;
	return RC_BROKEN;
}

static void
failed(struct async *c, struct call *call, const PGresult *res)
{
	const char *state = PQresultErrorField(res, PG_DIAG_SQLSTATE);

	if (call->rc != RC_OK)
		return;
	call->rc = rc_of(state);
	log_event(LOG_ERROR, "database refused", "connection", c->config.name,
	    "statement", call->stmt, "sqlstate", state, "error",
	    PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY), "context",
	    PQresultErrorField(res, PG_DIAG_CONTEXT), NULL);
	if (c->state == PREPARING && !c->was_up && call->rc == RC_BROKEN)
		log_refuse("statement does not fit the schema", "sqlstate",
		    state, NULL);
}

static void
answered(struct async *c, PGresult *res)
{
	struct call *call = c->first;

	if (c->state == PREPARING && PQntuples(res) == 1 &&
	    strcmp(PQgetvalue(res, 0, 0), "f") != 0)
		log_refuse("this database role may bypass row security", "role",
		    c->config.role, NULL);
	PQclear(call->res);
	call->res = res;
}

static void
take(struct async *c, PGresult *res)
{
	switch ((int)PQresultStatus(res)) {
	case PGRES_PIPELINE_SYNC:
		PQclear(res);
		finish(pop(c));
		break;
	case PGRES_TUPLES_OK:
	case PGRES_COMMAND_OK:
		answered(c, res);
		break;
	case PGRES_PIPELINE_ABORTED:
		PQclear(res);
		break;
	default:
		failed(c, c->first, res);
		PQclear(res);
		break;
	}
}

static void
drain(struct async *c)
{
	int nulls = 0;

	/* NULL ends a statement; two in a row end what has arrived */
	while (c->first != NULL && nulls < 2 && !PQisBusy(c->pg)) {
		PGresult *res = PQgetResult(c->pg);

		nulls = res == NULL ? nulls + 1 : 0;
		if (res != NULL)
			take(c, res);
	}
}

static void
heed_notifications(struct async *c)
{
	PGnotify *n = PQnotifies(c->pg);
	bool any = n != NULL;

	while (n != NULL) {
		PQfreemem(n);
		n = PQnotifies(c->pg);
	}
	if (any && c->hooks.notify != NULL)
		c->hooks.notify(c->hooks.arg);
}

static void
watch_answer(struct async *c)
{
	if (c->is_doomed)
		return;
	c->hooks.alarm(
	    c->hooks.arg, c->first != NULL ? c->config.answer_ms : UINT64_MAX);
}

void
async_ready(struct async *c)
{
	if (c->state == RESTING)
		return;
	if (c->state == DIALING) {
		dialing(c);
		return;
	}
	if (PQconsumeInput(c->pg) != 1) {
		lost(c, PQerrorMessage(c->pg));
		return;
	}
	drain(c);
	if (PQstatus(c->pg) == CONNECTION_BAD) {
		lost(c, PQerrorMessage(c->pg));
		return;
	}
	if (c->state == PREPARING && c->first == NULL) {
		lost(c, "cannot prepare");
		return;
	}
	heed_notifications(c);
	if (flush(c))
		watch_answer(c);
}

void
async_alarm(struct async *c)
{
	uint64_t waited;

	if (c->state == RESTING) {
		dial(c);
		return;
	}
	if (c->state == DIALING) {
		lost(c, "no answer while connecting");
		return;
	}
	if (c->is_doomed) {
		lost(c, PQerrorMessage(c->pg));
		return;
	}
	if (c->first == NULL)
		return;
	waited = clock_ms() - c->waiting_since;
	if (waited >= c->config.answer_ms)
		lost(c, "no answer");
	else
		c->hooks.alarm(c->hooks.arg, c->config.answer_ms - waited);
}

bool
async_send(struct async *c, size_t stmt, const char *const *args,
    async_done done, void *arg)
{
	const struct async_stmt *s = &c->config.stmts[stmt];
	int left;

	assert(stmt < c->config.count);
	if (c->state != READY)
		return false;
	if (c->first == NULL)
		c->hooks.alarm(c->hooks.arg, c->config.answer_ms);
	push(c, s->name, done, arg);
	left = -1;
	if (PQsendQueryPrepared(
		c->pg, s->name, s->params, args, NULL, NULL, 0) == 1 &&
	    PQpipelineSync(c->pg) == 1)
		left = PQflush(c->pg);
	if (left < 0) {
		/* not here: the caller is not ready for its callback */
		c->is_doomed = true;
		c->hooks.alarm(c->hooks.arg, 0);
	} else {
		want_write(c, left > 0);
	}
	return true;
}

static const PGresult *
result(const struct async_rows *rows)
{
	return (const PGresult *)rows;
}

size_t
async_count(const struct async_rows *rows)
{
	return rows == NULL ? 0 : (size_t)PQntuples(result(rows));
}

struct str
async_text(const struct async_rows *rows, size_t row, int column)
{
	int n = (int)row;

	if (row >= async_count(rows) || PQgetisnull(result(rows), n, column))
		return (struct str){ NULL, 0 };
	return (struct str){ PQgetvalue(result(rows), n, column),
		(size_t)PQgetlength(result(rows), n, column) };
}

long
async_long(const struct async_rows *rows, size_t row, int column, long fallback)
{
	long value = fallback;

	(void)str_to_long(async_text(rows, row, column), &value);
	return value;
}
