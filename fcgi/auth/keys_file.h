/*
 * keys_file.h - what keys.c and keys_write.c share; nobody else's.
 */
#ifndef AUTH_KEYS_FILE_H
#define AUTH_KEYS_FILE_H

#include "auth/keys.h"

/* Fills fault with "file: what"; always RC_INVALID. */
enum rc keys_say(struct keys_fault *fault, const char *file, const char *what);

/* The folder, when only its owner may write in it; the caller closes. */
enum rc keys_open(
    const char *dir, int *out, struct keys_fault *fault) MUST_CHECK;

/* The token keys alone, in the order of their kids, whoever may sign. */
enum rc keys_read_jwt(
    int dirfd, struct keys *k, struct keys_fault *fault) MUST_CHECK;

#endif
