/* SPDX-License-Identifier: Apache-2.0 */
/* LoadBalancer: a Service of type LoadBalancer, for which the cluster makes a load balancer of Octavia with a floating IP.  It is
 * Ready when it has an address and the cluster's last word about it is no warning. */
#include "function/render/loadbalancer.h"
#include "function/render/kind.h"
#include "function/render/octavia_events.h"

enum { LB_EVENTS = WORKLOAD_OWN, LB_SHOOT, LB_PARTS };

static const struct part parts[] = {
    [WORKLOAD_OBJECT] = { "loadbalancer", "-loadbalancer" },
    [WORKLOAD_NAMESPACE] = { "namespace", "-loadbalancer-namespace" },
    [LB_EVENTS] = { "events", "-loadbalancer-events" },
    [LB_SHOOT] = { "shoot-info", "-loadbalancer-shoot-info" },
    [LB_PARTS] = { NULL, "" },
};

/* ---- the Requests ------------------------------------------------------------------------------------------------ */

/* An address that was asked for and is not there yet is no address. */
static const char ready[] =
    ".payload.body.object.spec.loadBalancerIP as $want | .response.body | .metadata.deletionTimestamp == "
    "null and "
    "((.status.loadBalancer.ingress // []) | length > 0 and ((.[0].ip // .[0].hostname // \"\") != \"\") and "
    "($want == null or .[0].ip == null or .[0].ip == $want))";

static const char projection[] =
    ".response.body | {addresses: [.status.loadBalancer.ingress[]? | (.ip // .hostname) | select(. != "
    "null)], ports: "
    "[.spec.ports[]? | {name, port, protocol, nodePort} | with_entries(select(.value != null))], deleting: "
    "(.metadata.deletionTimestamp != null)}";

static const char *const core[] = { "v1", NULL };

static struct inside_kind service = {
    .kind = "Service",
    .resource = "services",
    .versions = core,
    .ready = ready,
    .projection = projection,
};

static json_t *ports_doc(const struct lb_spec *s)
{
    json_t *list = json_array();

    for (size_t i = 0; i < s->n_ports; i++) {
        const struct lb_port *port = &s->ports[i];

        jx_append(
            list,
            jx_object(jx_s("name", port->name), jx_s("protocol", port->protocol ? port->protocol : "TCP"),
                      jx_o("port", jx_opt_int(port->port)),
                      jx_o("targetPort", port->target ? json_incref(port->target) : jx_opt_int(port->port)),
                      jx_o("nodePort", jx_opt_int(port->node_port)),
                      jx_s("appProtocol", port->app_protocol)));
    }
    return list;
}

static json_t *service_spec(const struct lb_spec *s)
{
    return jx_object(jx_w("type", "LoadBalancer"), jx_O("selector", s->selector), jx_o("ports", ports_doc(s)),
                     jx_s("loadBalancerIP", s->floating_ip ? s->floating_ip : s->ip),
                     jx_O("loadBalancerSourceRanges", s->ranges),
                     jx_s("externalTrafficPolicy", s->external_policy ? s->external_policy : "Cluster"),
                     jx_s("internalTrafficPolicy", s->internal_policy), jx_s("sessionAffinity", s->affinity),
                     jx_O("sessionAffinityConfig", s->affinity_config), jx_O("ipFamilies", s->families),
                     jx_o("publishNotReadyAddresses", jx_opt_bool(s->publish_not_ready)));
}

static void compose(struct loadbalancer *lb)
{
    struct workload *w = &lb->w;
    json_auto_t *annotations = json_copy(lb->octavia.annotations);
    CLEAN(free) char *events_path = octavia_events_path(w->spec.ns, w->call.names.own);

    if (lb->spec.hostname)
        jx_set(annotations, LB_EXTERNAL_DNS, jx_text(lb->spec.hostname));
    workload_put_namespace(w);
    workload_put_object(w, WORKLOAD_OBJECT, &service, workload_metadata(w, lb->spec.labels, annotations),
                        service_spec(&lb->spec), NULL);
    workload_put_probe(w, LB_EVENTS, &octavia_events, events_path,
                       w->seen[WORKLOAD_OBJECT].ready ? "5m" : "15s");
    if (octavia_events_warn(&w->seen[LB_EVENTS]) || w->seen[LB_SHOOT].object)
        workload_put_probe(w, LB_SHOOT, &octavia_shoot_info, OCTAVIA_SHOOT_INFO_PATH, "1h");
}

