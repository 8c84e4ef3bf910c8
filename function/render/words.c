/* SPDX-License-Identifier: Apache-2.0 */
#include "function/render/words.h"
#include "lib/cleanup.h"
#include <ctype.h>

enum { VALUE_MAX = 63, PREFIX_MAX = 253, NAME_MAX_DNS = 253 };

bool words_only(const char *text, const char *more)
{
    for (const char *c = text; *c; c++)
        if (!isalnum((unsigned char)*c) && !strchr(more, *c))
            return false;
    return *text;
}

bool words_dns_label(const char *text)
{
    for (const char *c = text; *c; c++)
        if (!islower((unsigned char)*c) && !isdigit((unsigned char)*c) && *c != '-')
            return false;
    return *text && *text != '-' && text[strlen(text) - 1] != '-';
}

bool words_dns_name(const char *text)
{
    char label[VALUE_MAX + 1];

    if (strlen(text) > NAME_MAX_DNS)
        return false;
    for (;; text++) {
        size_t n = strcspn(text, ".");

        if (n > VALUE_MAX)
            return false;
        memcpy(label, text, n);
        label[n] = '\0';
        if (!words_dns_label(label))
            return false;
        text += n;
        if (!*text)
            return true;
    }
}

bool words_host_name(const char *text)
{
    return words_dns_name(text) && strspn(text, "0123456789.") != strlen(text);
}

/* [A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])? */
bool words_value(const char *text)
{
    size_t n = strlen(text);

    return !n || (n <= VALUE_MAX && words_only(text, "-_.") && isalnum((unsigned char)text[0]) &&
                  isalnum((unsigned char)text[n - 1]));
}

bool words_key(const char *text)
{
    const char *slash = strchr(text, '/');
    const char *name = slash ? slash + 1 : text;

    if (slash && (slash == text || slash - text > PREFIX_MAX ||
                  strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-.") != (size_t)(slash - text)))
        return false;
    return *name && words_value(name);
}
