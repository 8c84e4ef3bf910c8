/* SPDX-License-Identifier: Apache-2.0 */
/* What a Service may say, and what Octavia makes of it without a word. */
#include "function/render/cidr.h"
#include "function/render/loadbalancer.h"
#include "function/render/words.h"
#include <arpa/inet.h>

enum {
    PORT_MOST = 65535,
    NODE_PORT_LEAST = 30000,
    NODE_PORT_MOST = 32767,
    TARGET_NAME_MOST = 15,
    DAY = 86400
};

static const char *const types[] = { "LoadBalancer", NULL };
static const char *const policies[] = { "Cluster", "Local", NULL };
static const char *const affinities[] = { "None", "ClientIP", NULL };
static const char *const family_policies[] = { "SingleStack", NULL };
static const char *const protocols[] = { "TCP", "UDP", "SCTP", NULL };

static const struct jx_field fields[] = {
    WORKLOAD_FIELDS(struct lb_spec, w),
    JX_F_STR(struct lb_spec, type, "type", .one_of = types),
    JX_F_ARRAY(struct lb_spec, ports_doc, "ports", .flags = JX_REQUIRED),
    JX_F_OBJECT(struct lb_spec, selector, "selector", .flags = JX_REQUIRED),
    JX_F_ARRAY(struct lb_spec, ranges, "loadBalancerSourceRanges"),
    JX_F_STR(struct lb_spec, external_policy, "externalTrafficPolicy", .one_of = policies),
    JX_F_STR(struct lb_spec, internal_policy, "internalTrafficPolicy", .one_of = policies),
    JX_F_STR(struct lb_spec, affinity, "sessionAffinity", .one_of = affinities),
    JX_F_OBJECT(struct lb_spec, affinity_config, "sessionAffinityConfig"),
    JX_F_ARRAY(struct lb_spec, families, "ipFamilies"),
    JX_F_STR(struct lb_spec, family_policy, "ipFamilyPolicy", .one_of = family_policies),
    JX_F_BOOL(struct lb_spec, publish_not_ready, "publishNotReadyAddresses"),
    JX_F_STR(struct lb_spec, hostname, "hostname"),
    JX_F_STR(struct lb_spec, floating_ip, "floatingIP"),
    JX_F_STR(struct lb_spec, ip, "loadBalancerIP"),
    JX_F_OBJECT(struct lb_spec, octavia, "octavia"),
    JX_F_OBJECT(struct lb_spec, labels, "labels"),
    JX_F_OBJECT(struct lb_spec, annotations, "annotations"),
    JX_F_TREE(struct lb_spec, class, "loadBalancerClass"),
    JX_F_TREE(struct lb_spec, node_ports, "allocateLoadBalancerNodePorts"),
    JX_F_TREE(struct lb_spec, external_ips, "externalIPs"),
    { 0 },
};
static const struct jx_field port_fields[] = {
    JX_F_STR(struct lb_port, name, "name"),
    JX_F_STR(struct lb_port, protocol, "protocol", .one_of = protocols),
    JX_F_INT(struct lb_port, port, "port", .flags = JX_REQUIRED),
    JX_F_TREE(struct lb_port, target, "targetPort"),
    JX_F_INT(struct lb_port, node_port, "nodePort"),
    JX_F_STR(struct lb_port, app_protocol, "appProtocol"),
    { 0 },
};
static const struct jx_field affinity_fields[] = { JX_F_OBJECT(struct lb_spec, client_ip, "clientIP"),
                                                   { 0 } };
static const struct jx_field client_ip_fields[] = {
    JX_F_INT(struct lb_spec, affinity_seconds, "timeoutSeconds"), { 0 }
};

