/*
 * script.h - whole SQL files and an operator's questions.
 *
 * Only mainstay-admin uses this: the daemons speak in prepared statements
 * over pipelines (db.h).  A script is text that we ship, never input.
 * Everything lives in the arena; the connection is closed at its reset.
 */
#ifndef DB_SCRIPT_H
#define DB_SCRIPT_H

#include <stddef.h>

#include "core/arena.h"
#include "core/rc.h"
#include "db/rows.h"

struct script;

/* Never NULL: after a failed connect script_fault() says why. */
struct script *script_open(
    struct arena *a, const char *conninfo, const char *role);

/* What the last call ran into, for a person, or NULL. */
const char *script_fault(const struct script *s);

/* Of that failure; an empty string when there is none. */
const char *script_sqlstate(const struct script *s);

/* Any number of statements.  A failure leaves the transaction to the
 * caller, who sends "rollback". */
enum rc script_run(struct script *s, const char *text) MUST_CHECK;

/* One statement with n parameters; NULL when it failed. */
const struct rows *script_ask(struct script *s, const char *sql, size_t n,
    const char *const *args) MUST_CHECK;

#endif
