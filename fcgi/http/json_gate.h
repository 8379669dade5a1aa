/*
 * json_gate.h - JSON from outside, stricter than the library reads it.
 *
 * A scan of our own comes first and admits RFC 8259 only, with: an object
 * at the top, depth at most JSON_DEPTH_MAX, at most JSON_MEMBERS_MAX
 * members in one object, no member twice, no U+0000 and no lone surrogate,
 * numbers of at most 32 characters that fit 64 bits or a finite double.
 * json-c then builds the tree, which belongs to the arena.
 */
#ifndef HTTP_JSON_GATE_H
#define HTTP_JSON_GATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/rc.h"
#include "core/str.h"

#define JSON_DEPTH_MAX 16
#define JSON_MEMBERS_MAX 256
#define JSON_BODY_MAX 65536 /* of an ordinary route */

struct json_object;

struct json_fault {
	const char *why;   /* a sentence for the caller of the API */
	char pointer[256]; /* RFC 6901; "" is the whole document */
};

/* RC_INVALID and a fault when it is not to be trusted. */
enum rc json_gate_parse(struct arena *a, struct str body, size_t max,
    struct json_object **out, struct json_fault *fault) MUST_CHECK;

/* RC_INVALID when o has a member that is not in known (ended by NULL). */
enum rc json_gate_known(struct json_object *o, const char *const *known,
    struct json_fault *fault) MUST_CHECK;

/*
 * Typed members: nothing is converted.  RC_ABSENT when the member is
 * missing or null, RC_INVALID when it has another type or is out of range;
 * out is written only on RC_OK.  Text is counted in bytes.
 */
enum rc json_gate_text(struct json_object *o, const char *key, size_t max,
    struct str *out) MUST_CHECK;
enum rc json_gate_int(struct json_object *o, const char *key, int64_t min,
    int64_t max, int64_t *out) MUST_CHECK;
enum rc json_gate_double(
    struct json_object *o, const char *key, double *out) MUST_CHECK;
enum rc json_gate_bool(
    struct json_object *o, const char *key, bool *out) MUST_CHECK;
enum rc json_gate_object(struct json_object *o, const char *key,
    struct json_object **out) MUST_CHECK;
enum rc json_gate_array(struct json_object *o, const char *key, size_t max,
    struct json_object **out) MUST_CHECK;

#endif
