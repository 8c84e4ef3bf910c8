/* SPDX-License-Identifier: Apache-2.0 */
/* Lexer for jq programs; see jq_token.h. Works on any bytes. */
#include "provider/exec/jq_token.h"
#include <string.h>

static bool is_name_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_name(char c) { return is_name_start(c) || is_digit(c); }
static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

bool jq_token_is(const struct jq_token *token, const char *text)
{
    return token->len == strlen(text) && memcmp(token->text, text, token->len) == 0;
}

static void skip_blanks(struct jq_lexer *l)
{
    for (;; l->at++) {
        if (*l->at == '#')
            l->at += strcspn(l->at, "\n");
        if (!is_blank(*l->at))
            return;
    }
}

/* Names may have module parts: a::b. */
static const char *after_name(const char *at)
{
    for (;; at += 2) {
        while (is_name(*at))
            at++;
        if (at[0] != ':' || at[1] != ':' || !is_name_start(at[2]))
            return at;
    }
}

static const char *after_number(const char *at)
{
    const char *exponent;

    while (is_digit(*at))
        at++;
    if (*at == '.')
        at++;
    while (is_digit(*at))
        at++;
    if (*at != 'e' && *at != 'E')
        return at;
    exponent = at + 1;
    if (*exponent == '+' || *exponent == '-')
        exponent++;
    if (!is_digit(*exponent))
        return at;
    while (is_digit(*exponent))
        exponent++;
    return exponent;
}

static bool push(struct jq_lexer *l, char c)
{
    if (l->depth == JQ_TOKEN_DEPTH)
        return false;
    l->open[l->depth++] = c;
    return true;
}

/* From inside a string to behind its closing quote or its next \( . */
static enum jq_token_kind after_string(struct jq_lexer *l, const char **at)
{
    const char *s = *at;

    while (*s && *s != '"') {
        if (s[0] == '\\' && s[1] == '(') {
            *at = s + 2;
            return push(l, '"') ? JQ_TOKEN_STRING : JQ_TOKEN_TOO_DEEP;
        }
        s += s[0] == '\\' && s[1] ? 2 : 1;
    }
    *at = *s ? s + 1 : s;
    return JQ_TOKEN_STRING;
}

static enum jq_token_kind after_bracket(struct jq_lexer *l, const char **at)
{
    char c = **at;

    ++*at;
    if (c == '(' || c == '[' || c == '{')
        return push(l, c) ? JQ_TOKEN_PUNCT : JQ_TOKEN_TOO_DEEP;
    if (c != ')' && c != ']' && c != '}')
        return JQ_TOKEN_PUNCT;
    if (l->depth && l->open[--l->depth] == '"' && c == ')')
        return after_string(l, at);
    return JQ_TOKEN_PUNCT;
}

static enum jq_token_kind step(struct jq_lexer *l, const char **at)
{
    const char *s = *at, *name = s + 1;

    if (!*s)
        return JQ_TOKEN_END;
    if (is_name_start(*s))
        return *at = after_name(s), JQ_TOKEN_IDENT;
    if (is_digit(*s) || (*s == '.' && is_digit(s[1])))
        return *at = after_number(s), JQ_TOKEN_NUMBER;
    if (*s == '.' && is_name_start(s[1])) {
        while (is_name(*name))
            name++;
        return *at = name, JQ_TOKEN_FIELD;
    }
    if (*s == '$') {
        name += strspn(name, " \t\r\n"); /* jq takes "$ x" for $x */
        if (is_name_start(*name))
            return *at = after_name(name), JQ_TOKEN_VARIABLE;
    }
    if (*s == '@' && is_name(s[1]))
        return *at = after_name(name), JQ_TOKEN_FORMAT;
    if (*s == '"')
        return *at = name, after_string(l, at);
    if ((s[0] == '/' && s[1] == '/') || (s[0] == '.' && s[1] == '.'))
        return *at = s + 2, JQ_TOKEN_PUNCT;
    return after_bracket(l, at);
}

struct jq_token jq_lexer_next(struct jq_lexer *l)
{
    struct jq_token token = { .kind = JQ_TOKEN_END };
    bool in_object = l->depth && l->open[l->depth - 1] == '{';
    const char *end;

    skip_blanks(l);
    token.text = end = l->at;
    token.key = in_object && (l->before == '{' || l->before == ',');
    token.kind = step(l, &end);
    token.len = (size_t)(end - l->at);
    l->before = *l->at;
    l->at = end;
    return token;
}
