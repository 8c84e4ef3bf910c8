/* SPDX-License-Identifier: Apache-2.0 */
/* From gojq's dialect to libjq 1.6's. Only what users' programs are likely to have; the rest is a compile
 * error that says so. */
#include "provider/exec/jq_adapt.h"
#include "lib/buf.h"
#include "provider/exec/jq_token.h"
#include <stdint.h>

static const struct builtin {
    const char *name, *definition;
    bool arguments; /* only the form with arguments is new */
} builtins[] = {
    { "abs", "def abs: if type == \"number\" and . < 0 then -. else . end;", false },
    { "add", "def add(f): reduce f as $x (null; . + $x);", true },
    { "ltrim", "def ltrim: sub(\"^\\\\s+\"; \"\");", false },
    { "pick", "def pick(f): . as $all | reduce path(f) as $p (null; setpath($p; $all | getpath($p)));",
      true },
    { "rtrim", "def rtrim: sub(\"\\\\s+$\"; \"\");", false },
    { "toarray", "def toarray: if type == \"array\" then . else [.] end;", false },
    { "trim", "def trim: sub(\"^\\\\s+\"; \"\") | sub(\"\\\\s+$\"; \"\");", false },
};

struct adapter {
    struct buf definitions, program;
    bool defined[ARRAY_LENGTH(builtins)];
    bool has_else[JQ_TOKEN_DEPTH]; /* of the ifs that are open */
    size_t open;
};

static void define(struct adapter *a, const struct jq_token *token)
{
    for (size_t i = 0; i < ARRAY_LENGTH(builtins); i++) {
        const struct builtin *b = &builtins[i];

        if (a->defined[i] || !jq_token_is(token, b->name) || (b->arguments && token->text[token->len] != '('))
            continue;
        a->defined[i] = true;
        (void)buf_addf(&a->definitions, "%s ", b->definition);
    }
}

static void complete(struct adapter *a, const struct jq_token *token)
{
    if (jq_token_is(token, "if") && a->open < JQ_TOKEN_DEPTH)
        a->has_else[a->open++] = false;
    else if (jq_token_is(token, "else") && a->open)
        a->has_else[a->open - 1] = true;
    else if (jq_token_is(token, "end") && a->open && !a->has_else[--a->open])
        (void)buf_adds(&a->program, "else . ");
}

char *jq_adapt(const char *program)
{
    struct adapter a = { .definitions = buf_max(SIZE_MAX / 2), .program = buf_max(SIZE_MAX / 2) };
    CLEAN(free) char *adapted = NULL, *definitions = NULL;
    struct jq_lexer lexer = jq_lexer_on(program);
    const char *from = program;

    for (;;) {
        struct jq_token token = jq_lexer_next(&lexer);

        if (token.kind == JQ_TOKEN_END || token.kind == JQ_TOKEN_TOO_DEEP)
            break;
        if (token.kind != JQ_TOKEN_IDENT || token.key)
            continue;
        (void)buf_add(&a.program, from, (size_t)(token.text - from));
        from = token.text;
        define(&a, &token);
        complete(&a, &token);
    }
    (void)buf_adds(&a.program, from);
    adapted = buf_take(&a.program);
    definitions = buf_take(&a.definitions);
    return x_asprintf("%s%s", definitions, adapted);
}
