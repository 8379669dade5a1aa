/*
 * async.h - a connection to PostgreSQL that never blocks and never gives up.
 *
 * For programs with an event loop of their own (mainstay-worker).  The
 * owner watches one descriptor and one timer on behalf of the connection
 * and calls async_ready() and async_alarm(); everything else happens in
 * hooks and callbacks, which may call async_send() again.
 *
 * Each statement is a transaction.  Its callback runs exactly once: with
 * RC_OK after the commit is acknowledged, else with RC_BUSY (connection
 * lost, overload: it may or may not have happened) or RC_BROKEN (refused,
 * logged here).  A lost connection is opened again after 50 ms, then
 * later and later up to 5 s.
 *
 * The first time, a role that could step around row security, and a
 * statement that does not fit the schema, end the process (status 78).
 */
#ifndef DB_ASYNC_H
#define DB_ASYNC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/rc.h"
#include "core/str.h"

struct async;
struct async_rows; /* valid inside the callback only */

struct async_stmt {
	const char *name;
	const char *sql; /* parameters are text: $1, $2 ... */
	int params;
};

struct async_hooks {
	/* fd -1: nothing to watch.  The same number may be another socket. */
	void (*watch)(void *arg, int fd, bool reads, bool writes);
	/* Call async_alarm() once after so many ms; UINT64_MAX: never. */
	void (*alarm)(void *arg, uint64_t delay_ms);
	void (*up)(void *arg);
	void (*down)(void *arg);
	void (*notify)(void *arg); /* NULL when nothing is listened for */
	void *arg;
};

/* Everything in it must outlive the connection. */
struct async_config {
	const char *conninfo; /* without a user */
	const char *role;
	const char *name;    /* shown in pg_stat_activity */
	const char *options; /* "-c setting=value ..." for the session */
	const struct async_stmt *stmts;
	size_t count;
	uint64_t answer_ms; /* a server that is silent for longer is dead */
};

typedef void (*async_done)(
    void *arg, enum rc rc, const struct async_rows *rows);

/* Starts to connect at the first async_alarm(), which is asked for here. */
struct async *async_new(
    const struct async_config *config, const struct async_hooks *hooks);

/* Callbacks still open are dropped, not called. */
void async_free(struct async *c);

void async_ready(struct async *c);
void async_alarm(struct async *c);

bool async_is_up(const struct async *c);

/* stmt is the index in config->stmts.  args are copied.  False: not up,
 * and done will not be called. */
bool async_send(struct async *c, size_t stmt, const char *const *args,
    async_done done, void *arg);

size_t async_count(const struct async_rows *rows);

/* ptr NULL is SQL NULL.  Terminated by NUL as well. */
struct str async_text(const struct async_rows *rows, size_t row, int column);

/* fallback for NULL and for what is no number. */
long async_long(
    const struct async_rows *rows, size_t row, int column, long fallback);

#endif
