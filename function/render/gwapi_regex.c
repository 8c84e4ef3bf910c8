/* SPDX-License-Identifier: Apache-2.0 */
/* One walk over the text by RE2's syntax, with a stack of open groups.  Nothing is compiled or matched. */
#include "function/render/gwapi_regex.h"
#include "lib/cleanup.h"
#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>

enum {
    DEPTH_MAX = 250,   /* of groups, in a text of 4096 characters */
    REPEAT_MAX = 1000, /* RE2's, of counted repeats within each other together */
    RUNE_MAX = 0x10FFFF,
    NAMES_MAX = 32,
};

#define NOT_REGEX "is not a regular expression of RE2: "

struct walk {
    const char *at;
    const char *wrong;
    bool something, repeated; /* what a repeat would be of; it is repeated already */
    int depth;
    int times[DEPTH_MAX + 1]; /* the most that is counted in each open group so far */
    int atom;                 /* and in what was read last */
    struct {
        const char *at;
        size_t n;
    } names[NAMES_MAX];
    size_t n_names;
};

static void say(struct walk *w, const char *wrong)
{
    if (!w->wrong)
        w->wrong = wrong;
}

static void read_something(struct walk *w, int times)
{
    w->something = true;
    w->repeated = false;
    w->atom = times;
    if (times > w->times[w->depth])
        w->times[w->depth] = times;
}

/* ---- escapes ---- */

static bool is_octal(char c) { return c >= '0' && c <= '7'; }

static int digit_of(char c)
{
    return isdigit((unsigned char)c) ? c - '0' : tolower((unsigned char)c) - 'a' + 10;
}

/* Behind "\x": two digits, or any number of them in braces; -1 when it is neither. */
static int32_t read_hex(struct walk *w)
{
    bool braces = *w->at == '{';
    int32_t rune = 0;
    int n = 0;

    w->at += braces;
    for (; isxdigit((unsigned char)*w->at) && (braces || n < 2) && rune <= RUNE_MAX; n++)
        rune = rune * 16 + digit_of(*w->at++);
    if (!n || (!braces && n != 2) || rune > RUNE_MAX || (braces && *w->at != '}'))
        return -1;
    w->at += braces;
    return rune;
}

/* Behind the backslash: one character as a number; -1 when RE2 knows no such escape. */
static int32_t read_escaped(struct walk *w)
{
    static const char letters[] = "afnrtv", means[] = "\a\f\n\r\t\v";
    const char c = *w->at, *letter = c ? strchr(letters, c) : NULL;
    int32_t rune = 0;

    if (!c)
        return -1;
    w->at++;
    if (is_octal(c) && (c == '0' || is_octal(*w->at))) {
        rune = c - '0';
        for (int i = 0; i < 2 && is_octal(*w->at); i++)
            rune = rune * 8 + (*w->at++ - '0');
        return rune;
    }
    if (c == 'x')
        return read_hex(w);
    if (letter)
        return means[letter - letters];
    return (unsigned char)c < 0x80 && !isalnum((unsigned char)c) ? c : -1;
}

/* Behind "\p" or "\P": a letter, or a name in braces. */
static bool read_letters(struct walk *w)
{
    const char *end;

    if (*w->at != '{') {
        bool known = *w->at && strchr("CLMNPSZ", *w->at);

        w->at += known;
        return known;
    }
    end = strchr(w->at, '}');
    if (!end || (!isalpha((unsigned char)w->at[1]) && w->at[1] != '^'))
        return false;
    w->at = end + 1;
    return true;
}

/* At "\d" and the like, in and outside of brackets. */
static bool read_class_escape(struct walk *w)
{
    if (*w->at != '\\' || !w->at[1])
        return false;
    if (strchr("dDsSwW", w->at[1])) {
        w->at += 2;
        return true;
    }
    if (w->at[1] != 'p' && w->at[1] != 'P')
        return false;
    w->at += 2;
    if (!read_letters(w))
        say(w, NOT_REGEX "behind \\p stands a class of letters, as in \\pL or \\p{Greek}");
    return true;
}

/* "\Q...\E": as it stands; an empty one is nothing. */
static void read_quoted(struct walk *w)
{
    const char *end = strstr(w->at, "\\E");

    if (end != w->at && *w->at)
        read_something(w, 1);
    w->at = end ? end + 2 : w->at + strlen(w->at);
}

