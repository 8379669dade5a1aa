/*
 * route.h - a route is a row: who may call it, with what, and what happens.
 *
 * Statements are written "alias=statement alias=statement"; the template
 * sees each result under its alias.  "{sort}" inside a statement's name is
 * replaced by the field's value, a leading "-" by a trailing "_desc"; in
 * "{sort|found}" by "found" where there is no statement of that name; of
 * several fields the others then keep their values.
 * Parameters of statements are filled by name from the path, the fields
 * and the reserved names (see turn.h).  routes_check() proves all of it at
 * start, so that what does not fit stops the program.
 */
#ifndef DISPATCH_ROUTE_H
#define DISPATCH_ROUTE_H

#include "core/rc.h"
#include "core/str.h"
#include "db/stmt.h"
#include "http/field.h"
#include "http/request.h"
#include "view/mustache.h"

struct turn;

/* Zero is unset and refused at start: nobody forgets who may call. */
enum needs {
	NEEDS_UNSET,
	ANYONE,
	VIEWER,
	CONTRIBUTOR,
	PRACTITIONER,
	ADMIN,
	NEEDS__MAX
};

/* Back to where the form's field next says, and there offer to undo it. */
#define ROUTE_NEXT "{next}?done={request_id}"

/* How the document of the API tells of a route; see api/openapi.h. */
struct route_doc {
	const char *id;	     /* operationId */
	const char *tag;     /* one of sql/openapi.json */
	const char *summary; /* a few words */
	const char *detail;  /* sentences, in Markdown; or NULL */
	const char *answer;  /* schema of what is answered; NULL: none */
	const char *body;    /* schema of a body that takes_items */
	const char *type;    /* of the answer, where it is no JSON */
	bool is_versioned;   /* answers have an ETag, changes take If-Match */
	bool is_list;	     /* a page at a time */
	const char *also;    /* "404 409": statuses that no rule tells */
};

struct route {
	enum method method;
	const char *path; /* "/dashboard/accounts/:id"; :id is a UUID,
			   * :ref any text of at most 200 bytes */
	enum needs needs;
	const struct field *fields; /* ended by a zero row; NULL: none */
	const char *statements;
	const char *must;     /* alias that has a row, else not found */
	const char *instead;  /* alias.column: where that is an address, the
			       * browser is sent there instead of the page */
	const char *template; /* a page */
	const char *json;     /* an API answer: the first column of alias */
	const char *noun;     /* of resource.NOUN, what the answer is about: see
			       * sql/functions/resource.sql */
	const char *csv;      /* a file to keep: the same, as CSV */
	int status;	      /* of a JSON answer; 0 is 200 */
	const char *location; /* of what was made, like redirect */
	const char *redirect; /* after a form; {name} from path or field,
			       * {alias.column} from what was done, encoded,
			       * {+alias.column} as it is;
			       * ?done={request_id} offers to undo it; a
			       * {name} alone is a FIELD_LOCAL, as it is */
	const char *again;    /* page that shows the form after a mistake; a
			       * page with fields may name itself */
	const char *faults;   /* alias whose rows (field, message, and a code
			       * or null) are what is wrong with what was
			       * sent, where below /api/ field is a path in
			       * the body; nothing was done then */
	const char *area;     /* which entry of the sidebar is current */
	const char *pool;     /* "auth"; NULL is "app" */
	bool is_link;	      /* the path itself is the right to do it: a form
			       * may come from anywhere, by ANYONE */
	bool is_hidden;	      /* not found in production */
	bool takes_items;     /* a body of http/json_items.h, which becomes
			       * :items and :item_faults */
	bool takes_form;      /* besides fields, whatever the form holds: the
			       * database knows its fields; see :form.  Below
			       * /api/ it alone makes a form welcome */
	bool may_repeat;      /* a name of that form may come twice */
	enum rc (*handler)(struct turn *t); /* what a row cannot say */
	struct route_doc doc; /* of all below /api/, and of no other */
};

struct route_match {
	const struct route *route;	  /* NULL: nothing at that path */
	enum method allowed[METHOD__MAX]; /* when only the method differs */
	size_t n_allowed;
	struct inputs path; /* values of :names */
};

void route_find(struct arena *a, const struct route *routes, const char *pool,
    enum method method, const char *path, struct route_match *out);

/* By its pattern, a GET. */
const struct route *route_page(const struct route *routes, const char *path);

/* Role name that the database knows; NULL for ANYONE. */
const char *needs_role(enum needs n);

/* Exits with the route and what is wrong with it. */
void routes_check(const struct route *routes, const char *pool,
    const struct stmt_set *stmts, const struct mustache_set *templates);

/* Splits "alias=name ..." step by step: false at the end. */
bool route_next_step(const char **list, struct str *alias, struct str *name);

/* The statement for these inputs; NULL when there is none. */
const struct stmt *route_stmt(
    const struct stmt_set *stmts, struct str name, const struct inputs *in);

#endif
