/* Transactions: what is sent, what comes back, and what an error means. */
#include "db/db.h"

#include <stdio.h>
#include <string.h>

#include <libpq-fe.h>

#include "core/clock.h"
#include "core/log.h"
#include "db/conn.h"
#include "db/rows_impl.h"

/* One run, from the first byte sent to the last result read. */
#define RUN_MS 6000

struct db {
	struct conn *conn;
	struct db_cost cost;
};

struct db *
db_open(const char *conninfo, const char *role, const struct stmt_set *set,
    const char *pool)
{
	static struct db db; /* a process has one */

	db.conn = conn_new(conninfo, role, set, pool);
	(void)conn_ensure(db.conn, clock_ms() + RUN_MS);
	return &db;
}

void
db_close(struct db *db)
{
	conn_free(db->conn);
	db->conn = NULL;
}

struct db_cost
db_take_cost(struct db *db)
{
	struct db_cost cost = db->cost;

	db->cost = (struct db_cost){ 0 };
	return cost;
}

static enum rc
rc_of_sqlstate(const char *state)
{
	static const struct {
		const char *prefix;
		enum rc rc;
	} map[] = {
		{ "MS401", RC_NOBODY }, { "MS403", RC_DENIED },
		{ "MS404", RC_ABSENT }, { "MS409", RC_CONFLICT },
		{ "MS412", RC_STALE }, { "MS422", RC_INVALID },
		{ "MS429", RC_LIMIT },
		{ "42501", RC_DENIED },	  /* privilege or row security */
		{ "25006", RC_DENIED },	  /* a write in READ ONLY */
		{ "23505", RC_CONFLICT }, /* unique */
		{ "22", RC_INVALID },	  /* a value out of its domain */
		{ "23", RC_INVALID },	  /* a constraint */
		{ "40", RC_BUSY },	  /* serialisation, after a retry */
		{ "53", RC_BUSY },	  /* out of something */
		{ "55P03", RC_BUSY },	  /* lock_timeout */
		{ "57", RC_BUSY },	  /* statement_timeout, shutdown */
		{ "08", RC_BUSY },	  /* connection */
	};

	for (size_t i = 0; i < sizeof(map) / sizeof(map[0]); i++)
		if (strncmp(state, map[i].prefix, strlen(map[i].prefix)) == 0)
			return map[i].rc;
	return RC_BROKEN;
}

static void
copy(char *out, size_t size, const char *text)
{
	(void)snprintf(out, size, "%s", text != NULL ? text : "");
}

static void
note_error(struct db_error *err, const PGresult *res, size_t step)
{
	copy(err->sqlstate, sizeof(err->sqlstate),
	    PQresultErrorField(res, PG_DIAG_SQLSTATE));
	copy(err->message, sizeof(err->message),
	    PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY));
	copy(err->column, sizeof(err->column),
	    PQresultErrorField(res, PG_DIAG_COLUMN_NAME));
	if (strncmp(err->sqlstate, "MS", 2) == 0)
		copy(err->code, sizeof(err->code),
		    PQresultErrorField(res, PG_DIAG_CONSTRAINT_NAME));
	err->step = step;
}

static bool
send_step(PGconn *pg, const struct db_step *step)
{
	return PQsendQueryPrepared(pg, step->stmt->name,
	    (int)step->stmt->params, step->args, NULL, NULL, 0);
}

/* is_open: the transaction goes on after these. */
static bool
send_all(PGconn *pg, enum db_mode mode, const struct db_step *steps, size_t n,
    bool is_open)
{
	if (!PQsendQueryPrepared(
		pg, mode == DB_READ ? "read" : "write", 0, NULL, NULL, NULL, 0))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!send_step(pg, &steps[i]))
			return false;
	return (is_open ||
		   PQsendQueryPrepared(pg, "commit", 0, NULL, NULL, NULL, 0)) &&
	       PQpipelineSync(pg);
}

/*
 * Reads the answer of one statement of the pipeline.  A result is handed
 * over in *out, NULL when there is none to keep.  False: connection lost.
 */