void loadbalancer_read(struct loadbalancer *lb)
{
    struct lb_spec *s = &lb->spec;
    struct problems *p = &lb->w.call.problems;
    size_t i, n;
    json_t *doc;

    jx_bind_all(jx_at(lb->w.call.req->composite, "spec"), "spec", fields, s, p);
    if (s->affinity_config)
        jx_bind_all(s->affinity_config, "spec.sessionAffinityConfig", affinity_fields, s, p);
    if (s->client_ip)
        jx_bind_all(s->client_ip, "spec.sessionAffinityConfig.clientIP", client_ip_fields, s, p);
    n = json_array_size(s->ports_doc);
    if (s->ports_doc && (!n || n > LB_PORTS_MAX))
        problems_add(p, "spec.ports has %zu entries; from 1 to %d are possible", n, LB_PORTS_MAX);
    s->ports = x_alloc((n > LB_PORTS_MAX ? LB_PORTS_MAX : n) * sizeof(*s->ports));
    json_array_foreach (s->ports_doc, i, doc) {
        struct lb_port *port = &s->ports[s->n_ports];

        if (i >= LB_PORTS_MAX)
            break;
        (void)snprintf(port->path, sizeof(port->path), "spec.ports[%zu]", i);
        jx_bind_all(doc, port->path, port_fields, port, p);
        s->n_ports++;
    }
    octavia_read(s->octavia, "spec.octavia", &lb->octavia, p, &lb->w.call.advice);
    octavia_annotate(s->annotations, "spec.annotations", "spec.octavia", &lb->octavia, p);
}

/* ---- ports ------------------------------------------------------------------------------------------------------- */

static const char *protocol(const struct lb_port *port) { return port->protocol ? port->protocol : "TCP"; }

static void check_number(struct problems *p, const char *path, const char *field, struct jx_opt_int n,
                         json_int_t least, json_int_t most)
{
    if (n.set && (n.value < least || n.value > most))
        problems_add(p, "%s.%s: %lld must be from %lld to %lld", path, field, (long long)n.value,
                     (long long)least, (long long)most);
}

static bool has_letter(const char *text)
{
    return strcspn(text, "abcdefghijklmnopqrstuvwxyz") < strlen(text);
}

static void check_target(struct problems *p, const struct lb_port *port)
{
    const char *name = json_string_value(port->target);
    json_int_t n = json_integer_value(port->target);

    if (!port->target)
        return;
    if (name && *name && strspn(name, "0123456789") == strlen(name))
        problems_add(p, "%s.targetPort: \"%.16s\" is a text; a number goes without quotes", port->path, name);
    else if (name ? !words_dns_label(name) || strlen(name) > TARGET_NAME_MOST || !has_letter(name) ||
                        strstr(name, "--")
                  : !json_is_integer(port->target) || n < 1 || n > PORT_MOST)
        problems_add(
            p,
            "%s.targetPort must be a number from 1 to %d, or the name of a container's port: at most %d "
            "lower-case letters, digits and hyphens, a letter among them",
            port->path, PORT_MOST, TARGET_NAME_MOST);
}

static void check_port_name(struct problems *p, const struct lb_spec *s, const struct lb_port *port)
{
    if (!port->name && s->n_ports > 1)
        problems_add(p, "%s.name is required when there are several ports", port->path);
    else if (port->name && (!words_dns_label(port->name) || strlen(port->name) > 63))
        problems_add(p,
                     "%s.name: \"%.80s\" must be lower-case letters, digits and hyphens inside, at most 63",
                     port->path, port->name);
}

static void check_same_port(struct problems *p, const struct lb_port *port, const struct lb_port *other)
{
    if (port->port.set && other->port.set && port->port.value == other->port.value &&
        !strcmp(protocol(port), protocol(other)))
        problems_add(p, "%s.port: %s %lld is also %s; each protocol and port is one listener", port->path,
                     protocol(port), (long long)port->port.value, other->path);
    if (port->node_port.set && other->node_port.set && port->node_port.value == other->node_port.value &&
        !strcmp(protocol(port), protocol(other)))
        problems_add(p, "%s.nodePort: %s %lld is also %s's; leave nodePort out to get a free one", port->path,
                     protocol(port), (long long)port->node_port.value, other->path);
    if (port->name && other->name && !strcmp(port->name, other->name))
        problems_add(p, "%s.name: \"%.63s\" is also %s's", port->path, port->name, other->path);
}

/* Settings that concern all listeners, and are for TCP. */
static void check_carried(struct loadbalancer *lb, const struct lb_port *port)
{
    const struct octavia *o = &lb->octavia;
    const struct {
        bool set;
        const char *field, *makes;
    } settings[] = {
        { o->forwarded_for, "xForwardedFor", "makes every listener HTTP" },
        { o->proxy_protocol, "proxyProtocol", "makes every listener speak PROXY, which is for TCP" },
        { o->ends_tls, "defaultTlsContainerRef", "makes every listener HTTPS" },
    };

    for (size_t i = 0; strcmp(protocol(port), "TCP") != 0 && i < ARRAY_LENGTH(settings); i++)
        if (settings[i].set)
            problems_add(
                &lb->w.call.problems,
                "spec.octavia.%s %s, but %s is %s; leave it out, or make another LoadBalancer for %s",
                settings[i].field, settings[i].makes, port->path, protocol(port), protocol(port));
}

