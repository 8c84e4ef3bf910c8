/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/shootapi/pattern.h"
#include "lib/buf.h"
#include <regex.h>

enum { MAX_PATTERN = 16 << 10 };

/* ---- what is behind a backslash ---- */

static const struct {
    char letter;
    const char *characters; /* as they stand within brackets */
} classes[] = { { 'd', "0-9" }, { 'w', "0-9A-Za-z_" }, { 's', " \t\n\r\f" } };

static const char *class_of(char letter)
{
    for (size_t i = 0; i < ARRAY_LENGTH(classes); i++)
        if (classes[i].letter == letter)
            return classes[i].characters;
    return NULL;
}

/* The character that '\\' and what follows stand for; *at is moved behind it. */
static char escaped(const char **at)
{
    char hex[3] = "";

    if (**at == 'x' && strspn(*at + 1, "0123456789abcdefABCDEF") >= 2) {
        memcpy(hex, *at + 1, 2);
        *at += 3;
        return (char)strtol(hex, NULL, 16);
    }
    return *(*at)++;
}

/* ---- brackets ---- */

/* What POSIX wants at an end of the brackets. */
struct brackets {
    struct buf inside;
    bool closing, caret, dash;
};

static void add_inside(struct brackets *b, char c)
{
    b->closing = b->closing || c == ']';
    b->caret = b->caret || c == '^';
    b->dash = b->dash || c == '-';
    if (c != ']' && c != '^' && c != '-')
        (void)buf_addf(&b->inside, "%c", c);
}

/* One escaped character or class within brackets; 'at' stands behind the backslash. */
static const char *add_escaped(struct brackets *b, const char *at)
{
    const char *characters = class_of(*at);

    if (!characters) {
        add_inside(b, escaped(&at));
        return at;
    }
    (void)buf_addf(&b->inside, "%s", characters);
    return at + 1;
}

/* "[^a\]b]" from behind the bracket on; returns what follows the closing one. */
static const char *add_brackets(struct buf *out, const char *at)
{
    struct brackets b = { .inside = buf_max(MAX_PATTERN) };
    bool negated = *at == '^';

    at += negated;
    while (*at && *at != ']') {
        if (*at == '\\' && at[1])
            at = add_escaped(&b, at + 1);
        else if (*at == '-' && b.inside.len && at[1] != ']') /* a range */
            (void)buf_addf(&b.inside, "%c", *at++);
        else
            add_inside(&b, *at++);
    }
    (void)buf_addf(out, "[%s%s%s%s%s]", negated ? "^" : "", b.closing ? "]" : "", buf_text(&b.inside),
                   b.caret ? "^" : "", b.dash ? "-" : "");
    buf_free(&b.inside);
    return *at ? at + 1 : at;
}

/* ---- the whole pattern ---- */

/* Outside of brackets; 'at' stands behind the backslash. */
static const char *add_escape(struct buf *out, const char *at)
{
    const char *characters = class_of(*at);
    char c;

    if (characters) {
        (void)buf_addf(out, "[%s]", characters);
        return at + 1;
    }
    c = escaped(&at);
    (void)buf_addf(out, "%s%c", strchr(".[]()*+?{}|^$\\", c) ? "\\" : "", c);
    return at;
}

static char *posix_of(const char *pattern)
{
    struct buf out = buf_max(MAX_PATTERN);

    while (*pattern) {
        if (*pattern == '\\' && pattern[1]) {
            pattern = add_escape(&out, pattern + 1);
        } else if (*pattern == '[') {
            pattern = add_brackets(&out, pattern + 1);
        } else if (!strncmp(pattern, "(?:", 3)) {
            (void)buf_addf(&out, "(");
            pattern += 3;
        } else {
            (void)buf_addf(&out, "%c", *pattern++);
        }
    }
    return buf_take(&out);
}

bool pattern_matches(const char *pattern, const char *text)
{
    CLEAN(free) char *posix = posix_of(pattern);
    regex_t regex;
    bool matches;

    if (regcomp(&regex, posix, REG_EXTENDED | REG_NOSUB) != 0)
        return true;
    matches = regexec(&regex, text, 0, NULL, 0) != REG_NOMATCH;
    regfree(&regex);
    return matches;
}
