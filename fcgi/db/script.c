/* The simple protocol, for files that we ship. */
#include "db/script.h"

#include <stdlib.h>
#include <string.h>

#include <libpq-fe.h>

#include "db/rows_impl.h"

struct script {
	PGconn *pg;
	struct arena *arena;
	const char *fault;
	char sqlstate[6];
};

static void
finish(void *pg)
{
	PQfinish(pg);
}

static void
ignore_notice(void *arg, const PGresult *res)
{
	(void)arg;
	(void)res;
}

struct script *
script_open(struct arena *a, const char *conninfo, const char *role)
{
	const char *const keys[] = { "dbname", "user", "connect_timeout",
		"fallback_application_name", "options", NULL };
	const char *const values[] = { conninfo, role, "5", "mainstay-admin",
		"-c client_min_messages=warning", NULL };
	struct script *s;

	s = arena_alloc(a, sizeof(*s));
	s->arena = a;
	s->pg = PQconnectdbParams(keys, values, 1);
	arena_defer(a, finish, s->pg);
	if (PQstatus(s->pg) != CONNECTION_OK)
		s->fault = arena_strdup(a, PQerrorMessage(s->pg));
	PQsetNoticeReceiver(s->pg, ignore_notice, NULL);
	return s;
}

const char *
script_fault(const struct script *s)
{
	return s->fault;
}

const char *
script_sqlstate(const struct script *s)
{
	return s->sqlstate;
}

/* The line of text that the server's position falls into. */
static size_t
line_of(const char *text, const char *position)
{
	size_t line = 1;
	long at = position != NULL ? strtol(position, NULL, 10) : 1;

	for (; *text != '\0' && at > 1; text++) {
		/* Positions count characters: skip continuation bytes. */
		if (((unsigned char)*text & 0xc0) != 0x80)
			at--;
		if (*text == '\n')
			line++;
	}
	return line;
}

static const char *
field(const PGresult *res, int code)
{
	const char *value = PQresultErrorField(res, code);

	return value != NULL ? value : "";
}

static void
note_fault(struct script *s, const PGresult *res, const char *text)
{
	const char *detail = field(res, PG_DIAG_MESSAGE_DETAIL);
	const char *context = field(res, PG_DIAG_CONTEXT);
	const char *state = field(res, PG_DIAG_SQLSTATE);

	s->sqlstate[0] = '\0';
	if (strlen(state) == 5)
		memcpy(s->sqlstate, state, sizeof(s->sqlstate));
	if (res == NULL || *state == '\0') {
		s->fault = arena_strdup(s->arena, PQerrorMessage(s->pg));
		return;
	}
	s->fault = arena_printf(s->arena, "line %zu: %s%s%s%s%.200s",
	    line_of(text, PQresultErrorField(res, PG_DIAG_STATEMENT_POSITION)),
	    field(res, PG_DIAG_MESSAGE_PRIMARY), *detail != '\0' ? ": " : "",
	    detail, *context != '\0' ? "; in " : "", context);
}

enum rc
script_run(struct script *s, const char *text)
{
	PGresult *res;
	bool ok;

	res = PQexec(s->pg, text);
	ok = PQresultStatus(res) == PGRES_COMMAND_OK ||
	     PQresultStatus(res) == PGRES_TUPLES_OK ||
	     PQresultStatus(res) == PGRES_EMPTY_QUERY;
	s->fault = NULL;
	if (!ok)
		note_fault(s, res, text);
	PQclear(res);
	return ok ? RC_OK : RC_BROKEN;
}

const struct rows *
script_ask(struct script *s, const char *sql, size_t n, const char *const *args)
{
	PGresult *res;

	res = PQexecParams(s->pg, sql, (int)n, NULL, args, NULL, NULL, 0);
	s->fault = NULL;
	if (PQresultStatus(res) == PGRES_TUPLES_OK ||
	    PQresultStatus(res) == PGRES_COMMAND_OK)
		return rows_new(s->arena, res);
	note_fault(s, res, sql);
	PQclear(res);
	return NULL;
}
