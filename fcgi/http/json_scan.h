/*
 * json_scan.h - judges JSON text before a library sees it.
 *
 * The rules stand in json_gate.h; only json_gate.c calls this.
 */
#ifndef HTTP_JSON_SCAN_H
#define HTTP_JSON_SCAN_H

#include "core/arena.h"
#include "core/rc.h"
#include "core/str.h"
#include "http/json_gate.h"

/* in is UTF-8; out is the part of it between { and } without the blanks
 * around. */
enum rc json_scan(struct arena *a, struct str in, struct str *out,
    struct json_fault *fault) MUST_CHECK;

/* One more step at the end of a pointer; left out when it does not fit. */
void json_pointer_add(char *pointer, size_t size, struct str step);

#endif
