/* SPDX-License-Identifier: Apache-2.0 */
#include "function/render/octavia.h"
#include "function/render/words.h"
#include "lib/buf.h"
#include "lib/jx.h"
#include "lib/suggest.h"
#include <ctype.h>
#include <stdint.h>
#include <strings.h>

#define PREFIX "loadbalancer.openstack.org/"

enum value_type { BOOL, NUMBER, UUID, TEXT, WORD, DNS, SECRET_URL, LABELS, PROXY };
enum { FIXED = 1 /* counts at creation only */, FLOATING = 2 /* is about the floating IP */ };
enum {
    MS_MOST = 86400000 /* Octavia: a day */,
    SECONDS_MOST = 3600,
    TEXT_MOST = 255,
    LABELS_MOST = 16384,
    UUID_DIGITS = 36
};

static const char *const methods[] = { "ROUND_ROBIN", "LEAST_CONNECTIONS", "SOURCE_IP", "SOURCE_IP_PORT",
                                       NULL };

#define ROW(fld, anno, kind, flag)                                                                           \
    {                                                                                                        \
        .field = (fld), .annotation = (anno), .type = (kind), .flags = (flag)                                \
    }
#define NUMBER_ROW(fld, anno, low, high)                                                                     \
    {                                                                                                        \
        .field = (fld), .annotation = (anno), .type = NUMBER, .least = (low), .most = (high)                 \
    }

static const struct setting {
    const char *field, *annotation;
    enum value_type type;
    unsigned flags;
    json_int_t least, most;
    const char *const *one_of;
} settings[] = {
    ROW("internal", "service.beta.kubernetes.io/openstack-internal-load-balancer", BOOL, 0),
    ROW("floatingNetworkId", PREFIX "floating-network-id", UUID, FIXED | FLOATING),
    ROW("floatingSubnetId", PREFIX "floating-subnet-id", UUID, FLOATING),
    ROW("floatingSubnet", PREFIX "floating-subnet", TEXT, FLOATING),
    ROW("floatingSubnetTags", PREFIX "floating-subnet-tags", TEXT, FLOATING),
    ROW("class", PREFIX "class", TEXT, 0),
    ROW("subnetId", PREFIX "subnet-id", UUID, FIXED),
    ROW("networkId", PREFIX "network-id", UUID, FIXED),
    ROW("memberSubnetId", PREFIX "member-subnet-id", UUID, 0),
    ROW("portId", PREFIX "port-id", UUID, FIXED),
    ROW("hostname", PREFIX "hostname", DNS, 0),
    ROW("keepFloatingIP", PREFIX "keep-floatingip", BOOL, FLOATING),
    ROW("proxyProtocol", PREFIX "proxy-protocol", PROXY, 0),
    ROW("xForwardedFor", PREFIX "x-forwarded-for", BOOL, 0),
    ROW("defaultTlsContainerRef", PREFIX "default-tls-container-ref", SECRET_URL, 0),
    { .field = "lbMethod", .annotation = PREFIX "lb-method", .type = WORD, .one_of = methods },
    NUMBER_ROW("connectionLimit", PREFIX "connection-limit", -1, INT32_MAX),
    NUMBER_ROW("timeoutClientData", PREFIX "timeout-client-data", 0, MS_MOST),
    NUMBER_ROW("timeoutMemberConnect", PREFIX "timeout-member-connect", 0, MS_MOST),
    NUMBER_ROW("timeoutMemberData", PREFIX "timeout-member-data", 0, MS_MOST),
    NUMBER_ROW("timeoutTcpInspect", PREFIX "timeout-tcp-inspect", 0, MS_MOST),
    ROW("enableHealthMonitor", PREFIX "enable-health-monitor", BOOL, 0),
    NUMBER_ROW("healthMonitorDelay", PREFIX "health-monitor-delay", 1, SECONDS_MOST),
    NUMBER_ROW("healthMonitorTimeout", PREFIX "health-monitor-timeout", 1, SECONDS_MOST),
    NUMBER_ROW("healthMonitorMaxRetries", PREFIX "health-monitor-max-retries", 1, 10),
    NUMBER_ROW("healthMonitorMaxRetriesDown", PREFIX "health-monitor-max-retries-down", 1, 10),
    ROW("flavorId", PREFIX "flavor-id", UUID, FIXED),
    ROW("availabilityZone", PREFIX "availability-zone", TEXT, FIXED),
    ROW("nodeSelector", PREFIX "node-selector", LABELS, 0),
};

