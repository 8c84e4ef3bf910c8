/* SPDX-License-Identifier: Apache-2.0 */
/* Damerau-Levenshtein distance (without edits inside a swap), on words of a command line or a spec. */
#include "lib/suggest.h"
#include "lib/cleanup.h"
#include <stdbool.h>

enum { WORD_MAX = 32 };

static size_t smallest(size_t a, size_t b, size_t c)
{
    size_t least = a < b ? a : b;
    return least < c ? least : c;
}

size_t suggest_distance(const char *a, const char *b)
{
    size_t n = strnlen(a, WORD_MAX), m = strnlen(b, WORD_MAX);
    size_t row[WORD_MAX + 1][WORD_MAX + 1];

    for (size_t i = 0; i <= n; i++)
        row[i][0] = i;
    for (size_t j = 0; j <= m; j++)
        row[0][j] = j;
    for (size_t i = 1; i <= n; i++) {
        for (size_t j = 1; j <= m; j++) {
            size_t cost = a[i - 1] != b[j - 1];

            row[i][j] = smallest(row[i - 1][j] + 1, row[i][j - 1] + 1, row[i - 1][j - 1] + cost);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                row[i - 2][j - 2] + 1 < row[i][j])
                row[i][j] = row[i - 2][j - 2] + 1;
        }
    }
    return row[n][m];
}

void suggest_try(struct suggest *s, const char *word)
{
    bool begins = strlen(s->typed) > 2 && !strncmp(word, s->typed, strlen(s->typed));
    size_t distance = begins ? 1 : suggest_distance(s->typed, word);

    if (distance > s->least || (s->best && distance == s->least))
        return;
    s->least = distance;
    s->best = word;
}

const char *suggest_nearest(const char *typed, const char *(*next)(size_t i))
{
    /* one slip in a short word, two or three in a long one */
    struct suggest s = { .typed = typed, .least = strlen(typed) / 3 + 1 };
    const char *word;

    for (size_t i = 0; (word = next(i)); i++)
        suggest_try(&s, word);
    return s.best;
}
