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

void service_rules(const json_t *doc, json_t *found)
{
    const json_t *ports = jx_at(doc, "spec.ports");

    check_name(doc, found);
    if (!json_array_size(ports) && !type_is(doc, "ExternalName") &&
        strcmp(jx_str(doc, "spec.clusterIP", ""), "None") != 0)
        add(found, "FieldValueRequired", json_string("Required value"), "spec.ports");
    for (size_t i = 0; i < json_array_size(ports); i++)
        check_port(ports, i, found);
    check_type_fields(doc, found);
}