/* What others write, or what has a field elsewhere. */
static const struct {
    const char *field, *annotation, *say;
} refused[] = {
    { "loadBalancerId", PREFIX "load-balancer-id",
      "is written by the cluster itself, and changing it leaves a load balancer behind; leave it out" },
    { "loadBalancerAddress", PREFIX "load-balancer-address",
      "is written by the cluster itself; leave it out (an address is asked for by spec.floatingIP)" },
    { "loadBalancerSourceRanges", "service.beta.kubernetes.io/load-balancer-source-ranges",
      "is the old way; write spec.loadBalancerSourceRanges" },
};

/* Error texts of the cloud controller and what they mean: all of 'has' occur. */
static const struct {
    const char *has, *and, *say;
} errors[] = {
    { "uota exceeded", NULL,
      "the project's OpenStack quota is used up (load balancers, floating IPs, ports or security groups): "
      "ask Cleura for more, or delete what is not used" },
    { "Quota has been met", NULL, /* Octavia's own words; Neutron's are above */
      "the project's OpenStack quota is used up (load balancers, floating IPs, ports or security groups): "
      "ask Cleura for more, or delete what is not used" },
    { "quota", "403",
      "the project's OpenStack quota is used up: ask Cleura for more, or delete what is not used" },
    { "quota", "409",
      "the project's OpenStack quota is used up: ask Cleura for more, or delete what is not used" },
    { "quota", "413",
      "the project's OpenStack quota is used up: ask Cleura for more, or delete what is not used" },
    { "floating IP", "is not available",
      "that floating IP is attached elsewhere: detach it, or choose another one" },
    { "error creating LB floatingip", NULL,
      "the pool of floating IPs is exhausted, or that address may not be asked for: leave spec.floatingIP "
      "out, "
      "or use one that the project has" },
    { "gone into ERROR state", NULL, "Octavia failed; it is tried again" },
    { "is not ACTIVE", NULL, "the load balancer is busy; it is tried again" },
    { "immutable status", NULL, "the load balancer is busy; it is tried again" },
    { "invalid loadbalancer class", NULL,
      "the Shoot has no such load balancer class: leave the class out or choose one it has" },
    { "cannot be used together", NULL, "choose one of proxyProtocol and xForwardedFor" },
    { "the listener port", "already exists",
      "another Service has that port on the same load balancer: choose another port" },
    { "already shared with", NULL, "no more Services can share that load balancer: use one of its own" },
    { "internal Service cannot share", NULL, "use a load balancer of its own" },
    { "no available nodes", NULL,
      "the cluster has no ready worker: look whether it is hibernated or its worker group may be empty" },
    { "Expecting a list of IP ranges", NULL, "correct spec.loadBalancerSourceRanges" },
    { "keymanager", NULL,
      "Barbican is not available to the cluster: end TLS in a Gateway and leave defaultTlsContainerRef out" },
    { "doesn't belong to the network", NULL,
      "the floating subnet is of another network: correct floatingSubnetId or floatingNetworkId" },
};

bool octavia_lacks_l4(const char *region) { return region && !strcasecmp(region, "sto-com"); }

const char *octavia_explain(const char *message)
{
    for (size_t i = 0; i < ARRAY_LENGTH(errors); i++)
        if (strstr(message, errors[i].has) && (!errors[i].and || strstr(message, errors[i].and)))
            return errors[i].say;
    return NULL;
}

/* ---- values ------------------------------------------------------------------------------------------------------ */

static bool is_uuid(const char *text)
{
    for (size_t i = 0; i < UUID_DIGITS; i++) {
        bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;

        if (hyphen ? text[i] != '-' : !isxdigit((unsigned char)text[i]))
            return false;
    }
    return !text[UUID_DIGITS];
}

static bool is_one_of(const char *text, const char *const *list)
{
    for (; *list; list++)
        if (!strcmp(*list, text))
            return true;
    return false;
}

/* "https://key-manager/v1/containers/<uuid>" */
static bool is_secret_url(const char *text)
{
    const char *last = strrchr(text, '/');

    return !strncmp(text, "https://", 8) &&
           (strstr(text, "/v1/containers/") || strstr(text, "/v1/secrets/")) && last && is_uuid(last + 1);
}

