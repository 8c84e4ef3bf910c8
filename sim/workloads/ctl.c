/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/workloads/ctl.h"
#include "lib/clock.h"
#include "lib/crypto.h"
#include "sim/shootapi/merge.h"
#include "sim/shootapi/objects.h"

/* ---- reading ---- */

json_t *ctl_get(const struct ctl *c, const char *group, const char *plural, const char *ns, const char *name)
{
    CLEAN(free) char *key = objects_key(group, plural, ns, name);

    return objects_get(c->api->objects, key);
}

json_t *ctl_list(const struct ctl *c, const char *group, const char *plural, const char *ns)
{
    json_t *list = json_array();
    const struct object *at = NULL;

    while ((at = objects_next(c->api->objects, group, plural, ns, at)))
        jx_append(list, json_incref(at->doc));
    return list;
}

const char *ctl_name(const json_t *doc) { return jx_str(doc, "metadata.name", ""); }
const char *ctl_namespace(const json_t *doc) { return jx_str(doc, "metadata.namespace", ""); }
const char *ctl_uid(const json_t *doc) { return jx_str(doc, "metadata.uid", ""); }

/* The names have dots, so they are no paths. */
static const char *text_in(const json_t *map, const char *name)
{
    const char *value = json_string_value(json_object_get(map, name));

    return value ? value : "";
}

const char *ctl_annotation(const json_t *doc, const char *name)
{
    return text_in(jx_at(doc, "metadata.annotations"), name);
}

const char *ctl_label(const json_t *doc, const char *name)
{
    return text_in(jx_at(doc, "metadata.labels"), name);
}

bool ctl_deleting(const json_t *doc) { return jx_at(doc, "metadata.deletionTimestamp") != NULL; }

bool ctl_has_finalizer(const json_t *doc, const char *finalizer)
{
    const json_t *one;
    size_t i;

    json_array_foreach (jx_at(doc, "metadata.finalizers"), i, one) {
        if (json_is_string(one) && !strcmp(json_string_value(one), finalizer))
            return true;
    }
    return false;
}

bool ctl_selects(json_t *selector, const json_t *doc)
{
    const json_t *labels = jx_at(doc, "metadata.labels");
    const char *name;
    json_t *value;

    if (json_object_size(selector) == 0)
        return false;
    json_object_foreach (selector, name, value) {
        if (!json_equal(json_object_get(labels, name), value))
            return false;
    }
    return true;
}

static bool is_listed(const json_t *values, const json_t *value)
{
    const json_t *one;
    size_t i;

    json_array_foreach (values, i, one) {
        if (value && json_equal(one, value))
            return true;
    }
    return false;
}

static bool expression_holds(const json_t *expression, const json_t *labels)
{
    const json_t *value = json_object_get(labels, jx_str(expression, "key", ""));
    bool listed = is_listed(json_object_get(expression, "values"), value);
    const struct {
        const char *operator;
        bool holds;
    } outcomes[] = {
        { "In", listed }, { "NotIn", !listed }, { "Exists", value }, { "DoesNotExist", !value }
    };

    for (size_t i = 0; i < ARRAY_LENGTH(outcomes); i++)
        if (!strcmp(outcomes[i].operator, jx_str(expression, "operator", "")))
            return outcomes[i].holds;
    return false;
}

bool ctl_label_selector(const json_t *selector, const json_t *doc)
{
    json_t *wanted = json_object_get(selector, "matchLabels");
    const json_t *expressions = json_object_get(selector, "matchExpressions"), *one;
    size_t i;

    if (json_object_size(wanted) ? !ctl_selects(wanted, doc) : !json_array_size(expressions))
        return false;
    json_array_foreach (expressions, i, one) {
        if (!expression_holds(one, jx_at(doc, "metadata.labels")))
            return false;
    }
    return true;
}

/* ---- writing ---- */

void ctl_call(struct ctl *c, const struct ctl_call *call, struct api_reply *ret)
{
    json_auto_t *none = json_object();
    CLEAN(free) char *text = call->body ? jx_dump(call->body) : x_strdup("");
    struct api_request req = { .method = call->method,
                               .path = call->path,
                               .query = call->query ? call->query : none,
                               .accept = "application/json",
                               .content_type = call->type ? call->type : "application/json",
                               .user_agent = call->manager,
                               .user = call->manager,
                               .body = text,
                               .body_len = strlen(text) };

    api_handle(c->api, &req, ret);
}

int ctl_send(struct ctl *c, const char *manager, const char *method, const char *path, json_t *body)
{
    json_auto_t *doc = body;
    json_auto_t *query = jx_pack("{s:s}", "fieldManager", manager);
    struct ctl_call call = { .manager = manager,
                             .method = method,
                             .path = path,
                             .type = !strcmp(method, "PATCH") ? "application/merge-patch+json" : NULL,
                             .query = query,
                             .body = doc };
    struct api_reply reply = { 0 };
    int code;

    ctl_call(c, &call, &reply);
    code = reply.code;
    api_reply_clear(&reply);
    return code;
}

char *ctl_path(const json_t *doc, const char *plural, const char *sub)
{
    const char *version = jx_str(doc, "apiVersion", ""), *ns = ctl_namespace(doc);

    return x_asprintf("/%s/%s/%s%s%s%s/%s%s%s", strchr(version, '/') ? "apis" : "api", version,
                      *ns ? "namespaces/" : "", ns, *ns ? "/" : "", plural, ctl_name(doc), sub ? "/" : "",
                      sub ? sub : "");
}

void ctl_patch(struct ctl *c, const char *manager, const json_t *doc, const char *plural, const char *sub,
               json_t *patch)
{
    CLEAN(free) char *path = ctl_path(doc, plural, sub);
    json_auto_t *change = patch;
    json_auto_t *next = merge_patch(doc, change);

    if (!json_equal(next, doc))
        (void)ctl_send(c, manager, "PATCH", path, json_incref(change));
}

