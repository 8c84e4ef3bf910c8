/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/shootapi/names.h"
#include <arpa/inet.h>
#include <ctype.h>

enum { MAX_LABEL = 63, MAX_SUBDOMAIN = 253, MAX_PORT_NAME = 15 };

#define LOWER  "abcdefghijklmnopqrstuvwxyz"
#define DIGITS "0123456789"
#define UPPER  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

static bool all_of(const char *text, size_t n, const char *characters)
{
    return strspn(text, characters) >= n;
}

/* Letters and digits at both ends, and of 'inside' between them. */
static bool framed(const char *text, size_t n, const char *ends, const char *inside)
{
    return n > 0 && all_of(text, n, inside) && strchr(ends, text[0]) && strchr(ends, text[n - 1]);
}

const char *name_dns_label(const char *text)
{
    size_t n = strlen(text);

    if (n > MAX_LABEL)
        return "must be no more than 63 characters";
    if (strchr(text, '.'))
        return "must not contain dots";
    if (framed(text, n, LOWER DIGITS, LOWER DIGITS "-"))
        return NULL;
    return "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must "
           "start and "
           "end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is "
           "'[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
}

static bool is_subdomain(const char *text)
{
    for (;;) {
        size_t n = strcspn(text, ".");

        if (!framed(text, n, LOWER DIGITS, LOWER DIGITS "-"))
            return false;
        text += n;
        if (!*text++)
            return true;
    }
}

const char *name_dns_subdomain(const char *text)
{
    if (strlen(text) > MAX_SUBDOMAIN)
        return "must be no more than 253 characters";
    if (is_subdomain(text))
        return NULL;
    return "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', "
           "and must "
           "start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
           "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
}

#define MIDDLE LOWER UPPER DIGITS "-_."

/* "name" or "example.com/name" */
const char *name_qualified(const char *text)
{
    const char *slash = strchr(text, '/'), *name = slash ? slash + 1 : text;
    CLEAN(free) char *prefix = slash ? x_strndup(text, (size_t)(slash - text)) : NULL;

    if (strchr(name, '/'))
        return "a valid label key must consist of alphanumeric characters, '-', '_' or '.', and must start "
               "and end with "
               "an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for "
               "validation is "
               "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' "
               "(e.g. "
               "'example.com/MyName')";
    if (prefix && !*prefix)
        return "prefix part must be non-empty";
    if (prefix && name_dns_subdomain(prefix))
        return "prefix part a lowercase RFC 1123 subdomain must consist of lower case alphanumeric "
               "characters, '-' or '.', "
               "and must start and end with an alphanumeric character";
    if (!*name)
        return "name part must be non-empty";
    if (strlen(name) > MAX_LABEL)
        return "name part must be no more than 63 bytes";
    if (framed(name, strlen(name), LOWER UPPER DIGITS, MIDDLE))
        return NULL;
    return "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with "
           "an "
           "alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation "
           "is "
           "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
}

const char *name_label_value(const char *text)
{
    size_t n = strlen(text);

    if (n > MAX_LABEL)
        return "must be no more than 63 bytes";
    if (n == 0 || framed(text, n, LOWER UPPER DIGITS, MIDDLE))
        return NULL;
    return "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', "
           "and must start "
           "and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used "
           "for "
           "validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
}

const char *name_port(const char *text)
{
    size_t n = strlen(text);

    if (n > MAX_PORT_NAME)
        return "must be no more than 15 characters";
    if (!all_of(text, n, LOWER DIGITS "-"))
        return "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)";
    if (!strpbrk(text, LOWER))
        return "must contain at least one letter (a-z)";
    if (strstr(text, "--"))
        return "must not contain consecutive hyphens";
    if (text[0] == '-' || text[n - 1] == '-')
        return "must not begin or end with a hyphen";
    return NULL;
}

/* The bits behind the slash: digits, without a zero before them. */
static bool is_length(const char *text, int most)
{
    size_t n = strlen(text);

    return n > 0 && n <= 3 && all_of(text, n, DIGITS) && (n == 1 || *text != '0') &&
           strtol(text, NULL, 10) <= most;
}

const char *name_cidr(const char *text)
{
    const char *slash = strchr(text, '/');
    CLEAN(free) char *address = slash ? x_strndup(text, (size_t)(slash - text)) : NULL;
    unsigned char bytes[16];

    if (address && ((inet_pton(AF_INET, address, bytes) == 1 && is_length(slash + 1, 32)) ||
                    (inet_pton(AF_INET6, address, bytes) == 1 && is_length(slash + 1, 128))))
        return NULL;
    return "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";
}