static void check_ports(struct loadbalancer *lb)
{
    struct problems *p = &lb->w.call.problems;
    const struct lb_spec *s = &lb->spec;

    for (size_t i = 0; i < s->n_ports; i++) {
        const struct lb_port *port = &s->ports[i];

        check_number(p, port->path, "port", port->port, 1, PORT_MOST);
        check_number(p, port->path, "nodePort", port->node_port, NODE_PORT_LEAST, NODE_PORT_MOST);
        check_target(p, port);
        check_port_name(p, s, port);
        if (port->app_protocol && !words_key(port->app_protocol))
            problems_add(p,
                         "%s.appProtocol: \"%.64s\" is not a protocol's name; write for example https or "
                         "example.com/mine",
                         port->path, port->app_protocol);
        for (size_t k = 0; k < i; k++)
            check_same_port(p, port, &s->ports[k]);
        check_carried(lb, port);
    }
}

/* A web server's clients come again by themselves; others wonder why they are cut off. */
static void advise_of_idle(struct loadbalancer *lb)
{
    const struct lb_spec *s = &lb->spec;

    if (jx_at(s->octavia, "timeoutClientData") || jx_at(s->octavia, "timeoutMemberData"))
        return;
    for (size_t i = 0; i < s->n_ports; i++) {
        json_int_t port = s->ports[i].port.value;

        if (strcmp(protocol(&s->ports[i]), "TCP") != 0 || port == 80 || port == 443)
            continue;
        problems_add(&lb->w.call.advice,
                     "%s: Octavia ends a TCP connection that is idle for 50 seconds; for games, databases "
                     "and websockets "
                     "set spec.octavia.timeoutClientData and timeoutMemberData, in milliseconds",
                     s->ports[i].path);
        return;
    }
}

/* A node without a pod answers Octavia's probe of UDP with silence, which it takes for life, and one with a pod may look dead. */
static void advise_of_udp(struct loadbalancer *lb)
{
    const struct lb_spec *s = &lb->spec;
    bool local = s->external_policy && !strcmp(s->external_policy, "Local");

    for (size_t i = 0; local && i < s->n_ports; i++)
        if (!strcmp(protocol(&s->ports[i]), "UDP")) {
            problems_add(
                &lb->w.call.advice,
                "%s: with externalTrafficPolicy Local Octavia's monitor of UDP may take nodes that run a "
                "pod for dead; if traffic gets lost, use Cluster",
                s->ports[i].path);
            return;
        }
}

/* ---- the rest ---------------------------------------------------------------------------------------------------- */

static const char *text_or_empty(const json_t *value)
{
    return json_is_string(value) ? json_string_value(value) : "";
}

static bool wants_six(const struct loadbalancer *lb)
{
    return !strcmp(text_or_empty(json_array_get(lb->spec.families, 0)), "IPv6");
}

/* Octavia refuses the whole load balancer when one range is not of its family. */
static void check_family(struct loadbalancer *lb, const char *path, const char *text, bool six)
{
    if (six != wants_six(lb))
        problems_add(&lb->w.call.problems,
                     "%s: %.64s is %s, but the load balancer is %s, and Octavia would refuse all of it; "
                     "leave this out%s",
                     path, text, six ? "IPv6" : "IPv4", six ? "IPv4" : "IPv6",
                     six ? ", or set spec.ipFamilies to [IPv6]" : "");
}

static void tell_host_bits(struct loadbalancer *lb, const char *path, const char *text, const char *better)
{
    problems_add(&lb->w.call.problems, "%s: %.64s is not a network's address; did you mean %s?", path, text,
                 better);
}

/* The address and the prefix of "2001:db8::/32"; false when 'text' is no range of IPv6. */
static bool parse_six(const char *text, struct in6_addr *six, unsigned *prefix)
{
    char address[INET6_ADDRSTRLEN];
    const char *slash = strchr(text, '/');
    size_t digits = slash ? strspn(slash + 1, "0123456789") : 0;

    if (!slash || (size_t)(slash - text) >= sizeof(address) || !digits || digits > 3 || slash[1 + digits] ||
        (slash[1] == '0' && digits > 1))
        return false;
    memcpy(address, text, (size_t)(slash - text));
    address[slash - text] = '\0';
    *prefix = (unsigned)strtoul(slash + 1, NULL, 10);
    return *prefix <= 128 && inet_pton(AF_INET6, address, six) == 1;
}