static bool
take(struct conn *c, uint64_t deadline, struct db_error *err, size_t step,
    PGresult **out)
{
	PGresult *res, *end;
	ExecStatusType status;

	*out = NULL;
	res = conn_result(c, deadline);
	if (res == NULL)
		return false;
	status = PQresultStatus(res);
	if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) {
		*out = res;
	} else {
		bool is_first = err->sqlstate[0] == '\0';

		if (status != PGRES_PIPELINE_ABORTED && is_first) {
			note_error(err, res, step);
			is_first = err->sqlstate[0] == '\0';
		} else {
			is_first = false;
		}
		PQclear(res);
		if (is_first)
			return false; /* no SQLSTATE: the line broke */
	}
	end = conn_result(c, deadline); /* NULL ends the statement */
	PQclear(end);
	return true;
}

/* The end, by what the steps found. */
static bool
exchange_last(struct db *db, uint64_t deadline, size_t n,
    const struct db_last *last, struct db_error *err)
{
	PGconn *pg = conn_pg(db->conn);
	struct db_step step = { .stmt = NULL };
	bool is_good = last->decide(last->arg, &step);
	PGresult *res;

	db->cost.trips++;
	if (!is_good)
		return conn_rollback(db->conn, deadline);
	if ((step.stmt != NULL && !send_step(pg, &step)) ||
	    !PQsendQueryPrepared(pg, "commit", 0, NULL, NULL, NULL, 0) ||
	    !PQpipelineSync(pg))
		return false;
	for (size_t i = step.stmt != NULL ? 0 : 1; i < 2; i++) {
		if (!take(db->conn, deadline, err, n, &res))
			return false;
		PQclear(res);
	}
	return conn_sync(db->conn, deadline);
}

/* False when the connection is lost; else err tells how it went. */
static bool
exchange(struct db *db, struct arena *a, enum db_mode mode,
    struct db_step *steps, size_t n, const struct db_last *last,
    struct db_error *err)
{
	uint64_t deadline = clock_ms() + RUN_MS;
	PGresult *res;

	if (!conn_ensure(db->conn, deadline))
		return false;
	db->cost.trips++;
	if (!send_all(conn_pg(db->conn), mode, steps, n, last != NULL))
		return false;
	for (size_t i = 0; i < n + (last != NULL ? 1 : 2); i++) {
		if (!take(db->conn, deadline, err, i - 1, &res))
			return false;
		if (res == NULL)
			continue;
		if (i == 0 || i == n + 1)
			PQclear(res);
		else
			steps[i - 1].rows = rows_new(a, res);
	}
	if (!conn_sync(db->conn, deadline))
		return false;
	if (err->sqlstate[0] == '\0' && last != NULL &&
	    !exchange_last(db, deadline, n, last, err))
		return false;
	if (err->sqlstate[0] == '\0')
		return true;
	db->cost.trips++;
	return conn_rollback(db->conn, deadline);
}

static bool
is_gone(const struct db_error *err)
{
	return strncmp(err->sqlstate, "57P", 3) == 0 ||
	       strncmp(err->sqlstate, "08", 2) == 0;
}

enum rc
db_run(struct db *db, struct arena *a, enum db_mode mode, struct db_step *steps,
    size_t n, struct db_error *err)
{
	return db_run_last(db, a, mode, steps, n, NULL, err);
}

enum rc
db_run_last(struct db *db, struct arena *a, enum db_mode mode,
    struct db_step *steps, size_t n, const struct db_last *last,
    struct db_error *err)
{
	uint64_t start = clock_us();
	bool alive = false;
	enum rc rc;

	for (int try = 0; try < 2; try++) {
		bool again;

		*err = (struct db_error){ .step = 0 };
		alive = exchange(db, a, mode, steps, n, last, err);
		if (!alive || is_gone(err)) {
			conn_drop(db->conn);
			alive = false;
		}
		again = alive ? strncmp(err->sqlstate, "40", 2) == 0
			      : mode == DB_READ;
		if (!again)
			break;
	}
	db->cost.us += clock_us() - start;

	rc = RC_OK;
	if (!alive)
		rc = RC_BUSY;
	else if (err->sqlstate[0] != '\0')
		rc = rc_of_sqlstate(err->sqlstate);
	if (rc == RC_BUSY || rc == RC_BROKEN)
		log_event(LOG_ERROR, "database refused", "sqlstate",
		    err->sqlstate, "error", err->message, "statement",
		    err->step < n ? steps[err->step].stmt->name : "", NULL);
	return rc;
}
