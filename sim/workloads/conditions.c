/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/workloads/conditions.h"
#include "sim/workloads/ctl.h"

json_t *condition_new(const char *type, const char *status, const char *reason, const char *message)
{
    return jx_object(jx_s("type", type), jx_s("status", status), jx_s("reason", reason),
                     jx_o("message", message ? jx_text(message) : NULL),
                     jx_o("lastTransitionTime", ctl_time()));
}

json_t *condition_find(const json_t *conditions, const char *type)
{
    json_t *condition;
    size_t i;

    json_array_foreach (conditions, i, condition) {
        if (!strcmp(jx_str(condition, "type", ""), type))
            return condition;
    }
    return NULL;
}

bool condition_true(const json_t *doc, const char *type)
{
    return !strcmp(jx_str(condition_find(jx_at(doc, "status.conditions"), type), "status", ""), "True");
}

void conditions_keep_times(const json_t *before, json_t *next)
{
    json_t *condition;
    size_t i;

    json_array_foreach (next, i, condition) {
        json_t *old = condition_find(before, jx_str(condition, "type", ""));

        if (old && !strcmp(jx_str(old, "status", ""), jx_str(condition, "status", "")))
            jx_set(condition, "lastTransitionTime", jx_text(jx_str(old, "lastTransitionTime", "")));
    }
}
