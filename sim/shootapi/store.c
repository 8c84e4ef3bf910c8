/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/shootapi/store.h"
#include "lib/crypto.h"
#include "sim/shootapi/builtin.h"
#include "sim/shootapi/builtin_rules.h"
#include "sim/shootapi/decode.h"
#include "sim/shootapi/defaults.h"
#include "sim/shootapi/gateway_rules.h"
#include "sim/shootapi/objects.h"
#include "sim/shootapi/remove.h"
#include "sim/shootapi/safe_upgrades.h"
#include "sim/shootapi/service_rules.h"
#include "sim/shootapi/shape.h"
#include "sim/shootapi/validate.h"
#include "sim/shootapi/view.h"
#include <ctype.h>

/* ---- options ---- */

/* Parameters with few values; an unknown one is refused, as the server does. */
static const struct {
    const char *name, *values, *message;
} enumerated[] = {
    { "dryRun", "All", "supported values: \"All\"" },
    { "fieldValidation", "Ignore Warn Strict", "supported values: \"Ignore\", \"Strict\", \"Warn\"" },
};

static bool one_of(const char *values, const char *value)
{
    const char *at = strstr(values, value);

    return at && (at == values || at[-1] == ' ') && (!at[strlen(value)] || at[strlen(value)] == ' ');
}

static bool options_valid(const struct change *c)
{
    const char *manager = api_query(c->req, "fieldManager");

    for (size_t i = 0; i < ARRAY_LENGTH(enumerated); i++) {
        const char *value = api_query(c->req, enumerated[i].name);

        if (!*value || one_of(enumerated[i].values, value))
            continue;
        reply_fail(c->ret, REASON_INVALID, NULL,
                   "%s.meta.k8s.io \"\" is invalid: %s: Unsupported value: \"%.64s\": %s",
                   !strcmp(c->req->method, "PATCH") ? "PatchOptions" : "CreateOptions", enumerated[i].name,
                   value, enumerated[i].message);
        return false;
    }
    if (strlen(manager) < sizeof(c->manager))
        return true;
    reply_fail(
        c->ret, REASON_INVALID, NULL,
        "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Too long: may not be more than 128 bytes");
    return false;
}

/* Without fieldManager, the program's name: what stands before the slash of its User-Agent. */
static void set_manager(struct change *c)
{
    const char *manager = api_query(c->req, "fieldManager");
    int n = (int)strcspn(c->req->user_agent, "/ ");

    if (*manager)
        (void)snprintf(c->manager, sizeof(c->manager), "%s", manager);
    else
        (void)snprintf(c->manager, sizeof(c->manager), "%.*s", n ? n : 7, n ? c->req->user_agent : "unknown");
}

bool store_begin(struct change *c, struct api *a, const struct path *p, const struct api_request *req,
                 struct api_reply *ret)
{
    *c = (struct change){ .a = a, .p = p, .req = req, .ret = ret };
    if (!options_valid(c))
        return false;
    c->key = objects_key(p->group, p->plural, p->ns, p->name);
    c->live = json_incref(objects_get(a->objects, c->key));
    c->dry = api_query_is(req, "dryRun", "All");
    c->api_version = kind_api_version(p->kind);
    clock_text(clock_now(), c->now);
    set_manager(c);
    c->owner = (struct owner){ .manager = c->manager,
                               .api_version = c->api_version,
                               .subresource = p->sub ? p->sub : "",
                               .time = c->now };
    return true;
}

void store_end(struct change *c)
{
    free(c->key);
    free(c->api_version);
    json_decref(c->live);
    *c = (struct change){ 0 };
}

/* ---- creation ---- */