static bool is_text_of(const struct setting *s, const char *text)
{
    switch (s->type) {
    case UUID: return is_uuid(text);
    case WORD: return is_one_of(text, s->one_of);
    case DNS: return words_host_name(text);
    case SECRET_URL: return is_secret_url(text);
    case TEXT: return *text && strlen(text) <= TEXT_MOST;
    case BOOL:
    case NUMBER:
    case LABELS:
    case PROXY: break;
    }
    return false;
}

static json_t *labels_text(const json_t *map)
{
    size_t n;
    CLEAN(free) const char **keys = jx_keys(map, &n);
    CLEAN(buf_free) struct buf all = buf_max(LABELS_MOST);

    for (size_t i = 0; i < n; i++) {
        const char *value = json_string_value(json_object_get(map, keys[i]));

        if (!words_key(keys[i]) || !value || !words_value(value) ||
            buf_addf(&all, "%s%s=%s", i ? "," : "", keys[i], value) < 0)
            return NULL;
    }
    return n ? jx_text(buf_text(&all)) : NULL;
}

/* true and v1 are the same, v2 is its binary form. */
static json_t *proxy_text(const json_t *value)
{
    const char *text = json_string_value(value);

    if (json_is_boolean(value))
        return json_is_true(value) ? jx_text("true") : jx_text("false");
    return text && (!strcmp(text, "v1") || !strcmp(text, "v2")) ? jx_text(text) : NULL;
}

/* The annotation's value, new; NULL when 'value' is none. */
static json_t *text_of(const struct setting *s, const json_t *value)
{
    const char *text = json_string_value(value);
    char number[32];

    if (s->type == BOOL)
        return json_is_boolean(value) ? jx_text(json_is_true(value) ? "true" : "false") : NULL;
    if (s->type == LABELS)
        return json_is_object(value) ? labels_text(value) : NULL;
    if (s->type == PROXY)
        return proxy_text(value);
    if (s->type != NUMBER)
        return text && is_text_of(s, text) ? jx_text(text) : NULL;
    if (!json_is_integer(value) || json_integer_value(value) < s->least ||
        json_integer_value(value) > s->most)
        return NULL;
    (void)snprintf(number, sizeof(number), "%lld", (long long)json_integer_value(value));
    return jx_text(number);
}

