/* Receivers of webhooks; the secret is what their owner has to know. */
#include <stdio.h>

#include "admin/admin.h"

static const struct rows *
ask(struct admin *m, const char *sql, size_t n, char **args)
{
	const char *values[2] = { NULL, NULL };
	struct script *s;

	for (size_t i = 0; i < n; i++)
		values[i] = args[i];
	s = admin_connect(m);
	if (s == NULL || !admin_begin(s, "mainstay_maint"))
		return NULL;
	return admin_ask(s, sql, n, values);
}

int
endpoint_list(struct admin *m, int n, char **args)
{
	const struct rows *list;

	(void)n;
	list = ask(m,
	    "select e.name, e.url, e.format,"
	    " case when e.is_active then '' else ' (off)' end as state"
	    " from mainstay.webhook_endpoints e"
	    " join mainstay.tenants t on t.id = e.tenant_id"
	    " where t.slug = $1 order by e.name",
	    1, args);
	if (list == NULL)
		return ADMIN_FAILED;
	for (size_t i = 0; i < rows_count(list); i++)
		(void)printf("%-32s %-9s %s%s\n", rows_get(list, i, "name").ptr,
		    rows_get(list, i, "format").ptr,
		    rows_get(list, i, "url").ptr,
		    rows_get(list, i, "state").ptr);
	return ADMIN_OK;
}

int
endpoint_secret(struct admin *m, int n, char **args)
{
	const struct rows *found;

	(void)n;
	found = ask(m,
	    "select e.secret from mainstay.webhook_endpoints e"
	    " join mainstay.tenants t on t.id = e.tenant_id"
	    " where t.slug = $1 and e.name = $2",
	    2, args);
	if (found == NULL)
		return ADMIN_FAILED;
	if (rows_count(found) == 0)
		return admin_fail("%s has no endpoint %s", args[0], args[1]);
	(void)printf("%s\n", rows_get(found, 0, "secret").ptr);
	return ADMIN_OK;
}