/* RFC 1123 subdomain; RBAC names may hold more. */
static bool is_dns_name(const char *name)
{
    size_t n = strlen(name);

    if (n == 0 || n > 253 || strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-.") != n)
        return false;
    return isalnum((unsigned char)name[0]) && isalnum((unsigned char)name[n - 1]);
}

static bool is_path_name(const char *name)
{
    return *name && strcmp(name, ".") != 0 && strcmp(name, "..") != 0 && !strpbrk(name, "/%");
}

static bool namespace_open(const struct change *c)
{
    CLEAN(free) char *key = objects_key("", "namespaces", NULL, c->p->ns);
    const json_t *ns = objects_get(c->a->objects, key);
    json_t *status;

    if (!ns) {
        status = status_make(REASON_NOT_FOUND, NULL, "namespaces \"%s\" not found", c->p->ns);
        jx_set(json_object_get(status, "details"), "name", jx_text(c->p->ns));
        jx_set(json_object_get(status, "details"), "kind", json_string("namespaces"));
        reply_status(c->ret, status);
        return false;
    }
    if (!jx_at(ns, "metadata.deletionTimestamp"))
        return true;
    status = status_make(
        REASON_FORBIDDEN, c->p,
        "%s \"%s\" is forbidden: unable to create new content in namespace %s because it is being "
        "terminated",
        c->p->plural, c->p->name, c->p->ns);
    status_add_cause(status, "NamespaceTerminating", "namespace is being terminated", "metadata.namespace");
    reply_status(c->ret, status);
    return false;
}

bool store_name_valid(const struct change *c)
{
    const char *name = c->p->name;
    bool rbac = !strcmp(c->p->kind->group, "rbac.authorization.k8s.io");

    if (!*name) {
        reply_invalid(c->ret, c->p, "FieldValueRequired", "metadata.name",
                      "Required value: name or generateName is required");
        return false;
    }
    if (rbac ? !is_path_name(name) : !is_dns_name(name)) {
        reply_invalid(c->ret, c->p, "FieldValueInvalid", "metadata.name",
                      "Invalid value: a lowercase RFC 1123 subdomain must consist of lower case alphanumeric "
                      "characters, "
                      "'-' or '.', and must start and end with an alphanumeric character");
        return false;
    }
    return !c->p->ns || namespace_open(c);
}

/* A definition is named after what it defines. */
static bool definition_fits(const struct change *c, const json_t *doc)
{
    CLEAN(free) char *name = NULL;
    CLEAN(free) char *message = NULL;

    if (strcmp(c->p->kind->kind, "CustomResourceDefinition") != 0)
        return true;
    name = x_asprintf("%s.%s", jx_str(doc, "spec.names.plural", ""), jx_str(doc, "spec.group", ""));
    if (!strcmp(name, c->p->name) && *jx_str(doc, "spec.names.kind", ""))
        return true;
    message = x_asprintf("Invalid value: \"%s\": must be spec.names.plural+\".\"+spec.group", c->p->name);
    reply_invalid(c->ret, c->p, "FieldValueInvalid", "metadata.name", message);
    return false;
}

bool store_violations(const struct change *c, const json_t *found)
{
    CLEAN(buf_free) struct buf text = buf_max(64 << 10);
    size_t i, n = json_array_size(found);
    const json_t *cause;
    json_t *status;

    if (n == 0)
        return false;
    json_array_foreach (found, i, cause) {
        (void)buf_addf(&text, "%s%s: %s", i ? ", " : "", jx_str(cause, "field", ""),
                       jx_str(cause, "message", ""));
    }
    status = status_make(REASON_INVALID, c->p, "%s%s%s \"%s\" is invalid: %s%s%s", c->p->kind->kind,
                         *c->p->group ? "." : "", c->p->group, c->p->name, n > 1 ? "[" : "", buf_text(&text),
                         n > 1 ? "]" : "");
    json_array_foreach (found, i, cause) {
        status_add_cause(status, jx_str(cause, "reason", ""), jx_str(cause, "message", ""),
                         jx_str(cause, "field", ""));
    }
    reply_status(c->ret, status);
    return true;
}

static bool is_service(const struct change *c)
{
    return !*c->p->group && !strcmp(c->p->plural, "services") && !c->p->sub;
}

/* Rules in CEL are not looked at where the schema's promises are broken. */
static bool blocks_rules(const json_t *found)
{
    static const char *const blocking[] = { "FieldValueNotSupported", "FieldValueRequired",
                                            "FieldValueTooLong", "FieldValueTooMany",
                                            "FieldValueTypeInvalid" };
    const json_t *cause;
    size_t i;

    json_array_foreach (found, i, cause)
        for (size_t k = 0; k < ARRAY_LENGTH(blocking); k++)
            if (!strcmp(jx_str(cause, "reason", ""), blocking[k]))
                return true;
    return false;
}

static void check_gateway_kinds(const struct change *c, const json_t *doc, json_t *found)
{
    if (!gateway_has_rules(c->p))
        return;
    if (!blocks_rules(found))
        gateway_rules(c->a, c->p, c->live, doc, found);
    else
        jx_append(
            found,
            jx_pack("{s:s, s:s, s:s}", "reason", "FieldValueInvalid", "field", "<nil>", "message",
                    "Invalid value: null: some validation rules were not checked because the object was "
                    "invalid; correct the existing errors to complete validation"));
}

/* Schema and rules; all violations are told at once. */
static bool schema_fits(const struct change *c, json_t *doc)
{
    json_auto_t *found = validate_object(c->p->kind, doc);

    if (!c->p->sub) {
        check_gateway_kinds(c, doc, found);
        if (is_service(c))
            service_rules(c->a->objects, c->key, c->dry, doc, found);
        builtin_rules(c->p->kind, doc, found);
    }
    return !store_violations(c, found);
}

enum { MAX_ANNOTATIONS = 256 << 10 }; /* names and values together; Kubernetes' own limit */

static bool annotations_fit(const struct change *c, const json_t *doc)
{
    json_t *annotations = jx_at(doc, "metadata.annotations"), *value;
    const char *name;
    size_t total = 0;

    json_object_foreach (annotations, name, value) {
        total += strlen(name) + json_string_length(value);
    }
    if (total <= MAX_ANNOTATIONS)
        return true;
    reply_invalid(c->ret, c->p, "FieldValueTooLong", "metadata.annotations",
                  "Too long: may not be more than 262144 bytes");
    return false;
}

/* ---- what the server decides about every object ---- */

static const char *const kept_metadata[] = { "namespace",         "uid",
                                             "creationTimestamp", "generation",
                                             "deletionTimestamp", "deletionGracePeriodSeconds",
                                             "resourceVersion" };

static void drop_empty(json_t *metadata)
{
    static const char *const names[] = { "labels", "annotations", "finalizers", "ownerReferences" };

    for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
        const json_t *value = json_object_get(metadata, names[i]);

        if (value && json_object_size(value) == 0 && json_array_size(value) == 0)
            (void)json_object_del(metadata, names[i]);
    }
}

