/* SPDX-License-Identifier: Apache-2.0 */
/* Null tracking for URLs; the idea stands in nulls.h. */
#include "provider/exec/nulls.h"
#include "lib/buf.h"
#include "provider/exec/jq_token.h"
#include <stdint.h>

static bool is_word(const struct jq_token *token, const char *const words[])
{
    for (size_t i = 0; words[i]; i++)
        if (token->kind != JQ_TOKEN_STRING && jq_token_is(token, words[i]))
            return true;
    return false;
}

bool nulls_concern(const char *program)
{
    struct jq_lexer lexer = jq_lexer_on(program);

    for (;;) {
        struct jq_token token = jq_lexer_next(&lexer);

        if (token.kind == JQ_TOKEN_END || token.kind == JQ_TOKEN_TOO_DEEP)
            return false;
        if (jq_token_is(&token, ".response") || jq_token_is(&token, "\"response\""))
            return true;
    }
}

/* Has the program its own answer to a missing value? */
static bool has_fallback(const char *program)
{
    static const char *const words[] = { "//", "if", "try", "?", "select", NULL };
    struct jq_lexer lexer = jq_lexer_on(program);

    for (;;) {
        struct jq_token token = jq_lexer_next(&lexer);

        if (token.kind == JQ_TOKEN_END || token.kind == JQ_TOKEN_TOO_DEEP)
            return false;
        if (is_word(&token, words))
            return true;
    }
}

/* A term may end here, so that a following ".x" would belong to it. */
static bool ends_term(const struct jq_token *token)
{
    static const char *const keywords[] = { "if",     "then",    "elif", "else",  "and", "or", "as",
                                            "reduce", "foreach", "try",  "catch", "end", NULL };

    switch (token->kind) {
    case JQ_TOKEN_FIELD:
    case JQ_TOKEN_VARIABLE: return true;
    case JQ_TOKEN_STRING: return token->text[token->len - 1] == '"'; /* else it goes on */
    case JQ_TOKEN_IDENT: return !is_word(token, keywords) || jq_token_is(token, "end");
    case JQ_TOKEN_PUNCT: return strchr(")]}?", token->text[0]) != NULL;
    case JQ_TOKEN_NUMBER:
    case JQ_TOKEN_FORMAT:
    case JQ_TOKEN_END:
    case JQ_TOKEN_TOO_DEEP: return false;
    }
    return false;
}

/* Behind the path that starts with the token just read: fields, quoted fields, brackets, question marks. */
static const char *after_path(struct jq_lexer lexer, const char *end)
{
    size_t depth = lexer.depth;
    bool dot = false;

    for (;;) {
        struct jq_token token = jq_lexer_next(&lexer);
        bool quoted = token.kind == JQ_TOKEN_STRING && dot, inside = lexer.depth > depth;
        bool goes_on = token.kind == JQ_TOKEN_FIELD || quoted ||
                       (token.kind == JQ_TOKEN_PUNCT && strchr(".[]?", token.text[0]));

        if (token.kind == JQ_TOKEN_END || token.kind == JQ_TOKEN_TOO_DEEP || (!inside && !goes_on))
            return end;
        if (lexer.depth < depth)
            return end;
        dot = token.kind == JQ_TOKEN_PUNCT && token.len == 1 && token.text[0] == '.';
        if (!inside && !dot)
            end = token.text + token.len;
    }
}

char *nulls_marked(const char *program)
{
    CLEAN(buf_free) struct buf out = buf_max(SIZE_MAX / 2);
    struct jq_lexer lexer = jq_lexer_on(program);
    struct jq_token before = { .kind = JQ_TOKEN_END };
    const char *from = program;

    for (;;) {
        struct jq_token token = jq_lexer_next(&lexer);
        const char *end = token.text + token.len;

        if (token.kind == JQ_TOKEN_END || token.kind == JQ_TOKEN_TOO_DEEP)
            break;
        if (token.kind == JQ_TOKEN_FIELD && jq_token_is(&token, ".response") && !ends_term(&before)) {
            end = after_path(lexer, end);
            (void)buf_add(&out, from, (size_t)(token.text - from));
            (void)buf_addf(&out, "(%.*s | if . == null then \"" NULLS_MARKER "\" else . end)",
                           (int)(end - token.text), token.text);
            from = end;
            while (lexer.at < end)
                token = jq_lexer_next(&lexer);
        }
        before = token;
    }
    (void)buf_adds(&out, from);
    return buf_take(&out);
}

char *nulls_without_response(const char *program) { return x_asprintf(".response = null | %s", program); }

/* Is 'marked' the URL when each marker reads as 'null'? */
static bool same_but_markers(const char *marked, const char *url, const char *null)
{
    CLEAN(buf_free) struct buf plain = buf_max(SIZE_MAX / 2);

    for (;;) {
        const char *marker = strstr(marked, NULLS_MARKER);

        (void)buf_add(&plain, marked, marker ? (size_t)(marker - marked) : strlen(marked));
        if (!marker)
            return strcmp(buf_text(&plain), url) == 0;
        (void)buf_adds(&plain, null);
        marked = marker + sizeof(NULLS_MARKER) - 1;
    }
}

bool nulls_unknown(const char *program, const struct jq_result *url, const struct jq_result *marked,
                   const struct jq_result *without)
{
    const char *is = json_string_value(url->value), *with_markers = json_string_value(marked->value);

    if (json_is_null(url->value) || url->outcome == JQ_NO_OUTPUT)
        return true;
    if (url->outcome == JQ_RUNTIME)
        return without->outcome == JQ_RUNTIME; /* it fails without a response: so it has not got one yet */
    if (!is)
        return false;
    if (with_markers && strstr(with_markers, NULLS_MARKER) &&
        (same_but_markers(with_markers, is, "") || same_but_markers(with_markers, is, "null")))
        return true;
    return !has_fallback(program) && without->value && json_is_string(without->value) &&
           strcmp(json_string_value(without->value), is) == 0;
}
