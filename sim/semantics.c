/* SPDX-License-Identifier: Apache-2.0 */
/* One table of rules; each looks only at what the request changes. */
#include "sim/semantics.h"
#include "lib/jx.h"
#include "sim/profile.h"
#include "sim/schema.h"
#include "sim/spec.h"
#include <stdarg.h>

struct finding {
    const struct semantics *in;
    json_t *errors;
};

bool semantics_off(const struct switches *switches, const char *rule)
{
    size_t n = strlen(rule);

    for (const char *at = switch_text(switches, SW_RULES_OFF); *at; at += strcspn(at, ","), at += *at == ',')
        if (strcspn(at, ",") == n && !strncmp(at, rule, n))
            return true;
    return false;
}

bool is_dns_label(const char *text)
{
    size_t n = strlen(text);

    return n > 0 && strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") == n && text[0] != '-' &&
           text[n - 1] != '-';
}

static void broken(struct finding *f, const char *key, const char *fmt, ...) PRINTF(3, 4);
static void broken(struct finding *f, const char *key, const char *fmt, ...)
{
    char text[300];
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    jx_append(f->errors, jx_pack("{s:s, s:o}", "key", key, "value", jx_text(text)));
}

static bool version_changes(const struct semantics *in)
{
    return !in->old || strcmp(spec_version(in->old), spec_version(in->spec)) != 0;
}

static void rule_version(struct finding *f)
{
    const char *version = spec_version(f->in->spec);

    if (version_changes(f->in) && !profile_kubernetes(version, f->in->started, f->in->now))
        broken(f, "kubernetes.version",
               "Unsupported value: \"%s\": version is not offered by the cloud profile or has expired",
               version);
}

static void rule_downgrade(struct finding *f)
{
    if (f->in->old && version_compare(spec_version(f->in->spec), spec_version(f->in->old)) < 0)
        broken(f, "kubernetes.version", "kubernetes version downgrade is not supported");
}

static void rule_skip_minor(struct finding *f)
{
    int old_major = 0, old_minor = 0, major = 0, minor = 0;

    if (!f->in->old || sscanf(spec_version(f->in->old), "%3d.%3d", &old_major, &old_minor) != 2 ||
        sscanf(spec_version(f->in->spec), "%3d.%3d", &major, &minor) != 2)
        return;
    if (major == old_major && minor > old_minor + 1)
        broken(f, "kubernetes.version", "kubernetes version upgrade cannot skip a minor version");
}

static void rule_router(struct finding *f)
{
    bool network = json_is_string(jx_at(f->in->spec, "provider.networkId"));

    if (!f->in->old && network != json_is_string(jx_at(f->in->spec, "provider.routerId")))
        broken(f, network ? "networks.router.id" : "networks.id",
               "network and router must be given together");
}

/* Minutes after midnight, the zone left out: both ends have the same. */
static int minutes(const char *text)
{
    int h = 0, m = 0, s = 0;

    return sscanf(text, "%2d%2d%2d", &h, &m, &s) == 3 && h < 24 && m < 60 && s < 60 ? h * 60 + m : -1;
}

static void rule_window(struct finding *f)
{
    int begin = minutes(jx_str(f->in->spec, "maintenance.timeWindow.begin", ""));
    int end = minutes(jx_str(f->in->spec, "maintenance.timeWindow.end", ""));
    int length = (end - begin + 24 * 60) % (24 * 60);

    if (begin < 0 || end < 0)
        broken(f, "maintenance.timeWindow", "time window must be of the form HHMMSS+ZZZZ");
    else if (length < 30 || length > 6 * 60)
        broken(f, "maintenance.timeWindow",
               "time window must not be shorter than 30m0s or longer than 6h0m0s");
}

struct network {
    uint32_t address, mask;
};

static bool network_of(const char *text, struct network *n)
{
    unsigned a, b, c, d;
    int length = 32;

    if (sscanf(text, "%3u.%3u.%3u.%3u/%2d", &a, &b, &c, &d, &length) < 4)
        return false;
    n->mask = length ? UINT32_MAX << (32 - length) : 0;
    n->address = (a << 24 | b << 16 | c << 8 | d) & n->mask;
    return true;
}

/* Gardener's own networks for pods and services. */
static void rule_cidr(struct finding *f)
{
    static const char *const taken[] = { "100.64.0.0/13", "100.96.0.0/11" };
    const char *workers = jx_str(f->in->spec, "provider.workersCidr", "");
    struct network ours, other;

    if (f->in->old || !network_of(workers, &ours))
        return;
    for (size_t i = 0; i < ARRAY_LENGTH(taken); i++)
        if (network_of(taken[i], &other) && (((ours.address ^ other.address) & ours.mask & other.mask) == 0))
            broken(f, "networks.workers", "Invalid value: \"%s\": must not overlap with \"%s\"", workers,
                   taken[i]);
}

