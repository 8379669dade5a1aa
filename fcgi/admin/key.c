/* Keys of programs.  A key is shown when it is made, and never again. */
#include <stdio.h>
#include <string.h>

#include "admin/admin.h"
#include "auth/api_key.h"

struct option {
	const char *name;
	const char *value;
};

/* "--name value" pairs; false after saying what is wrong. */
static bool
read_options(struct option *list, int n, char **args)
{
	for (int i = 0; i < n; i += 2) {
		struct option *o = list;

		while (o->name != NULL && strcmp(o->name, args[i]) != 0)
			o++;
		if (o->name == NULL || i + 1 == n) {
			(void)admin_fail(o->name == NULL
					     ? "%s is not known here"
					     : "%s needs a value",
			    args[i]);
			return false;
		}
		o->value = args[i + 1];
	}
	return true;
}

static const char *
tenant_of(struct script *s, const char *slug)
{
	const struct rows *found;

	found = admin_ask(
	    s, "select id from mainstay.tenants where slug = $1", 1, &slug);
	if (found == NULL)
		return NULL;
	if (rows_count(found) == 0) {
		(void)admin_fail("there is no tenant %s", slug);
		return NULL;
	}
	return rows_get(found, 0, "id").ptr;
}

/* The text goes to standard output only, the hash to the database only. */
static int
make_key(struct admin *m, struct script *s, const char *values[6])
{
	char text[API_KEY_SIZE], hash[API_KEY_HASH_SIZE];
	const struct rows *made = NULL;

	api_key_new(settings_is_production(&m->settings), text);
	if (api_key_read(str_of(text), hash) == RC_OK) {
		values[4] = hash;
		values[5] = arena_strndup(m->arena, text, API_KEY_PREFIX);
		made = admin_ask(s,
		    "insert into mainstay.api_keys (tenant_id, name, acts_as,"
		    " expires_at, key_hash, prefix) values ($1, $2, $3, now()"
		    " + make_interval(days => $4::integer), $5, $6)"
		    " returning id",
		    6, values);
	}
	if (made == NULL || !admin_commit(s)) {
		explicit_bzero(text, sizeof(text));
		return ADMIN_FAILED;
	}
	(void)printf("%s\n", text);
	(void)fprintf(stderr,
	    "This is shown once: keep it where the program finds it. Its id "
	    "is %s.\n",
	    rows_get(made, 0, "id").ptr);
	explicit_bzero(text, sizeof(text));
	return ADMIN_OK;
}

int
key_create(struct admin *m, int n, char **args)
{
	struct option o[] = { { "--tenant", NULL }, { "--name", NULL },
		{ "--role", NULL }, { "--days", "365" }, { NULL, NULL } };
	const char *values[6] = { NULL };
	struct script *s;
	long days;

	if (!read_options(o, n, args))
		return ADMIN_FAILED;
	if (o[0].value == NULL || o[1].value == NULL || o[2].value == NULL)
		return admin_fail("--tenant, --name and --role are needed");
	if (!str_is_choice(
		str_of(o[2].value), "Viewer|Contributor|Practitioner"))
		return admin_fail("the role of a key is Viewer, Contributor "
				  "or Practitioner");
	if (!str_to_long(str_of(o[3].value), &days) || days < 1 || days > 365)
		return admin_fail("a key lives 1 to 365 days");
	s = admin_connect(m);
	if (s == NULL || !admin_begin(s, "mainstay_maint"))
		return ADMIN_FAILED;
	values[0] = tenant_of(s, o[0].value);
	for (size_t i = 1; i < 4; i++)
		values[i] = o[i].value;
	return values[0] != NULL ? make_key(m, s, values) : ADMIN_FAILED;
}

int
key_list(struct admin *m, int n, char **args)
{
	static const char ask[] =
	    "select k.id, k.prefix, t.slug, k.acts_as, k.name,"
	    " case when k.revoked_at is not null then 'revoked'"
	    "  when k.expires_at <= now() then 'expired'"
	    "  else 'until ' || to_char(k.expires_at, 'YYYY-MM-DD') end"
	    "  as state,"
	    " coalesce(to_char(k.last_used_at, 'YYYY-MM-DD HH24:MI'), 'never')"
	    "  as used"
	    " from mainstay.api_keys k"
	    " join mainstay.tenants t on t.id = k.tenant_id"
	    " where $1::text is null or t.slug = $1"
	    " order by t.slug, k.created_at, k.id";
	struct option o[] = { { "--tenant", NULL }, { NULL, NULL } };
	const struct rows *list;
	struct script *s;

	if (!read_options(o, n, args))
		return ADMIN_FAILED;
	s = admin_connect(m);
	if (s == NULL || !admin_begin(s, "mainstay_maint"))
		return ADMIN_FAILED;
	list = admin_ask(s, ask, 1, &o[0].value);
	if (list == NULL)
		return ADMIN_FAILED;
	for (size_t i = 0; i < rows_count(list); i++)
		(void)printf("%s  %s...  %-16s %-12s %-16s used %-16s  %s\n",
		    rows_get(list, i, "id").ptr,
		    rows_get(list, i, "prefix").ptr,
		    rows_get(list, i, "slug").ptr,
		    rows_get(list, i, "acts_as").ptr,
		    rows_get(list, i, "state").ptr,
		    rows_get(list, i, "used").ptr,
		    rows_get(list, i, "name").ptr);
	return ADMIN_OK;
}

/* By the id that the list shows: two keys may begin alike. */
int
key_revoke(struct admin *m, int n, char **args)
{
	const char *const values[] = { args[0] };
	const struct rows *done;
	struct script *s;

	(void)n;
	if (!str_is_uuid(str_of(args[0])))
		return admin_fail("give the id that key list shows");
	s = admin_connect(m);
	if (s == NULL || !admin_begin(s, "mainstay_maint"))
		return ADMIN_FAILED;
	done = admin_ask(s,
	    "update mainstay.api_keys set revoked_at = now()"
	    " where id = $1 and revoked_at is null returning name",
	    1, values);
	if (done == NULL)
		return ADMIN_FAILED;
	if (rows_count(done) == 0)
		return admin_fail("there is no such key, or it is revoked");
	if (!admin_commit(s))
		return ADMIN_FAILED;
	(void)printf("revoked: %s\n", rows_get(done, 0, "name").ptr);
	return ADMIN_OK;
}
