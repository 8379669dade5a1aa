/*
 * turn.h - one request being served: what is known of it so far.
 *
 * The dispatcher makes it, a handler may use it, the arena takes it away.
 *
 * Reserved parameters of statements: session (bytea text), tenant_id and
 * user_id from the verified token, needs (role of the route), ip,
 * user_agent, request_id, if_match (the header; null when there was none),
 * given (names of the fields that were sent, as text[]), values (what was
 * sent and is right, as a JSON object: null of what was taken away), noun (of
 * the route);
 * key (bytea text) where there is no session; form (what was typed into a
 * form that may be shown again, as a JSON object of texts in their order,
 * without secrets; null when there was none).
 *
 * A page with ?done=<request id> gets the answer of undo_toast as toast.
 */
#ifndef DISPATCH_TURN_H
#define DISPATCH_TURN_H

#include "auth/api_key.h"
#include "auth/keys.h"
#include "auth/token.h"
#include "core/arena.h"
#include "core/rc.h"
#include "core/settings.h"
#include "db/db.h"
#include "dispatch/route.h"
#include "http/field.h"
#include "http/form.h"
#include "http/request.h"
#include "http/response.h"
#include "view/mustache.h"

#define TURN_STEPS_MAX 24
#define TURN_EXTRA_MAX 12

struct openapi;
struct rate;
struct tally;

/* What lives as long as the process. */
struct app {
	const struct settings *settings;
	const struct keys *keys;
	struct token_cache *tokens;
	struct db *db;
	const struct stmt_set *stmts;
	const struct mustache_set *templates;
	const struct route *routes;
	struct value assets;
	struct rate *rate; /* NULL: no limit */
	struct tally *tally;
	struct openapi *openapi; /* of the pool app; see api/openapi.h */
	struct buf body;
	uint64_t ready_until_ms; /* see pages/probe.c */
};

struct result {
	struct str alias;
	struct rows *rows;
};

struct turn {
	struct app *app;
	struct arena *arena;
	const struct request *req;
	struct response *resp;
	const struct route *route;
	struct token token;	     /* of a key only tenant_id is known */
	char key[API_KEY_HASH_SIZE]; /* empty: no key was sent */
	bool is_signed_in;    /* the token is ours; the session may be gone */
	bool is_bearer;	      /* nothing that a browser sends by itself */
	struct inputs inputs; /* checked: what statements get */
	struct inputs echo;   /* as typed: what a form shows again */
	const struct form *sent; /* the body as a form; see turn_form() */
	const char *given;	 /* names of fields that were sent */
	const char *form;	 /* the same as JSON, for statements */
	const char *values;	 /* of a JSON body: inputs that were sent */
	const char *secret;	 /* what this page shows, once */
	struct value shown;	 /* what a handler adds to the page */
	struct field_errors errors;
	const struct route *failed; /* whose form is shown again; or NULL */
	const char *name;	    /* Idempotency-Key; NULL: none */
	bool is_answered;	    /* resp is what was answered before */
	const char *detail;	    /* a public sentence for the error page */
	struct result results[TURN_STEPS_MAX];
	size_t n_results;
};

bool turn_is_reserved(const char *name);
const char *turn_pool(const struct route *r);

/*
 * Runs "alias=statement ..." as one transaction, as the signed-in user
 * when the route needs one.  RC_INVALID and RC_CONFLICT leave a message
 * beside the field that the database named.
 */
enum rc turn_run(
    struct turn *t, enum db_mode mode, const char *statements) MUST_CHECK;

/* Whether the row that the route must have is not there. */
bool turn_is_missing(const struct turn *t);

/* Of what the statements found: status, headers and body.  With t->name it
 * is called before the commit, so that what is answered is kept. */
enum rc turn_answer(struct turn *t) MUST_CHECK;

/* Learns the tenant of t->key, which every statement names; RC_NOBODY when
 * the key is not good now. */
enum rc turn_open_key(struct turn *t) MUST_CHECK;

/* A parameter that a handler adds; at most TURN_EXTRA_MAX of them.  The
 * text must live as long as the turn. */
void turn_set(struct turn *t, const char *name, const char *text);

/* NULL when no statement has that alias. */
const struct rows *turn_rows(const struct turn *t, const char *alias);

/* The first row's column; ptr NULL when there is none. */
struct str turn_get(
    const struct turn *t, const char *alias, const char *column);

/* The body as a form, which is read once. */
enum rc turn_form(struct turn *t, const struct form **out) MUST_CHECK;

/* Checks path, query or body values against fields; RC_INVALID when some
 * are wrong, with t->errors saying which. */
enum rc turn_read_fields(struct turn *t, const struct inputs *path) MUST_CHECK;

/* Renders template with everything the turn knows. */
enum rc turn_page(struct turn *t, int status, const char *name) MUST_CHECK;

/* Where a form with a field next leads to: there, with ?done= and the id of
 * this request. */
const char *turn_next(const struct turn *t);

/* Answers with an error: page, problem document or the way to sign in. */
void turn_fail(struct turn *t, enum rc rc, int status);

#endif
