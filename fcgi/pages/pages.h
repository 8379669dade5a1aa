/*
 * pages.h - the handlers: what a row of the route table cannot say.
 */
#ifndef PAGES_PAGES_H
#define PAGES_PAGES_H

#include "dispatch/turn.h"

enum rc sign_in_create(struct turn *t);
enum rc sign_in_api_create(struct turn *t);
enum rc sign_up_create(struct turn *t);

/* Joins the tenant of a link, with a new account or one's own. */
enum rc invitation_accept(struct turn *t);

/* Ends this session, or all of this user's. */
enum rc session_remove(struct turn *t);

/* The same person in another tenant: a session of its own. */
enum rc session_switch(struct turn *t);

/* A key for a program, shown on the page that answers. */
enum rc api_key_create(struct turn *t);
enum rc api_key_api_create(struct turn *t);

/* Is the process alive?  No database is asked. */
enum rc probe_health(struct turn *t);

/* What the pool did; for nginx's server of figures alone. */
enum rc probe_figures(struct turn *t);

/* Database, schema and rules of tenancy; RC_BUSY when not in order. */
enum rc probe_ready(struct turn *t);

#endif
