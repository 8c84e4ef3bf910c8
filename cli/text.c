/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/text.h"
#include "lib/clock.h"
#include <langinfo.h>
#include <locale.h>

/* Bytes of the character at 's'; 0 when it is no UTF-8. */
static size_t character(const char *s)
{
    const unsigned char *b = (const unsigned char *)s;
    size_t n = b[0] < 0x80             ? 1
               : (b[0] & 0xe0) == 0xc0 ? 2
               : (b[0] & 0xf0) == 0xe0 ? 3
               : (b[0] & 0xf8) == 0xf0 ? 4
                                       : 0;

    for (size_t i = 1; i < n; i++)
        if ((b[i] & 0xc0) != 0x80)
            return 0;
    return n;
}

/* C0 and C1 controls, delete, and the marks that turn the direction of writing. */
static bool steers(const char *s, size_t n)
{
    const unsigned char *b = (const unsigned char *)s;

    if (n == 1)
        return b[0] < 0x20 || b[0] == 0x7f;
    if (n == 2)
        return b[0] == 0xc2 && b[1] < 0xa0;
    return n == 3 && b[0] == 0xe2 &&
           ((b[1] == 0x80 && b[2] >= 0xa8 && b[2] <= 0xae) || (b[1] == 0x81 && b[2] >= 0xa6));
}

size_t text_columns(const char *text)
{
    size_t columns = 0;

    for (; *text; columns++) {
        size_t n = character(text);

        text += n ? n : 1;
    }
    return columns;
}

void text_fit(struct buf *out, const char *text, size_t columns, bool utf8)
{
    bool cut = text_columns(text) > columns;
    size_t keep = cut && columns ? columns - 1 : columns;

    while (*text && keep--) {
        size_t n = character(text);

        if (n && steers(text, n))
            (void)buf_adds(out, " ");
        else if (n == 0 || (n > 1 && !utf8))
            (void)buf_adds(out, "?");
        else
            (void)buf_add(out, text, n);
        text += n ? n : 1;
    }
    if (cut && columns)
        (void)buf_adds(out, utf8 ? "\u2026" : "~");
}

char *text_clean(const char *text)
{
    struct buf out = buf_max(1 << 20);

    text_fit(&out, text, 1 << 16, text_is_utf8());
    return buf_take(&out);
}

int text_list(FILE *out, const char *text)
{
    char mark[16];
    int n = 0;

    (void)snprintf(mark, sizeof(mark), "(%d) ", n + 1);
    while (text && !strncmp(text, mark, strlen(mark))) {
        const char *item = text + strlen(mark), *next;
        CLEAN(free) char *one = NULL, *clean = NULL;

        (void)snprintf(mark, sizeof(mark), " (%d) ", ++n + 1);
        next = strstr(item, mark);
        one = next ? x_strndup(item, (size_t)(next - item)) : x_strdup(item);
        clean = text_clean(one);
        (void)fprintf(out, "  %s\n", clean);
        memmove(mark, mark + 1, strlen(mark));
        text = next ? next + 1 : NULL;
    }
    return n;
}

void text_elapsed(int64_t ms, char text[TEXT_ELAPSED])
{
    long long s = ms > 0 ? ms / CLOCK_SECOND : 0;

    if (s < 60)
        (void)snprintf(text, TEXT_ELAPSED, "%llds", s);
    else if (s < 3600)
        (void)snprintf(text, TEXT_ELAPSED, "%lldm%02llds", s / 60, s % 60);
    else if (s < INT64_C(48) * 3600)
        (void)snprintf(text, TEXT_ELAPSED, "%lldh%02lldm", s / 3600, s / 60 % 60);
    else
        (void)snprintf(text, TEXT_ELAPSED, "%lldd", s / 86400);
}

bool text_is_utf8(void)
{
    (void)setlocale(LC_CTYPE, ""); /* never LC_NUMERIC: numbers in documents have a point everywhere */
    return !strcmp(nl_langinfo(CODESET), "UTF-8");
}