static void read_escape(struct walk *w)
{
    if (read_class_escape(w)) {
        read_something(w, 1);
        return;
    }
    w->at++;
    if (*w->at == 'Q') {
        w->at++;
        read_quoted(w);
        return;
    }
    if (*w->at >= '1' && *w->at <= '9' && !(is_octal(*w->at) && is_octal(w->at[1])))
        say(w, NOT_REGEX "it has no references back, as \\1; write out what is meant");
    if (!*w->at)
        say(w, NOT_REGEX "it ends in a backslash; write \\\\ for one");
    else if (strchr("AbBz", *w->at))
        w->at++;
    else if (read_escaped(w) < 0)
        say(w, NOT_REGEX
            "it has no such escape; only punctuation and a few letters may stand behind a backslash");
    read_something(w, 1);
}

/* ---- brackets ---- */

/* One character between brackets, as a number. */
static int32_t read_rune(struct walk *w)
{
    int32_t rune = (unsigned char)*w->at;
    int more;

    if (rune == '\\') {
        w->at++;
        rune = read_escaped(w);
        if (rune < 0)
            say(w, NOT_REGEX "it has no such escape between brackets");
        return rune;
    }
    w->at++;
    more = rune < 0xC0 ? 0 : rune < 0xE0 ? 1 : rune < 0xF0 ? 2 : 3;
    rune = more ? rune & (0x3F >> more) : rune;
    for (; more && *w->at; more--)
        rune = rune << 6 | (*w->at++ & 0x3F);
    return rune;
}

/* "[:alpha:]" between brackets: true when there is such a thing, right or wrong. */
static bool read_posix(struct walk *w)
{
    static const char *const names[] = { "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph",
                                         "lower", "print", "punct", "space", "upper", "word",  "xdigit" };
    const char *end = !strncmp(w->at, "[:", 2) ? strstr(w->at + 2, ":]") : NULL, *name = w->at + 2;

    if (!end)
        return false;
    name += *name == '^';
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
        if (strlen(names[i]) == (size_t)(end - name) && !strncmp(names[i], name, strlen(names[i]))) {
            w->at = end + 2;
            return true;
        }
    say(w, NOT_REGEX "between brackets [: :] name a class, as in [[:alpha:]]");
    w->at = end + 2;
    return true;
}

static void read_range(struct walk *w)
{
    int32_t low = read_rune(w), high = low;

    if (*w->at == '-' && w->at[1] && w->at[1] != ']') {
        w->at++;
        high = read_rune(w);
    }
    if (high < low && high >= 0)
        say(w,
            NOT_REGEX "a range between brackets goes from the lesser to the greater character, as in [a-z]");
}

static void read_brackets(struct walk *w)
{
    w->at += 1 + (w->at[1] == '^');
    for (bool first = true; *w->at && (first || *w->at != ']') && !w->wrong; first = false)
        if (!read_posix(w) && !read_class_escape(w))
            read_range(w);
    if (!*w->at)
        say(w, NOT_REGEX "a bracket [ is not closed; write \\[ for the character");
    else
        w->at++;
    read_something(w, 1);
}

/* ---- groups ---- */

static void open_group(struct walk *w)
{
    if (w->depth == DEPTH_MAX) {
        say(w, NOT_REGEX "there are too many groups within each other");
        return;
    }
    w->times[++w->depth] = 1;
    w->something = false;
}

/* Behind "(?P<" or "(?<". */
static void read_name(struct walk *w)
{
    size_t n = strcspn(w->at, ">");

    for (size_t i = 0; i < n; i++)
        if (w->at[i] != '_' && !isalnum((unsigned char)w->at[i]))
            n = 0;
    if (!n || w->at[n] != '>')
        say(w, NOT_REGEX "the name of a group has letters, digits and underscores, as in (?P<id>...)");
    for (size_t i = 0; i < w->n_names; i++)
        if (w->names[i].n == n && !strncmp(w->names[i].at, w->at, n))
            say(w, NOT_REGEX "two groups have the same name");
    if (w->wrong)
        return;
    if (w->n_names < NAMES_MAX) {
        w->names[w->n_names].at = w->at;
        w->names[w->n_names++].n = n;
    }
    w->at += n + 1;
    open_group(w);
}

