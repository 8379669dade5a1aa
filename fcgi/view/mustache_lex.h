/*
 * mustache_lex.h - tags in a text, and what stands around them on a line.
 */
#ifndef VIEW_MUSTACHE_LEX_H
#define VIEW_MUSTACHE_LEX_H

#include <stdbool.h>
#include <stddef.h>

#include "core/str.h"

struct lexer {
	struct str src;
	size_t pos;	 /* everything before it is done with */
	struct str open; /* the delimiters now in force */
	struct str close;
};

struct tag {
	char sigil;	 /* '\0' for a plain name */
	struct str name; /* without white space around it */
	size_t start;
	size_t end;
};

void lex_init(struct lexer *l, struct str src);

/* The first tag at or after pos, which stays where it is.  False with
 * *problem NULL at the end of the text, or with what is wrong; then
 * out->start says where. */
bool lex_tag(const struct lexer *l, struct tag *out, const char **problem);

/* Takes "| |" as the new delimiters; false when they cannot be. */
bool lex_delimiters(struct lexer *l, struct str both);

size_t line_start(struct str src, size_t at);

/* Only white space between the start of the line and the offset. */
bool is_first_on_line(struct str src, size_t at);

/* Only white space between the offset and the end of the line; next_out
 * is then where the next line begins. */
bool is_last_on_line(struct str src, size_t at, size_t *next_out);

/* The white space that begins the line. */
struct str line_indent(struct str src, size_t start);

#endif
