/*
 * conn.h - the libpq connection under db.c: connect, prepare, wait.
 *
 * Deadlines are clock_ms() values.  A connection is in pipeline mode
 * whenever conn_ensure() returned true.
 */
#ifndef DB_CONN_H
#define DB_CONN_H

#include <stdbool.h>
#include <stdint.h>

#include <libpq-fe.h>

#include "db/stmt.h"

struct conn;

struct conn *conn_new(const char *conninfo, const char *role,
    const struct stmt_set *set, const char *pool);
void conn_free(struct conn *c);

/* Connects and prepares when that is not done; false: not reachable. */
bool conn_ensure(struct conn *c, uint64_t deadline);
void conn_drop(struct conn *c);
PGconn *conn_pg(struct conn *c);

/* The next result, NULL at the end of a statement or when the deadline
 * passed or the line broke (then a conn_drop() is due). */
PGresult *conn_result(struct conn *c, uint64_t deadline);

/* Reads the answer to PQpipelineSync(). */
bool conn_sync(struct conn *c, uint64_t deadline);
bool conn_rollback(struct conn *c, uint64_t deadline);

#endif
