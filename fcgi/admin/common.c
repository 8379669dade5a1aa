/* Connecting, transactions, and reading the SQL files we ship. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "admin/admin.h"
#include "core/file.h"

#define SQL_MAX ((size_t)4 << 20)
#define FILES_MAX 1000

struct script *
admin_connect(struct admin *m)
{
	struct script *s;

	s = script_open(m->arena, m->settings.db, "mainstay_migrator");
	if (script_fault(s) == NULL)
		return s;
	(void)admin_fail("cannot connect to the database: %s", script_fault(s));
	return NULL;
}

static bool
say(struct script *s, enum rc rc)
{
	if (rc == RC_OK)
		return true;
	(void)admin_fail("%s", script_fault(s));
	return false;
}

bool
admin_begin(struct script *s, const char *role)
{
	const char *const args[] = { role };
	const struct rows *rows;

	if (!say(s, script_run(s, "begin")))
		return false;
	rows = admin_ask(
	    s, "select pg_catalog.set_config('role', $1, true)", 1, args);
	return rows != NULL;
}

bool
admin_commit(struct script *s)
{
	return say(s, script_run(s, "commit"));
}

const struct rows *
admin_ask(struct script *s, const char *sql, size_t n, const char *const *args)
{
	const struct rows *rows;

	rows = script_ask(s, sql, n, args);
	if (rows == NULL)
		(void)admin_fail("%s", script_fault(s));
	return rows;
}

struct str
admin_sql(struct admin *m, const char *path)
{
	const char *full =
	    arena_printf(m->arena, "%s/sql/%s", m->settings.share, path);
	struct str text = { NULL, 0 };

	if (!file_read(m->arena, full, SQL_MAX, &text))
		(void)admin_fail("cannot read %s: %s", full, strerror(errno));
	return text;
}

static int
is_script(const struct dirent *e)
{
	const char *dot = strrchr(e->d_name, '.');

	return e->d_name[0] != '.' && dot != NULL && strcmp(dot, ".sql") == 0;
}

const char **
admin_list(struct admin *m, const char *folder)
{
	const char *path =
	    arena_printf(m->arena, "%s/sql/%s", m->settings.share, folder);
	struct dirent **found;
	const char **names;
	int n;

	n = scandir(path, &found, is_script, alphasort);
	if (n < 0 || n > FILES_MAX) {
		(void)admin_fail("cannot read folder %s: %s", path,
		    n < 0 ? strerror(errno) : "too many files");
		return NULL;
	}
	names = arena_array(m->arena, (size_t)n + 1, sizeof(*names));
	for (int i = 0; i < n; i++) {
		names[i] = arena_strdup(m->arena, found[i]->d_name);
		free(found[i]);
	}
	free(found);
	return names;
}

/* "-- role: mainstay_definer" on the first line; at most 63 bytes. */
static const char *
role_of(const char *text, char out[64], const char *fallback)
{
	static const char mark[] = "-- role: ";
	size_t len;

	if (strncmp(text, mark, sizeof(mark) - 1) != 0)
		return fallback;
	text += sizeof(mark) - 1;
	len = strspn(text, "abcdefghijklmnopqrstuvwxyz_");
	if (len == 0 || len > 63)
		return fallback;
	memcpy(out, text, len);
	out[len] = '\0';
	return out;
}

bool
admin_run_file(
    struct script *s, const char *name, const char *text, const char *role)
{
	char buf[64];
	const char *const args[] = { role_of(text, buf, role) };

	if (script_ask(s, "select pg_catalog.set_config('role', $1, true)", 1,
		args) == NULL ||
	    script_run(s, text) != RC_OK) {
		(void)admin_fail("%s: %s", name, script_fault(s));
		return false;
	}
	return true;
}
