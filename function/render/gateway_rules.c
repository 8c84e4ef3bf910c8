/* SPDX-License-Identifier: Apache-2.0 */
/* Rules on a Gateway's load balancer, its class and its names. */
#include "function/render/cidr.h"
#include "function/render/gateway.h"
#include "function/render/gwapi_words.h"
#include "function/render/words.h"
#include <arpa/inet.h>

enum {
    ANNOTATIONS_ALWAYS = 8, /* what every release of Gateway API takes */
    ANNOTATIONS_MOST = 16,  /* since 1.6 */
    ANNOTATION_BYTES = 4096,
    RAISED = 6,
    READABLE = 48, /* of "<namespace>-<name>", what the Service is named after */
    REPLICAS_MOST = 100,
};

bool gateway_needs_proxy(const struct gateway *g)
{
    return g->floating_ip || json_array_size(g->ranges) || g->policy || g->replicas.set ||
           (json_object_size(g->octavia.annotations) > ANNOTATIONS_ALWAYS && json_object_size(g->settings));
}

bool gateway_needs_bundle(const struct gateway *g)
{
    return json_object_size(json_object_get(g->infrastructure, "annotations")) > ANNOTATIONS_ALWAYS;
}

/* The minor release of Gateway API 1.x in the cluster; -1 when it is not known. */
static long bundle_minor(const struct gateway *g)
{
    const char *bundle = jx_str(g->w.seen[GATEWAY_BUNDLE].at_provider, "bundle", "");

    return strncmp(bundle, "v1.", 3) == 0 ? strtol(bundle + 3, NULL, 10) : -1;
}

static void check_addresses(struct gateway *g, struct problems *p)
{
    unsigned char bytes[sizeof(struct in_addr)];

    if (g->addresses)
        problems_add(p, "spec.addresses: with Envoy Gateway this reserves no address at Octavia, and only "
                        "looks as if; set "
                        "spec.floatingIP to a floating IP of the project, or leave it out for a new one");
    if (g->floating_ip && inet_pton(AF_INET, g->floating_ip, bytes) != 1)
        problems_add(p,
                     "spec.floatingIP: \"%.64s\" is not an IPv4 address; write a floating IP of the project "
                     "that nothing uses, "
                     "for example 198.51.100.7",
                     g->floating_ip);
    if (g->floating_ip && g->octavia.internal)
        problems_add(p, "spec.floatingIP: with spec.octavia.internal the load balancer has no floating IP; "
                        "remove one of the two");
}

static void check_ranges(struct gateway *g, struct problems *p)
{
    struct cidr c;

    for (size_t i = 0; i < json_array_size(g->ranges); i++) {
        const char *text = json_string_value(json_array_get(g->ranges, i));

        if (!text || !cidr_parse(text, &c))
            problems_add(p,
                         "spec.loadBalancerSourceRanges[%zu]: \"%.64s\" is not an IPv4 range; write for "
                         "example 198.51.100.0/24",
                         i, text ? text : "(not a string)");
    }
}

static bool all_http(const struct gateway *g)
{
    for (size_t i = 0; i < json_array_size(g->listeners); i++)
        if (strcmp(jx_str(json_array_get(g->listeners, i), "protocol", ""), "HTTP") != 0)
            return false;
    return true;
}

#define PROXY "makes Octavia speak the PROXY protocol on every port, which is for TCP"
#define ENDS  "makes Octavia end TLS on every port and hand HTTP on"

/* Settings concern all listeners of the load balancer: Octavia refuses it whole, or serves something else. */
static void check_carried(const struct gateway *g, struct problems *p)
{
    const struct octavia *o = &g->octavia;
    const struct {
        bool set;
        const char *field, *makes, *not_for;
    } settings[] = {
        { o->proxy_protocol, "proxyProtocol", PROXY, "UDP" },
        { o->ends_tls, "defaultTlsContainerRef", ENDS, "UDP" },
        { o->ends_tls, "defaultTlsContainerRef", ENDS, "HTTPS" },
        { o->ends_tls, "defaultTlsContainerRef", ENDS, "TLS" },
    };

    for (size_t i = 0; i < json_array_size(g->listeners); i++)
        for (size_t k = 0; k < ARRAY_LENGTH(settings); k++)
            if (settings[k].set &&
                !strcmp(jx_str(json_array_get(g->listeners, i), "protocol", ""), settings[k].not_for))
                problems_add(p,
                             "spec.octavia.%s %s, but spec.listeners[%zu] is %s; leave it out, or make "
                             "another Gateway for %s",
                             settings[k].field, settings[k].makes, i, settings[k].not_for,
                             settings[k].not_for);
}

