/* People: a user signs in, a profile is what they are in one tenant. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "admin/admin.h"
#include "auth/password.h"

#define LINE_SIZE (PASSWORD_MAX + 2)

/* One line without its end; false at the end of input. */
static bool
read_line(char out[LINE_SIZE])
{
	if (fgets(out, LINE_SIZE, stdin) == NULL)
		return false;
	out[strcspn(out, "\n")] = '\0';
	return true;
}

/* From a terminal without echo, else the first line of standard input. */
static bool
ask_password(const char *prompt, char out[LINE_SIZE])
{
	struct termios old, silent;
	bool ok;

	if (tcgetattr(STDIN_FILENO, &old) != 0)
		return read_line(out);
	silent = old;
	silent.c_lflag &= ~(tcflag_t)ECHO;
	(void)fputs(prompt, stderr);
	(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
	ok = read_line(out);
	(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &old);
	(void)fputc('\n', stderr);
	return ok;
}

static bool
choose_password(const char *email, const char *tenant, char out[LINE_SIZE])
{
	char again[LINE_SIZE];
	const char *fault;
	bool same = true;

	if (!ask_password("Password: ", out)) {
		(void)admin_fail("no password was given");
		return false;
	}
	if (isatty(STDIN_FILENO)) {
		same = ask_password("The same again: ", again) &&
		       strcmp(out, again) == 0;
		explicit_bzero(again, sizeof(again));
	}
	fault = same
		    ? password_fault(str_of(out), str_of(email), str_of(tenant))
		    : "The two passwords differ.";
	if (fault != NULL)
		(void)admin_fail("%s", fault);
	return fault == NULL;
}

static bool
make_hash(struct admin *m, const char *email, const char *tenant,
    char out[PASSWORD_HASH_SIZE])
{
	struct keys_fault fault;
	char password[LINE_SIZE];
	struct keys keys;
	bool ok;

	if (keys_read(m->settings.keys, true, &keys, &fault) != RC_OK) {
		(void)admin_fail("%s", fault.text);
		return false;
	}
	ok = choose_password(email, tenant, password) &&
	     password_hash(&keys, str_of(password), out) == RC_OK;
	explicit_bzero(password, sizeof(password));
	keys_wipe(&keys);
	return ok;
}

/* The user's id: of the one who is there already, or a new one. */
static const char *
find_or_make(
    struct admin *m, struct script *s, const char *email, const char *tenant)
{
	char hash[PASSWORD_HASH_SIZE];
	const char *args[] = { email, hash };
	const struct rows *found;

	found = admin_ask(s,
	    "select id from mainstay.users"
	    " where lower(email) = lower($1)",
	    1, args);
	if (found == NULL)
		return NULL;
	if (rows_count(found) > 0)
		return rows_get(found, 0, "id").ptr;
	if (!make_hash(m, email, tenant, hash))
		return NULL;
	found = admin_ask(s,
	    "insert into mainstay.users"
	    " (email, password_hash) values ($1, $2)"
	    " returning id",
	    2, args);
	return found == NULL ? NULL : rows_get(found, 0, "id").ptr;
}

int
user_create(struct admin *m, int n, char **args)
{
	const char *values[] = { args[0], args[1], args[2], args[3], NULL };
	const struct rows *found;
	struct script *s;

	(void)n;
	s = admin_connect(m);
	if (s == NULL || !admin_begin(s, "mainstay_maint"))
		return ADMIN_FAILED;
	found = admin_ask(s,
	    "select id, name from mainstay.tenants"
	    " where slug = $1",
	    1, values);
	if (found == NULL)
		return ADMIN_FAILED;
	if (rows_count(found) == 0)
		return admin_fail("there is no tenant %s", args[0]);
	values[0] = rows_get(found, 0, "id").ptr;
	values[4] = find_or_make(m, s, args[1], rows_get(found, 0, "name").ptr);
	if (values[4] == NULL)
		return ADMIN_FAILED;
	found = admin_ask(s,
	    "insert into mainstay.profiles"
	    " (tenant_id, email, role, full_name, user_id)"
	    " values ($1, $2, $3, $4, $5) returning user_id",
	    5, values);
	if (found == NULL || !admin_commit(s))
		return ADMIN_FAILED;
	(void)printf("%s\n", rows_get(found, 0, "user_id").ptr);
	return ADMIN_OK;
}
