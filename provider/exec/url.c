/* SPDX-License-Identifier: Apache-2.0 */
#include "provider/exec/url.h"
#include "lib/buf.h"
#include <ctype.h>
#include <stdint.h>

/* Behind "scheme://", or NULL. */
static const char *after_scheme(const char *url)
{
    const char *at = url;

    if (!isalpha((unsigned char)*at))
        return NULL;
    while (isalnum((unsigned char)*at) || (*at && strchr("+-.", *at)))
        at++;
    return strncmp(at, "://", 3) == 0 ? at + 3 : NULL;
}

static bool has_host(const char *url)
{
    const char *host = after_scheme(url);
    size_t n = host ? strcspn(host, "/?#") : 0;

    if (!n || host[0] == ':')
        return false;
    for (size_t i = 0; i < n; i++)
        if (isspace((unsigned char)host[i]) || strchr("\\<>\"", host[i]))
            return false;
    return true;
}

char *url_escape(const char *url)
{
    CLEAN(buf_free) struct buf out = buf_max(SIZE_MAX / 2);

    /* "//host/" would leave the endpoint. */
    if (!has_host(url) && (url[0] != '/' || url[1] == '/'))
        return NULL;
    for (; *url && *url != '#'; url++) {
        unsigned char c = (unsigned char)*url;

        if (c < 0x20 || c == 0x7f)
            return NULL;
        if (c == ' ' || c >= 0x80)
            (void)buf_addf(&out, "%%%02X", c);
        else
            (void)buf_add(&out, url, 1);
    }
    return buf_take(&out);
}
