/* SPDX-License-Identifier: Apache-2.0 */
/* Path matching without allocation; decoding allocates. */
#include "sim/uri.h"
#include "lib/cleanup.h"
#include <ctype.h>
#include <stdbool.h>

static unsigned hex(char c)
{
    return isdigit((unsigned char)c) ? (unsigned)(c - '0') : (unsigned)(tolower((unsigned char)c) - 'a' + 10);
}

char *uri_decode(const char *text, size_t n)
{
    char *out = x_alloc(n + 1);
    size_t len = 0;

    for (size_t i = 0; i < n; i++) {
        bool escape = text[i] == '%' && n - i > 2 && isxdigit((unsigned char)text[i + 1]) &&
                      isxdigit((unsigned char)text[i + 2]);
        unsigned char c = escape ? (unsigned char)(hex(text[i + 1]) << 4 | hex(text[i + 2])) : 0;

        ((unsigned char *)out)[len++] = c ? c : (unsigned char)text[i];
        i += c ? 2 : 0;
    }
    return out;
}

int uri_match(const char *pattern, const char *path, struct uri_param params[URI_PARAMS])
{
    int n = 0;

    while (*pattern || *path) {
        size_t a, b;

        if (*pattern != '/' || *path != '/')
            return -1;
        a = strcspn(++pattern, "/");
        b = strcspn(++path, "/");
        if (a > 1 && *pattern == '{') {
            if (b == 0 || n == URI_PARAMS)
                return -1;
            params[n++] = (struct uri_param){ pattern + 1, a - 2, path, b };
        } else if (a != b || memcmp(pattern, path, a) != 0) {
            return -1;
        }
        pattern += a;
        path += b;
    }
    return n;
}
