/* SPDX-License-Identifier: Apache-2.0 */
/* The status of a Gateway, with what is known to be wrong about the real one. */
#include "sim/workloads/conditions.h"
#include "sim/workloads/envoy.h"

/* ---- addresses ---- */

static void add_address(json_t *list, const char *type, const char *value)
{
    if (*value)
        jx_append(list, jx_pack("{s:s, s:o}", "type", type, "value", jx_text(value)));
}

static void add_all(json_t *list, const json_t *values)
{
    const json_t *value;
    size_t i;

    json_array_foreach (values, i, value)
        add_address(list, "IPAddress", json_string_value(value));
}

/* Those of the load balancer; but with addresses in the spec, these, although nobody has assigned them. */
static json_t *addresses_of(const struct envoy *e, const json_t *gateway, const json_t *service)
{
    const char *type = jx_str(service, "spec.type", "");
    json_t *list = json_array();
    const json_t *entry;
    size_t i;

    if (json_array_size(jx_at(gateway, "spec.addresses"))) {
        add_all(list, jx_at(service, "spec.externalIPs"));
        if (!json_array_size(list))
            add_all(list, jx_at(service, "spec.clusterIPs"));
        return list;
    }
    if (!strcmp(type, "ClusterIP"))
        add_address(list, "IPAddress", jx_str(service, "spec.clusterIP", ""));
    if (!strcmp(type, "NodePort"))
        add_address(list, "IPAddress", "10.250.0.2"); /* that of the first node */
    if (e->c->set->eg_fault == EG_ADDRESS_STALE)
        return list;
    json_array_foreach (jx_at(service, "status.loadBalancer.ingress"), i, entry) {
        add_address(list, "IPAddress", jx_str(entry, "ip", ""));
        add_address(list, "Hostname", jx_str(entry, "hostname", ""));
    }
    if (!json_array_size(list) && !strcmp(type, "LoadBalancer"))
        add_all(list, jx_at(service, "spec.externalIPs"));
    return list;
}

/* ---- conditions ---- */

static json_t *accepted(const struct envoy *e, const json_t *model, bool *ret_good)
{
    const json_t *gateway = json_object_get(model, "doc"), *listener;
    const char *problem = jx_str(model, "problem", NULL);
    size_t i, n = json_array_size(json_object_get(model, "listeners")), good = 0;

    json_array_foreach (json_object_get(model, "listeners"), i, listener)
        good += jx_bool(listener, "valid", false);
    *ret_good = !problem && good > 0;
    if (problem)
        return envoy_condition(
            e, gateway, "Accepted", "False", problem, "%s",
            !strcmp(problem, "InvalidParameters")
                ? "Invalid parametersRef: the EnvoyProxy was not found or is not allowed here"
                : "Gateway address type is not supported");
    if (good == n)
        return envoy_condition(e, gateway, "Accepted", "True", "Accepted",
                               "The Gateway has been scheduled by Envoy Gateway");
    return envoy_condition(e, gateway, "Accepted", good ? "True" : "False", "ListenersNotValid",
                           "%zu of %zu listeners are not valid", n - good, n);
}

static bool asks_for_hostname(const json_t *gateway)
{
    const json_t *address;
    size_t i;

    json_array_foreach (jx_at(gateway, "spec.addresses"), i, address) {
        if (!strcmp(jx_str(address, "type", ""), "Hostname"))
            return true;
    }
    return false;
}

static json_t *programmed(const struct envoy *e, const json_t *model, const json_t *addresses)
{
    const json_t *gateway = json_object_get(model, "doc"), *deployment = envoy_deployment(e, model);
    int available = (int)jx_int(deployment, "status.availableReplicas", 0);

    if (asks_for_hostname(gateway))
        return envoy_condition(e, gateway, "Programmed", "False", "AddressNotUsable",
                               "Gateway address type Hostname is not usable");
    if (!json_array_size(addresses))
        return envoy_condition(e, gateway, "Programmed", "False", "AddressNotAssigned",
                               "No addresses have been assigned to the Gateway");
    if (available < 1)
        return envoy_condition(e, gateway, "Programmed", "False", "NoResources",
                               "Envoy replicas unavailable");
    return envoy_condition(e, gateway, "Programmed", "True", "Programmed",
                           "Address assigned to the Gateway, %d/%d envoy replicas available", available,
                           (int)jx_int(deployment, "status.replicas", 0));
}

static json_t *listeners_status(const json_t *model)
{
    json_t *list = json_array();
    const json_t *listener;
    size_t i;

    json_array_foreach (json_object_get(model, "listeners"), i, listener) {
        jx_append(list, jx_pack("{s:s, s:O, s:O, s:O}", "name", jx_str(listener, "spec.name", ""),
                                "supportedKinds", json_object_get(listener, "kinds"), "attachedRoutes",
                                json_object_get(listener, "attached"), "conditions",
                                json_object_get(listener, "conditions")));
    }
    return list;
}

void envoy_gateway_status(const struct envoy *e, const json_t *model)
{
    const json_t *gateway = json_object_get(model, "doc");
    json_t *old = condition_find(jx_at(gateway, "status.conditions"), "Programmed");
    json_t *conditions = json_array(), *addresses;
    bool good;

    jx_append(conditions, accepted(e, model, &good));
    addresses = good ? addresses_of(e, gateway, envoy_service(e, model)) : json_array();
    if (e->c->set->eg_fault == EG_NO_PROGRAMMED)
        old = NULL;
    else if (good)
        jx_append(conditions, programmed(e, model, addresses));
    if (!good && old) /* stays as it was */
        jx_append(conditions, json_deep_copy(old));
    envoy_report(e, gateway, "gateways",
                 jx_pack("{s:o, s:o, s:o}", "conditions", conditions, "addresses", addresses, "listeners",
                         listeners_status(model)));
}
