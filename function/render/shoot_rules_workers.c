/* SPDX-License-Identifier: Apache-2.0 */
/* Rules on a Shoot's groups of workers. */
#include "function/render/quantity.h"
#include "function/render/shoot_rules.h"
#include "function/render/words.h"
#include "lib/jx.h"

enum {
    NAME_MAX_WORKER = 15,
    ANNOTATIONS_MAX = 256 << 10, /* bytes, Kubernetes' limit */
    QUOTA_CORES = 20,            /* what an OpenStack project gets by default */
    QUOTA_INSTANCES = 10,
    VOLUME_MOST_GI = 65536, /* no machine's disk is nearly so large: a unit was mistaken */
};

static void check_names(struct shoot_state *st, size_t i)
{
    const struct shoot_worker *w = &st->spec.workers[i];

    if (!w->name)
        return;
    if (strlen(w->name) > NAME_MAX_WORKER || !words_dns_label(w->name))
        problems_add(&st->call.problems,
                     "%s.name: \"%.64s\" cannot name a group of workers: use at most %d lower-case letters, "
                     "digits and hyphens "
                     "inside, for example \"default\"",
                     w->path, w->name, NAME_MAX_WORKER);
    for (size_t j = 0; j < i; j++)
        if (st->spec.workers[j].name && !strcmp(st->spec.workers[j].name, w->name)) {
            problems_add(&st->call.problems, "%s.name: \"%.64s\" is the name of %s too; names must differ",
                         w->path, w->name, st->spec.workers[j].path);
            return;
        }
}

static void check_machine(struct shoot_state *st, const struct shoot_worker *w)
{
    if (w->machine_type && !words_only(w->machine_type, "-_."))
        problems_add(&st->call.problems,
                     "%s.machine.type: \"%.64s\" is not a machine type; write for example b.4c8gb", w->path,
                     w->machine_type);
    if (w->image_version && !shoot_is_version(w->image_version, 1))
        problems_add(&st->call.problems,
                     "%s.machine.image.version: \"%.64s\" is not a version; write for example 1877.17.0",
                     w->path, w->image_version);
    if (w->image && !st->call.in.gardener && !shoot_is_v2(&st->spec) && !w->image_name != !w->image_version)
        problems_add(&st->call.problems,
                     "%s.machine.image: Cleura's API v1 needs name and version, and %s is missing; write "
                     "both, or leave image "
                     "out for Cleura's default",
                     w->path, w->image_name ? "version" : "name");
}

static void check_not_negative(struct shoot_state *st, const struct shoot_worker *w, const char *field,
                               struct jx_opt_int i)
{
    if (i.set && i.value < 0)
        problems_add(&st->call.problems, "%s.%s: %lld is less than 0", w->path, field, (long long)i.value);
    else if (i.set && i.value > 100000)
        problems_add(&st->call.problems, "%s.%s: %lld is more than any cluster can have", w->path, field,
                     (long long)i.value);
}

static void check_numbers(struct shoot_state *st, const struct shoot_worker *w)
{
    size_t zones = json_array_size(w->zones);

    check_not_negative(st, w, "minimum", w->minimum);
    check_not_negative(st, w, "maximum", w->maximum);
    check_not_negative(st, w, "maxSurge", w->max_surge);
    check_not_negative(st, w, "maxUnavailable", w->max_unavailable);
    if (w->minimum.set && w->maximum.set && w->maximum.value < w->minimum.value)
        problems_add(&st->call.problems,
                     "%s.maximum: %lld is below minimum %lld; raise maximum or lower minimum", w->path,
                     (long long)w->maximum.value, (long long)w->minimum.value);
    if (w->maximum.set && w->maximum.value > 0 && w->maximum.value < (json_int_t)zones)
        problems_add(&st->call.problems,
                     "%s.maximum: %lld is less than its %zu zones; it must be at least %zu", w->path,
                     (long long)w->maximum.value, zones, zones);
    if (!st->call.in.gardener && w->max_unavailable.set && w->max_unavailable.value > 0)
        problems_add(&st->call.problems,
                     "%s.maxUnavailable: %lld cannot be sent: Cleura's API has no field for it and uses 0; "
                     "leave it out and use "
                     "maxSurge",
                     w->path, (long long)w->max_unavailable.value);
    else if (w->max_surge.set && w->max_surge.value == 0 && w->max_unavailable.value <= 0)
        problems_add(
            &st->call.problems,
            "%s.maxSurge: 0 with maxUnavailable 0 would let no rolling update proceed; write at least 1",
            w->path);
    if (!st->call.in.gardener && w->system_allowed.set && !w->system_allowed.value)
        problems_add(&st->call.problems,
                     "%s.systemComponents.allow: false cannot be sent: Cleura's API has no field for it; "
                     "leave it out and keep "
                     "system pods off with a taint",
                     w->path);
}

