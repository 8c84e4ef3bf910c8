/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/shootapi/builtin_rules.h"
#include "sim/shootapi/names.h"
#include <stdint.h>

/* One value of a document, and where it is: "spec.ports[0].name". */
struct value {
    const char *field;
    const json_t *json;
};

static void add(json_t *found, const char *reason, const char *field, json_t *message)
{
    jx_append(found,
              jx_pack("{s:s, s:o, s:o}", "reason", reason, "message", message, "field", jx_text(field)));
}

static void add_text(json_t *found, const char *field, const char *text, const char *wrong)
{
    if (wrong)
        add(found, "FieldValueInvalid", field, json_sprintf("Invalid value: \"%s\": %s", text, wrong));
}

/* ---- what a value may be ---- */

/* How a value is judged: as a name, a number between two, the keys of a map, its values ... */
struct rule;
typedef void judge(const struct rule *rule, struct value v, json_t *found);

struct rule {
    const char *kinds; /* "Service PersistentVolumeClaim"; NULL = all */
    const char *path;  /* "spec.ports[].name" */
    judge *judge;
    name_check *name;
    json_int_t least, most;
    const char *words;
    const char
        *field; /* what the messages call the place, when it is not the path: the real server's slips */
};

static void judge_name(const struct rule *rule, struct value v, json_t *found)
{
    if (json_is_string(v.json))
        add_text(found, v.field, json_string_value(v.json), rule->name(json_string_value(v.json)));
}

/* An empty name is none. */
static void judge_optional_name(const struct rule *rule, struct value v, json_t *found)
{
    if (json_string_length(v.json))
        judge_name(rule, v, found);
}

static void judge_number(const struct rule *rule, struct value v, json_t *found)
{
    json_int_t n = json_integer_value(v.json);

    if (json_is_integer(v.json) && (n < rule->least || n > rule->most))
        add(found, "FieldValueInvalid", v.field,
            json_sprintf("Invalid value: %" JSON_INTEGER_FORMAT ": %s", n, rule->words));
}

/* A port's number or name. */
static void judge_target(const struct rule *rule, struct value v, json_t *found)
{
    if (json_is_integer(v.json))
        judge_number(rule, v, found);
    else
        judge_name(rule, v, found);
}

static void judge_labels(const struct rule *rule, struct value v, json_t *found)
{
    const char *name;
    json_t *text;

    (void)rule;
    json_object_foreach ((json_t *)(uintptr_t)v.json, name, text) {
        add_text(found, v.field, name, name_qualified(name));
        if (json_is_string(text))
            add_text(found, v.field, json_string_value(text), name_label_value(json_string_value(text)));
    }
}

/* Of annotations only the names, whatever their case. */
static void judge_annotations(const struct rule *rule, struct value v, json_t *found)
{
    const char *name;
    json_t *text;

    (void)rule;
    json_object_foreach ((json_t *)(uintptr_t)v.json, name, text) {
        CLEAN(free) char *lower = x_strdup(name);

        for (char *at = lower; *at; at++)
            *at = (char)(*at >= 'A' && *at <= 'Z' ? *at - 'A' + 'a' : *at);
        add_text(found, v.field, name, name_qualified(lower));
    }
}

/* A list of words, none of them twice. */
static void judge_unique(const struct rule *rule, struct value v, json_t *found)
{
    (void)rule;
    for (size_t i = 0; i < json_array_size(v.json); i++) {
        for (size_t k = 0; k < i; k++) {
            CLEAN(free) char *field = x_asprintf("%s[%zu]", v.field, i);

            if (json_equal(json_array_get(v.json, i), json_array_get(v.json, k)))
                add(found, "FieldValueDuplicate", field,
                    json_sprintf("Duplicate value: \"%s\"", json_string_value(json_array_get(v.json, i))));
        }
    }
}

static void judge_required(const struct rule *rule, struct value v, json_t *found)
{
    (void)rule;
    if (!v.json || (json_is_string(v.json) && !json_string_length(v.json)) ||
        (json_is_array(v.json) && !json_array_size(v.json)))
        add(found, "FieldValueRequired", v.field, json_string("Required value"));
}

/* ---- the rules ---- */

#define WORKLOADS "DaemonSet Deployment Job ReplicaSet StatefulSet"
#define PORT                                                                                                 \
    .judge = judge_number, .least = 1, .most = 65535, .words = "must be between 1 and 65535, inclusive"
#define NOT_BELOW_ZERO                                                                                       \
    .judge = judge_number, .least = 0, .most = INT32_MAX, .words = "must be greater than or equal to 0"

