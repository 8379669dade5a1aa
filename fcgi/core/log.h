/*
 * log.h - one JSON object per line on standard error.
 *
 *	log_event(LOG_WARN, "db connection lost",
 *	    "sqlstate", state, "detail", text, NULL);
 *
 * Keys and values are strings in pairs, ended by NULL; a NULL value is
 * left out, and a key that begins with # has a number for its value.
 * Values are escaped.  Never pass a cookie, a key, a password,
 * a body or a header.  The request id, when set, joins every line.
 */
#ifndef CORE_LOG_H
#define CORE_LOG_H

enum log_level {
	LOG_DEBUG,
	LOG_INFO,
	LOG_WARN,
	LOG_ERROR
};

/* By its name in the settings. */
enum log_level log_level_of(const char *name);

/* name is the program's; both strings must outlive the process. */
void log_open(const char *name, enum log_level least);

/* NULL forgets it.  The string is kept, not copied. */
void log_request_id(const char *id);

void log_event(enum log_level level, const char *msg, ...)
    __attribute__((sentinel));

/* Like log_event(), then ends the process with status 78 (EX_CONFIG). */
void log_refuse(const char *msg, ...) __attribute__((sentinel, noreturn));

#endif
