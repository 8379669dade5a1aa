/*
 * db.h - one connection to PostgreSQL and its pipelined transactions.
 *
 * A run is one transaction and one round trip: BEGIN, the steps, COMMIT,
 * one sync.  Results are complete and the commit acknowledged before the
 * caller sees a row.  A lost connection is opened again within the
 * deadline; a read-only run is then tried once more, a writing one is not.
 */
#ifndef DB_DB_H
#define DB_DB_H

#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/rc.h"
#include "db/rows.h"
#include "db/stmt.h"

struct db;

enum db_mode {
	DB_READ,
	DB_WRITE
};

struct db_step {
	const struct stmt *stmt;
	const char *const *args; /* stmt->params of them; NULL is SQL NULL */
	struct rows *rows;	 /* filled by db_run() */
};

/* What the server said when a run failed; empty strings when unknown. */
struct db_error {
	char sqlstate[6];
	char message[256]; /* public only when sqlstate starts with MS */
	char column[64];
	char code[32]; /* of ours: the constraint that MS422 names */
	size_t step;   /* which one failed */
};

/*
 * Connects as role, checks that the role is neither superuser nor owner
 * nor BYPASSRLS, and prepares every statement of set that belongs to
 * pool; refuses to start (exit 78) when one does not fit the schema.
 * Waits for a server that is not there yet.
 */
struct db *db_open(const char *conninfo, const char *role,
    const struct stmt_set *set, const char *pool);
void db_close(struct db *db);

enum rc db_run(struct db *db, struct arena *a, enum db_mode mode,
    struct db_step *steps, size_t n, struct db_error *err) MUST_CHECK;

/* Decides before the commit, by what the steps found: one round trip more.
 * False rolls back; a statement in out is the last one. */
struct db_last {
	bool (*decide)(void *arg, struct db_step *out);
	void *arg;
};

enum rc db_run_last(struct db *db, struct arena *a, enum db_mode mode,
    struct db_step *steps, size_t n, const struct db_last *last,
    struct db_error *err) MUST_CHECK;

struct db_cost {
	uint64_t us;	/* spent waiting for the database */
	unsigned trips; /* to it and back */
};

/* What the runs since the last call cost. */
struct db_cost db_take_cost(struct db *db);

#endif
