/* SPDX-License-Identifier: Apache-2.0 */
/* Paths for messages, from the innermost step outwards. */
#include "function/wire/trail.h"
#include "lib/cleanup.h"

static const char more[] = "...";
enum { MORE = sizeof(more) - 1 };

void trail_start(struct trail *t)
{
    t->start = TRAIL_MAX;
    t->full = false;
    t->text[TRAIL_MAX] = '\0';
}

static void add(struct trail *t, const char *step, size_t n)
{
    if (t->full)
        return;
    t->full = n + MORE > t->start;
    if (t->full) {
        step = more;
        n = MORE;
    }
    t->start -= n;
    memcpy(t->text + t->start, step, n);
}

/* How much of 'key' is shown, whole characters when it is text. */
static size_t shown(struct span key, bool text)
{
    size_t n = key.n < TRAIL_KEY_MAX ? key.n : TRAIL_KEY_MAX;

    while (text && n < key.n && n > 0 && (key.at[n] & 0xc0) == 0x80)
        n--;
    return n;
}

static bool printable(uint8_t c, bool text) { return c >= ' ' && c != 0x7f && (c < 0x80 || text); }

void trail_key(struct trail *t, struct span key)
{
    bool text = reader_utf8(key);
    size_t n = shown(key, text);
    char step[TRAIL_KEY_MAX];

    for (size_t i = 0; i < n; i++)
        step[i] = (char)(printable(key.at[i], text) ? key.at[i] : '?');
    if (*trail_text(t) != '\0' && *trail_text(t) != '[')
        add(t, ".", 1);
    if (n < key.n)
        add(t, more, MORE);
    add(t, key.n ? step : "\"\"", key.n ? n : 2);
}

void trail_index(struct trail *t, size_t i)
{
    char step[32];
    int n =
        snprintf(step, sizeof(step), *trail_text(t) != '\0' && *trail_text(t) != '[' ? "[%zu]." : "[%zu]", i);

    add(t, step, (size_t)n);
}
