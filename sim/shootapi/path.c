/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/shootapi/path.h"

/* Cuts p->text at its slashes; 0 when there are too many parts or an empty one inside. */
static size_t split(struct path *p, const char *part[PATH_MAX_SEGMENTS])
{
    size_t n = 0;
    char *at = p->text;

    while (*at) {
        *at++ = '\0';
        if (!*at)
            break;
        if (n == PATH_MAX_SEGMENTS || *at == '/')
            return 0;
        part[n++] = at;
        at += strcspn(at, "/");
    }
    return n;
}

/* namespaces/shop/status is the Namespace's own subresource, not a resource called "status". */
static bool is_namespace_sub(const char *word)
{
    return !strcmp(word, "status") || !strcmp(word, "finalize");
}

/* [namespaces NS] PLURAL [NAME [SUB]] */
static bool parse_resource(struct path *p, const char *const part[], size_t n)
{
    if (n >= 3 && !strcmp(part[0], "namespaces") && !(n == 3 && is_namespace_sub(part[2]))) {
        p->ns = part[1];
        part += 2;
        n -= 2;
    }
    if (n < 1 || n > 3)
        return false;
    p->plural = part[0];
    p->name = n > 1 ? part[1] : NULL;
    p->sub = n > 2 ? part[2] : NULL;
    return true;
}

/* A namespaced object needs its namespace, a cluster-wide one must not have any. */
static bool scope_fits(const struct path *p)
{
    bool namespaced = p->kind->flags & KIND_NAMESPACED;

    return namespaced ? p->ns || !p->name : !p->ns;
}

enum path_class path_parse(struct path *p, const struct kinds *kinds, const char *text)
{
    const char *part[PATH_MAX_SEGMENTS] = { NULL };
    size_t n, used;

    memset(p, 0, sizeof(*p));
    if (strlen(text) >= sizeof(p->text) || *text != '/')
        return PATH_OTHER;
    memcpy(p->text, text, strlen(text) + 1);
    n = split(p, part);
    if (n >= 2 && !strcmp(part[0], "api")) {
        p->group = "";
        p->version = part[1];
        used = 2;
    } else if (n >= 2 && !strcmp(part[0], "apis")) {
        p->group = part[1];
        p->version = n > 2 ? part[2] : NULL;
        used = n > 2 ? 3 : 2;
    } else {
        return PATH_OTHER;
    }
    if (n == used)
        return p->version ? PATH_VERSION : PATH_GROUP;
    if (!parse_resource(p, part + used, n - used))
        return PATH_OTHER;
    p->kind = kinds_find(kinds, p->group, p->version, p->plural);
    if (p->kind && !scope_fits(p))
        p->kind = NULL;
    return PATH_RESOURCE;
}