/* ---- what the cluster says --------------------------------------------------------------------------------------- */

static bool trouble(const struct loadbalancer *lb, struct link *l)
{
    const struct observed *events = &lb->w.seen[LB_EVENTS];

    return octavia_region_trouble(events, &lb->w.seen[LB_SHOOT], l) || octavia_events_trouble(events, l);
}

static void look_at_address(const struct loadbalancer *lb, struct link *l)
{
    const struct observed *o = &lb->w.seen[WORKLOAD_OBJECT];
    const char *address = json_string_value(json_array_get(jx_at(o->at_provider, "addresses"), 0));

    *l = (struct link){ .met = true, .reason = "Assigned" };
    if (jx_bool(o->at_provider, "deleting", false))
        link_unmet(l, "Deleting", "The load balancer is being deleted; nothing to do");
    else if (!address) {
        if (!trouble(lb, l))
            link_unmet(l, "Creating",
                       "Octavia makes the load balancer, which takes one to five minutes; nothing to do");
    } else if (!o->ready && !trouble(lb, l))
        link_unmet(l, "Moving",
                   "The load balancer has address %.64s and moves to the one asked for; nothing to do",
                   address);
}

/* A Service does not tell whether its last change got through; its events do. */
static void look_at_sync(const struct loadbalancer *lb, const struct link *address, struct link *l)
{
    *l = (struct link){ .met = true, .reason = "Configured" };
    if (!address->met)
        link_unmet(l, "Waiting", "The load balancer has no address yet");
    else
        (void)trouble(lb, l);
}

static const char *phase_of(const struct link *address)
{
    if (!address->met && (!strcmp(address->reason, "Creating") || !strcmp(address->reason, "Deleting")))
        return address->reason;
    return address->met || !strcmp(address->reason, "Moving") ? "Updating" : "Retrying";
}

static void tell(struct loadbalancer *lb)
{
    struct workload *w = &lb->w;
    const json_t *at = w->seen[WORKLOAD_OBJECT].at_provider;
    struct link applied, address, configured;
    const struct workload_step chain[] = { { "Applied", &applied },
                                           { "AddressAssigned", &address },
                                           { "Configured", &configured },
                                           { NULL, NULL } };
    json_t *addresses = jx_at(at, "addresses");

    workload_applied(w, WORKLOAD_OBJECT, &applied);
    look_at_address(lb, &address);
    look_at_sync(lb, &address, &configured);
    jx_add(w->call.r->status, jx_s("serviceName", w->call.names.own),
           jx_s("address", json_string_value(json_array_get(addresses, 0))),
           jx_O("addresses", json_array_size(addresses) ? addresses : NULL),
           jx_s("hostname", lb->spec.hostname), jx_O("ports", jx_at(at, "ports")));
    workload_finish(w, chain, phase_of(&address), NULL, "The load balancer has its address");
}

static void render_loadbalancer(const struct fn_request *req, struct fn_response *r)
{
    struct loadbalancer whole = { 0 }, *lb = &whole;
    enum workload_verdict verdict;

    workload_begin(&lb->w, req, r, "load balancer", parts);
    loadbalancer_read(lb);
    workload_spec(&lb->w, &lb->spec.w);
    loadbalancer_rules(lb);
    octavia_events_advise(&lb->w.seen[LB_EVENTS], &lb->w.call.advice);
    verdict = workload_verdict(&lb->w);
    if (verdict == WORKLOAD_RENDER)
        compose(lb);
    if (verdict != WORKLOAD_REFUSE)
        tell(lb);
    octavia_free(&lb->octavia);
    free(lb->spec.ports);
    workload_end(&lb->w);
}

const struct kind kind_loadbalancer = { "LoadBalancer", render_loadbalancer, parts };
const struct kind kind_xloadbalancer = { "XLoadBalancer", render_loadbalancer, parts };
