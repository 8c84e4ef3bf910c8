/* SPDX-License-Identifier: Apache-2.0 */
/* What both generations render alike: order, conditions, network ids. */
#include "sim/render.h"
#include "lib/clock.h"
#include "lib/jx.h"

struct row {
    json_t *value;
    const char *key;
};

static int by_key(const void *a, const void *b)
{
    const struct row *x = a, *y = b;
    int order = strcmp(x->key, y->key);

    return order ? order : strcmp(jx_str(x->value, "effect", ""), jx_str(y->value, "effect", ""));
}

json_t *render_ordered(struct sim *s, const json_t *list, const char *key)
{
    size_t n = json_array_size(list);
    CLEAN(free) struct row *rows = x_alloc((n + 1) * sizeof(*rows));
    json_t *ordered = json_array();

    for (size_t i = 0; i < n; i++) {
        rows[i].value = json_array_get(list, i);
        rows[i].key = key ? jx_str(rows[i].value, key, "") : json_string_value(rows[i].value);
        rows[i].key = rows[i].key ? rows[i].key : "";
    }
    if (switch_is(&s->switches, SW_ORDER, "sorted"))
        qsort(rows, n, sizeof(*rows), by_key);
    for (size_t i = n; i > 1 && switch_is(&s->switches, SW_ORDER, "shuffled"); i--) {
        size_t other = dice_next(&s->dice) % i;
        struct row kept = rows[other];

        rows[other] = rows[i - 1];
        rows[i - 1] = kept;
    }
    for (size_t i = 0; i < n; i++)
        jx_append(ordered, json_deep_copy(rows[i].value));
    return ordered;
}

json_t *render_pairs(struct sim *s, json_t *map)
{
    json_auto_t *list = json_array();
    const char *key;
    json_t *value;

    json_object_foreach (map, key, value)
        jx_append(list, jx_pack("{s:s, s:O}", "key", key, "value", value));
    return render_ordered(s, list, "key");
}

json_t *render_time(const struct sim *s, int64_t when)
{
    char text[CLOCK_TEXT];

    clock_text(when + switch_ms(&s->switches, SW_SKEW_SECONDS), text);
    return json_string(text);
}

const char *render_ha_type(const struct sim *s)
{
    return switch_is(&s->switches, SW_HA_TYPE, "empty") ? "" : switch_text(&s->switches, SW_HA_TYPE);
}

/* From which progress of a create the infrastructure has its ids. */
enum { INFRASTRUCTURE_AT = 28 };

static bool infrastructure_stands(const struct shoot *shoot)
{
    return shoot->life.created || (shoot->life.type != OP_NONE && shoot->life.progress >= INFRASTRUCTURE_AT);
}

const char *render_network(const struct shoot *shoot)
{
    return jx_str(shoot->spec, "provider.networkId", infrastructure_stands(shoot) ? shoot->network : NULL);
}

const char *render_router(const struct shoot *shoot)
{
    return jx_str(shoot->spec, "provider.routerId", infrastructure_stands(shoot) ? shoot->router : NULL);
}

/* When each condition turns during a create: nothing before 'unknown', then 'between', True from
 * 'good' on. */
static const struct condition {
    const char *type, *between, *reason, *message;
    int unknown, half, good;
} conditions[] = {
    { "APIServerAvailable", "False", "HealthzRequestSucceeded",
      "API server /healthz endpoint responded with success status code.", 20, 42, 52 },
    { "ControlPlaneHealthy", "Progressing", "ControlPlaneRunning",
      "All control plane components are healthy.", 20, 45, 70 },
    { "EveryNodeReady", "False", "EveryNodeReady", "All nodes are ready.", 20, 60, 94 },
    { "ObservabilityComponentsHealthy", "Progressing", "ObservabilityComponentsRunning",
      "All observability components are healthy.", 20, 60, 99 },
    { "SystemComponentsHealthy", "False", "SystemComponentsRunning", "All system components are healthy.", 20,
      60, 101 },
};

static json_t *condition_of(const struct sim *s, const struct shoot *shoot, const struct condition *c)
{
    const struct life *l = &shoot->life;
    const char *status = "True", *reason = c->reason, *message = c->message;

    if (!l->created) {
        status = l->progress >= c->good ? "True" : l->progress >= c->half ? c->between : "Unknown";
        reason = strcmp(status, "True") != 0 ? "ConditionInitialized" : reason;
        message =
            strcmp(status, "True") != 0
                ? "The condition has been initialized but its semantic check has not been performed yet."
                : message;
    } else if (l->hibernated) {
        reason = "ConditionNotChecked";
        message = "Shoot cluster has been hibernated.";
    } else if (l->state == OP_SUCCEEDED &&
               sim_now(s) < l->succeeded + switch_ms(&s->switches, SW_SETTLE_SECONDS)) {
        status = "Progressing";
    }
    return jx_pack("{s:s, s:s, s:s, s:s}", "type", c->type, "status", status, "reason", reason, "message",
                   message);
}

json_t *render_conditions(const struct sim *s, const struct shoot *shoot)
{
    json_t *all = json_array();

    for (size_t i = 0; i < ARRAY_LENGTH(conditions); i++)
        if (shoot->life.created || shoot->life.progress >= conditions[i].unknown)
            jx_append(all, condition_of(s, shoot, &conditions[i]));
    return all;
}

json_t *render_constraints(const struct shoot *shoot)
{
    if (!shoot->life.created)
        return json_array();
    return jx_pack("[{s:s, s:s, s:s, s:s}, {s:s, s:s, s:s, s:s}, {s:s, s:s, s:s, s:s}]", "type",
                   "HibernationPossible", "status", "True", "reason", "NoProblematicWebhooks", "message",
                   "All webhooks are properly configured.", "type", "MaintenancePreconditionsSatisfied",
                   "status", "True", "reason", "NoProblematicWebhooks", "message",
                   "All webhooks are properly configured.", "type", "CACertificateValiditiesAcceptable",
                   "status", "True", "reason", "NoExpiringCACertificates", "message",
                   "All CA certificates are still valid for at least 8760h0m0s.");
}
