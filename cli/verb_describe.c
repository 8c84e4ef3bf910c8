/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/account.h"
#include "cli/columns.h"
#include "cli/grid.h"
#include "cli/kinds.h"
#include "cli/outcome.h"
#include "cli/output.h"
#include "cli/select.h"
#include "cli/session.h"
#include "cli/text.h"
#include "cli/verb.h"
#include "lib/jx.h"

static void line(struct buf *out, const char *name, const char *value)
{
    CLEAN(free) char *clean = NULL;

    if (!value || !*value)
        return;
    clean = text_clean(value);
    (void)buf_addf(out, "%-14s %s\n", name, clean);
}

static void table(struct buf *out, const char *title, const struct grid *g)
{
    if (g->n <= g->columns)
        return;
    (void)buf_addf(out, "\n%s\n", title);
    grid_print(g, out);
}

static void add_conditions(struct buf *out, const char *title, const json_t *list)
{
    CLEAN(grid_free) struct grid g = { 0 };
    size_t i;
    const json_t *condition;

    grid_init(&g, "TYPE STATUS REASON SINCE MESSAGE");
    json_array_foreach (list, i, condition) {
        grid_add(&g, jx_str(condition, "type", NULL));
        grid_add(&g, jx_str(condition, "status", NULL));
        grid_add(&g, jx_str(condition, "reason", NULL));
        grid_add(&g, jx_str(condition, "lastTransitionTime", NULL));
        grid_add(&g, jx_str(condition, "message", NULL));
    }
    table(out, title, &g);
}

static void add_composed(struct buf *out, const json_t *observed)
{
    CLEAN(grid_free) struct grid g = { 0 };
    const char *name;
    const json_t *object;

    grid_init(&g, "RESOURCE OBJECT SYNCED READY REASON MESSAGE");
    json_object_foreach ((json_t *)(uintptr_t)observed, name, object) {
        const json_t *synced = outcome_condition(object, "Synced"),
                     *ready = outcome_condition(object, "Ready");
        bool trouble = !strcmp(jx_str(synced, "status", ""), "False");
        CLEAN(free) char *label = kinds_label(object);

        grid_add(&g, name);
        grid_add(&g, label);
        grid_add(&g, jx_str(synced, "status", NULL));
        grid_add(&g, jx_str(ready, "status", NULL));
        grid_add(&g, jx_str(trouble ? synced : ready, "reason", NULL));
        grid_add(&g, jx_str(trouble ? synced : ready, "message", NULL));
    }
    table(out, "Composed resources:", &g);
}

static void add_errors(struct buf *out, const json_t *list)
{
    size_t i;
    const json_t *error;

    json_array_foreach (list, i, error)
        line(out, i ? "" : "Last errors", jx_str(error, "description", ""));
}

static void add_operation(struct buf *out, const json_t *operation)
{
    CLEAN(free) char *text = NULL;

    if (!operation)
        return;
    text = x_asprintf("%s %s, %d%%: %s", jx_str(operation, "type", "?"), jx_str(operation, "state", "?"),
                      (int)jx_int(operation, "progress", 0), jx_str(operation, "description", ""));
    line(out, "Operation", text);
}

/* A table of a list in the status: one column for each word of 'heads', of the member at the same place in 'members'. */
static void add_list(struct buf *out, const char *title, const json_t *list, const char *heads,
                     const char *const members[])
{
    CLEAN(grid_free) struct grid g = { 0 };
    size_t i;
    const json_t *one;

    grid_init(&g, heads);
    json_array_foreach (list, i, one)
        for (size_t k = 0; k < g.columns; k++) {
            const json_t *value = json_object_get(one, members[k]);

            if (json_is_integer(value))
                grid_addf(&g, "%lld", (long long)json_integer_value(value));
            else
                grid_add(&g, json_is_boolean(value) ? json_is_true(value) ? "True" : "False"
                                                    : json_string_value(value));
        }
    table(out, title, &g);
}

