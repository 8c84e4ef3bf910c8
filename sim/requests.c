/* SPDX-License-Identifier: Apache-2.0 */
/* Schema first, then busy or deleting, then meaning: the order decides which error a client sees. */
#include "sim/requests.h"
#include "sim/semantics.h"
#include "sim/spec.h"
#include "sim/upkeep.h"

json_t *request_object(struct call *c, const struct schema_field *schema, const char *wrapper)
{
    const struct switches *sw = &c->sim->switches;
    struct schema_options options = { .echo = switch_on(sw, SW_ECHO),
                                      .reject_unknown = switch_is(sw, SW_UNKNOWN_FIELDS, "reject") };
    json_t *body = call_object(c), *errors;

    if (!body)
        return NULL;
    errors = schema_check(body, schema, &options);
    if (json_array_size(errors) > 0) {
        call_invalid(c, 400, "One or more properties are invalid", errors);
        return NULL;
    }
    json_decref(errors);
    return wrapper ? json_object_get(body, wrapper) : body;
}

bool request_rule(struct call *c, const char *rule, const char *key, const char *message)
{
    if (semantics_off(&c->sim->switches, rule))
        return true;
    call_invalid(c, (int)switch_number(&c->sim->switches, SW_SEMANTIC_STATUS), message,
                 jx_pack("[{s:s, s:s}]", "key", key, "value", message));
    return false;
}

bool request_spec_ok(struct call *c, const json_t *old, const json_t *spec)
{
    struct semantics in = { .switches = &c->sim->switches,
                            .started = c->sim->started,
                            .now = c->now,
                            .region = c->region,
                            .old = old,
                            .spec = spec };
    json_t *errors = semantics_check(&in);

    if (json_array_size(errors) > 0) {
        const char *first = jx_str(json_array_get(errors, 0), "value", "");
        CLEAN(free) char *message = x_strdup(first);

        call_invalid(c, (int)switch_number(&c->sim->switches, SW_SEMANTIC_STATUS), message, errors);
        return false;
    }
    json_decref(errors);
    return true;
}

static bool busy_matters(const struct call *c, bool worker)
{
    const struct switches *sw = &c->sim->switches;

    if (switch_is(sw, SW_BUSY_CONFLICT, "off"))
        return false;
    if (switch_is(sw, SW_BUSY_CONFLICT, "workers"))
        return worker;
    return switch_is(sw, SW_BUSY_CONFLICT, "always") ||
           dice_fraction(&c->sim->dice) < switch_number(sw, SW_BUSY_CONFLICT);
}

bool request_free(struct call *c, bool worker)
{
    if (c->shoot->life.remove) {
        call_error(c, 409, "The shoot %s is being deleted", c->shoot->name);
        return false;
    }
    if (life_busy(&c->shoot->life) && busy_matters(c, worker)) {
        call_error(c, 409, "Another operation is in progress for the shoot %s", c->shoot->name);
        return false;
    }
    return true;
}

void request_apply(struct call *c, json_t *spec, enum life_work work)
{
    bool same = json_equal(spec, c->shoot->spec);

    json_decref(c->shoot->spec);
    c->shoot->spec = spec;
    c->applied = true;
    if (same && c->shoot->life.state != OP_FAILED)
        return; /* Gardener sees no new generation: nothing starts */
    upkeep_quota(c->sim, c->shoot);
    sim_request(c->sim, c->shoot, work);
}