static void set_identity(const struct change *c, json_t *next)
{
    json_t *metadata = jx_make_object(next, "metadata"), *before = json_object_get(c->live, "metadata");
    char uid[CRYPTO_UUID];

    for (size_t i = 0; i < ARRAY_LENGTH(kept_metadata); i++) {
        (void)json_object_del(metadata, kept_metadata[i]);
        if (json_object_get(before, kept_metadata[i]))
            jx_share(metadata, kept_metadata[i], json_object_get(before, kept_metadata[i]));
    }
    (void)json_object_del(metadata, "selfLink");
    drop_empty(metadata);
    jx_set(metadata, "name", jx_text(c->p->name));
    jx_set(next, "apiVersion", json_string(c->api_version));
    jx_set(next, "kind", json_string(c->p->kind->kind));
    if (c->live)
        return;
    crypto_uuid(uid);
    jx_set(metadata, "uid", json_string(uid));
    jx_set(metadata, "creationTimestamp", json_string(c->now));
    if (c->p->ns)
        jx_set(metadata, "namespace", json_string(c->p->ns));
    if (c->p->kind->flags & KIND_GENERATION)
        jx_set(metadata, "generation", json_integer(1));
}

/* An apply to the status has worked out the owners already. */
static void take_owners(json_t *whole, const json_t *next)
{
    json_t *metadata = json_copy(json_object_get(whole, "metadata")),
           *owners = jx_at(next, "metadata.managedFields");

    if (owners)
        jx_share(metadata, "managedFields", owners);
    jx_set(whole, "metadata", metadata);
}

/* The main resource and its status are written apart: each write keeps the other's half. Returns a new
 * reference. */
static json_t *only_own_half(const struct change *c, json_t *next)
{
    json_t *whole, *status;

    if (!(c->p->kind->flags & KIND_STATUS))
        return json_incref(next);
    whole = json_copy(c->p->sub ? c->live : next);
    status = json_incref(json_object_get(c->p->sub ? next : c->live, "status"));
    if (!c->live)
        status = defaults_status(c->p->kind);
    (void)json_object_del(whole, "status");
    if (status)
        jx_set(whole, "status", status);
    if (c->p->sub)
        take_owners(whole, next);
    return whole;
}

static json_t *without(const json_t *doc, const char *const names[], size_t n)
{
    json_t *copy = json_deep_copy(doc);

    for (size_t i = 0; i < n; i++)
        (void)json_object_del(copy, names[i]);
    return copy;
}

