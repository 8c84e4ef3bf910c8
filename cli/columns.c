/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/columns.h"
#include "lib/jx.h"
#include <ctype.h>

static bool listed(const char *list, const char *text)
{
    size_t n = strlen(text);

    while (*list) {
        const char *end = strstr(list, ", ");
        size_t word = end ? (size_t)(end - list) : strlen(list);

        if (word == n && !memcmp(list, text, n))
            return true;
        list += word + (end ? 2 : 0);
    }
    return false;
}

/* Each once. */
static void add(struct buf *out, const char *text)
{
    if (!out->len)
        (void)buf_adds(out, text);
    else if (!listed(buf_text(out), text))
        (void)buf_addf(out, ", %s", text);
}

static void write_texts(struct buf *out, const json_t *value)
{
    size_t i;
    const json_t *one;

    if (json_is_string(value))
        add(out, json_string_value(value));
    json_array_foreach (value, i, one)
        if (json_is_string(one))
            add(out, json_string_value(one));
}

/* "80/HTTP" */
static void write_ports(struct buf *out, const json_t *list)
{
    size_t i;
    const json_t *one;

    json_array_foreach (list, i, one) {
        CLEAN(free)
        char *text = x_asprintf("%lld/%s", (long long)jx_int(one, "port", 0), jx_str(one, "protocol", "TCP"));

        add(out, text);
    }
}

static void listeners(struct buf *out, const json_t *o) { write_ports(out, jx_at(o, "spec.listeners")); }
static void ports(struct buf *out, const json_t *o) { write_ports(out, jx_at(o, "spec.ports")); }

/* "entry/http": the Gateway, and its listener */
static void parents(struct buf *out, const json_t *o)
{
    size_t i;
    const json_t *one;

    json_array_foreach (jx_at(o, "spec.parentRefs"), i, one) {
        const char *section = jx_str(one, "sectionName", "");
        CLEAN(free)
        char *text = x_asprintf("%s%s%s", jx_str(one, "name", "?"), *section ? "/" : "", section);

        add(out, text);
    }
}

/* "web:8080" */
static void backends(struct buf *out, const json_t *o)
{
    size_t i, k;
    const json_t *rule, *one;

    json_array_foreach (jx_at(o, "spec.rules"), i, rule)
        json_array_foreach (jx_at(rule, "backendRefs"), k, one) {
            CLEAN(free)
            char *text = x_asprintf("%s:%lld", jx_str(one, "name", "?"), (long long)jx_int(one, "port", 0));

            add(out, text);
        }
}

static void size(struct buf *out, const json_t *o)
{
    const char *asked = jx_str(o, "spec.size", jx_str(o, "spec.resources.requests.storage", ""));

    (void)buf_adds(out, jx_str(o, "status.capacity", asked));
}

#define PARENTS                                                                                              \
    {                                                                                                        \
        "PARENTS", NULL, .write = parents                                                                    \
    }
#define BACKENDS                                                                                             \
    {                                                                                                        \
        "BACKENDS", "Backends", .write = backends                                                            \
    }
#define HOSTNAMES                                                                                            \
    {                                                                                                        \
        "HOSTNAMES", "Host names", .path = "spec.hostnames"                                                  \
    }

static const struct column shoot[] = {
    { "VERSION", "Kubernetes", .path = "status.kubernetesVersion", .or_path = "spec.kubernetes.version" },
    { "REGION", "Region", .path = "spec.region" },
    { "API-SERVER", "API server", .path = "status.apiServerURL" },
    { 0 },
};
static const struct column gateway[] = {
    { "ADDRESS", "Address", .path = "status.addresses" },
    { "LISTENERS", NULL, .write = listeners },
    { 0 },
};
static const struct column named_route[] = { HOSTNAMES, PARENTS, BACKENDS, { 0 } };
static const struct column port_route[] = { PARENTS, BACKENDS, { 0 } };
static const struct column loadbalancer[] = {
    { "ADDRESS", "Address", .path = "status.addresses", .or_path = "status.address" },
    { "PORTS", NULL, .write = ports },
    { "HOSTNAME", "DNS name", .path = "spec.hostname" },
    { 0 },
};
static const struct column volume[] = {
    { "SIZE", "Size", .write = size },
    { "CLASS", "Storage class", .path = "status.storageClassName", .or_path = "spec.storageClassName" },
    { "VOLUME", "Volume", .path = "status.volumeName" },
    { 0 },
};

static const struct {
    const char *kind;
    const struct column *columns;
} kinds[] = {
    { "Shoot", shoot },           { "Gateway", gateway },           { "HTTPRoute", named_route },
    { "GRPCRoute", named_route }, { "TLSRoute", named_route },      { "TCPRoute", port_route },
    { "UDPRoute", port_route },   { "LoadBalancer", loadbalancer }, { "Volume", volume },
};

const struct column *columns_of(const char *kind)
{
    if (kind[0] == 'X' && isupper((unsigned char)kind[1])) /* the claims variant */
        kind++;
    for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++)
        if (!strcmp(kinds[i].kind, kind))
            return kinds[i].columns;
    return NULL;
}

void column_write(const struct column *column, const json_t *object, struct buf *out)
{
    if (column->write) {
        column->write(out, object);
        return;
    }
    write_texts(out, jx_at(object, column->path));
    if (!out->len && column->or_path)
        write_texts(out, jx_at(object, column->or_path));
}

char *columns_detail(const json_t *object)
{
    const struct column *columns = columns_of(jx_str(object, "kind", ""));
    struct buf out = buf_max(COLUMN_TEXT);

    if (columns)
        column_write(columns, object, &out);
    return out.len ? buf_take(&out) : x_strdup("");
}
