/*
 * rc.h - how a call ended, in one word.
 *
 * The function that sees a failure logs it and turns it into a word;
 * everyone above only passes it on.  One table in http/ maps the word to
 * status, page and public text.
 */
#ifndef CORE_RC_H
#define CORE_RC_H

enum rc {
	RC_OK = 0,
	RC_INVALID,  /* the input is wrong; the user can mend it */
	RC_NOBODY,   /* not signed in */
	RC_DENIED,   /* signed in, but not allowed */
	RC_ABSENT,   /* no such thing, or not yours */
	RC_CONFLICT, /* someone else changed it first, or it exists */
	RC_STALE,    /* it is not as the caller has seen it (If-Match) */
	RC_LIMIT,    /* too many tries; later */
	RC_BUSY,     /* a dependency is down; try again */
	RC_BROKEN,   /* our fault */
	RC__MAX
};

#define MUST_CHECK __attribute__((warn_unused_result))

const char *rc_name(enum rc rc);

#endif
