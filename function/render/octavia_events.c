/* SPDX-License-Identifier: Apache-2.0 */
#include "function/render/octavia_events.h"
#include "function/render/octavia.h"

/* The newest of what ends an attempt, and the oddities of the cloud controller, once each.  Others, too, have warnings about a Service
 * (the API server's "Cluster IP is not allocated; repairing", endpoint slices), and never say that it is over. */
struct inside_probe octavia_events = {
    .ready = ".response.statusCode == 200",
    .projection =
        "[.response.body.items[]?] | sort_by(.lastTimestamp // .series.lastObservedTime // .eventTime // "
        ".metadata.creationTimestamp // \"\") | ([\"LoadBalancerForcedInternal\", "
        "\"LoadBalancerExternalNetworkSearchFailed\", \"LoadBalancerSourceRangesIgnored\", "
        "\"LoadBalancerAvailabilityZonesIgnored\", \"LoadBalancerFloatingIPSkipped\", "
        "\"LoadBalancerLbMethodUnknown\"]) as $odd | def one: {type, reason, message: (.message // \"\" | "
        ".[:600])}; "
        "def of_cloud: [.source.component?, .reportingComponent] | map(strings | select(. != \"\"))[0] | . "
        "== "
        "null or . == \"service-controller\" or startswith(\"cloud-provider\"); "
        "{newest: (map(select(of_cloud and (.type == \"Warning\" or .reason == \"EnsuredLoadBalancer\" or "
        ".reason == "
        "\"UpdatedLoadBalancer\") and ([.reason] | inside($odd) | not))) | last | if . == null then null "
        "else one end), "
        "oddities: (map(select([.reason] | inside($odd)) | one) | unique_by(.reason))}",
};

char *octavia_events_path(const char *ns, const char *service)
{
    return x_asprintf("/api/v1/namespaces/%s/"
                      "events?fieldSelector=involvedObject.kind%%3DService%%2CinvolvedObject.name%%3D%s",
                      ns, service);
}

void octavia_events_advise(const struct observed *o, struct problems *advice)
{
    size_t i;
    json_t *one;

    json_array_foreach (jx_at(o->at_provider, "oddities"), i, one)
        problems_add(advice, "The cluster says %.64s: %.300s", jx_str(one, "reason", "?"),
                     jx_str(one, "message", ""));
}

struct inside_probe octavia_shoot_info = {
    .ready = ".response.statusCode == 200",
    .projection = "{region: .response.body.data.region} | with_entries(select(.value != null))",
};

bool octavia_events_warn(const struct observed *o)
{
    return !strcmp(jx_str(o->at_provider, "newest.type", ""), "Warning");
}

bool octavia_region_trouble(const struct observed *o, const struct observed *info, struct link *l)
{
    const char *region = jx_str(info->at_provider, "region", NULL);

    if (!octavia_events_warn(o) || !octavia_lacks_l4(region))
        return false;
    link_unmet(
        l, "NoLoadBalancers",
        "Region %.64s has no TCP and UDP load balancers: make the cluster in another region for what must be "
        "reached from outside. The cluster says: %.500s",
        region, jx_str(o->at_provider, "newest.message", ""));
    return true;
}

bool octavia_events_trouble(const struct observed *o, struct link *l)
{
    const json_t *newest = jx_at(o->at_provider, "newest");
    const char *message = jx_str(newest, "message", ""), *advice;

    if (!octavia_events_warn(o))
        return false;
    advice = octavia_explain(message);
    link_unmet(l, jx_str(newest, "reason", "Failed"), "The cluster says: %.500s; %s", message,
               advice ? advice : "it is tried again");
    return true;
}