static const struct rule rules[] = {
    /* a kind's row may stand more than once */
    { NULL, "metadata.labels", .judge = judge_labels },
    { NULL, "metadata.annotations", .judge = judge_annotations },
    { "Service", "spec.selector", .judge = judge_labels },
    { "Service", "spec.ports[].name", .judge = judge_optional_name, .name = name_dns_label },
    { "Service", "spec.ports[].targetPort", .judge = judge_target, .name = name_port, .least = 1,
      .most = 65535, .words = "must be between 1 and 65535, inclusive" },
    { "Service", "spec.ports[].appProtocol", .judge = judge_name, .name = name_qualified },
    { "Service", "spec.loadBalancerSourceRanges[]", .judge = judge_name, .name = name_cidr,
      .field = "spec.LoadBalancerSourceRanges" },
    { "Service", "spec.ipFamilies", .judge = judge_unique },
    { "PersistentVolumeClaim", "spec.storageClassName", .judge = judge_optional_name,
      .name = name_dns_subdomain },
    { "Deployment ReplicaSet StatefulSet", "spec.replicas", NOT_BELOW_ZERO },
    { "Job", "spec.backoffLimit", NOT_BELOW_ZERO },
    { "Job", "spec.ttlSecondsAfterFinished", NOT_BELOW_ZERO },
    { WORKLOADS, "spec.template.metadata.labels", .judge = judge_labels },
    { WORKLOADS, "spec.template.spec.containers", .judge = judge_required },
    { WORKLOADS, "spec.template.spec.containers[].name", .judge = judge_required },
    { WORKLOADS, "spec.template.spec.containers[].name", .judge = judge_optional_name,
      .name = name_dns_label },
    { WORKLOADS, "spec.template.spec.containers[].image", .judge = judge_required },
    { WORKLOADS, "spec.template.spec.containers[].ports[].containerPort", PORT },
    { "Pod", "spec.containers", .judge = judge_required },
    { "Pod", "spec.containers[].name", .judge = judge_required },
    { "Pod", "spec.containers[].name", .judge = judge_optional_name, .name = name_dns_label },
    { "Pod", "spec.containers[].image", .judge = judge_required },
};

/* ---- from a path to the values there ---- */

static bool is_about(const struct rule *rule, const char *kind)
{
    const char *at = rule->kinds ? strstr(rule->kinds, kind) : NULL;
    size_t n = strlen(kind);

    if (!rule->kinds)
        return true;
    while (at && ((at != rule->kinds && at[-1] != ' ') || (at[n] && at[n] != ' ')))
        at = strstr(at + 1, kind);
    return at != NULL;
}

static void judge_here(const struct rule *rule, struct value v, json_t *found)
{
    CLEAN(free)
    char *field =
        rule->field ? x_asprintf("%s%s", rule->field, v.field + strcspn(v.field, "[")) : x_strdup(v.field);

    rule->judge(rule, (struct value){ field, v.json }, found);
}

static void judge_at(const struct rule *rule, const char *path, struct value v, json_t *found);

static void judge_each(const struct rule *rule, const char *rest, struct value v, json_t *found)
{
    const json_t *item;
    size_t i;

    json_array_foreach (v.json, i, item) {
        CLEAN(free) char *field = x_asprintf("%s[%zu]", v.field, i);

        judge_at(rule, rest, (struct value){ field, item }, found);
    }
}

/* 'path' is what is left of the rule's. */
static void judge_at(const struct rule *rule, const char *path, struct value v, json_t *found)
{
    size_t n = strcspn(path, ".[");
    CLEAN(free) char *name = x_strndup(path, n);
    CLEAN(free) char *field = NULL;

    if (!*path) {
        judge_here(rule, v, found);
        return;
    }
    if (!strncmp(path, "[]", 2)) {
        judge_each(rule, path + 2 + (path[2] == '.'), v, found);
        return;
    }
    if (!json_is_object(v.json))
        return;
    field = x_asprintf("%s%s%s", v.field, *v.field ? "." : "", name);
    judge_at(rule, path + n + (path[n] == '.'), (struct value){ field, json_object_get(v.json, name) },
             found);
}

void builtin_rules(const struct kind *kind, const json_t *doc, json_t *found)
{
    for (size_t i = 0; i < ARRAY_LENGTH(rules); i++)
        if (!rules[i].kinds || (!(kind->flags & KIND_CUSTOM) && is_about(&rules[i], kind->kind)))
            judge_at(&rules[i], rules[i].path, (struct value){ "", doc }, found);
}
