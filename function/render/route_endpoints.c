/* SPDX-License-Identifier: Apache-2.0 */
/* The last link of a route: pods that take what it sends.  Envoy Gateway tells of it for some kinds of routes, in some releases, and of
 * backends that get nothing too; the EndpointSlices tell it always.  Which ports of a Service its pods serve is Envoy Gateway's to say. */
#include "function/render/gwapi_programs.h"
#include "function/render/route.h"
#include "lib/buf.h"

/* A longer list would make a long URL: then all are read. */
enum { NAMED_MOST = 24, PATH_MOST = 4096 };

static const struct link_advice no_advice[] = { { 0 } };

/* Those that get a share of the traffic; new. */
static json_t *backends_of(const struct route *rt)
{
    json_auto_t *all = route_backends(rt);
    json_t *out = json_array();

    for (size_t i = 0; i < json_array_size(all); i++)
        if (jx_int(json_array_get(all, i), "weight", 1) > 0)
            jx_append(out, json_incref(json_array_get(all, i)));
    return out;
}

/* ---- asking ---- */

/* The namespace of them all, NULL when there are several. */
static const char *common_namespace(const json_t *backends)
{
    const char *first = jx_str(json_array_get(backends, 0), "namespace", "");

    for (size_t i = 1; i < json_array_size(backends); i++)
        if (strcmp(jx_str(json_array_get(backends, i), "namespace", ""), first) != 0)
            return NULL;
    return first;
}

static void add_names(const json_t *backends, struct buf *path)
{
    json_auto_t *set = json_object();
    size_t n;

    for (size_t i = 0; i < json_array_size(backends); i++)
        jx_set(set, jx_str(json_array_get(backends, i), "name", ""), json_true());
    CLEAN(free) const char **names = jx_keys(set, &n);
    if (n > NAMED_MOST)
        return;
    for (size_t i = 0; i < n; i++)
        (void)buf_addf(path, "%s%s", i ? "%2C" : "%20in%20%28", names[i]);
    (void)buf_adds(path, "%29");
}

static bool missing(const struct route *rt, const json_t *backends);

void route_put_endpoints(struct route *rt)
{
    static struct inside_probe probe = { .ready = gwapi_endpoints_ready,
                                         .projection = gwapi_endpoints_projection };
    CLEAN(buf_free) struct buf path = buf_max(PATH_MOST);
    json_auto_t *backends = backends_of(rt);
    const char *ns = common_namespace(backends);

    if (!json_array_size(backends))
        return;
    (void)buf_addf(&path,
                   "/apis/discovery.k8s.io/v1/%s%s%sendpointslices?labelSelector=", ns ? "namespaces/" : "",
                   ns ? ns : "", ns ? "/" : "");
    (void)buf_adds(&path, "kubernetes.io%2Fservice-name");
    add_names(backends, &path);
    workload_put_probe(&rt->w, ROUTE_ENDPOINTS, &probe, buf_text(&path),
                       missing(rt, backends) ? "15s" : "1m");
}

/* ---- the answer ---- */

static bool is_ready(const struct route *rt, const json_t *backend)
{
    const json_t *at = rt->w.seen[ROUTE_ENDPOINTS].at_provider, *list = jx_at(at, "services");

    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *one = json_array_get(list, i);

        if (!strcmp(jx_str(one, "name", ""), jx_str(backend, "name", "")) &&
            !strcmp(jx_str(one, "namespace", ""), jx_str(backend, "namespace", "")))
            return true;
    }
    /* of a list that was cut, what is not seen is not known */
    return (json_int_t)json_array_size(list) != jx_int(at, "count", -1);
}

static const json_t *first_missing(const struct route *rt, const json_t *backends)
{
    for (size_t i = 0; i < json_array_size(backends); i++)
        if (!is_ready(rt, json_array_get(backends, i)))
            return json_array_get(backends, i);
    return NULL;
}

static bool missing(const struct route *rt, const json_t *backends)
{
    return !rt->w.seen[ROUTE_ENDPOINTS].at_provider || first_missing(rt, backends);
}

bool route_endpoints_link(const struct route *rt, struct link *l)
{
    const struct observed *o = &rt->w.seen[ROUTE_ENDPOINTS];
    json_auto_t *backends = backends_of(rt);
    const json_t *none = first_missing(rt, backends);

    *l = (struct link){ .met = true, .reason = "Ready" };
    if (!json_array_size(backends))
        return false;
    if (!o->at_provider && !link_troubled(l, o, "The endpoints of the backends", no_advice))
        link_unmet(l, "Pending", "It is being looked up whether the backends have pods; nothing to do");
    else if (o->at_provider && none)
        link_unmet(l, "NoEndpoints",
                   "Service \"%.63s\" of namespace %.63s (%s) has no ready pod; it goes on when one is ready",
                   jx_str(none, "name", ""), jx_str(none, "namespace", ""), jx_str(none, "path", ""));
    return true;
}
