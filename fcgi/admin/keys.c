/* The key files. */
#include <stdio.h>

#include "admin/admin.h"
#include "auth/keys.h"

int
keys_init(struct admin *m, int n, char **args)
{
	struct keys_fault fault;

	(void)n;
	(void)args;
	if (keys_create(m->settings.keys, &fault) != RC_OK)
		return admin_fail("%s", fault.text);
	(void)printf("keys made in %s\n", m->settings.keys);
	return ADMIN_OK;
}

int
keys_renew(struct admin *m, int n, char **args)
{
	char kid[KEYS_KID_MAX + 1];
	struct keys_fault fault;

	(void)n;
	(void)args;
	if (keys_rotate(m->settings.keys, kid, &fault) != RC_OK)
		return admin_fail("%s", fault.text);
	(void)printf(
	    "new tokens are signed with %s: now reload the pools\n", kid);
	return ADMIN_OK;
}