/* Behind "(?": "i)", "i-s:". Flags alone are nothing to repeat, and leave what stands before them. */
static void read_flags(struct walk *w)
{
    size_t on = strspn(w->at, "imsU"), off = w->at[on] == '-' ? 1 + strspn(w->at + on + 1, "imsU") : 0;
    char end = w->at[on + off];

    if (off == 1 || (end != ')' && end != ':')) {
        say(w,
            NOT_REGEX "behind (? stand flags, : or a name; it cannot look around, as (?=...) and (?!...) do");
        return;
    }
    w->at += on + off + 1;
    w->repeated = false;
    if (end == ':')
        open_group(w);
}

static void read_group(struct walk *w)
{
    bool behind = !strncmp(w->at, "(?<=", 4) || !strncmp(w->at, "(?<!", 4);

    if (!strncmp(w->at, "(?P<", 4) || (!strncmp(w->at, "(?<", 3) && !behind)) {
        w->at += w->at[2] == 'P' ? 4 : 3;
        read_name(w);
    } else if (!strncmp(w->at, "(?", 2)) {
        w->at += 2;
        read_flags(w);
    } else {
        w->at++;
        open_group(w);
    }
}

static void close_group(struct walk *w)
{
    if (!w->depth) {
        say(w, NOT_REGEX "a parenthesis ) closes nothing; write \\) for the character");
        return;
    }
    w->at++;
    read_something(w, w->times[w->depth--]);
}

/* ---- repeats ---- */

static int read_number(const char *text, char **ret_end)
{
    long n = strtol(text, ret_end, 10);

    return n > REPEAT_MAX ? REPEAT_MAX + 1 : (int)n;
}

/* "{2}", "{2,}", "{2,5}"; NULL when it is none, and then the characters mean themselves. */
static const char *read_count(const char *at, int *ret_least, int *ret_most)
{
    char *end;

    if (!isdigit((unsigned char)at[1]) || (at[1] == '0' && isdigit((unsigned char)at[2])))
        return NULL;
    *ret_least = read_number(at + 1, &end);
    *ret_most = *ret_least;
    if (*end == ',') {
        const char *digits = end + 1;

        *ret_most = -1;
        if (isdigit((unsigned char)*digits) && !(*digits == '0' && isdigit((unsigned char)digits[1])))
            *ret_most = read_number(digits, &end);
        else
            end++;
    }
    return *end == '}' ? end + 1 : NULL;
}

static void read_repeat(struct walk *w, const char *end, int least, int most)
{
    int times = most < 0 ? least : most;

    if (!w->something)
        say(w, NOT_REGEX "before a repeat (*, +, ? or {n}) stands what is repeated; write .* for anything");
    else if (w->repeated)
        say(w, NOT_REGEX "a repeat cannot be repeated; put parentheses around the first");
    else if (least < 0 || (most >= 0 && most < least) || times > REPEAT_MAX || times * w->atom > REPEAT_MAX)
        say(w, NOT_REGEX "a count is at most 1000, all those within each other together, and the second not "
                         "less than the first");
    w->at = end + (*end == '?');
    if (w->wrong)
        return;
    read_something(w, times > 1 ? times * w->atom : w->atom);
    w->repeated = true;
}

static void read_next(struct walk *w)
{
    int least = 0, most = -1;
    const char *end = *w->at == '{' ? read_count(w->at, &least, &most) : NULL;

    if (end)
        read_repeat(w, end, least, most);
    else if (strchr("*+?", *w->at))
        read_repeat(w, w->at + 1, 0, -1);
    else if (*w->at == '\\')
        read_escape(w);
    else if (*w->at == '[')
        read_brackets(w);
    else if (*w->at == '(')
        read_group(w);
    else if (*w->at == ')')
        close_group(w);
    else if (*w->at++ == '|')
        w->something = false;
    else
        read_something(w, 1);
}

const char *wrong_regex(const char *text)
{
    struct walk w = { .at = text, .times = { 1 } };

    while (*w.at && !w.wrong)
        read_next(&w);
    if (w.depth)
        say(&w, NOT_REGEX "a parenthesis ( is not closed; write \\( for the character");
    return w.wrong;
}
