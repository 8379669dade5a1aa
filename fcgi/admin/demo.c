/* The demo of two tenants; its passwords are known to everybody. */
#include <stdio.h>
#include <string.h>

#include "admin/admin.h"
#include "auth/password.h"
#include "core/buf.h"

#define MAINT "mainstay_maint"
#define MARK "@PASSWORD_HASH@"
#define DEMO_MAX ((size_t)8 << 20)

static bool
hash_demo_password(struct admin *m, char out[PASSWORD_HASH_SIZE])
{
	struct keys_fault fault;
	struct keys keys;
	enum rc rc;

	if (keys_read(m->settings.keys, true, &keys, &fault) != RC_OK) {
		(void)admin_fail("%s", fault.text);
		return false;
	}
	rc = password_hash(&keys, STR("password123"), out);
	keys_wipe(&keys);
	if (rc != RC_OK)
		(void)admin_fail("cannot hash the password");
	return rc == RC_OK;
}

/* The text with the hash in place of each mark; NULL when too long. */
static const char *
fill(struct arena *a, const char *text, const char *hash)
{
	const char *filled = NULL, *at;
	struct buf b;

	buf_init(&b, DEMO_MAX);
	while ((at = strstr(text, MARK)) != NULL) {
		buf_add(&b, text, (size_t)(at - text));
		buf_adds(&b, hash);
		text = at + strlen(MARK);
	}
	buf_adds(&b, text);
	if (!b.spoiled)
		filled = arena_strdup(a, b.data);
	buf_free(&b);
	return filled;
}

static bool
run_files(struct admin *m, struct script *s, const char *hash)
{
	const char **names = admin_list(m, "demo");

	if (names == NULL)
		return false;
	for (; *names != NULL; names++) {
		const char *path = arena_printf(m->arena, "demo/%s", *names);
		struct str text = admin_sql(m, path);
		const char *filled;

		if (text.ptr == NULL)
			return false;
		filled = fill(m->arena, text.ptr, hash);
		if (filled == NULL || !admin_run_file(s, path, filled, MAINT))
			return false;
	}
	return true;
}

/* Without statistics the first pages would be planned for empty tables. */
static bool
analyze(struct script *s)
{
	return admin_run_file(s, "analyze",
	    "reset role; set role mainstay_owner;"
	    "set client_min_messages = error; analyze",
	    "mainstay_owner");
}

int
demo(struct admin *m, int n, char **args)
{
	static const char ask[] = "select 1 from mainstay.tenants"
				  " where slug in ('acme-corp', 'globex')";
	char hash[PASSWORD_HASH_SIZE];
	const struct rows *there;
	struct script *s;

	(void)n;
	(void)args;
	if (settings_is_production(&m->settings))
		return admin_fail("the demo has passwords that everybody "
				  "knows: it is refused while MAINSTAY_ENV "
				  "is production");
	if (!hash_demo_password(m, hash))
		return ADMIN_FAILED;
	s = admin_connect(m);
	if (s == NULL || !admin_begin(s, MAINT))
		return ADMIN_FAILED;
	there = admin_ask(s, ask, 0, NULL);
	if (there == NULL)
		return ADMIN_FAILED;
	if (rows_count(there) > 0)
		return admin_fail("the demo is there already");
	if (!run_files(m, s, hash) || !admin_commit(s) || !analyze(s))
		return ADMIN_FAILED;
	(void)printf("demo loaded: admin@acme.com, bob@acme.com and "
		     "admin@globex.com sign in with password123\n");
	return ADMIN_OK;
}
