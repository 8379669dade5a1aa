/* Migrations once, functions and policies every time. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <openssl/evp.h>

#include "admin/admin.h"

#define OWNER "mainstay_owner"
#define DEPLOY_TRIES 10

/* clang-format off */
static const char make_table[] =
	"create table if not exists mainstay.schema_migrations ("
	"    version int primary key,"
	"    name text not null,"
	"    checksum text not null,"
	"    applied_at timestamptz not null default now());"
	"comment on table mainstay.schema_migrations is"
	"    'Migrations that this database has seen, by mainstay-admin.';"
	"grant select on mainstay.schema_migrations to mainstay_definer;";
/* clang-format on */

static const char *
checksum(struct arena *a, struct str text)
{
	unsigned char md[EVP_MAX_MD_SIZE];
	unsigned int len = 0;
	char *hex;

	if (EVP_Digest(text.ptr, text.len, md, &len, EVP_sha256(), NULL) != 1)
		return NULL;
	hex = arena_alloc(a, 2 * (size_t)len + 1);
	hex_encode(hex, md, len);
	return hex;
}

/* "0001_foundation.sql": four digits and a name. */
static bool
read_migration(struct admin *m, const char *file, struct migration *out)
{
	struct str text;
	size_t zeros;

	if (strspn(file, "0123456789") != 4 || file[4] != '_') {
		(void)admin_fail("%s: not named NNNN_name.sql", file);
		return false;
	}
	text = admin_sql(m, arena_printf(m->arena, "migrations/%s", file));
	if (text.ptr == NULL)
		return false;
	zeros = strspn(file, "0");
	out->version = arena_strndup(m->arena, file + zeros, 4 - zeros);
	out->name = arena_strndup(m->arena, file, strlen(file) - 4);
	out->text = text.ptr;
	out->checksum = checksum(m->arena, text);
	return out->checksum != NULL;
}

const struct migration *
migration_list(struct admin *m)
{
	const char **files = admin_list(m, "migrations");
	struct migration *list;
	size_t n = 0;

	if (files == NULL)
		return NULL;
	while (files[n] != NULL)
		n++;
	list = arena_array(m->arena, n + 1, sizeof(*list));
	for (size_t i = 0; i < n; i++) {
		if (!read_migration(m, files[i], &list[i]))
			return NULL;
		if (i > 0 &&
		    strcmp(list[i].version, list[i - 1].version) == 0) {
			(void)admin_fail(
			    "two migrations are numbered %s", list[i].version);
			return NULL;
		}
	}
	return list;
}

/* Nobody else migrates while we do; released with the connection. */
static bool
take_lock(struct script *s)
{
	return admin_ask(s,
		   "select pg_catalog.pg_advisory_lock("
		   "pg_catalog.hashtext('mainstay-admin migrate'))",
		   0, NULL) != NULL &&
	       admin_begin(s, OWNER) &&
	       admin_run_file(s, "schema_migrations", make_table, OWNER) &&
	       admin_commit(s);
}

/* RC_ABSENT: not applied yet. */
static enum rc
was_applied(const struct rows *done, const struct migration *g)
{
	for (size_t i = 0; i < rows_count(done); i++) {
		if (!str_is(rows_get(done, i, "version"), g->version))
			continue;
		if (str_is(rows_get(done, i, "checksum"), g->checksum))
			return RC_OK;
		(void)admin_fail("migration %s was changed after it was "
				 "applied: restore the file, and write a new "
				 "migration",
		    g->name);
		return RC_CONFLICT;
	}
	return RC_ABSENT;
}

static bool
apply(struct script *s, const struct migration *g)
{
	const char *const args[] = { g->version, g->name, g->checksum };

	/* An update of rows that the owner cannot see is an error, not 0. */
	return admin_begin(s, OWNER) &&
	       script_run(s, "set local row_security = off") == RC_OK &&
	       admin_run_file(s, g->name, g->text, OWNER) &&
	       admin_run_file(
		   s, g->name, "set local row_security = on", OWNER) &&
	       admin_ask(s,
		   "insert into mainstay.schema_migrations"
		   " (version, name, checksum) values ($1, $2, $3)",
		   3, args) != NULL &&
	       admin_commit(s);
}

/* Every migration of the database must be known here, and unchanged; the
 * new ones are applied in order.  Returns how many, or -1. */
static int
apply_new(struct script *s, const struct migration *list)
{
	const struct rows *done;
	size_t known = 0;
	int n = 0;

	if (!admin_begin(s, OWNER))
		return -1;
	done = admin_ask(s,
	    "select version, checksum"
	    " from mainstay.schema_migrations",
	    0, NULL);
	if (done == NULL || !admin_commit(s))
		return -1;
	for (; list->name != NULL; list++) {
		enum rc rc = was_applied(done, list);

		if (rc == RC_CONFLICT)
			return -1;
		if (rc == RC_OK) {
			known++;
			continue;
		}
		if (known < rows_count(done) || !apply(s, list)) {
			if (known < rows_count(done))
				(void)admin_fail("%s comes before migrations "
						 "of this database, or they "
						 "are newer than this program",
				    list->name);
			return -1;
		}
		(void)printf("applied %s\n", list->name);
		n++;
	}
	if (known == rows_count(done))
		return n;
	(void)admin_fail("the database is newer than this program");
	return -1;
}

/* One folder of files that may be run again and again. */
static int
run_folder(struct admin *m, struct script *s, const char *folder)
{
	const char **names = admin_list(m, folder);
	int n = 0;

	if (names == NULL)
		return -1;
	for (; names[n] != NULL; n++) {
		const char *path =
		    arena_printf(m->arena, "%s/%s", folder, names[n]);
		struct str text = admin_sql(m, path);

		if (text.ptr == NULL ||
		    !admin_run_file(s, path, text.ptr, OWNER))
			return -1;
	}
	return n;
}

/* Policies need a short lock on each table: try again rather than make
 * pages wait behind us. */
static bool
deploy(struct admin *m, struct script *s)
{
	int functions = -1, policies = -1;

	if (script_run(s, "set lock_timeout = '2s'") != RC_OK)
		return false;
	for (int i = 0; i < DEPLOY_TRIES; i++) {
		functions =
		    admin_begin(s, OWNER) ? run_folder(m, s, "functions") : -1;
		policies = functions < 0 ? -1 : run_folder(m, s, "policies");
		if (policies >= 0 ||
		    (strcmp(script_sqlstate(s), "55P03") != 0 &&
			strcmp(script_sqlstate(s), "40P01") != 0))
			break;
		if (script_run(s, "rollback") != RC_OK)
			return false;
		(void)nanosleep(
		    &(struct timespec){ .tv_nsec = 500000000 }, NULL);
	}
	if (policies < 0 || !admin_commit(s))
		return false;
	(void)printf(
	    "functions and policies: %d files\n", functions + policies);
	return true;
}

int
migrate(struct admin *m, int n, char **args)
{
	const struct migration *list = migration_list(m);
	struct script *s;
	int applied;

	(void)n;
	(void)args;
	if (list == NULL)
		return ADMIN_FAILED;
	s = admin_connect(m);
	if (s == NULL || !take_lock(s))
		return ADMIN_FAILED;
	applied = apply_new(s, list);
	if (applied < 0 || !deploy(m, s))
		return ADMIN_FAILED;
	(void)printf("%d migrations applied\n", applied);
	return ADMIN_OK;
}