/* The whole number of Gi that was meant by "50GB", "1.5Gi", "1Ti" or "53687091200"; 50 when nobody can tell. */
static long long gibibytes_meant(const char *size)
{
    struct quantity q;
    size_t digits = strspn(size, "0123456789");
    int64_t gi = quantity_parse(size, &q) ? quantity_gib(&q) : 0;
    bool unit = size[digits];

    if (gi > 1 || (gi == 1 && unit))
        return gi <= VOLUME_MOST_GI ? gi : 50;
    gi = digits && digits < 6 ? strtoll(size, NULL, 10) : 0;
    return gi ? gi : 50;
}

static bool is_size(const char *size)
{
    size_t digits = strspn(size, "0123456789");

    return digits && digits < 6 && *size != '0' && !strcmp(size + digits, "Gi") &&
           strtoll(size, NULL, 10) <= VOLUME_MOST_GI;
}

static void check_volume(struct shoot_state *st, const struct shoot_worker *w)
{
    const char *size = w->volume_size;
    const json_t *number = json_object_get(w->volume, "size");
    double gi = json_number_value(number);

    if (w->volume_type && !st->call.in.gardener)
        problems_add(
            &st->call.problems,
            "%s.volume.type: \"%.64s\" cannot be sent: Cleura's API takes only the size; leave it out",
            w->path, w->volume_type);
    if (size && !is_size(size)) {
        problems_add(
            &st->call.problems,
            "%s.volume.size: \"%.32s\" is not in whole gibibytes from 1Gi to %dGi; write for example "
            "%lldGi",
            w->path, size, VOLUME_MOST_GI, gibibytes_meant(size));
        return;
    }
    if (!size && json_is_number(number))
        problems_add(&st->call.problems, "%s.volume.size has no unit; write for example %dGi", w->path,
                     gi >= 1 && gi <= VOLUME_MOST_GI ? (int)gi : 50);
    else if (w->volume && !size && (!w->volume_type || st->call.in.gardener))
        problems_add(&st->call.problems,
                     "%s.volume.size is required in volume; write for example 50Gi, or leave volume out",
                     w->path);
}

static void check_zones(struct shoot_state *st, const struct shoot_worker *w)
{
    size_t n = json_array_size(w->zones);

    if (w->zones && !n)
        problems_add(&st->call.problems,
                     "%s.zones is empty; name at least one zone, for example nova, or leave it out", w->path);
    for (size_t i = 0; i < n; i++) {
        const char *zone = json_string_value(json_array_get(w->zones, i));

        if (!zone || !words_only(zone, "-_."))
            problems_add(&st->call.problems, "%s.zones[%zu] must be a zone's name, for example nova", w->path,
                         i);
        for (size_t j = 0; zone && j < i; j++)
            if (json_equal(json_array_get(w->zones, i), json_array_get(w->zones, j)))
                problems_add(&st->call.problems, "%s.zones[%zu]: \"%.64s\" is named twice; once is enough",
                             w->path, i, zone);
    }
}

static void check_map(struct shoot_state *st, const struct shoot_worker *w, const char *field, json_t *map)
{
    bool labels = field[0] == 'l';
    size_t bytes = 0, n;
    CLEAN(free) const char **keys = jx_keys(map, &n);

    for (size_t i = 0; i < n; i++) {
        const char *key = keys[i], *text = json_string_value(json_object_get(map, key));

        bytes += strlen(key) + (text ? strlen(text) : 0);
        if (!words_key(key))
            problems_add(&st->call.problems,
                         "%s.%s: \"%.64s\" is not a key; use letters, digits, -, _ and ., at most 63, with "
                         "an optional DNS name "
                         "and / before it",
                         w->path, field, key);
        else if (!text)
            problems_add(&st->call.problems,
                         "%s.%s.%s must be a string; put numbers and true or false in quotes", w->path, field,
                         key);
        else if (labels && !words_value(text))
            problems_add(
                &st->call.problems,
                "%s.%s.%s: \"%.64s\" is not a label's value; use at most 63 letters, digits, -, _ and .",
                w->path, field, key, text);
    }
    if (!labels && bytes > ANNOTATIONS_MAX)
        problems_add(&st->call.problems, "%s.%s has %zu bytes; Kubernetes takes at most %d", w->path, field,
                     bytes, ANNOTATIONS_MAX);
}

