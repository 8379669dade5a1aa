/*
 * file.h - a whole file in memory.
 */
#ifndef CORE_FILE_H
#define CORE_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/arena.h"
#include "core/str.h"

/* Terminated by NUL as well.  False with errno set: not readable, or
 * EFBIG when it is longer than max. */
bool file_read(struct arena *a, const char *path, size_t max, struct str *out);

#endif