static void rule_duplicates(struct finding *f)
{
    size_t i;
    json_t *worker;

    json_array_foreach (spec_workers(f->in->spec), i, worker) {
        CLEAN(free) char *key = x_asprintf("workers[%zu].name", i);
        const char *name = jx_str(worker, "name", "");

        if (spec_worker(f->in->spec, name) != (int)i)
            broken(f, key, "Duplicate value: \"%s\"", name);
    }
}

/* Rules about one worker look only at workers the request changes. */
typedef void worker_rule(struct finding *f, const json_t *worker, const char *key);

static void each_worker(struct finding *f, worker_rule *rule)
{
    size_t i;
    json_t *worker;

    json_array_foreach (spec_workers(f->in->spec), i, worker) {
        int old = f->in->old ? spec_worker(f->in->old, jx_str(worker, "name", "")) : -1;
        CLEAN(free) char *key = x_asprintf("workers[%zu]", i);

        if (old < 0 || !json_equal(worker, json_array_get(spec_workers(f->in->old), (size_t)old)))
            rule(f, worker, key);
    }
}

static void worker_name(struct finding *f, const json_t *worker, const char *key)
{
    const char *name = jx_str(worker, "name", "");

    if (!is_dns_label(name) || strlen(name) > 15)
        broken(f, key, "Invalid value: \"%s\": a lowercase RFC 1123 label of at most 15 characters", name);
}

static void worker_range(struct finding *f, const json_t *worker, const char *key)
{
    json_int_t minimum = jx_int(worker, "minimum", 0), maximum = jx_int(worker, "maximum", 0);

    if (minimum < 0 || maximum < 0 || jx_int(worker, "maxSurge", 0) < 0)
        broken(f, key, "must be greater than or equal to 0");
    else if (minimum > maximum)
        broken(f, key, "minimum value must be less or equal to maximum value");
}

static void worker_machine(struct finding *f, const json_t *worker, const char *key)
{
    const char *type = jx_str(worker, "machineType", "");
    const struct profile_machine *machine = profile_machine(type);

    if (!machine || !machine->usable)
        broken(f, key,
               "Unsupported value: \"%s\": machine type is not offered by the cloud profile or not usable",
               type);
}

static void worker_image(struct finding *f, const json_t *worker, const char *key)
{
    const char *name = jx_str(worker, "imageName", ""), *version = jx_str(worker, "imageVersion", "");

    if (!profile_image(name, version, f->in->started, f->in->now))
        broken(
            f, key,
            "Unsupported value: \"%s %s\": machine image is not offered by the cloud profile or has expired",
            name, version);
}

static bool has_zone(const struct region *region, const char *zone)
{
    for (const char *const *z = region->zones; *z; z++)
        if (!strcmp(*z, zone))
            return true;
    return false;
}

static void worker_zone(struct finding *f, const json_t *worker, const char *key)
{
    size_t i;
    json_t *zone;

    json_array_foreach (jx_at(worker, "zones"), i, zone)
        if (!has_zone(f->in->region, json_string_value(zone)))
            broken(f, key, "Unsupported value: \"%s\": zone does not exist in region %s",
                   json_string_value(zone), f->in->region->tag);
}

static const struct {
    const char *name;
    void (*spec)(struct finding *);
    worker_rule *worker;
} rules[] = {
    { "version", rule_version, NULL },       { "downgrade", rule_downgrade, NULL },
    { "skip-minor", rule_skip_minor, NULL }, { "router", rule_router, NULL },
    { "window", rule_window, NULL },         { "cidr", rule_cidr, NULL },
    { "duplicates", rule_duplicates, NULL }, { "worker-name", NULL, worker_name },
    { "worker-range", NULL, worker_range },  { "machine-type", NULL, worker_machine },
    { "image", NULL, worker_image },         { "zone", NULL, worker_zone },
};

json_t *semantics_check(const struct semantics *in)
{
    struct finding f = { .in = in, .errors = json_array() };

    for (size_t i = 0; i < ARRAY_LENGTH(rules); i++) {
        if (semantics_off(in->switches, rules[i].name))
            continue;
        if (rules[i].spec)
            rules[i].spec(&f);
        else
            each_worker(&f, rules[i].worker);
    }
    return f.errors;
}
