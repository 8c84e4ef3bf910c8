/* SPDX-License-Identifier: Apache-2.0 */
/* Which jq programs are refused before they reach libjq. */
#include "provider/exec/jq_scan.h"
#include "lib/buf.h"
#include "provider/exec/jq.h"
#include "provider/exec/jq_token.h"
#include <stdint.h>

/* 'env' and '$ENV' are not here: the worker has no environment, so they are an empty object. */
static const char *const refused[] = {
    "import",
    "include",
    "module",
    "modulemeta",
    "get_search_list",
    "get_prog_origin",
    "get_jq_origin",
    "input",
    "inputs",
    "input_filename",
    "input_line_number",
    "debug",
    "stderr",
    "halt",
    "halt_error",
    "$__prog_args",
    NULL,
};

static bool is_refused(const struct jq_token *token)
{
    char name[32];
    size_t n = 0;

    if (token->kind != JQ_TOKEN_VARIABLE && (token->kind != JQ_TOKEN_IDENT || token->key))
        return false;
    for (size_t i = 0; i < token->len && n + 1 < sizeof(name); i++)
        if (!strchr(" \t\r\n", token->text[i]))
            name[n++] = token->text[i];
    name[n] = '\0';
    for (size_t i = 0; refused[i]; i++)
        if (strcmp(name, refused[i]) == 0)
            return true;
    return false;
}

int jq_scan(const char *program, struct err *e)
{
    struct jq_lexer lexer = jq_lexer_on(program);
    struct jq_token token = jq_lexer_next(&lexer);

    if (strlen(program) > JQ_PROGRAM_MAX)
        return err_set(e, ERR_INVALID, "a program may have %d bytes at most", JQ_PROGRAM_MAX);
    if (token.kind == JQ_TOKEN_END)
        return err_set(e, ERR_INVALID, "missing query (try \".\")");
    for (; token.kind != JQ_TOKEN_END; token = jq_lexer_next(&lexer)) {
        if (token.kind == JQ_TOKEN_TOO_DEEP)
            return err_set(e, ERR_INVALID, "brackets are nested deeper than %d levels", JQ_TOKEN_DEPTH);
        if (is_refused(&token))
            return err_set(e, ERR_INVALID, "%.*s is not available", (int)token.len, token.text);
    }
    return 0;
}

char *jq_collapse(const char *program)
{
    static const char blanks[] = " \t\n\v\f\r";
    CLEAN(buf_free) struct buf out = buf_max(SIZE_MAX / 2);

    program += strspn(program, blanks);
    while (*program) {
        size_t n = strcspn(program, blanks);

        (void)buf_add(&out, program, n);
        program += n + strspn(program + n, blanks);
        if (*program)
            (void)buf_adds(&out, " ");
    }
    return buf_take(&out);
}
