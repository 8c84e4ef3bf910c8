/* SPDX-License-Identifier: Apache-2.0 */
#include "function/render/gwapi_words.h"
#include "function/render/words.h"
#include "lib/cleanup.h"
#include <arpa/inet.h>
#include <ctype.h>

enum { NAME_MAX_DNS = 253, LABEL_MAX = 63, HEADER_MAX = 256, DURATION_PARTS = 4, DURATION_DIGITS = 5 };

/* Labels of lower-case letters, digits and inner hyphens, with dots between. */
static bool is_dns_name(const char *text)
{
    char label[NAME_MAX_DNS + 1];

    if (!*text || strlen(text) > NAME_MAX_DNS)
        return false;
    for (;;) {
        size_t n = strcspn(text, ".");

        (void)snprintf(label, sizeof(label), "%.*s", (int)n, text);
        if (!words_dns_label(label))
            return false;
        if (!text[n])
            return true;
        text += n + 1;
    }
}

static bool is_address(const char *text)
{
    unsigned char bytes[sizeof(struct in6_addr)];

    return inet_pton(AF_INET, text, bytes) == 1 || inet_pton(AF_INET6, text, bytes) == 1;
}

static bool has_upper(const char *text)
{
    for (; *text; text++)
        if (isupper((unsigned char)*text))
            return true;
    return false;
}

static bool is_ascii(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text >= 0x80)
            return false;
    return true;
}

const char *wrong_precise_hostname(const char *text)
{
    if (is_address(text))
        return "is an address; write a DNS name";
    if (has_upper(text))
        return "has upper-case letters; write it in lower case";
    if (strchr(text, ':') || strchr(text, '/'))
        return "is more than a host name; write it without scheme, port and path";
    if (strchr(text, '*'))
        return "has a wildcard, which is not possible here; write a whole DNS name";
    if (!is_ascii(text))
        return "has letters beyond ASCII; write it as DNS has it, for example xn--bcher-kva.example";
    if (*text && text[strlen(text) - 1] == '.')
        return "ends in a dot; leave that out";
    return is_dns_name(text) ? NULL : "is not a DNS name; write for example shop.example.com";
}

const char *wrong_hostname(const char *text)
{
    if (!strncmp(text, "*.", 2) && !strchr(text + 2, '*'))
        return wrong_precise_hostname(text + 2);
    if (!strcmp(text, "*"))
        return "covers everything, and that is what no host name says; leave it out, or write for example "
               "*.example.com";
    if (strchr(text, '*'))
        return "has a partial wildcard; only the whole first label can be one, as in *.example.com";
    return wrong_precise_hostname(text);
}

const char *wrong_section(const char *text)
{
    return is_dns_name(text)
               ? NULL
               : "is not a name; use lower-case letters, digits, hyphens and dots inside, for example http";
}

const char *wrong_namespace(const char *text)
{
    return words_dns_label(text) && strlen(text) <= LABEL_MAX
               ? NULL
               : "cannot name a namespace: use at most 63 lower-case letters, digits and hyphens inside";
}

const char *wrong_group(const char *text)
{
    return !*text || is_dns_name(text) ? NULL
                                       : "is not an API group; write for example gateway.networking.k8s.io";
}

const char *wrong_kind(const char *text)
{
    size_t n = strlen(text);

    return n && n <= LABEL_MAX && isalpha((unsigned char)text[0]) && words_only(text, "-") &&
                   text[n - 1] != '-'
               ? NULL
               : "is not a kind; write for example Service";
}

static bool is_token(const char *text)
{
    return strlen(text) <= HEADER_MAX && words_only(text, "!#$%&'*+-.^_`|~");
}

const char *wrong_header(const char *text)
{
    return is_token(text)
               ? NULL
               : "is not the name of a header; use letters, digits and hyphens, for example X-Version";
}

/* The unit at 'text', in ms, and how long it is; 0 when there is none. */
static int64_t unit(const char *text, size_t *ret_len)
{
    static const struct {
        const char *name;
        int64_t ms;
    } units[] = { { "ms", 1 }, { "h", 3600000 }, { "m", 60000 }, { "s", 1000 } };

    for (size_t i = 0; i < ARRAY_LENGTH(units); i++)
        if (!strncmp(text, units[i].name, strlen(units[i].name))) {
            *ret_len = strlen(units[i].name);
            return units[i].ms;
        }
    return 0;
}

/* -1 when it is no duration. */
static int64_t read_duration(const char *text)
{
    int64_t sum = 0;

    for (int parts = 0; *text || !parts; parts++) {
        size_t digits = strspn(text, "0123456789"), n = 0;
        int64_t each = unit(text + digits, &n);

        if (!digits || digits > DURATION_DIGITS || !each || parts == DURATION_PARTS)
            return -1;
        sum += strtol(text, NULL, 10) * each;
        text += digits + n;
    }
    return sum;
}

const char *wrong_duration(const char *text)
{
    return read_duration(text) >= 0 ? NULL
                                    : "is not a duration; durations are whole numbers of at most five "
                                      "digits with h, m, s, ms, at most four of them: write for example "
                                      "1500ms, not 1.5s";
}

int64_t duration_ms(const char *text) { return read_duration(text); }

static bool ends_in(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);

    return n >= m && !strcmp(text + n - m, end);
}

