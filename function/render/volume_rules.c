/* SPDX-License-Identifier: Apache-2.0 */
/* What a claim on Cinder may say, and what may become of one that is there. */
#include "function/render/volume.h"
#include "function/render/words.h"

enum {
    GIB_MOST = 1 << 20,
    GIB_QUOTA = 1000 /* what an OpenStack project gets by default */
};

static const char *const volume_modes[] = { "Filesystem", "Block", NULL };

static const struct jx_field fields[] = {
    WORKLOAD_FIELDS(struct volume_spec, w),
    JX_F_TREE(struct volume_spec, size_doc, "size"),
    JX_F_STR(struct volume_spec, storage_class, "storageClassName"),
    JX_F_STR(struct volume_spec, access_mode, "accessMode"),
    JX_F_ARRAY(struct volume_spec, access_modes, "accessModes"),
    JX_F_STR(struct volume_spec, volume_mode, "volumeMode", .one_of = volume_modes),
    JX_F_OBJECT(struct volume_spec, resources, "resources"),
    JX_F_OBJECT(struct volume_spec, labels, "labels"),
    JX_F_OBJECT(struct volume_spec, annotations, "annotations"),
    { 0 },
};
static const struct jx_field resources_fields[] = { JX_F_OBJECT(struct volume_spec, requests, "requests"),
                                                    { 0 } };
static const struct jx_field requests_fields[] = { JX_F_TREE(struct volume_spec, storage_doc, "storage"),
                                                   { 0 } };

const char *volume_access_mode(const struct volume_spec *s)
{
    const char *listed = json_string_value(json_array_get(s->access_modes, 0));

    return s->access_mode ? s->access_mode : listed ? listed : "ReadWriteOnce";
}

void volume_read(struct volume *v)
{
    struct problems *p = &v->w.call.problems;
    struct volume_spec *s = &v->spec;

    jx_bind_all(jx_at(v->w.call.req->composite, "spec"), "spec", fields, s, p);
    if (s->resources)
        jx_bind_all(s->resources, "spec.resources", resources_fields, s, p);
    if (s->requests)
        jx_bind_all(s->requests, "spec.resources.requests", requests_fields, s, p);
    if (s->size_doc && s->storage_doc && !json_equal(s->size_doc, s->storage_doc))
        problems_add(p,
                     "spec.size: \"%.32s\" and spec.resources.requests.storage: \"%.32s\" are two sizes; "
                     "leave one out",
                     json_is_string(s->size_doc) ? json_string_value(s->size_doc) : "?",
                     json_is_string(s->storage_doc) ? json_string_value(s->storage_doc) : "?");
}

/* "20" of "20GB", as a number of Gi; 20 when there is none that makes sense. */
static int gibibytes_meant(const char *text)
{
    size_t digits = strspn(text, "0123456789");
    long n = digits && digits < 6 ? strtol(text, NULL, 10) : 0;

    return n ? (int)n : 20;
}

/* A quantity without a unit is bytes to Kubernetes, and the least volume of Cinder to who wrote "20". */
static void check_bytes(struct volume *v, const char *path, const char *text)
{
    struct call *c = &v->w.call;
    long long gib = (long long)quantity_gib(&v->size);

    if (v->size.bytes < 1)
        problems_add(&c->problems, "%s: \"%.32s\" is no size of a volume; the least is 1Gi", path, text);
    else if (v->size.bytes < 1 << 20)
        problems_add(&c->problems, "%s: \"%.32s\" is %.0f bytes; write for example %dGi", path, text,
                     v->size.bytes, gibibytes_meant(text));
    else if (gib > GIB_MOST)
        problems_add(&c->problems, "%s: \"%.32s\" is more than any volume has; did you mean %dGi?", path,
                     text, gibibytes_meant(text));
    else if (!quantity_whole_gib(&v->size))
        problems_add(&c->advice, "%s: %.32s becomes %lldGi: Cinder makes whole GiB; write %lldGi", path, text,
                     gib, gib);
    if (gib > GIB_QUOTA && gib <= GIB_MOST)
        problems_add(
            &c->advice,
            "%s: %.32s is more than the %d GiB that a project's volumes may have together at first: ask "
            "Cleura for more if your quota was not raised",
            path, text, GIB_QUOTA);
}

/* 21474836480 is 20 GiB, and 20 was meant to be. */
static void tell_number(struct problems *p, const char *path, double n)
{
    struct quantity q = { .bytes = n };
    int64_t gib = n < 1 << 20 ? (int64_t)(n > 0 ? n : 0) : quantity_gib(&q);

    problems_add(p, "%s: %.0f is a number of bytes; write a text with a unit, for example %dGi", path, n,
                 gib > 0 && gib <= GIB_MOST ? (int)gib : 20);
}

static void check_size(struct volume *v)
{
    struct problems *p = &v->w.call.problems;
    struct volume_spec *s = &v->spec;
    const json_t *doc = s->size_doc ? s->size_doc : s->storage_doc;
    const char *path = doc == s->size_doc ? "spec.size" : "spec.resources.requests.storage";
    const char *text = json_string_value(doc);

    v->size_path = path;
    if (!doc)
        problems_add(p, "spec.size is required: for example 20Gi");
    else if (json_is_number(doc))
        tell_number(p, path, json_number_value(doc));
    else if (!text)
        problems_add(p, "%s must be a text such as 20Gi", path);
    else if (!quantity_parse(text, &v->size))
        problems_add(p, "%s: \"%.32s\" is not a size; write for example %dGi", path, text,
                     gibibytes_meant(text));
    else
        check_bytes(v, path, text);
    s->size = text;
}