static void check_octavia(struct gateway *g, struct problems *p)
{
    const struct octavia *o = &g->octavia;

    if (o->no_monitor && (!g->policy || strcmp(g->policy, "Cluster") != 0))
        problems_add(
            p, "spec.octavia.enableHealthMonitor: without a monitor, nodes that run no Envoy pod drop the "
               "traffic; set "
               "spec.externalTrafficPolicy to Cluster (Envoy Gateway's default is Local), or leave this out");
    if (o->forwarded_for && !all_http(g))
        problems_add(p, "spec.octavia.xForwardedFor makes Octavia read HTTP on every port, which breaks "
                        "listeners of other "
                        "protocols; leave it out: spec.octavia.proxyProtocol, with a ClientTrafficPolicy for "
                        "the Gateway, "
                        "tells Envoy the clients' addresses");
    if (g->replicas.set && (g->replicas.value < 1 || g->replicas.value > REPLICAS_MOST))
        problems_add(p, "spec.replicas: %lld is not between 1 and %d", (long long)g->replicas.value,
                     REPLICAS_MOST);
}

static void check_labels(const struct gateway *g, struct problems *p)
{
    const json_t *labels = json_object_get(g->infrastructure, "labels");
    size_t n;
    CLEAN(free) const char **keys = jx_keys(labels, &n);

    for (size_t i = 0; i < n; i++)
        if (!words_key(keys[i]) || !words_value(json_string_value(json_object_get(labels, keys[i]))))
            problems_add(p,
                         "spec.infrastructure.labels: \"%.80s\" with \"%.80s\" is not a label; keys are like "
                         "example.com/tier, values at "
                         "most 63 letters, digits, hyphens, dots and underscores",
                         keys[i], json_string_value(json_object_get(labels, keys[i])));
}

static void check_annotations(struct gateway *g, struct problems *p, struct problems *advice)
{
    const json_t *annotations = json_object_get(g->infrastructure, "annotations");
    size_t n;
    CLEAN(free) const char **keys = jx_keys(annotations, &n);

    for (size_t i = 0; i < n; i++) {
        size_t bytes = json_string_length(json_object_get(annotations, keys[i]));

        if (!words_key(keys[i]))
            problems_add(
                p,
                "spec.infrastructure.annotations: \"%.80s\" is not a key that Kubernetes takes; write "
                "for example example.com/tier",
                keys[i]);
        if (bytes > ANNOTATION_BYTES)
            problems_add(p,
                         "spec.infrastructure.annotations: the value of \"%.80s\" has %zu bytes; at most %d "
                         "are possible, shorten it",
                         keys[i], bytes, ANNOTATION_BYTES);
    }
    if (n > ANNOTATIONS_ALWAYS && n <= ANNOTATIONS_MOST && bundle_minor(g) >= 0 && bundle_minor(g) < RAISED)
        problems_add(
            p,
            "spec.infrastructure.annotations has %zu members; at most %d are possible in this cluster, "
            "which has Gateway API %.32s, and %d since 1.%d: leave some out, or upgrade the cluster's "
            "Gateway API. Those for Octavia are fields of spec.octavia",
            n, ANNOTATIONS_ALWAYS, jx_str(g->w.seen[GATEWAY_BUNDLE].at_provider, "bundle", "") + 1,
            ANNOTATIONS_MOST, RAISED);
    else if (n > ANNOTATIONS_MOST)
        problems_add(p,
                     "spec.infrastructure.annotations has %zu members; at most %d are possible, and %d "
                     "before Gateway API 1.6",
                     n, ANNOTATIONS_MOST, ANNOTATIONS_ALWAYS);
    else if (n > ANNOTATIONS_ALWAYS && bundle_minor(g) < 0)
        problems_add(advice,
                     "spec.infrastructure.annotations has %zu members; a cluster with Gateway API before 1.6 "
                     "takes at most %d",
                     n, ANNOTATIONS_ALWAYS);
}

static void check_names(struct gateway *g, struct problems *p, struct problems *advice)
{
    const char *name = g->w.call.names.own, *ns = g->w.spec.ns ? g->w.spec.ns : "";

    if (wrong_section(g->class))
        problems_add(p, "spec.gatewayClassName: \"%.64s\" %s", g->class, wrong_section(g->class));
    if (strlen(ns) + 1 + strlen(name) > READABLE)
        problems_add(advice,
                     "metadata.name: \"%.64s\" and namespace \"%.64s\" are together longer than %d "
                     "characters, so Envoy Gateway "
                     "cuts the names of what it makes; a shorter name is easier to find",
                     name, ns, READABLE);
}

void gateway_rules(struct gateway *g)
{
    struct problems *p = &g->w.call.problems, *advice = &g->w.call.advice;

    workload_check_name(&g->w);
    check_names(g, p, advice);
    gateway_rules_listeners(g);
    check_addresses(g, p);
    check_ranges(g, p);
    check_octavia(g, p);
    check_carried(g, p);
    check_labels(g, p);
    check_annotations(g, p, advice);
}