static void count_generation(const struct change *c, json_t *next)
{
    static const char *const not_counted[] = { "metadata", "status", "apiVersion" };
    json_auto_t *before = NULL;
    json_auto_t *after = NULL;

    if (!c->live || !(c->p->kind->flags & KIND_GENERATION))
        return;
    before = without(c->live, not_counted, ARRAY_LENGTH(not_counted));
    after = without(next, not_counted, ARRAY_LENGTH(not_counted));
    if (!json_equal(before, after))
        jx_set(json_object_get(next, "metadata"), "generation",
               json_integer(jx_int(c->live, "metadata.generation", 1) + 1));
}

/* ---- after the write ---- */

/* The API extension controller's work: names are accepted and the new kinds served, a moment after the
 * answer. */
static void establish(struct change *c)
{
    json_t *doc = objects_get(c->a->objects, c->key);
    json_t *next;

    if (strcmp(c->p->kind->kind, "CustomResourceDefinition") != 0 || !doc)
        return;
    if (!jx_at(doc, "status.conditions")) {
        next = json_copy(doc);
        jx_set(next, "metadata", json_copy(json_object_get(doc, "metadata")));
        jx_set(next, "status", defaults_definition_status(doc, c->now));
        (void)objects_put(c->a->objects, c->key, next);
    }
    kinds_reload(c->a->kinds, c->a->objects);
}

/* Fields the schema does not know are taken out: silently, with a warning, or not at all but refused. */
static bool fields_known(const struct change *c, json_t *next)
{
    const char *mode = api_query(c->req, "fieldValidation");
    CLEAN(free) char *unknown = strcmp(mode, "Ignore") != 0 ? shape_undeclared(c->p->kind, next) : NULL;

    if (unknown && !strcmp(mode, "Strict")) {
        reply_fail(
            c->ret, REASON_BAD_REQUEST, NULL,
            "%s in version \"%s\" cannot be handled as a %s: strict decoding error: unknown field \"%.300s\"",
            c->p->kind->kind, c->p->kind->version, c->p->kind->kind, unknown + 1);
        return false;
    }
    if (unknown && !c->ret->warning && strcspn(unknown, "\"\\\r\n") == strlen(unknown))
        c->ret->warning = x_asprintf("299 - \"unknown field \\\"%.300s\\\"\"", unknown + 1);
    shape_prune(c->p->kind, next);
    return true;
}

/* Into the server's own types; false when answered. */
static bool decoded(const struct change *c, json_t *next, bool applied)
{
    CLEAN(free) char *wrong = decode_object(c->p->kind, next, applied);
    const struct kind *kind = c->p->kind;

    if (!wrong) {
        decode_nulls(kind->flags & KIND_CUSTOM ? kind->schema : NULL, next, applied);
        return true;
    }
    if (applied)
        reply_fail(
            c->ret, REASON_INTERNAL, NULL,
            "failed to convert new object (%s%s%s; %s/%s, Kind=%s) to proper version: unable to convert "
            "unstructured object to %s/%s, Kind=%s: %s",
            c->p->ns ? c->p->ns : "", c->p->ns ? "/" : "", c->p->name, kind->group, kind->version, kind->kind,
            kind->group, kind->version, kind->kind, wrong);
    else
        reply_fail(c->ret, REASON_BAD_REQUEST, NULL, "%s in version \"%s\" cannot be handled as a %s: %s",
                   kind->kind, kind->version, kind->kind, wrong);
    return false;
}

static bool unchanged(const struct change *c, const json_t *next)
{
    return c->live && json_equal(c->live, next);
}

void store_finish(struct change *c, json_t *next, bool track)
{
    json_auto_t *sent = next;
    json_auto_t *half = only_own_half(c, sent);
    json_auto_t *full = json_deep_copy(half);
    int code = c->live ? 200 : 201;

    if (!decoded(c, full, !track))
        return;
    set_identity(c, full);
    if (!fields_known(c, full) || !definition_fits(c, full) || !annotations_fit(c, full))
        return;
    defaults_fill(c->p->kind, full, c->live, objects_version(c->a->objects));
    if (is_service(c))
        service_assign_ports(c->a->objects, c->key, full);
    if (!schema_fits(c, full) || !builtin_fits(c, full) || !safe_upgrades_fit(c, full))
        return;
    count_generation(c, full);
    if (track)
        apply_track(c->p->kind, c->live, full, &c->owner);
    if (unchanged(c, full) || c->dry) {
        reply_doc(c->ret, code, view_object(c->p->kind, unchanged(c, full) ? c->live : full));
        return;
    }
    reply_doc(c->ret, code, view_object(c->p->kind, objects_put(c->a->objects, c->key, json_incref(full))));
    if (!remove_if_finished(c->a, c->key))
        establish(c);
}