static void add_lists(struct buf *out, const json_t *status)
{
    static const char *const listener[] = { "name", "port", "protocol", "attachedRoutes", "ready", "reason" };
    static const char *const parent[] = { "name", "sectionName", "ready", "reason" };
    static const char *const port[] = { "name", "port", "protocol", "nodePort" };

    add_list(out, "Listeners:", jx_at(status, "listeners"), "NAME PORT PROTOCOL ROUTES READY REASON",
             listener);
    add_list(out, "Gateways:", jx_at(status, "parents"), "NAME LISTENER READY REASON", parent);
    add_list(out, "Ports:", jx_at(status, "ports"), "NAME PORT PROTOCOL NODE-PORT", port);
}

/* Where it lives, and what people look for in its kind. */
static void add_own(struct buf *out, const json_t *object)
{
    line(out, "Cluster", jx_str(object, "spec.shootRef.name", ""));
    line(out, "  namespace", jx_str(object, "status.namespace", ""));
    for (const struct column *c = columns_of(jx_str(object, "kind", "")); c && c->head; c++) {
        CLEAN(buf_free) struct buf text = buf_max(COLUMN_TEXT);

        if (!c->label)
            continue;
        column_write(c, object, &text);
        line(out, c->label, buf_text(&text));
    }
}

static void print(const json_t *object, const json_t *composed)
{
    CLEAN(buf_free) struct buf out = buf_max(OUTPUT_MAX);
    CLEAN(outcome_free) struct outcome o = { 0 };
    json_auto_t *observed = compose_observed(object, composed);
    bool composite = kinds_of(object)->role == KIND_COMPOSITE;
    const json_t *status = jx_at(object, "status");

    outcome_read(object, observed, &o);
    line(&out, "Kind", jx_str(object, "kind", ""));
    line(&out, "Name", jx_str(object, "metadata.name", ""));
    line(&out, "Namespace", jx_str(object, "metadata.namespace", ""));
    line(&out, "Created", jx_str(object, "metadata.creationTimestamp", ""));
    line(&out, "Deleting since", jx_str(object, "metadata.deletionTimestamp", ""));
    if (composite)
        line(&out, "Phase", o.phase);
    line(&out, "Message", o.message);
    add_own(&out, object);
    add_operation(&out, jx_at(status, "operation"));
    add_errors(&out, jx_at(status, "lastErrors"));
    line(&out, "Kubeconfig", jx_str(status, "kubeconfig.secretName", ""));
    line(&out, "  good until", jx_str(status, "kubeconfig.expiresAt", ""));
    add_lists(&out, status);
    add_conditions(&out, "Conditions:", jx_at(status, "conditions"));
    add_conditions(&out, "Gardener's conditions:", jx_at(status, "gardenerConditions"));
    add_composed(&out, observed);
    output_text(&out);
}

static int describe(const struct call *c, struct err *e)
{
    CLEAN(session_close) struct session s = { 0 };
    json_auto_t *objects = NULL, *composed = NULL;
    size_t i;
    const json_t *object;

    if (c->n == 1 && !strchr(c->words[0], '/'))
        return kinds_find(c->words[0])
                   ? err_set(e, ERR_INVALID, "describe which? cleura-shoot describe %.40s NAME", c->words[0])
                   : err_set(e, ERR_INVALID,
                             "describe what kind of object? cleura-shoot describe Shoot %.80s", c->words[0]);
    if (session_open(&s, c->o, SESSION_LOOK, e) < 0 ||
        select_objects(s.store, account_namespace(c->o), c->words, c->n, &objects, e) < 0 ||
        compose_list(s.store, &composed, e) < 0)
        return -1;
    json_array_foreach (objects, i, object)
        print(object, composed);
    return 0;
}

const struct verb verb_describe = {
    .name = "describe",
    .arguments = "KIND NAME",
    .summary = "all that is known of one object, and why it is not Ready",
    .help = "Shows phase and message, addresses, listeners and routes, the operation under way, errors, "
            "conditions "
            "(also Gardener's\n"
            "own) and the objects it is composed of, with what each of them waits for: as of the last time "
            "something ran on this store.",
    .options = "",
    .min = 1,
    .max = 2,
    .run = describe,
};
