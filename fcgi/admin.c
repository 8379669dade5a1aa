/* mainstay-admin: what an operator does, a table of commands. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "admin/admin.h"
#include "core/log.h"

struct command {
	const char *noun;
	const char *verb; /* NULL: the noun is all */
	const char *args;
	int min, max;
	int (*run)(struct admin *m, int n, char **args);
	const char *meaning;
};

/* clang-format off */
static const struct command commands[] = {
	{ "migrate", NULL, "", 0, 0, migrate,
	  "bring the database to the state of this version" },
	{ "demo", NULL, "", 0, 0, demo,
	  "load the demo; never in production" },
	{ "tenant", "create", "SLUG NAME", 2, 2, tenant_create,
	  "make a tenant with stages, scorecard and playbooks" },
	{ "tenant", "list", "", 0, 0, tenant_list,
	  "slug, people, accounts and name of each tenant" },
	{ "user", "create", "SLUG EMAIL ROLE NAME", 4, 4, user_create,
	  "give a person a role in a tenant; asks for a password" },
	{ "keys", "init", "", 0, 0, keys_init,
	  "make the key files that MAINSTAY_KEYS names" },
	{ "keys", "rotate", "", 0, 0, keys_renew,
	  "sign tokens with a new key; the former one still verifies" },
	{ "key", "create", "--tenant SLUG --name NAME --role ROLE", 6, 8,
	  key_create, "make a key for a program; it is shown once" },
	{ "key", "list", "[--tenant SLUG]", 0, 2, key_list,
	  "the keys of programs: until when, and when last used" },
	{ "key", "revoke", "ID", 1, 1, key_revoke,
	  "end a key at once" },
	{ "endpoint", "list", "SLUG", 1, 1, endpoint_list,
	  "the receivers of a tenant's webhooks" },
	{ "endpoint", "secret", "SLUG NAME", 2, 2, endpoint_secret,
	  "print the signing secret of one receiver" },
	{ "doctor", NULL, "", 0, 0, doctor,
	  "check settings, keys, files, database and sockets" },
};
/* clang-format on */

#define N_COMMANDS (sizeof(commands) / sizeof(commands[0]))

static int
usage(int status)
{
	FILE *f = status == 0 ? stdout : stderr;
	char left[64];

	(void)fprintf(f, "usage: mainstay-admin COMMAND ...\n\n");
	for (size_t i = 0; i < N_COMMANDS; i++) {
		const struct command *c = &commands[i];

		(void)snprintf(left, sizeof(left), "%s%s%s%s%s", c->noun,
		    c->verb != NULL ? " " : "", c->verb != NULL ? c->verb : "",
		    *c->args != '\0' ? " " : "", c->args);
		(void)fprintf(f, "  %-34s %s\n", left, c->meaning);
	}
	(void)fprintf(f,
	    "\n  --show-settings, --version, --help\n\n"
	    "ROLE is Viewer, Contributor, Practitioner or 'Tenant Admin'.\n"
	    "Connects as mainstay_migrator to MAINSTAY_DB.\n");
	return status;
}

int
admin_fail(const char *fmt, ...)
{
	va_list ap;

	(void)fputs("mainstay-admin: ", stderr);
	va_start(ap, fmt);
	(void)vfprintf(stderr, fmt, ap);
	va_end(ap);
	(void)fputc('\n', stderr);
	return ADMIN_FAILED;
}

/* How many words of argv name the command; 0 when they name another. */
static int
matches(const struct command *c, int argc, char **argv)
{
	if (argc < 1 || strcmp(argv[0], c->noun) != 0)
		return 0;
	if (c->verb == NULL)
		return 1;
	return argc >= 2 && strcmp(argv[1], c->verb) == 0 ? 2 : 0;
}

static int
run(const struct command *c, int n, char **args)
{
	struct admin m;
	int status;

	if (n < c->min || n > c->max)
		return usage(EX_USAGE);
	settings_load(&m.settings);
	m.arena = arena_new();
	status = c->run(&m, n, args);
	arena_free(m.arena);
	if (fflush(stdout) != 0)
		return admin_fail("cannot write to standard output");
	return status;
}

static int
show_settings(void)
{
	struct settings s;

	settings_load(&s);
	settings_show(&s);
	return 0;
}

int
main(int argc, char **argv)
{
	log_open("mainstay-admin", LOG_INFO);
	if (argc < 2)
		return usage(EX_USAGE);
	if (strcmp(argv[1], "--help") == 0)
		return usage(0);
	if (strcmp(argv[1], "--version") == 0)
		return printf("mainstay-admin %s\n", PACKAGE_VERSION) < 0;
	if (strcmp(argv[1], "--show-settings") == 0)
		return show_settings();
	for (size_t i = 0; i < N_COMMANDS; i++) {
		int words = matches(&commands[i], argc - 1, argv + 1);

		if (words > 0)
			return run(
			    &commands[i], argc - 1 - words, argv + 1 + words);
	}
	return usage(EX_USAGE);
}