bool ctl_create(struct ctl *c, const char *manager, const char *plural, json_t *doc)
{
    CLEAN(free) char *path = ctl_path(doc, plural, NULL);

    *strrchr(path, '/') = '\0'; /* to the collection */
    return ctl_send(c, manager, "POST", path, doc) == 201;
}

void ctl_delete(struct ctl *c, const char *manager, const json_t *doc, const char *plural)
{
    CLEAN(free) char *path = ctl_path(doc, plural, NULL);

    (void)ctl_send(c, manager, "DELETE", path, jx_pack("{s:s}", "propagationPolicy", "Background"));
}

static json_t *finalizers_without(const json_t *doc, const char *finalizer)
{
    json_t *list = json_array();
    json_t *one;
    size_t i;

    json_array_foreach (jx_at(doc, "metadata.finalizers"), i, one) {
        if (strcmp(json_string_value(one), finalizer) != 0)
            jx_append(list, json_incref(one));
    }
    return list;
}

void ctl_add_finalizer(struct ctl *c, const char *manager, const json_t *doc, const char *plural,
                       const char *finalizer)
{
    json_t *list;

    if (ctl_has_finalizer(doc, finalizer) || ctl_deleting(doc))
        return;
    list = finalizers_without(doc, finalizer);
    jx_append(list, json_string(finalizer));
    ctl_patch(c, manager, doc, plural, NULL, jx_pack("{s:{s:o}}", "metadata", "finalizers", list));
}

void ctl_drop_finalizer(struct ctl *c, const char *manager, const json_t *doc, const char *plural,
                        const char *finalizer)
{
    if (ctl_has_finalizer(doc, finalizer))
        ctl_patch(c, manager, doc, plural, NULL,
                  jx_pack("{s:{s:o}}", "metadata", "finalizers", finalizers_without(doc, finalizer)));
}

json_t *ctl_time(void)
{
    char text[CLOCK_TEXT];

    clock_text(clock_now(), text);
    return json_string(text);
}

json_t *ctl_owner(const json_t *doc)
{
    return jx_pack("{s:s, s:s, s:s, s:s, s:b, s:b}", "apiVersion", jx_str(doc, "apiVersion", ""), "kind",
                   jx_str(doc, "kind", ""), "name", ctl_name(doc), "uid", ctl_uid(doc), "controller", 1,
                   "blockOwnerDeletion", 1);
}

static json_t *involved(const json_t *doc)
{
    return jx_object(jx_s("apiVersion", jx_str(doc, "apiVersion", "")), jx_s("kind", jx_str(doc, "kind", "")),
                     jx_s("namespace", *ctl_namespace(doc) ? ctl_namespace(doc) : NULL),
                     jx_s("name", ctl_name(doc)), jx_s("uid", ctl_uid(doc)),
                     jx_s("resourceVersion", jx_str(doc, "metadata.resourceVersion", NULL)));
}

void ctl_event(struct ctl *c, const char *component, const json_t *doc, const char *type, const char *reason,
               const char *fmt, ...)
{
    const char *ns = *ctl_namespace(doc) ? ctl_namespace(doc) : "default";
    CLEAN(free) char *message = NULL;
    CLEAN(free) char *key = NULL;
    CLEAN(free) char *name = NULL;
    char hex[17];
    const json_t *live;
    va_list ap;

    va_start(ap, fmt);
    message = x_vasprintf(fmt, ap);
    va_end(ap);
    key = x_asprintf("%s|%s|%s", ctl_uid(doc), reason, message);
    crypto_sha256_hex(key, strlen(key), hex, 16);
    name = x_asprintf("%.200s.%s", ctl_name(doc), hex);
    live = ctl_get(c, "", "events", ns, name);
    if (live) {
        ctl_patch(c, component, live, "events", NULL,
                  jx_pack("{s:I, s:o}", "count", jx_int(live, "count", 1) + 1, "lastTimestamp", ctl_time()));
        return;
    }
    (void)ctl_create(c, component, "events",
                     jx_pack("{s:s, s:s, s:{s:s, s:s}, s:o, s:s, s:s, s:o, s:{s:s}, s:o, s:o, s:i, s:s}",
                             "apiVersion", "v1", "kind", "Event", "metadata", "name", name, "namespace", ns,
                             "involvedObject", involved(doc), "type", type, "reason", reason, "message",
                             jx_text(message), "source", "component", component, "firstTimestamp", ctl_time(),
                             "lastTimestamp", ctl_time(), "count", 1, "reportingComponent", component));
}

/* ---- remembering ---- */

json_t *ctl_note(struct ctl *c, const char *controller, const char *key)
{
    return jx_make_object(jx_make_object(c->memory->notes, controller), key);
}

void ctl_forget(struct ctl *c, const char *controller, const char *key)
{
    (void)json_object_del(jx_make_object(c->memory->notes, controller), key);
}

void ctl_wake(struct ctl *c, int64_t when)
{
    if (when < c->memory->due)
        c->memory->due = when;
}

bool ctl_after(struct ctl *c, json_t *note, const char *name, int64_t ms)
{
    int64_t since = jx_int(note, name, -1);

    if (since < 0)
        jx_set(note, name, json_integer(since = c->now));
    if (c->now >= since + ms)
        return true;
    ctl_wake(c, since + ms);
    return false;
}

int64_t ctl_backoff(int64_t n, int64_t first, int64_t most)
{
    int64_t wait = first;

    while (n-- > 0 && wait < most)
        wait *= 2;
    return wait < most ? wait : most;
}
