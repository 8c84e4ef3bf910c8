/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/workloads/octavia_rules.h"

bool octavia_flag(const json_t *service, const char *annotation)
{
    return !strcmp(ctl_annotation(service, annotation), "true");
}

bool octavia_internal(const json_t *service)
{
    return octavia_flag(service, "service.beta.kubernetes.io/openstack-internal-load-balancer");
}

bool octavia_proxied(const json_t *service)
{
    static const char *const values[] = { "true", "v1", "v2" };
    const char *value = ctl_annotation(service, OCTAVIA "proxy-protocol");

    for (size_t i = 0; i < ARRAY_LENGTH(values); i++)
        if (!strcmp(values[i], value))
            return true;
    return false;
}

json_t *octavia_ports(const json_t *service)
{
    json_t *list = json_array();
    const json_t *port;
    size_t i;

    json_array_foreach (jx_at(service, "spec.ports"), i, port) {
        jx_append(list, json_sprintf("%s/%d", jx_str(port, "protocol", "TCP"), (int)jx_int(port, "port", 0)));
    }
    return list;
}

/* ---- what is refused ---- */

typedef int (*rule)(struct ctl *c, const json_t *service, struct err *e);

static bool takes_traffic(const json_t *node)
{
    const json_t *condition;
    size_t i;

    if (json_object_get(jx_at(node, "metadata.labels"),
                        "node.kubernetes.io/exclude-from-external-load-balancers"))
        return false;
    json_array_foreach (jx_at(node, "status.conditions"), i, condition) {
        if (!strcmp(jx_str(condition, "type", ""), "Ready"))
            return !strcmp(jx_str(condition, "status", ""), "True");
    }
    return false;
}

static int has_nodes(struct ctl *c, const json_t *service, struct err *e)
{
    json_auto_t *nodes = ctl_list(c, "", "nodes", NULL);
    const json_t *node;
    size_t i;

    json_array_foreach (nodes, i, node) {
        if (takes_traffic(node))
            return 0;
    }
    ctl_event(c, "service-controller", service, "Warning", "UnAvailableLoadBalancer",
              "There are no available nodes for LoadBalancer");
    return err_set(e, ERR_TRANSIENT, "there are no available nodes for LoadBalancer service %s/%s",
                   ctl_namespace(service), ctl_name(service));
}

static int class_known(struct ctl *c, const json_t *service, struct err *e)
{
    const char *class = ctl_annotation(service, OCTAVIA "class");
    size_t n = strlen(class);

    for (const char *at = c->set->lb_classes; n && *at; at += strcspn(at, ","), at += *at == ',')
        if (strcspn(at, ",") == n && !strncmp(at, class, n))
            return 0;
    return n ? err_set(e, ERR_INVALID, "invalid loadbalancer class \"%.80s\"", class) : 0;
}

static int not_both(struct ctl *c, const json_t *service, struct err *e)
{
    (void)c;
    if (!octavia_proxied(service) || !octavia_flag(service, OCTAVIA "x-forwarded-for"))
        return 0;
    return err_set(e, ERR_INVALID,
                   "annotation %sproxy-protocol and %sx-forwarded-for cannot be used together", OCTAVIA,
                   OCTAVIA);
}

static int region_has_l4(struct ctl *c, const json_t *service, struct err *e)
{
    (void)service;
    if (c->set->lb_l4 && strcmp(c->owner->region, "sto-com") != 0)
        return 0;
    return err_set(
        e, ERR_INVALID,
        "error creating loadbalancer: Expected HTTP response code [201 202] when accessing [POST "
        "https://octavia/v2/lbaas/loadbalancers], but got 501 instead: {\"faultcode\": \"Server\", "
        "\"faultstring\": \"Provider does not support a requested option: TCP and UDP load balancers "
        "are not available in region %s\"}",
        c->owner->region);
}

static const rule always[] = { has_nodes, class_known, not_both };

