/* SPDX-License-Identifier: Apache-2.0 */
/* Mapping selection. */
#include "provider/exec/mapping.h"
#include "lib/jx.h"
#include <strings.h>

static const struct {
    const char *name, *method;
} actions[] = {
    [EXEC_OBSERVE] = { "OBSERVE", "GET" },
    [EXEC_CREATE] = { "CREATE", "POST" },
    [EXEC_UPDATE] = { "UPDATE", "PUT" },
    [EXEC_REMOVE] = { "REMOVE", "DELETE" },
};

/* An action nobody knows has GET. */
static const char *default_method(const char *action)
{
    for (size_t i = 0; i < ARRAY_LENGTH(actions); i++)
        if (strcmp(action, actions[i].name) == 0)
            return actions[i].method;
    return "GET";
}

/* The method written, else that of the action written. */
static const char *method_of(const json_t *mapping)
{
    const char *method = jx_str(mapping, "method", "");

    return *method ? method : default_method(jx_str(mapping, "action", ""));
}

const json_t *mapping_for(const json_t *object, enum exec_action action, const char **ret_method)
{
    const json_t *mappings = jx_at(object, "spec.forProvider.mappings"), *mapping, *found = NULL;
    size_t i;

    json_array_foreach (mappings, i, mapping)
        if (!found && strcmp(jx_str(mapping, "action", ""), actions[action].name) == 0)
            found = mapping;
    json_array_foreach (mappings, i, mapping)
        if (!found && strcmp(jx_str(mapping, "method", ""), actions[action].method) == 0)
            found = mapping;
    *ret_method = found ? method_of(found) : NULL;
    return found;
}

const json_t *mapping_headers(const json_t *object, const json_t *mapping)
{
    const json_t *headers = json_object_get(mapping, "headers");

    return json_is_object(headers) ? headers : jx_at(object, "spec.forProvider.headers");
}

bool mapping_applies(const json_t *object, const json_t *mapping, const char *method)
{
    const json_t *values, *value;
    const char *name;
    size_t i;

    if (strcmp(method, "PATCH") != 0)
        return false;
    json_object_foreach ((json_t *)(uintptr_t)mapping_headers(object, mapping), name, values)
        json_array_foreach (values, i, value)
            if (!strcasecmp(name, "Content-Type") && json_is_string(value) &&
                strstr(json_string_value(value), "application/apply-patch"))
                return true;
    return false;
}

int mapping_missing(enum exec_action action, struct err *e)
{
    return err_set(e, ERR_INVALID, "%s or %s mapping doesn't exist in request, skipping operation",
                   actions[action].name, actions[action].method);
}