static void check_six(struct loadbalancer *lb, const char *path, const char *text, struct in6_addr six,
                      unsigned prefix)
{
    char better[INET6_ADDRSTRLEN + 8];
    bool host_bits = false;

    for (unsigned bit = prefix; bit < 128; bit++) {
        uint8_t mask = (uint8_t)(0x80 >> bit % 8);

        host_bits = host_bits || (six.s6_addr[bit / 8] & mask);
        six.s6_addr[bit / 8] &= (uint8_t)~mask;
    }
    inet_ntop(AF_INET6, &six, better, INET6_ADDRSTRLEN);
    (void)snprintf(better + strlen(better), 8, "/%u", prefix);
    if (host_bits)
        tell_host_bits(lb, path, text, better);
    check_family(lb, path, text, true);
}

static void check_range(struct loadbalancer *lb, size_t i, const json_t *range)
{
    const char *text = text_or_empty(range);
    char path[64], better[CIDR_TEXT];
    struct in6_addr six;
    struct cidr c;
    unsigned prefix;

    (void)snprintf(path, sizeof(path), "spec.loadBalancerSourceRanges[%zu]", i);
    if (cidr_parse(text, &c)) {
        cidr_text(&c, better);
        if (c.host_bits)
            tell_host_bits(lb, path, text, better);
        check_family(lb, path, text, false);
    } else if (parse_six(text, &six, &prefix))
        check_six(lb, path, text, six, prefix);
    else if (!json_is_string(range))
        problems_add(&lb->w.call.problems, "%s must be a text such as 203.0.113.0/24", path);
    else
        problems_add(
            &lb->w.call.problems,
            "%s: \"%.64s\" is not a range of addresses; write for example %s for a network, or %s for "
            "one address",
            path, text, wants_six(lb) ? "2001:db8::/32" : "203.0.113.0/24",
            wants_six(lb) ? "2001:db8::7/128" : "203.0.113.7/32");
}

static void check_ranges(struct loadbalancer *lb)
{
    size_t i;
    json_t *range;

    json_array_foreach (lb->spec.ranges, i, range)
        check_range(lb, i, range);
}

static void check_selector(struct loadbalancer *lb)
{
    size_t n;
    CLEAN(free) const char **keys = jx_keys(lb->spec.selector, &n);

    if (lb->spec.selector && !n)
        problems_add(&lb->w.call.problems,
                     "spec.selector is empty: no pod would get traffic; write for example {app: game}");
    for (size_t i = 0; i < n; i++) {
        const char *value = json_string_value(json_object_get(lb->spec.selector, keys[i]));

        if (!words_key(keys[i]) || !value || !words_value(value))
            problems_add(
                &lb->w.call.problems,
                "spec.selector: \"%.64s\" must be a label of pods and its value a text, as in {app: game}",
                keys[i]);
    }
}

static void check_affinity(struct loadbalancer *lb)
{
    const struct lb_spec *s = &lb->spec;

    check_number(&lb->w.call.problems, "spec.sessionAffinityConfig.clientIP", "timeoutSeconds",
                 s->affinity_seconds, 1, DAY);
    if (s->affinity_config && (!s->affinity || strcmp(s->affinity, "ClientIP") != 0))
        problems_add(
            &lb->w.call.problems,
            "spec.sessionAffinityConfig needs sessionAffinity: ClientIP; set it, or leave the config out");
}

static void check_families(struct loadbalancer *lb)
{
    const json_t *families = lb->spec.families;
    const char *family = json_string_value(json_array_get(families, 0));

    if (families && (json_array_size(families) != 1 || !family ||
                     (strcmp(family, "IPv4") != 0 && strcmp(family, "IPv6") != 0)))
        problems_add(&lb->w.call.problems,
                     "spec.ipFamilies must be [IPv4] or [IPv6]: a load balancer of Octavia has one family");
}

