/* Each line is written by one write(2), so that processes do not mix. */
#include "core/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "core/buf.h"

#define LINE_MAX_BYTES ((size_t)8192)

static struct {
	const char *name;
	enum log_level least;
	const char *request_id;
	struct buf line;
} state = { .name = "mainstay", .least = LOG_INFO };

static const char *const level_names[] = {
	[LOG_DEBUG] = "debug",
	[LOG_INFO] = "info",
	[LOG_WARN] = "warn",
	[LOG_ERROR] = "error",
};

enum log_level
log_level_of(const char *name)
{
	for (enum log_level l = LOG_DEBUG; l <= LOG_ERROR; l++)
		if (strcmp(name, level_names[l]) == 0)
			return l;
	return LOG_INFO;
}

void
log_open(const char *name, enum log_level least)
{
	state.name = name;
	state.least = least;
}

void
log_request_id(const char *id)
{
	state.request_id = id;
}

static void
add_pair(struct buf *b, const char *key, const char *value)
{
	buf_addc(b, ',');
	buf_json(b, key, strlen(key));
	buf_addc(b, ':');
	buf_json(b, value, strlen(value));
}

/* "#us", "12": a number, without quotes. */
static void
add_number(struct buf *b, const char *key, const char *digits)
{
	buf_addc(b, ',');
	buf_json(b, key + 1, strlen(key) - 1);
	buf_addc(b, ':');
	buf_adds(b, digits);
}

static void
add_time(struct buf *b)
{
	struct timespec now;
	struct tm tm;
	char text[32];

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	buf_printf(b, "{\"time\":\"%s.%03ldZ\"", text, now.tv_nsec / 1000000);
}

static void
write_line(enum log_level level, const char *msg, va_list ap)
{
	struct buf *b = &state.line;
	const char *key, *value;
	char pid[16];

	b->max = LINE_MAX_BYTES;
	buf_clear(b);
	add_time(b);
	add_pair(b, "level", level_names[level]);
	add_pair(b, "program", state.name);
	(void)snprintf(pid, sizeof(pid), "%ld", (long)getpid());
	buf_adds(b, ",\"pid\":");
	buf_adds(b, pid);
	if (state.request_id != NULL)
		add_pair(b, "request_id", state.request_id);
	add_pair(b, "msg", msg);
	while ((key = va_arg(ap, const char *)) != NULL) {
		value = va_arg(ap, const char *);
		if (value != NULL && key[0] == '#')
			add_number(b, key, value);
		else if (value != NULL && strlen(value) < LINE_MAX_BYTES / 4)
			add_pair(b, key, value);
		else if (value != NULL)
			add_pair(b, key, "(too long)");
	}
	buf_adds(b, "}\n");
	if (!b->spoiled && write(STDERR_FILENO, b->data, b->len) < 0)
		return; /* nowhere left to tell */
}

void
log_event(enum log_level level, const char *msg, ...)
{
	va_list ap;

	if (level < state.least)
		return;
	va_start(ap, msg);
	write_line(level, msg, ap);
	va_end(ap);
}

void
log_refuse(const char *msg, ...)
{
	va_list ap;

	va_start(ap, msg);
	write_line(LOG_ERROR, msg, ap);
	va_end(ap);
	exit(EX_CONFIG);
}
