/* SPDX-License-Identifier: Apache-2.0 */
/* The tokens of a jq program: as much of jq 1.6's lexer as is needed to tell code from strings, comments,
 * fields and object keys. It judges nothing: whether a program is valid is libjq's to say. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

enum jq_token_kind {
    JQ_TOKEN_END,
    JQ_TOKEN_IDENT,    /* name, keyword */
    JQ_TOKEN_FIELD,    /* .name, with the dot */
    JQ_TOKEN_VARIABLE, /* $name, with the $ */
    JQ_TOKEN_STRING,   /* a string, or its part up to \( or from ) on */
    JQ_TOKEN_NUMBER,
    JQ_TOKEN_FORMAT, /* @name */
    JQ_TOKEN_PUNCT,  /* one character, or // */
    JQ_TOKEN_TOO_DEEP,
};

struct jq_token {
    enum jq_token_kind kind;
    const char *text; /* in the program */
    size_t len;
    bool key; /* stands where the key of an object is written */
};

enum { JQ_TOKEN_DEPTH = 200 }; /* brackets in brackets; people write ten */

struct jq_lexer {
    const char *at;
    size_t depth;
    char open[JQ_TOKEN_DEPTH]; /* ( [ { or " for an interpolation */
    char before;               /* first character of the token before; 0 = none */
};

static inline struct jq_lexer jq_lexer_on(const char *program) { return (struct jq_lexer){ .at = program }; }

/* The next token; JQ_TOKEN_END for ever at the end. */
struct jq_token jq_lexer_next(struct jq_lexer *lexer);

/* Is this the token 'text'? */
bool jq_token_is(const struct jq_token *token, const char *text);
