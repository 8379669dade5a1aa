/*
 * dispatch.h - everything between a request and its answer, done once.
 *
 * Route, origin, token, fields, CSRF, transaction, errors, page or JSON,
 * log line: in that order, the same for each route.
 */
#ifndef DISPATCH_DISPATCH_H
#define DISPATCH_DISPATCH_H

#include "dispatch/turn.h"

/* Serves the request that fcgi_accept() brought. */
void dispatch(struct app *app, struct arena *a, struct fcgi *f);

#endif
