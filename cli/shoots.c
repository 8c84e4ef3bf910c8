/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/shoots.h"
#include "lib/jx.h"

/* v1 is camel case with metadata, spec and status; v2 is snake case and flat. */
void shoots_read(const json_t *shoot, struct shoot_facts *ret)
{
    bool v1 = json_is_object(jx_at(shoot, "metadata"));
    const json_t *operation = jx_at(shoot, v1 ? "status.lastOperation" : "last_operation");

    *ret = (struct shoot_facts){
        .name = jx_str(shoot, v1 ? "metadata.name" : "name", ""),
        .uid = jx_str(shoot, v1 ? "metadata.uid" : "uid", ""),
        .region = jx_str(shoot, v1 ? "spec.region" : "region", ""),
        .version = jx_str(shoot, v1 ? "spec.kubernetes.version" : "kubernetes.version", ""),
        .type = jx_str(operation, "type", ""),
        .state = jx_str(operation, "state", ""),
        .description = jx_str(operation, "description", ""),
        .percent = (int)jx_int(operation, "progress", -1),
        .hibernated = jx_bool(shoot, v1 ? "status.hibernated" : "status.is_hibernated", false),
        .conditions = jx_at(shoot, "status.conditions"),
        .errors = jx_at(shoot, v1 ? "status.lastErrors" : "status.last_errors"),
        .workers = jx_at(shoot, v1 ? "spec.provider.workers" : "shoot_provider.workers"),
    };
}

static bool is(const char *a, const char *b) { return !strcmp(a, b); }

static const json_t *bad_condition(const struct shoot_facts *f)
{
    size_t i;
    const json_t *condition;

    json_array_foreach (f->conditions, i, condition)
        if (!is(jx_str(condition, "status", ""), "True"))
            return condition;
    return NULL;
}

bool shoots_failed(const struct shoot_facts *f) { return is(f->state, "Failed") || is(f->state, "Aborted"); }

bool shoots_ready(const struct shoot_facts *f)
{
    return is(f->state, "Succeeded") && !is(f->type, "Delete") &&
           (f->hibernated || (json_array_size(f->conditions) && !bad_condition(f)));
}

char *shoots_status(const struct shoot_facts *f)
{
    static const char *const doing[][2] = { { "Create", "Creating" },   { "Reconcile", "Updating" },
                                            { "Delete", "Deleting" },   { "Migrate", "Migrating" },
                                            { "Restore", "Restoring" }, { "", "Pending" } };
    const char *verb = f->type;

    for (size_t i = 0; i < ARRAY_LENGTH(doing); i++)
        if (is(doing[i][0], f->type))
            verb = doing[i][1];
    if (shoots_failed(f))
        return x_asprintf("%s failed", verb);
    if (is(f->state, "Error"))
        return x_asprintf("%s, retrying", verb);
    if (!is(f->state, "Succeeded") || is(f->type, "Delete"))
        return f->percent >= 0 ? x_asprintf("%s %d%%", verb, f->percent) : x_strdup(verb);
    if (f->hibernated)
        return x_strdup("Hibernated");
    return x_strdup(shoots_ready(f) ? "Ready" : "Not healthy");
}

char *shoots_trouble(const struct shoot_facts *f)
{
    const json_t *error = json_array_get(f->errors, 0), *condition = bad_condition(f);

    if (shoots_ready(f))
        return x_strdup("");
    if (error)
        return x_strdup(jx_str(error, "description", ""));
    if (condition && is(f->state, "Succeeded"))
        return x_asprintf("%s is %s: %s", jx_str(condition, "type", ""), jx_str(condition, "status", ""),
                          jx_str(condition, "message", ""));
    return x_strdup(f->description);
}
