/* Connects as one role, prepares its statements, waits with a deadline. */
#include "db/conn.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/log.h"

struct conn {
	PGconn *pg; /* NULL when there is none */
	const char *conninfo;
	const char *role;
	const char *pool;
	const struct stmt_set *set;
};

struct conn *
conn_new(const char *conninfo, const char *role, const struct stmt_set *set,
    const char *pool)
{
	struct conn *c;

	c = calloc(1, sizeof(*c));
	if (c == NULL)
		log_refuse("out of memory", NULL);
	*c = (struct conn){ NULL, conninfo, role, pool, set };
	return c;
}

void
conn_drop(struct conn *c)
{
	PQfinish(c->pg);
	c->pg = NULL;
}

void
conn_free(struct conn *c)
{
	conn_drop(c);
	free(c);
}

PGconn *
conn_pg(struct conn *c)
{
	return c->pg;
}

/* At connect time only, outside the pipeline; NULL after logging. */
static PGresult *
ask(struct conn *c, const char *sql)
{
	PGresult *res;

	res = PQexecParams(c->pg, sql, 0, NULL, NULL, NULL, NULL, 0);
	if (PQresultStatus(res) == PGRES_TUPLES_OK ||
	    PQresultStatus(res) == PGRES_COMMAND_OK)
		return res;
	log_event(LOG_ERROR, "database refused", "error", PQerrorMessage(c->pg),
	    NULL);
	PQclear(res);
	return NULL;
}

/* A daemon must not be able to step around row security. */
static bool
check_role(struct conn *c)
{
	PGresult *res;
	bool is_mighty;

	res = ask(c, "select rolsuper or rolbypassrls or rolcreaterole"
		     " or pg_catalog.pg_has_role(oid, 'mainstay_owner',"
		     " 'member') from pg_catalog.pg_roles"
		     " where rolname = current_user");
	if (res == NULL)
		return false;
	is_mighty =
	    PQntuples(res) != 1 || strcmp(PQgetvalue(res, 0, 0), "t") == 0;
	PQclear(res);
	if (is_mighty)
		log_refuse("this database role may bypass row security", "role",
		    c->role, NULL);
	return true;
}

static bool
prepare(struct conn *c, const char *name, const char *sql)
{
	PGresult *res;
	bool ok;

	res = PQprepare(c->pg, name, sql, 0, NULL);
	ok = PQresultStatus(res) == PGRES_COMMAND_OK;
	if (!ok && PQstatus(c->pg) == CONNECTION_OK)
		log_refuse("statement does not fit the schema", "statement",
		    name, "error", PQresultErrorMessage(res), NULL);
	PQclear(res);
	return ok;
}

static bool
prepare_all(struct conn *c)
{
	if (!prepare(c, "read", "begin read only") ||
	    !prepare(c, "write", "begin") || !prepare(c, "commit", "commit") ||
	    !prepare(c, "rollback", "rollback"))
		return false;
	for (size_t i = 0; i < c->set->count; i++) {
		const struct stmt *s = &c->set->list[i];

		if (strcmp(s->pool, c->pool) == 0 &&
		    !prepare(c, s->name, s->sql))
			return false;
	}
	return true;
}

/* libpq would write plain text between the lines of the log. */
static void
note(void *arg, const char *message)
{
	(void)arg;
	log_event(LOG_WARN, "database says", "notice", message, NULL);
}

static bool
connect_once(struct conn *c)
{
	const char *const keys[] = { "dbname", "user", "connect_timeout",
		"fallback_application_name", NULL };
	const char *const values[] = { c->conninfo, c->role, "2",
		"mainstay-fcgi", NULL };

	c->pg = PQconnectdbParams(keys, values, 1);
	(void)PQsetNoticeProcessor(c->pg, note, NULL);
	if (PQstatus(c->pg) == CONNECTION_OK && check_role(c) &&
	    prepare_all(c) && PQsetnonblocking(c->pg, 1) == 0 &&
	    PQenterPipelineMode(c->pg) == 1)
		return true;
	if (PQstatus(c->pg) != CONNECTION_OK)
		log_event(LOG_WARN, "database not reachable", "error",
		    PQerrorMessage(c->pg), NULL);
	conn_drop(c);
	return false;
}

/* A line that has something to say while idle is being closed: found out
 * here, before a write is sent on it. */
static bool
is_alive(struct conn *c)
{
	struct pollfd p = { .events = POLLIN };

	if (c->pg == NULL)
		return false;
	p.fd = PQsocket(c->pg);
	for (int i = 0; i < 2 && PQstatus(c->pg) == CONNECTION_OK; i++) {
		if (poll(&p, 1, 0) <= 0)
			return true;
		if (PQconsumeInput(c->pg) != 1)
			return false;
	}
	return false;
}

bool
conn_ensure(struct conn *c, uint64_t deadline)
{
	unsigned pause_ms = 20;

	if (is_alive(c))
		return true;
	conn_drop(c);
	while (!connect_once(c)) {
		if (clock_ms() + pause_ms + 4000 >= deadline)
			return false;
		(void)poll(NULL, 0, (int)pause_ms);
		pause_ms *= 2;
	}
	return true;
}

/* False when the deadline has passed or the line broke. */
static bool
wait(struct conn *c, uint64_t deadline)
{
	struct pollfd p = { .fd = PQsocket(c->pg), .events = POLLIN };
	uint64_t now = clock_ms();
	int flush, n;

	flush = PQflush(c->pg);
	if (flush < 0 || now >= deadline)
		return false;
	if (flush > 0)
		p.events |= POLLOUT;
	n = poll(&p, 1, (int)(deadline - now));
	if (n < 0)
		return errno == EINTR;
	if (n == 0)
		return false;
	return (p.revents & (POLLIN | POLLERR | POLLHUP)) == 0 ||
	       PQconsumeInput(c->pg) == 1;
}

PGresult *
conn_result(struct conn *c, uint64_t deadline)
{
	while (PQisBusy(c->pg) || PQflush(c->pg) > 0)
		if (!wait(c, deadline))
			return NULL;
	return PQgetResult(c->pg);
}

bool
conn_sync(struct conn *c, uint64_t deadline)
{
	PGresult *res;
	bool ok;

	res = conn_result(c, deadline);
	ok = PQresultStatus(res) == PGRES_PIPELINE_SYNC;
	PQclear(res);
	return ok;
}

bool
conn_rollback(struct conn *c, uint64_t deadline)
{
	PGresult *res;

	if (PQtransactionStatus(c->pg) == PQTRANS_IDLE)
		return true;
	if (!PQsendQueryPrepared(c->pg, "rollback", 0, NULL, NULL, NULL, 0) ||
	    !PQpipelineSync(c->pg))
		return false;
	res = conn_result(c, deadline);
	PQclear(res);
	PQclear(conn_result(c, deadline));
	return conn_sync(c, deadline);
}
