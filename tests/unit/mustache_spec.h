/*
 * mustache_spec.h - what the template language means, case by case.
 */
#ifndef TESTS_MUSTACHE_SPEC_H
#define TESTS_MUSTACHE_SPEC_H

#include <stddef.h>

#define SPEC_PARTIALS 8

struct spec_case {
	const char *name;
	const char *data; /* JSON with ' for " */
	const char *text;
	const char *expected;
	const char *partials[SPEC_PARTIALS]; /* name, text, name, text */
};

struct spec_table {
	const struct spec_case *cases;
	size_t count;
};

/* Values, sections, comments, delimiters, white space. */
extern const struct spec_table spec_basics;

/* Partials, parents, blocks. */
extern const struct spec_table spec_parts;

#endif
