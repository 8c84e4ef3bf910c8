/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/shootapi/service_rules.h"

static void add(json_t *found, const char *reason, json_t *message, const char *field)
{
    jx_append(found, jx_pack("{s:s, s:o, s:s}", "reason", reason, "message", message, "field", field));
}

static bool type_is(const json_t *doc, const char *type)
{
    return !strcmp(jx_str(doc, "spec.type", ""), type);
}

enum { MAX_LABEL = 63, MAX_PORT = 65535 };

/* A Service's name becomes part of DNS and of variables, so it begins with a letter. */
static bool is_label(const char *name)
{
    size_t n = strlen(name);

    return n > 0 && n <= MAX_LABEL && name[0] >= 'a' && name[0] <= 'z' &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == n && name[n - 1] != '-';
}

static void check_name(const json_t *doc, json_t *found)
{
    const char *name = jx_str(doc, "metadata.name", "");

    if (!is_label(name))
        add(found, "FieldValueInvalid",
            json_sprintf(
                "Invalid value: \"%s\": a DNS-1035 label must consist of lower case alphanumeric characters "
                "or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. "
                "'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')",
                name),
            "metadata.name");
}

static bool same_port(const json_t *a, const json_t *b)
{
    return jx_int(a, "port", 0) == jx_int(b, "port", 0) &&
           !strcmp(jx_str(a, "protocol", "TCP"), jx_str(b, "protocol", "TCP"));
}

static void check_port(const json_t *ports, size_t i, json_t *found)
{
    const json_t *port = json_array_get(ports, i);
    const char *name = jx_str(port, "name", "");
    CLEAN(free) char *at = x_asprintf("spec.ports[%zu]", i);
    CLEAN(free) char *at_name = x_asprintf("spec.ports[%zu].name", i);
    CLEAN(free) char *at_port = x_asprintf("spec.ports[%zu].port", i);
    json_int_t number = jx_int(port, "port", 0);

    if (json_array_size(ports) > 1 && !*name)
        add(found, "FieldValueRequired", json_string("Required value"), at_name);
    if (number < 1 || number > MAX_PORT)
        add(found, "FieldValueInvalid",
            json_sprintf("Invalid value: %" JSON_INTEGER_FORMAT ": must be between 1 and 65535, inclusive",
                         number),
            at_port);
    for (size_t k = 0; k < i; k++) {
        const json_t *other = json_array_get(ports, k);

        if (*name && !strcmp(name, jx_str(other, "name", "")))
            add(found, "FieldValueDuplicate", json_sprintf("Duplicate value: \"%s\"", name), at_name);
        if (same_port(port, other))
            add(found, "FieldValueDuplicate",
                json_sprintf("Duplicate value: {\"protocol\":\"%s\",\"port\":%" JSON_INTEGER_FORMAT "}",
                             jx_str(port, "protocol", "TCP"), number),
                at);
    }
}

/* ---- node ports ---- */

enum { FIRST_NODE_PORT = 30000, NODE_PORTS = 2768 };

struct node_ports {
    bool taken[NODE_PORTS];
};

static bool in_range(json_int_t port)
{
    return port >= FIRST_NODE_PORT && port < FIRST_NODE_PORT + NODE_PORTS;
}

/* Those of all Services but this one, whatever their protocol. */
static void others_ports(struct objects *o, const char *key, struct node_ports *ret)
{
    const struct object *at = NULL;
    const json_t *port;
    size_t i;

    memset(ret, 0, sizeof(*ret));
    while ((at = objects_next(o, "", "services", NULL, at))) {
        if (!strcmp(at->key, key))
            continue;
        json_array_foreach (jx_at(at->doc, "spec.ports"), i, port)
            if (in_range(jx_int(port, "nodePort", 0)))
                ret->taken[jx_int(port, "nodePort", 0) - FIRST_NODE_PORT] = true;
    }
}

static bool wants_node_port(const json_t *doc)
{
    return type_is(doc, "NodePort") ||
           (type_is(doc, "LoadBalancer") && jx_bool(doc, "spec.allocateLoadBalancerNodePorts", true));
}