static void check_address(struct loadbalancer *lb)
{
    const struct lb_spec *s = &lb->spec;
    const char *address = s->floating_ip ? s->floating_ip : s->ip;
    struct problems *p = &lb->w.call.problems;
    struct in_addr four;
    struct in6_addr six;

    if (s->floating_ip && s->ip)
        problems_add(p, "spec.floatingIP and spec.loadBalancerIP say the same thing; leave one out");
    if (s->floating_ip && lb->octavia.internal)
        problems_add(p, "spec.floatingIP has no meaning with spec.octavia.internal: true; for an address in "
                        "the cluster's "
                        "network write spec.loadBalancerIP");
    if (s->floating_ip && wants_six(lb))
        problems_add(
            p,
            "spec.floatingIP: a load balancer of IPv6 has no floating IP; leave it out, or write an address "
            "of the cluster's network as spec.loadBalancerIP");
    else if (s->floating_ip && inet_pton(AF_INET6, address, &six) == 1)
        problems_add(
            p, "spec.floatingIP: %.64s is IPv6, and floating IPs are IPv4; write for example 203.0.113.7",
            address);
    else if (address && inet_pton(AF_INET, address, &four) != 1 && inet_pton(AF_INET6, address, &six) != 1)
        problems_add(p, "spec.%s: \"%.64s\" is not an IP address; write for example %s",
                     s->floating_ip ? "floatingIP" : "loadBalancerIP", address,
                     wants_six(lb) ? "2001:db8::7" : "203.0.113.7");
    else if (address && !s->floating_ip)
        check_family(lb, "spec.loadBalancerIP", address, inet_pton(AF_INET6, address, &six) == 1);
}

static void check_hostname(struct loadbalancer *lb)
{
    const char *name = lb->spec.hostname;

    if (name && !words_host_name(!strncmp(name, "*.", 2) ? name + 2 : name))
        problems_add(&lb->w.call.problems,
                     "spec.hostname: \"%.80s\" is not a DNS name; write for example game.example.com", name);
    if (name && json_object_get(lb->spec.annotations, LB_EXTERNAL_DNS))
        problems_add(&lb->w.call.problems,
                     "spec.annotations: " LB_EXTERNAL_DNS " is what spec.hostname sets; leave one out");
}

/* Words of a Service that are taken without complaint and then nothing works. */
static void check_traps(struct loadbalancer *lb)
{
    const struct lb_spec *s = &lb->spec;
    struct problems *p = &lb->w.call.problems;

    if (s->class)
        problems_add(p, "spec.loadBalancerClass: no controller in the cluster serves a class, so nothing "
                        "would make the load "
                        "balancer; leave it out (a class of the Shoot's own is spec.octavia.class)");
    if (json_is_false(s->node_ports))
        problems_add(p, "spec.allocateLoadBalancerNodePorts: false leaves Octavia without members, since "
                        "they are node ports; "
                        "leave it out");
    else if (s->node_ports && !json_is_true(s->node_ports))
        problems_add(p, "spec.allocateLoadBalancerNodePorts must be true or false");
    if (s->external_ips)
        problems_add(
            p,
            "spec.externalIPs has nothing to do with Octavia; write spec.floatingIP to choose the address");
    if (s->external_policy && !strcmp(s->external_policy, "Local") && lb->octavia.no_monitor)
        problems_add(p, "spec.externalTrafficPolicy: Local needs spec.octavia.enableHealthMonitor, or nodes "
                        "without a pod "
                        "swallow what they are sent; leave enableHealthMonitor out, or use Cluster");
    if (octavia_lacks_l4(lb->w.call.in.region))
        problems_add(
            &lb->w.call.advice,
            "Region %.64s, this platform's default, has no TCP and UDP load balancers: a Shoot there "
            "gives this one no address",
            lb->w.call.in.region);
}

static void check_change(struct loadbalancer *lb)
{
    json_auto_t *before = workload_before(&lb->w, WORKLOAD_OBJECT);

    if (!before)
        return;
    workload_fixed_place(&lb->w, before);
    octavia_check_fixed(&lb->octavia, jx_at(before, "object.metadata.annotations"), "spec.octavia",
                        &lb->w.call.problems);
}

void loadbalancer_rules(struct loadbalancer *lb)
{
    static void (*const rules[])(struct loadbalancer *) = {
        check_ports,    check_ranges, check_selector, check_affinity, check_families, check_address,
        check_hostname, check_traps,  advise_of_idle, advise_of_udp,  check_change,
    };

    workload_check_name(&lb->w);
    workload_check_maps(&lb->w, lb->spec.labels, lb->spec.annotations);
    for (size_t i = 0; i < ARRAY_LENGTH(rules); i++)
        rules[i](lb);
}
