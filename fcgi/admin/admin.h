/*
 * admin.h - what the commands of mainstay-admin share.
 *
 * A command returns the exit status: 0, or ADMIN_FAILED after it said why
 * with admin_fail().
 */
#ifndef ADMIN_ADMIN_H
#define ADMIN_ADMIN_H

#include "core/arena.h"
#include "core/settings.h"
#include "core/str.h"
#include "db/script.h"

enum {
	ADMIN_OK = 0,
	ADMIN_FAILED = 1
};

struct admin {
	struct settings settings;
	struct arena *arena;
};

/* args are the words after the command's name. */
int migrate(struct admin *m, int n, char **args);
int demo(struct admin *m, int n, char **args);
int tenant_create(struct admin *m, int n, char **args);
int tenant_list(struct admin *m, int n, char **args);
int user_create(struct admin *m, int n, char **args);
int keys_init(struct admin *m, int n, char **args);
int keys_renew(struct admin *m, int n, char **args);
int key_create(struct admin *m, int n, char **args);
int key_list(struct admin *m, int n, char **args);
int key_revoke(struct admin *m, int n, char **args);
int endpoint_list(struct admin *m, int n, char **args);
int endpoint_secret(struct admin *m, int n, char **args);
int doctor(struct admin *m, int n, char **args);

/* "mainstay-admin: ..." on standard error; returns ADMIN_FAILED. */
int admin_fail(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* As mainstay_migrator; NULL after saying why not. */
struct script *admin_connect(struct admin *m);

/* A transaction as role; false after saying what is wrong. */
bool admin_begin(struct script *s, const char *role);
bool admin_commit(struct script *s);

/* The answer to one statement; NULL after saying what is wrong. */
const struct rows *admin_ask(
    struct script *s, const char *sql, size_t n, const char *const *args);

/* A file below MAINSTAY_SHARE/sql, whole; ptr NULL after saying why. */
struct str admin_sql(struct admin *m, const char *path);

/* One migration file of the share folder, in order of version. */
struct migration {
	const char *version; /* digits without leading zeros */
	const char *name;    /* "0001_foundation" */
	const char *text;
	const char *checksum; /* SHA-256, hexadecimal */
};

/* The names of the .sql files in a folder of sql/, sorted and ended by
 * NULL; NULL after saying what is wrong. */
const char **admin_list(struct admin *m, const char *folder);

/* Ended by a name of NULL; NULL after saying what is wrong. */
const struct migration *migration_list(struct admin *m);

/* Runs a shipped file as the role that its first line names. */
bool admin_run_file(
    struct script *s, const char *name, const char *text, const char *role);

#endif
