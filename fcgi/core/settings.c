/* The table of settings and what reads it. */
#include "core/settings.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/log.h"
#include "core/str.h"

#ifndef MAINSTAY_SHARE_DEFAULT
#define MAINSTAY_SHARE_DEFAULT "/usr/local/share/mainstay"
#endif

extern char **environ;

/* TEXT is checked against "choices" (separated by |) when it has some. */
enum kind {
	TEXT,
	NUMBER
};

struct setting {
	const char *name;
	enum kind kind;
	size_t offset;
	const char *fallback;
	const char *choices;
	long min, max;
	const char *meaning;
};

#define AT(field) offsetof(struct settings, field)

/* clang-format off */
static const struct setting table[] = {
	{ "MAINSTAY_URL", TEXT, AT(url), "https://localhost:8443", NULL, 0, 0,
	  "public address, without a slash at the end" },
	{ "MAINSTAY_ENV", TEXT, AT(env), "production",
	  "production|development", 0, 0,
	  "development allows the demo and plain http receivers" },
	{ "MAINSTAY_DB", TEXT, AT(db), "dbname=mainstay", NULL, 0, 0,
	  "PostgreSQL connection string, without a user" },
	{ "MAINSTAY_SOCKET", TEXT, AT(socket), "/run/mainstay/app.sock",
	  NULL, 0, 0, "Unix socket that nginx connects to" },
	{ "MAINSTAY_POOL", TEXT, AT(pool), "app", "app|auth", 0, 0,
	  "which pages this master serves: all but sign-in, or sign-in" },
	{ "MAINSTAY_SHARE", TEXT, AT(share), MAINSTAY_SHARE_DEFAULT, NULL,
	  0, 0, "folder of templates, statements and the asset manifest" },
	{ "MAINSTAY_KEYS", TEXT, AT(keys), "/etc/mainstay/keys", NULL, 0, 0,
	  "folder of key files made by mainstay-admin keys init" },
	{ "MAINSTAY_WEBHOOK_ALLOW", TEXT, AT(webhook_allow), "", NULL, 0, 0,
	  "host:port pairs that deliveries may reach inside the network" },
	{ "MAINSTAY_SMTP_URL", TEXT, AT(smtp_url), "", NULL, 0, 0,
	  "mail relay, smtp://host:port or smtps://host:port" },
	{ "MAINSTAY_SMTP_USER", TEXT, AT(smtp_user), "", NULL, 0, 0,
	  "who the worker is to the relay, if that asks" },
	{ "MAINSTAY_SMTP_PASSWORD_FILE", TEXT, AT(smtp_password_file), "",
	  NULL, 0, 0, "file with the password of that user" },
	{ "MAINSTAY_SMTP_CA", TEXT, AT(smtp_ca), "", NULL, 0, 0,
	  "file of certificates that sign the relay's; empty: the system's" },
	{ "MAINSTAY_SMTP_FROM", TEXT, AT(smtp_from), "", NULL, 0, 0,
	  "address that mail is from" },
	{ "MAINSTAY_SMTP_BOUNCE", TEXT, AT(smtp_bounce), "", NULL, 0, 0,
	  "where bounces go; empty: to the address it is from, <>: nowhere" },
	{ "MAINSTAY_LOG", TEXT, AT(log), "info", "debug|info|warn|error",
	  0, 0, "least level that is logged" },
	{ "MAINSTAY_WORKERS", NUMBER, AT(workers), "4", NULL, 1, 256,
	  "processes of the pool" },
	{ "MAINSTAY_API_RATE", NUMBER, AT(api_rate), "3000", NULL, 0,
	  1000000, "requests a key or session may send in a minute; 0: any" },
	{ "MAINSTAY_METRICS_PORT", NUMBER, AT(metrics_port), "0", NULL, 0,
	  65535, "local port of the worker's figures; 0: none" },
	{ "MAINSTAY_RECYCLE", NUMBER, AT(recycle), "50000", NULL, 1,
	  1000000000, "requests after which a process is replaced" },
};
/* clang-format on */

#define N_SETTINGS (sizeof(table) / sizeof(table[0]))

/* Read by ./dev and the tests, not by the programs. */
static const char *const others[] = { "MAINSTAY_STATE", "MAINSTAY_PORT",
	"MAINSTAY_BIN", "MAINSTAY_ADMIN" };

static void
set(struct settings *out, const struct setting *s, const char *value)
{
	char *base = (char *)out;
	long number;

	if (s->kind == TEXT) {
		if (s->choices != NULL &&
		    !str_is_choice(str_of(value), s->choices))
			log_refuse("bad setting", "name", s->name, "value",
			    value, "choices", s->choices, NULL);
		memcpy(base + s->offset, &value, sizeof(value));
		return;
	}
	if (!str_to_long(str_of(value), &number) || number < s->min ||
	    number > s->max) {
		char range[64];

		(void)snprintf(
		    range, sizeof(range), "%ld to %ld", s->min, s->max);
		log_refuse("bad setting", "name", s->name, "value", value,
		    "expected", range, NULL);
	}
	memcpy(base + s->offset, &number, sizeof(number));
}

static bool
is_known(const char *name, size_t len)
{
	struct str s = { name, len };

	for (size_t i = 0; i < N_SETTINGS; i++)
		if (str_is(s, table[i].name))
			return true;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (str_is(s, others[i]))
			return true;
	return false;
}

static void
refuse_unknown(void)
{
	for (char **e = environ; *e != NULL; e++) {
		const char *end = strchr(*e, '=');

		if (end == NULL || strncmp(*e, "MAINSTAY_", 9) != 0)
			continue;
		if (!is_known(*e, (size_t)(end - *e)))
			log_refuse("unknown setting", "name", *e, NULL);
	}
}

void
settings_load(struct settings *out)
{
	size_t len;

	refuse_unknown();
	for (size_t i = 0; i < N_SETTINGS; i++) {
		const char *value = getenv(table[i].name);

		set(out, &table[i],
		    value != NULL && *value != '\0' ? value
						    : table[i].fallback);
	}
	len = strlen(out->url);
	if (len < 9 || strncmp(out->url, "http", 4) != 0 ||
	    out->url[len - 1] == '/')
		log_refuse("bad setting", "name", "MAINSTAY_URL", "expected",
		    "an address like https://localhost:8443", NULL);
}

/* In a connection string, or in an address as user:password@host. */
static bool
holds_password(const char *text)
{
	const char *host = strstr(text, "://");

	return strstr(text, "password") != NULL ||
	       (host != NULL && strchr(host, '@') != NULL);
}

void
settings_show(const struct settings *s)
{
	const char *base = (const char *)s;

	for (size_t i = 0; i < N_SETTINGS; i++) {
		const struct setting *t = &table[i];
		const char *text;
		long number;

		if (t->kind == TEXT) {
			memcpy(&text, base + t->offset, sizeof(text));
			if (holds_password(text))
				text = "(holds a password: not shown)";
			(void)printf("%s=%s", t->name, text);
		} else {
			memcpy(&number, base + t->offset, sizeof(number));
			(void)printf("%s=%ld", t->name, number);
		}
		(void)printf(
		    "\n    %s (default: %s)\n", t->meaning, t->fallback);
	}
}

bool
settings_is_production(const struct settings *s)
{
	return strcmp(s->env, "production") == 0;
}