static int quota_left(struct ctl *c, const json_t *service, struct err *e)
{
    (void)service;
    if (!c->set->quota ||
        cloud_count(c->cloud->load_balancers, c->owner) < (size_t)c->set->quota_load_balancers)
        return 0;
    return err_set(
        e, ERR_INVALID,
        "error creating loadbalancer: Expected HTTP response code [201 202] when accessing [POST "
        "https://octavia/v2/lbaas/loadbalancers], but got 403 instead: {\"faultcode\": \"Client\", "
        "\"faultstring\": \"Quota has been met for resources: Load Balancer\", \"debuginfo\": null}");
}

static const rule creating[] = { region_has_l4, quota_left };

static int run(const rule rules[], size_t n, struct ctl *c, const json_t *service, struct err *e)
{
    for (size_t i = 0; i < n; i++)
        if (rules[i](c, service, e) < 0)
            return -1;
    return 0;
}

/* ---- sharing ---- */

enum { MAX_SHARED = 2 }; /* max-shared-lb */

static bool is_in(const json_t *list, const json_t *value)
{
    const json_t *one;
    size_t i;

    json_array_foreach (list, i, one) {
        if (json_equal(one, value))
            return true;
    }
    return false;
}

/* The first of 'ports' that one of the users has, too; NULL when there is none. */
static const char *port_taken(const json_t *users, const json_t *ports)
{
    const json_t *user, *port;
    size_t i, k;

    json_array_foreach (users, i, user) {
        json_array_foreach (ports, k, port) {
            if (is_in(json_object_get(user, "ports"), port))
                return strchr(json_string_value(port), '/') + 1;
        }
    }
    return NULL;
}

static int shareable(const json_t *service, const json_t *balancer, struct err *e)
{
    const json_t *users = json_object_get(balancer, "services");
    json_auto_t *ports = octavia_ports(service);
    const char *port = port_taken(users, ports);

    if (octavia_internal(service))
        return err_set(e, ERR_INVALID, "internal Service cannot share a load balancer");
    if (json_array_size(users) >= MAX_SHARED)
        return err_set(e, ERR_INVALID, "load balancer %s already shared with %zu Services",
                       jx_str(balancer, "id", ""), json_array_size(users));
    if (port)
        return err_set(e, ERR_INVALID, "the listener port %s already exists", port);
    return 0;
}

int octavia_check(struct ctl *c, const json_t *service, bool exists, json_t **ret_shared, struct err *e)
{
    const char *wanted = ctl_annotation(service, OCTAVIA "load-balancer-id");

    if (run(always, ARRAY_LENGTH(always), c, service, e) < 0)
        return -1;
    if (exists)
        return 0;
    if (!*wanted)
        return run(creating, ARRAY_LENGTH(creating), c, service, e);
    *ret_shared = cloud_find(c->cloud->load_balancers, "id", wanted);
    if (!*ret_shared)
        return err_set(e, ERR_NOT_FOUND, "failed to get load balancer %.64s: Resource not found", wanted);
    return shareable(service, *ret_shared, e);
}

json_t *octavia_wanted_ip(struct ctl *c, const char *address, struct err *e)
{
    json_t *ip = cloud_find(c->cloud->floating_ips, "address", address);

    if (!ip || strcmp(jx_str(ip, "project", ""), c->owner->project) != 0 ||
        strcmp(jx_str(ip, "region", ""), c->owner->region) != 0) {
        err_set(e, ERR_INVALID,
                "error creating LB floatingip %.45s: Expected HTTP response code [201] when accessing [POST "
                "https://network/v2.0/floatingips], but got 403 instead: "
                "rule:create_floatingip:floating_ip_address is disallowed by policy",
                address);
        return NULL;
    }
    if (jx_str(ip, "loadBalancer", NULL)) {
        err_set(e, ERR_CONFLICT, "floating IP %s is not available", address);
        return NULL;
    }
    return ip;
}
