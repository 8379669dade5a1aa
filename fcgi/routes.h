/* routes.h - the table of everything that can be asked for. */
#ifndef ROUTES_H
#define ROUTES_H

#include "dispatch/route.h"

/* Ended by a row without a path. */
extern const struct route routes[];

#endif
