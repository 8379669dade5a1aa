/* One line for each thing that has to be right. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "admin/admin.h"
#include "auth/keys.h"

/* Prints "ok" or "BAD" and hands the verdict on. */
static bool
line(bool ok, const char *what, const char *detail)
{
	(void)printf("%-4s %-22s %s\n", ok ? "ok" : "BAD", what, detail);
	return ok;
}

static bool
check_settings(struct admin *m)
{
	const struct settings *s = &m->settings;

	if (!settings_is_production(s))
		return line(true, "settings", "for development");
	if (strncmp(s->url, "https://", 8) != 0)
		return line(false, "settings", "MAINSTAY_URL is not https");
	return line(*s->webhook_allow == '\0', "settings",
	    *s->webhook_allow == '\0'
		? "for production"
		: "MAINSTAY_WEBHOOK_ALLOW opens the network to tenants");
}

static bool
check_share(struct admin *m)
{
	static const char *const files[] = { "templates/layout.mustache",
		"static/manifest.json", "sql/queries", "sql/migrations" };
	bool ok = true;

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		const char *path = arena_printf(
		    m->arena, "%s/%s", m->settings.share, files[i]);

		if (access(path, R_OK) != 0)
			ok = line(false, "files",
			    arena_printf(
				m->arena, "%s: %s", path, strerror(errno)));
	}
	return ok ? line(true, "files", m->settings.share) : false;
}

static bool
check_keys(struct admin *m)
{
	struct keys_fault fault;
	struct keys keys;

	if (keys_read(m->settings.keys, true, &keys, &fault) != RC_OK)
		return line(false, "keys", fault.text);
	keys_wipe(&keys);
	return line(true, "keys", m->settings.keys);
}

/* Does a master listen there? */
static bool
check_socket(struct admin *m)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	const char *path = m->settings.socket;
	bool ok;
	int fd;

	if (strlen(path) >= sizeof(to.sun_path))
		return line(false, "socket", "the path is too long");
	memcpy(to.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ok = fd >= 0 &&
	     connect(fd, (const struct sockaddr *)&to, sizeof(to)) == 0;
	(void)line(ok, "socket",
	    ok ? path
	       : arena_printf(m->arena, "%s: %s", path, strerror(errno)));
	if (fd >= 0)
		(void)close(fd);
	return ok;
}

static bool
check_version(struct admin *m, struct script *s)
{
	const struct migration *list = migration_list(m);
	const struct rows *done;
	size_t n = 0;

	if (list == NULL)
		return line(false, "migrations", "not readable");
	while (list[n].name != NULL)
		n++;
	done = script_ask(s,
	    "select checksum from"
	    " mainstay.schema_migrations order by version",
	    0, NULL);
	if (done == NULL)
		return line(false, "migrations", script_fault(s));
	for (size_t i = 0; i < rows_count(done) && i < n; i++)
		if (!str_is(rows_get(done, i, "checksum"), list[i].checksum))
			return line(false, "migrations",
			    arena_printf(
				m->arena, "%s was changed", list[i].name));
	return line(rows_count(done) == n, "migrations",
	    arena_printf(m->arena, "%zu of %zu applied", rows_count(done), n));
}

static bool
check_rules(struct script *s)
{
	const struct rows *broken;

	broken = script_ask(s,
	    "select rule || ' ' || object as what"
	    " from api.catalogue_violations()",
	    0, NULL);
	if (broken == NULL)
		return line(false, "rules of tenancy", script_fault(s));
	for (size_t i = 0; i < rows_count(broken); i++)
		(void)line(
		    false, "rules of tenancy", rows_get(broken, i, "what").ptr);
	return rows_count(broken) == 0
		   ? line(true, "rules of tenancy", "all kept")
		   : false;
}

static bool
check_database(struct admin *m)
{
	struct script *s;
	const struct rows *server;
	bool ok;

	s = script_open(m->arena, m->settings.db, "mainstay_migrator");
	if (script_fault(s) != NULL)
		return line(false, "database", script_fault(s));
	server = script_ask(s,
	    "select current_setting('server_version')"
	    " as version, current_setting("
	    "'server_version_num')::int >= 150000 as good",
	    0, NULL);
	if (server == NULL)
		return line(false, "database", script_fault(s));
	ok = line(str_is(rows_get(server, 0, "good"), "t"), "database",
	    arena_printf(
		m->arena, "PostgreSQL %s", rows_get(server, 0, "version").ptr));
	ok = check_rules(s) && ok;
	if (!admin_begin(s, "mainstay_owner"))
		return false;
	return check_version(m, s) && ok;
}

int
doctor(struct admin *m, int n, char **args)
{
	bool ok;

	(void)n;
	(void)args;
	ok = check_settings(m);
	ok = check_share(m) && ok;
	ok = check_keys(m) && ok;
	ok = check_database(m) && ok;
	ok = check_socket(m) && ok;
	return ok ? ADMIN_OK : ADMIN_FAILED;
}
