/* Organisations. */
#include <stdio.h>

#include "admin/admin.h"

int
tenant_create(struct admin *m, int n, char **args)
{
	const char *const values[] = { args[0], args[1] };
	const struct rows *made;
	struct script *s;
	const char *id;

	(void)n;
	s = admin_connect(m);
	if (s == NULL || !admin_begin(s, "mainstay_maint"))
		return ADMIN_FAILED;
	made = admin_ask(s,
	    "insert into mainstay.tenants (slug, name)"
	    " values ($1, $2) returning id",
	    2, values);
	if (made == NULL)
		return ADMIN_FAILED;
	id = rows_get(made, 0, "id").ptr;
	if (!admin_run_file(s, "role", "select", "mainstay_definer") ||
	    admin_ask(s, "select api.create_tenant_defaults($1::uuid)", 1,
		&id) == NULL ||
	    !admin_commit(s))
		return ADMIN_FAILED;
	(void)printf("%s\n", id);
	return ADMIN_OK;
}

int
tenant_list(struct admin *m, int n, char **args)
{
	static const char ask[] =
	    "select t.slug, t.name, t.is_active,"
	    " (select count(*) from mainstay.profiles p"
	    "   where p.tenant_id = t.id and p.is_active) as people,"
	    " (select count(*) from mainstay.accounts a"
	    "   where a.tenant_id = t.id) as accounts"
	    " from mainstay.tenants t order by t.slug";
	const struct rows *list;
	struct script *s;

	(void)n;
	(void)args;
	s = admin_connect(m);
	if (s == NULL || !admin_begin(s, "mainstay_maint"))
		return ADMIN_FAILED;
	list = admin_ask(s, ask, 0, NULL);
	if (list == NULL)
		return ADMIN_FAILED;
	for (size_t i = 0; i < rows_count(list); i++)
		(void)printf("%-24s %6s people %8s accounts  %s%s\n",
		    rows_get(list, i, "slug").ptr,
		    rows_get(list, i, "people").ptr,
		    rows_get(list, i, "accounts").ptr,
		    rows_get(list, i, "name").ptr,
		    str_is(rows_get(list, i, "is_active"), "t") ? ""
								: " (closed)");
	return ADMIN_OK;
}