/* A percent sign that does not begin %XX. */
static bool has_bare_percent(const char *text)
{
    for (text = strchr(text, '%'); text; text = strchr(text + 1, '%'))
        if (!isxdigit((unsigned char)text[1]) || !isxdigit((unsigned char)text[2]))
            return true;
    return false;
}

const char *wrong_path(const char *text)
{
    static const char *const never[] = { "//", "/./", "/../", "%2f", "%2F", "#" };
    static const char rule[] = "is not a path to match: it must start with '/' and contain no '//', '/./', "
                               "'/../', '%2F' or '#', for example /api";

    if (*text != '/' || ends_in(text, "/..") || ends_in(text, "/."))
        return rule;
    for (size_t i = 0; i < ARRAY_LENGTH(never); i++)
        if (strstr(text, never[i]))
            return rule;
    if (strchr(text, '?'))
        return "has a '?', and a path ends before it; match what follows with queryParams";
    if (has_bare_percent(text))
        return "has a '%' without two hexadecimal digits behind it; write %25 for the character";
    return words_only(text, "/-._~!$&'()*+,;=:@%")
               ? NULL
               : "has characters that a path cannot have; write them as %XX, or use type RegularExpression";
}

const char *wrong_query(const char *text)
{
    return is_token(text) ? NULL
                          : "cannot name a query parameter to match; use letters, digits and !#$%&'*+-.^_`|~";
}

const char *wrong_service(const char *text)
{
    return words_dns_label(text) && strlen(text) <= LABEL_MAX && !isdigit((unsigned char)*text)
               ? NULL
               : "cannot name a Service: use at most 63 lower-case letters, digits and hyphens inside, "
                 "beginning with a letter";
}

/* [A-Za-z_][A-Za-z_0-9]* */
static bool is_identifier(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (text[i] != '_' && !isalpha((unsigned char)text[i]) && !(i && isdigit((unsigned char)text[i])))
            return false;
    return n;
}

const char *wrong_grpc_method(const char *text)
{
    return is_identifier(text, strlen(text))
               ? NULL
               : "cannot name a method; write it as in the .proto, for example Login, or use type "
                 "RegularExpression";
}

const char *wrong_grpc_service(const char *text)
{
    const char *at = text + (*text == '.');

    for (size_t n; n = strcspn(at, "."), is_identifier(at, n); at += n + 1)
        if (!at[n])
            return NULL;
    return "cannot name a service; write package and service as in the .proto, for example "
           "com.example.User, or use type RegularExpression";
}

const char *wrong_cors_method(const char *text)
{
    static const char *const methods[] = { "GET",     "HEAD",    "POST",  "PUT",   "DELETE",
                                           "CONNECT", "OPTIONS", "TRACE", "PATCH", "*" };

    for (size_t i = 0; i < ARRAY_LENGTH(methods); i++)
        if (!strcmp(methods[i], text))
            return NULL;
    return "is not a method; write for example GET, or \"*\" for all";
}

/* "*", or labels of letters, digits and hyphens with dots between, the first of which may be "*". */
static bool is_origin_host(const char *text, size_t n)
{
    size_t in_label = 0;

    if (!strncmp(text, "*", n))
        return n;
    for (size_t i = n > 2 && !strncmp(text, "*.", 2) ? 2 : 0; i < n; i++) {
        bool dot = text[i] == '.';

        if ((dot && !in_label) || (!dot && text[i] != '-' && !isalnum((unsigned char)text[i])))
            return false;
        in_label = dot ? 0 : in_label + 1;
    }
    return in_label;
}

/* http(s)://host[:port] */
static bool is_origin(const char *text)
{
    const char *host = strstr(text, "://");
    size_t n, digits;

    if (!host || (strncmp(text, "http:", 5) != 0 && strncmp(text, "https:", 6) != 0))
        return false;
    host += strlen("://");
    n = strcspn(host, ":");
    digits = host[n] ? strspn(host + n + 1, "0123456789") : 0;
    return is_origin_host(host, n) && (!host[n] || (digits && digits <= 5 && !host[n + 1 + digits]));
}

const char *wrong_origin(const char *text)
{
    return !strcmp(text, "*") || (is_origin(text) && strlen(text) <= NAME_MAX_DNS)
               ? NULL
               : "is not an origin; write scheme and host, for example https://shop.example.com, or "
                 "https://*.example.com";
}

static bool in_name(char c) { return isalnum((unsigned char)c) || c == '-'; }

bool names_object(const char *text, const char *ns, const char *name)
{
    CLEAN(free) char *whole = x_asprintf("%s/%s", ns, name);

    if (!*ns || !*name)
        return false;
    for (const char *at = strstr(text, whole); at; at = strstr(at + 1, whole))
        if ((at == text || !in_name(at[-1])) && !in_name(at[strlen(whole)]))
            return true;
    return false;
}

/* "*.example.com" against "a.example.com" or "*.a.example.com" */
static bool covers(const char *wildcard, const char *name)
{
    return *wildcard == '*' && strlen(name) > strlen(wildcard + 1) && ends_in(name, wildcard + 1);
}

bool hostnames_meet(const char *a, const char *b)
{
    if (!a || !b || !*a || !*b)
        return true;
    return !strcmp(a, b) || covers(a, b) || covers(b, a);
}