struct taint {
    const char *key, *value, *effect;
};
static const char *const effects[] = { "NoSchedule", "PreferNoSchedule", "NoExecute", NULL };
static const struct jx_field taint_fields[] = {
    JX_F_STR(struct taint, key, "key", .flags = JX_REQUIRED),
    JX_F_STR(struct taint, value, "value"),
    JX_F_STR(struct taint, effect, "effect", .flags = JX_REQUIRED, .one_of = effects),
    { 0 },
};

static void check_taint(struct shoot_state *st, const struct shoot_worker *w, size_t i)
{
    static const char reserved[] = "node.gardener.cloud/critical-components-not-ready";
    struct taint t = { 0 }, other;
    char path[80];

    (void)snprintf(path, sizeof(path), "%s.taints[%zu]", w->path, i);
    jx_bind_all(json_array_get(w->taints, i), path, taint_fields, &t, &st->call.problems);
    if (t.key && !words_key(t.key))
        problems_add(&st->call.problems,
                     "%s.key: \"%.64s\" is not a key; use at most 63 letters, digits, -, _ and .", path,
                     t.key);
    if (t.key && !strcmp(t.key, reserved))
        problems_add(&st->call.problems, "%s.key: %s is Gardener's own; use another key", path, reserved);
    if (t.value && !words_value(t.value))
        problems_add(&st->call.problems,
                     "%s.value: \"%.64s\" is not a taint's value; use at most 63 letters, digits, -, _ and .",
                     path, t.value);
    for (size_t j = 0; t.key && t.effect && j < i; j++) {
        other = (struct taint){ .key = jx_str(json_array_get(w->taints, j), "key", ""),
                                .effect = jx_str(json_array_get(w->taints, j), "effect", "") };
        if (!strcmp(other.key, t.key) && !strcmp(other.effect, t.effect))
            problems_add(&st->call.problems,
                         "%s: %.64s with effect %s is there twice; key and effect together must differ", path,
                         t.key, t.effect);
    }
}

/* "b.4c8gb" has 4; 0 when the name does not tell. */
static json_int_t cores(const char *type)
{
    const char *digits = type ? strchr(type, '.') : NULL;
    size_t n = digits ? strspn(digits + 1, "0123456789") : 0;

    if (!n || n > 3 || digits[1 + n] != 'c')
        return 0;
    return strtol(digits + 1, NULL, 10);
}

static void check_together(struct shoot_state *st)
{
    const struct shoot_spec *s = &st->spec;
    json_int_t nodes = 0, all_cores = 0;
    bool active = false;

    for (size_t i = 0; i < s->n_workers; i++) {
        const struct shoot_worker *w = &s->workers[i];
        json_int_t most = w->maximum.set && w->maximum.value > 0 ? w->maximum.value : 0;

        active = active || ((!w->maximum.set || w->maximum.value > 0) &&
                            (!w->system_allowed.set || w->system_allowed.value));
        nodes += most;
        all_cores += most * cores(w->machine_type);
    }
    if (!s->n_workers && json_is_array(jx_at(st->call.req->composite, "spec.provider.workers")))
        problems_add(&st->call.problems,
                     "spec.provider.workers is empty; a cluster needs at least one group of workers");
    else if (s->n_workers && !active)
        problems_add(&st->call.problems, "spec.provider.workers: no group can hold a node and run system "
                                         "components; give one a maximum of at least 1 and "
                                         "leave systemComponents out");
    if (nodes > QUOTA_INSTANCES || all_cores > QUOTA_CORES)
        problems_add(&st->call.advice,
                     "spec.provider.workers can grow to %lld machines and %lld cores; a project starts with "
                     "a quota of %d and %d: "
                     "ask Cleura for more if yours was not raised",
                     (long long)nodes, (long long)all_cores, QUOTA_INSTANCES, QUOTA_CORES);
}

void shoot_rules_workers(struct shoot_state *st)
{
    for (size_t i = 0; i < st->spec.n_workers; i++) {
        const struct shoot_worker *w = &st->spec.workers[i];

        check_names(st, i);
        check_machine(st, w);
        check_numbers(st, w);
        check_volume(st, w);
        check_zones(st, w);
        check_map(st, w, "labels", w->labels);
        check_map(st, w, "annotations", w->annotations);
        for (size_t j = 0; j < json_array_size(w->taints); j++)
            check_taint(st, w, j);
    }
    check_together(st);
}
