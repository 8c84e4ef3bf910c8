/* SPDX-License-Identifier: Apache-2.0 */
/* The Services that a route sends to, which of them Envoy Gateway speaks of, and what is told of it in the words of the spec. */
#include "function/render/gwapi_programs.h"
#include "function/render/gwapi_words.h"
#include "function/render/route.h"
#include "lib/buf.h"

enum { LISTED = 512 };

static bool is_service(const json_t *ref)
{
    return !*jx_str(ref, "group", "") && !strcmp(jx_str(ref, "kind", ""), "Service");
}

static void add(const struct route *rt, json_t *out, const json_t *ref, const char *path)
{
    if (is_service(ref))
        jx_append(out, jx_object(jx_s("name", jx_str(ref, "name", "")),
                                 jx_s("namespace", jx_str(ref, "namespace", route_namespace(rt))),
                                 jx_O("port", json_object_get(ref, "port")),
                                 jx_O("weight", json_object_get(ref, "weight")), jx_s("path", path)));
}

json_t *route_backends(const struct route *rt)
{
    const json_t *rules = json_object_get(rt->spec, "rules");
    json_t *out = json_array();
    char path[SHAPE_PATH];

    for (size_t i = 0; i < json_array_size(rules); i++) {
        const json_t *list = json_object_get(json_array_get(rules, i), "backendRefs");

        for (size_t j = 0; j < json_array_size(list); j++) {
            (void)snprintf(path, sizeof(path), "spec.rules[%zu].backendRefs[%zu]", i, j);
            add(rt, out, json_array_get(list, j), path);
        }
    }
    return out;
}

const json_t *route_backend_meant(const json_t *backends, const char *message)
{
    for (size_t i = 0; i < json_array_size(backends); i++) {
        const json_t *one = json_array_get(backends, i);

        if (names_object(message, jx_str(one, "namespace", ""), jx_str(one, "name", "")))
            return one;
    }
    return NULL;
}

/* ---- which ports there are ---- */

/* What a parent says of a port, NULL when none does. */
static const char *port_fault(const struct route *rt)
{
    const json_t *parents = jx_at(rt->w.seen[ROUTE_OBJECT].at_provider, "parents");

    for (size_t i = 0; i < json_array_size(parents); i++)
        if (!strcmp(jx_str(json_array_get(parents, i), "fault.reason", ""), "PortNotFound"))
            return jx_str(json_array_get(parents, i), "fault.message", NULL);
    return NULL;
}

void route_put_service(struct route *rt)
{
    static struct inside_probe probe = { .ready = gwapi_service_ready,
                                         .projection = gwapi_service_projection };
    json_auto_t *backends = route_backends(rt);
    const char *fault = port_fault(rt);
    const json_t *meant = fault ? route_backend_meant(backends, fault) : NULL;

    if (!meant)
        return;
    CLEAN(free)
    char *path = x_asprintf("/api/v1/namespaces/%s/services/%s", jx_str(meant, "namespace", ""),
                            jx_str(meant, "name", ""));
    workload_put_probe(&rt->w, ROUTE_SERVICE, &probe, path, "1m");
}

bool route_explain_port(const struct route *rt, const char *message, struct link *l)
{
    const json_t *at = rt->w.seen[ROUTE_SERVICE].at_provider, *ports = jx_at(at, "ports");
    CLEAN(buf_free) struct buf list = buf_max(LISTED);
    json_auto_t *backends = route_backends(rt);
    const json_t *meant = route_backend_meant(backends, message);

    /* what was asked before may have been another */
    if (!meant || !json_array_size(ports) || strcmp(jx_str(at, "name", ""), jx_str(meant, "name", "")) != 0 ||
        strcmp(jx_str(at, "namespace", ""), jx_str(meant, "namespace", "")) != 0)
        return false;
    for (size_t i = 0; i < json_array_size(ports); i++)
        (void)buf_addf(&list, "%s%lld (%.8s)", i ? ", " : "",
                       (long long)jx_int(json_array_get(ports, i), "port", 0),
                       jx_str(json_array_get(ports, i), "protocol", "TCP"));
    link_unmet(l, "PortNotFound",
               "%s.port: Service \"%.63s\" has %s %s, not %lld (%s); write a port of the Service, not the "
               "targetPort of its pods",
               jx_str(meant, "path", ""), jx_str(meant, "name", ""),
               json_array_size(ports) > 1 ? "ports" : "port", buf_text(&list),
               (long long)jx_int(meant, "port", 0), rt->kind == &route_udp ? "UDP" : "TCP");
    return true;
}

/* ---- which grant is missing ---- */

bool route_explain_grant(const struct route *rt, const char *message, struct link *l)
{
    json_auto_t *backends = route_backends(rt);
    const json_t *meant = route_backend_meant(backends, message);
    const char *ns;

    for (size_t i = 0; !meant && i < json_array_size(backends); i++)
        if (strcmp(jx_str(json_array_get(backends, i), "namespace", ""), route_namespace(rt)) != 0)
            meant = json_array_get(backends, i);
    ns = jx_str(meant, "namespace", "");
    if (!meant || !strcmp(ns, route_namespace(rt)))
        return false;
    link_unmet(
        l, "RefNotPermitted",
        "%s: Service \"%.63s\" is in namespace %.63s, which does not permit it; create a ReferenceGrant in "
        "namespace %.63s, from %s in %.63s to Service, or move the Service",
        jx_str(meant, "path", ""), jx_str(meant, "name", ""), ns, ns, rt->kind->kind, route_namespace(rt));
    return true;
}