static void check_mode(struct volume *v, const char *path, const char *mode)
{
    struct problems *p = &v->w.call.problems;

    if (!strcmp(mode, "ReadWriteOnce") || !strcmp(mode, "ReadWriteOncePod"))
        return;
    if (!strcmp(mode, "ReadWriteMany") || !strcmp(mode, "ReadOnlyMany"))
        problems_add(
            p,
            "%s: %s is not possible: Cinder volumes attach to one node, and a pod on a second node would not "
            "start; use ReadWriteOnce, and an object store or a server of files in a pod to share data",
            path, mode);
    else
        problems_add(p, "%s: \"%.32s\" is not an access mode; use ReadWriteOnce or ReadWriteOncePod", path,
                     mode);
}

static void check_access(struct volume *v)
{
    const struct volume_spec *s = &v->spec;
    struct problems *p = &v->w.call.problems;
    size_t i;
    json_t *mode;

    if (s->access_mode && s->access_modes)
        problems_add(p, "spec.accessMode and spec.accessModes say the same thing; leave one out");
    if (s->access_mode)
        check_mode(v, "spec.accessMode", s->access_mode);
    if (s->access_modes && json_array_size(s->access_modes) != 1)
        problems_add(p, "spec.accessModes must have one entry: ReadWriteOnce or ReadWriteOncePod");
    json_array_foreach (s->access_modes, i, mode) {
        CLEAN(free) char *path = x_asprintf("spec.accessModes[%zu]", i);

        if (json_is_string(mode))
            check_mode(v, path, json_string_value(mode));
        else
            problems_add(p, "%s must be a text", path);
    }
}

static void check_class(struct volume *v)
{
    const char *class = v->spec.storage_class;
    struct problems *p = &v->w.call.problems;

    if (class && !*class)
        problems_add(
            p,
            "spec.storageClassName: an empty storage class disables provisioning; leave the field out to get "
            "the cluster's default class");
    else if (class && !words_dns_name(class))
        problems_add(p, "spec.storageClassName: \"%.80s\" is not a storage class's name", class);
}

/* A claim can grow only once it is bound. */
static void hold_growth(struct volume *v, const char *have, const struct quantity *before)
{
    problems_add(
        &v->w.call.advice,
        "%s: the volume grows to %.32s when it is there; until its first pod is scheduled %.32s is asked for",
        v->size_path, v->spec.size, have);
    v->now = have;
    v->size = *before;
}

static void check_growth(struct volume *v, const json_t *at)
{
    const char *have = jx_str(at, "requested", NULL), *path = v->size_path, *want = v->spec.size;
    struct problems *p = &v->w.call.problems;
    struct quantity before;

    if (!want || !v->size.bytes || !have || !quantity_parse(have, &before) || v->size.bytes == before.bytes)
        return;
    if (v->size.bytes < before.bytes)
        problems_add(p, "%s: volumes can only grow: %.32s -> %.32s is not possible; set it to %.32s", path,
                     have, want, have);
    else if (!strcmp(jx_str(at, "phase", ""), "Pending"))
        hold_growth(v, have, &before);
    else if (v->class && !jx_bool(v->class, "expandable", true))
        problems_add(
            p,
            "%s: storage class %.64s does not let volumes grow; set it back to %.32s, or make a new volume",
            path, v->class_name, have);
}

/* Against what is in the cluster: a change that was rejected must not stand in the way of mending it. */
static void check_change(struct volume *v)
{
    static const char hint[] = "make a new volume and copy the data";
    struct workload *w = &v->w;
    const struct volume_spec *s = &v->spec;
    const json_t *at = w->seen[WORKLOAD_OBJECT].at_provider;
    json_auto_t *before = workload_before(w, WORKLOAD_OBJECT);

    if (!before)
        return;
    workload_fixed_place(w, before);
    workload_fixed(w, "spec.storageClassName", s->storage_class, jx_str(at, "storageClassName", NULL), hint);
    if (!s->storage_class && jx_at(before, "object.spec.storageClassName"))
        problems_add(&w->call.problems,
                     "spec.storageClassName cannot be left out any more: it is fixed when the volume is "
                     "created; set it "
                     "to \"%.64s\"",
                     jx_str(before, "object.spec.storageClassName", ""));
    workload_fixed(w, s->access_modes ? "spec.accessModes" : "spec.accessMode", volume_access_mode(s),
                   json_string_value(json_array_get(jx_at(at, "accessModes"), 0)), hint);
    workload_fixed(w, "spec.volumeMode", s->volume_mode ? s->volume_mode : "Filesystem",
                   jx_str(at, "volumeMode", NULL), hint);
    check_growth(v, at);
}

void volume_rules(struct volume *v)
{
    workload_check_name(&v->w);
    workload_check_maps(&v->w, v->spec.labels, v->spec.annotations);
    check_size(v);
    check_access(v);
    check_class(v);
    check_change(v);
}