void service_assign_ports(struct objects *o, const char *key, json_t *doc)
{
    json_int_t next = (json_int_t)(objects_version(o) * 7 % NODE_PORTS); /* spread, not one after the other */
    size_t i;
    struct node_ports ports;
    json_t *port;

    if (!wants_node_port(doc))
        return;
    others_ports(o, key, &ports);
    json_array_foreach (jx_at(doc, "spec.ports"), i, port)
        if (in_range(jx_int(port, "nodePort", 0)))
            ports.taken[jx_int(port, "nodePort", 0) - FIRST_NODE_PORT] = true;
    json_array_foreach (jx_at(doc, "spec.ports"), i, port) {
        if (jx_int(port, "nodePort", 0))
            continue;
        for (size_t tries = 0; ports.taken[next] && tries < NODE_PORTS; tries++)
            next = (next + 1) % NODE_PORTS;
        ports.taken[next] = true;
        jx_set(port, "nodePort", json_integer(FIRST_NODE_PORT + next));
    }
}

static void check_node_ports(struct objects *o, const char *key, bool dry, const json_t *doc, json_t *found)
{
    struct node_ports ports;
    const json_t *port;
    size_t i;

    others_ports(o, key, &ports);
    json_array_foreach (jx_at(doc, "spec.ports"), i, port) {
        json_int_t number = jx_int(port, "nodePort", 0);
        CLEAN(free) char *at = x_asprintf("spec.ports[%zu].nodePort", i);

        if (number == 0 || !wants_node_port(doc))
            continue;
        if (!in_range(number) && !dry)
            add(found, "FieldValueInvalid",
                json_sprintf("Invalid value: %" JSON_INTEGER_FORMAT
                             ": provided port is not in the valid range. The range of valid ports is "
                             "30000-32767",
                             number),
                at);
        else if (in_range(number) && ports.taken[number - FIRST_NODE_PORT])
            add(found, "FieldValueInvalid",
                json_sprintf("Invalid value: %" JSON_INTEGER_FORMAT ": provided port is already allocated",
                             number),
                at);
    }
}

/* ---- fields that belong together ---- */

static void check_affinity(const json_t *doc, json_t *found)
{
    enum { DAY = 86400 };
    json_int_t seconds = jx_int(doc, "spec.sessionAffinityConfig.clientIP.timeoutSeconds", DAY);

    if (!strcmp(jx_str(doc, "spec.sessionAffinity", ""), "ClientIP") && (seconds < 1 || seconds > DAY))
        add(found, "FieldValueInvalid",
            json_sprintf("Invalid value: %" JSON_INTEGER_FORMAT
                         ": must be greater than 0 and less than 86400",
                         seconds),
            "spec.sessionAffinityConfig.clientIP.timeoutSeconds");
}

static void check_families(const json_t *doc, json_t *found)
{
    if (json_array_size(jx_at(doc, "spec.ipFamilies")) > 1 &&
        !strcmp(jx_str(doc, "spec.ipFamilyPolicy", "SingleStack"), "SingleStack"))
        add(found, "FieldValueInvalid",
            json_string("Invalid value: \"SingleStack\": must be 'RequireDualStack' or 'PreferDualStack' "
                        "when multiple "
                        "IP families are specified"),
            "spec.ipFamilyPolicy");
}

static void check_type_fields(const json_t *doc, json_t *found)
{
    static const struct {
        const char *path, *field;
    } only[] = { { "spec.loadBalancerSourceRanges", "spec.LoadBalancerSourceRanges" },
                 { "spec.loadBalancerClass", "spec.loadBalancerClass" } };

    for (size_t i = 0; i < ARRAY_LENGTH(only); i++)
        if (jx_at(doc, only[i].path) && !type_is(doc, "LoadBalancer"))
            add(found, "FieldValueForbidden",
                json_string("Forbidden: may only be used when `type` is 'LoadBalancer'"), only[i].field);
    if (jx_at(doc, "spec.externalTrafficPolicy") && !type_is(doc, "LoadBalancer") &&
        !type_is(doc, "NodePort") && !json_array_size(jx_at(doc, "spec.externalIPs")))
        add(found, "FieldValueInvalid",
            json_sprintf("Invalid value: \"%s\": may only be set for externally-accessible services",
                         jx_str(doc, "spec.externalTrafficPolicy", "")),
            "spec.externalTrafficPolicy");
}

void service_rules(struct objects *o, const char *key, bool dry, const json_t *doc, json_t *found)
{
    const json_t *ports = jx_at(doc, "spec.ports");

    check_name(doc, found);
    if (!json_array_size(ports) && !type_is(doc, "ExternalName") &&
        strcmp(jx_str(doc, "spec.clusterIP", ""), "None") != 0)
        add(found, "FieldValueRequired", json_string("Required value"), "spec.ports");
    for (size_t i = 0; i < json_array_size(ports); i++)
        check_port(ports, i, found);
    check_type_fields(doc, found);
    check_node_ports(o, key, dry, doc, found);
    check_affinity(doc, found);
    check_families(doc, found);
}