static void tell_wrong(const struct setting *s, const char *path, const json_t *value, struct problems *p)
{
    static const char *const must[] = {
        [BOOL] = "must be true or false, without quotes",
        [UUID] = "must be an OpenStack id such as 0f2f6cf1-5d0a-4f5e-9a51-6c2a3e1b7d10",
        [TEXT] = "must be a text of at most 255 characters",
        [WORD] = "must be ROUND_ROBIN, LEAST_CONNECTIONS, SOURCE_IP or SOURCE_IP_PORT",
        [DNS] = "must be a DNS name such as game.example.com",
        [SECRET_URL] = "must be Barbican's URL of a container or secret, https://.../v1/containers/<id>",
        [LABELS] = "must be labels of nodes, for example {pool: edge}",
        [PROXY] = "must be true, false, v1 or v2",
    };
    json_auto_t *shown = jx_pack("[O]", (json_t *)(uintptr_t)value);
    CLEAN(free) char *text = jx_dump(shown);
    int n = (int)jx_cut(text + 1, strlen(text) - 2 < 64 ? strlen(text) - 2 : 64);

    if (s->type == NUMBER)
        problems_add(p, "%s.%s: %.*s must be a whole number from %lld to %lld%s", path, s->field, n, text + 1,
                     (long long)s->least, (long long)s->most,
                     json_is_string(value) ? ", without quotes and unit" : "");
    else
        problems_add(p, "%s.%s: %.*s %s", path, s->field, n, text + 1, must[s->type]);
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

static const struct setting *by_field(const char *field)
{
    for (size_t i = 0; i < ARRAY_LENGTH(settings); i++)
        if (!strcmp(settings[i].field, field))
            return &settings[i];
    return NULL;
}

static const char *field_at(size_t i) { return i < ARRAY_LENGTH(settings) ? settings[i].field : NULL; }

static void tell_unknown(const char *path, const char *field, struct problems *p)
{
    const char *near = suggest_nearest(field, field_at);

    for (size_t i = 0; i < ARRAY_LENGTH(refused); i++)
        if (!strcmp(refused[i].field, field)) {
            problems_add(p, "%s.%s %s", path, field, refused[i].say);
            return;
        }
    problems_add(p, "%s.%.64s is not a setting of Octavia%s%s%s", path, field, near ? "; did you mean " : "",
                 near ? near : "", near ? "?" : "");
}

static json_int_t number(const json_t *doc, const char *field, json_int_t otherwise)
{
    return jx_int(doc, field, otherwise);
}

/* Settings that are right each and wrong together. */
static void check_together(const json_t *doc, const char *path, const struct octavia *o, struct problems *p)
{
    if (o->proxy_protocol && o->forwarded_for)
        problems_add(
            p,
            "%s.proxyProtocol and xForwardedFor exclude each other: xForwardedFor is for plain HTTP, "
            "proxyProtocol for everything else; choose one",
            path);
    for (size_t i = 0; o->internal && i < ARRAY_LENGTH(settings); i++)
        if (settings[i].flags & FLOATING && json_object_get(doc, settings[i].field))
            problems_add(p,
                         "%s.%s has no meaning with internal: true, which means no floating IP; leave one of "
                         "them out",
                         path, settings[i].field);
}

static void advise(const json_t *doc, const char *path, const struct octavia *o, struct problems *advice)
{
    json_int_t delay = number(doc, "healthMonitorDelay", 0), timeout = number(doc, "healthMonitorTimeout", 0);

    if (o->proxy_protocol)
        problems_add(
            advice,
            "%s.proxyProtocol: the pods must speak the PROXY protocol, or every connection fails; behind a "
            "Gateway also a ClientTrafficPolicy with proxyProtocol is needed",
            path);
    if (delay && timeout >= delay)
        problems_add(advice, "%s.healthMonitorTimeout: %lld should be less than healthMonitorDelay, %lld",
                     path, (long long)timeout, (long long)delay);
    if (json_object_get(doc, "subnetId") && json_object_get(doc, "networkId"))
        problems_add(advice, "%s.networkId is ignored, since subnetId is there", path);
    if (json_object_get(doc, "floatingSubnetId") &&
        (json_object_get(doc, "floatingSubnet") || json_object_get(doc, "floatingSubnetTags")))
        problems_add(advice,
                     "%s.floatingSubnet and floatingSubnetTags are ignored, since floatingSubnetId is there",
                     path);
    if (!number(doc, "timeoutClientData", 0) != !number(doc, "timeoutMemberData", 0))
        problems_add(
            advice,
            "%s: an idle connection ends with the lesser of timeoutClientData and timeoutMemberData (50000 "
            "when left out); set both",
            path);
}

static void read_setting(const char *field, const json_t *value, const char *path, struct octavia *o,
                         struct problems *p)
{
    const struct setting *s = by_field(field);
    json_t *text = s ? text_of(s, value) : NULL;

    if (!s)
        tell_unknown(path, field, p);
    else if (!text)
        tell_wrong(s, path, value, p);
    else
        jx_set(o->annotations, s->annotation, text);
}

void octavia_read(const json_t *doc, const char *path, struct octavia *o, struct problems *problems,
                  struct problems *advice)
{
    size_t n;
    CLEAN(free) const char **keys = jx_keys(doc, &n);

    *o = (struct octavia){ .annotations = json_object() };
    for (size_t i = 0; i < n; i++)
        if (!json_is_null(json_object_get(doc, keys[i])))
            read_setting(keys[i], json_object_get(doc, keys[i]), path, o, problems);
    o->internal = jx_bool(doc, "internal", false);
    o->keep_address = jx_bool(doc, "keepFloatingIP", false);
    o->proxy_protocol = json_object_get(doc, "proxyProtocol") && jx_bool(doc, "proxyProtocol", true);
    o->forwarded_for = jx_bool(doc, "xForwardedFor", false);
    o->ends_tls = json_object_get(o->annotations, PREFIX "default-tls-container-ref");
    o->no_monitor = !jx_bool(doc, "enableHealthMonitor", true);
    check_together(doc, path, o, problems);
    advise(doc, path, o, advice);
}

void octavia_free(struct octavia *o) { json_decref(o->annotations); }

/* ---- annotations ------------------------------------------------------------------------------------------------- */

static const char *annotation_at(size_t i)
{
    return i < ARRAY_LENGTH(settings) ? settings[i].annotation : NULL;
}

static const struct setting *by_annotation(const char *name)
{
    for (size_t i = 0; i < ARRAY_LENGTH(settings); i++)
        if (!strcmp(settings[i].annotation, name))
            return &settings[i];
    return NULL;
}

/* The part behind the prefix is what people misspell. */
static const char *name_at(size_t i)
{
    const char *annotation = annotation_at(i);

    return annotation ? strchr(annotation, '/') + 1 : NULL;
}

static const char *field_meant(const char *name)
{
    const char *near = suggest_nearest(name, name_at);

    for (size_t i = 0; near && i < ARRAY_LENGTH(settings); i++)
        if (name_at(i) == near)
            return settings[i].field;
    return NULL;
}

#define CLOUD "service.beta.kubernetes.io/"

/* Octavia's name with another prefix than its own, "octavia.openstack.org/timeout-client-data", or with none. */
static const char *field_misplaced(const char *name)
{
    static const char *const alike[] = { "openstack", "octavia", "loadbalancer", "load-balancer" };
    const char *slash = strrchr(name, '/');
    CLEAN(free) char *prefix = slash ? x_strndup(name, (size_t)(slash - name)) : NULL;

    for (size_t i = 0; prefix && i < ARRAY_LENGTH(alike); i++)
        if (strstr(prefix, alike[i]))
            return field_meant(slash + 1);
    for (size_t i = 0; !prefix && i < ARRAY_LENGTH(settings); i++)
        if (strchr(name_at(i), '-') && !strcmp(name_at(i), name)) /* "class" may be anybody's */
            return settings[i].field;
    return NULL;
}

/* What no controller in a cluster at Cleura reads, which other clouds' annotations are among. True when 'name' is such. */
static bool refuse_prefix(const char *name, const char *where, const char *path, struct problems *p)
{
    bool cloud = !strncmp(name, CLOUD, strlen(CLOUD));
    const char *field = cloud ? field_meant(name + strlen(CLOUD)) : field_misplaced(name);

    if (!cloud && !field)
        return false;
    problems_add(p, "%s: nothing in the cluster reads %.128s, so it would be ignored%s%s%s%s", where, name,
                 field ? "; write " : "; leave it out", field ? path : "", field ? "." : "",
                 field ? field : "");
    return true;
}

/* True when it is Octavia's, and was refused. */
static bool refuse_annotation(const char *name, const char *where, const char *path, struct problems *p)
{
    const struct setting *s = by_annotation(name);
    const char *near;

    for (size_t i = 0; i < ARRAY_LENGTH(refused); i++)
        if (!strcmp(refused[i].annotation, name)) {
            problems_add(p, "%s: %s %s", where, name, refused[i].say);
            return true;
        }
    if (s) {
        problems_add(p, "%s: %s has a field of its own, whose value is checked: write %s.%s", where, name,
                     path, s->field);
        return true;
    }
    if (strncmp(name, PREFIX, strlen(PREFIX)) != 0)
        return refuse_prefix(name, where, path, p);
    near = field_meant(name + strlen(PREFIX));
    problems_add(p, "%s: Octavia has no annotation %.128s and would ignore it%s%s%s%s%s", where, name,
                 near ? "; did you mean " : "", near ? path : "", near ? "." : "", near ? near : "",
                 near ? "?" : "");
    return true;
}

void octavia_annotate(const json_t *annotations, const char *annotations_path, const char *path,
                      struct octavia *o, struct problems *problems)
{
    size_t n;
    CLEAN(free) const char **keys = jx_keys(annotations, &n);

    for (size_t i = 0; i < n; i++)
        if (!refuse_annotation(keys[i], annotations_path, path, problems))
            jx_share(o->annotations, keys[i], json_object_get(annotations, keys[i]));
}

void octavia_check_fixed(const struct octavia *o, const json_t *before, const char *path,
                         struct problems *problems)
{
    for (size_t i = 0; i < ARRAY_LENGTH(settings); i++) {
        const char *want = json_string_value(json_object_get(o->annotations, settings[i].annotation)),
                   *have = json_string_value(json_object_get(before, settings[i].annotation));

        if (!(settings[i].flags & FIXED) || (!want && !have) || (want && have && !strcmp(want, have)))
            continue;
        problems_add(problems,
                     "%s.%s: %s%.64s%s cannot replace %s%.64s%s: it counts only when the load balancer is "
                     "created; set "
                     "it back, or delete this one and make another, whose address will be another one unless "
                     "%s.keepFloatingIP was true before and spec.floatingIP names it",
                     path, settings[i].field, want ? "\"" : "", want ? want : "nothing", want ? "\"" : "",
                     have ? "\"" : "", have ? have : "nothing", have ? "\"" : "", path);
    }
}
