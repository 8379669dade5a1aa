/*
 * settings.h - everything an operator may set, in one table.
 *
 * Values come from the environment and are read once, at start.  An unknown
 * MAINSTAY_ variable or a bad value ends the program with a message that
 * names it.  The strings live as long as the process.
 */
#ifndef CORE_SETTINGS_H
#define CORE_SETTINGS_H

#include <stdbool.h>

struct settings {
	const char *url;    /* public origin without a slash at the end */
	const char *env;    /* production | development */
	const char *db;	    /* libpq conninfo without user */
	const char *socket; /* Unix socket that nginx connects to */
	const char *pool;   /* app | auth */
	const char *share;  /* templates/ sql/ static/manifest.json */
	const char *keys;   /* folder of key files */
	const char *webhook_allow; /* host:port[,host:port] */
	const char *smtp_url;	   /* the mail relay; empty: none */
	const char *smtp_user;
	const char *smtp_password_file;
	const char *smtp_ca;	 /* certificates that sign the relay's */
	const char *smtp_from;	 /* the address that mail is from */
	const char *smtp_bounce; /* where bounces go; <>: nowhere */
	const char *log;	 /* debug | info | warn | error */
	long workers;
	long api_rate;	   /* requests of a caller of the API in a minute */
	long recycle;	   /* requests a worker serves before it is replaced */
	long metrics_port; /* 0: none */
};

/* Exits with a message when a value is not usable. */
void settings_load(struct settings *out);

/* NAME, value, default and meaning of each, one per line, on stdout. */
void settings_show(const struct settings *s);

bool settings_is_production(const struct settings *s);

#endif
