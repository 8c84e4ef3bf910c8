/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/workloads/envoy.h"
#include "lib/clock.h"
#include "sim/workloads/conditions.h"

#define FINALIZER "gateway-exists-finalizer." GATEWAY_GROUP

/* ---- status ---- */

static void drop_times(json_t *value) /* NOLINT(misc-no-recursion): as deep as a status */
{
    json_t *child;
    const char *name;
    size_t i;

    (void)json_object_del(value, "lastTransitionTime");
    json_object_foreach (value, name, child)
        drop_times(child);
    json_array_foreach (value, i, child)
        drop_times(child);
}

bool envoy_same_status(const json_t *a, const json_t *b)
{
    json_auto_t *x = json_deep_copy(a);
    json_auto_t *y = json_deep_copy(b);

    drop_times(x);
    drop_times(y);
    return json_equal(x, y);
}

#define REWRITE_EVERY (5 * CLOCK_SECOND)

void envoy_report(const struct envoy *e, const json_t *doc, const char *plural, json_t *status)
{
    json_auto_t *next = jx_pack("{s:o}", "status", status);
    json_t *note = ctl_note(e->c, "envoy-writes", ctl_uid(doc));
    json_t *current =
        ctl_get(e->c, GATEWAY_GROUP, plural, *ctl_namespace(doc) ? ctl_namespace(doc) : NULL, ctl_name(doc));
    json_auto_t *merged = json_deep_copy(json_object_get(current, "status"));
    bool again = false;

    if (!current)
        return;
    if (e->c->set->eg_fault == EG_REWRITES && ctl_after(e->c, note, "since", REWRITE_EVERY)) {
        jx_set(note, "since", json_integer(e->c->now));
        ctl_wake(e->c, e->c->now + REWRITE_EVERY);
        again = true;
    }
    merged = merged ? merged : json_object();
    (void)json_object_update(merged, status);
    if (again || !envoy_same_status(merged, json_object_get(current, "status")))
        ctl_patch(e->c, ENVOY_MANAGER, current, plural, "status", json_incref(next));
}

json_t *envoy_condition(const struct envoy *e, const json_t *doc, const char *type, const char *status,
                        const char *reason, const char *fmt, ...)
{
    json_int_t generation = jx_int(doc, "metadata.generation", 1);
    CLEAN(free) char *text = NULL;
    json_t *condition;
    va_list ap;

    va_start(ap, fmt);
    text = x_vasprintf(fmt, ap);
    va_end(ap);
    condition = condition_new(type, status, reason, text);
    /* of Gateways and routes; a class that changes never is behind */
    jx_set(condition, "observedGeneration",
           json_integer(e->c->set->eg_fault == EG_OLD_GENERATION && *ctl_namespace(doc) ? generation - 1
                                                                                        : generation));
    return condition;
}

bool envoy_settled(const struct envoy *e, const json_t *doc)
{
    char generation[32];

    (void)snprintf(generation, sizeof(generation), "%" JSON_INTEGER_FORMAT,
                   jx_int(doc, "metadata.generation", 1));
    return ctl_after(e->c, ctl_note(e->c, "envoy", ctl_uid(doc)), generation, e->c->set->eg_ms);
}

/* ---- classes ---- */

static bool parameters_fit(const struct envoy *e, const json_t *class)
{
    const json_t *ref = jx_at(class, "spec.parametersRef");

    if (!ref)
        return true;
    return !strcmp(jx_str(ref, "group", ""), ENVOY_GROUP) && !strcmp(jx_str(ref, "kind", ""), "EnvoyProxy") &&
           ctl_get(e->c, ENVOY_GROUP, "envoyproxies", jx_str(ref, "namespace", ""), jx_str(ref, "name", ""));
}

static size_t count_gateways(const struct envoy *e, const json_t *class)
{
    json_auto_t *gateways = ctl_list(e->c, GATEWAY_GROUP, "gateways", NULL);
    const json_t *gateway;
    size_t i, n = 0;

    json_array_foreach (gateways, i, gateway) {
        n += !strcmp(jx_str(gateway, "spec.gatewayClassName", ""), ctl_name(class));
    }
    return n;
}

/* True when Gateways of the class are to be looked after. */
static bool class_step(const struct envoy *e, const json_t *class)
{
    bool fits = parameters_fit(e, class);
    CLEAN(free) char *name = x_strdup(ctl_name(class));

    if (count_gateways(e, class))
        ctl_add_finalizer(e->c, ENVOY_MANAGER, class, "gatewayclasses", FINALIZER);
    else
        ctl_drop_finalizer(e->c, ENVOY_MANAGER, class, "gatewayclasses", FINALIZER);
    if (!ctl_get(e->c, GATEWAY_GROUP, "gatewayclasses", NULL, name) || !envoy_settled(e, class))
        return false;
    envoy_report(e, class, "gatewayclasses",
                 jx_pack("{s:[o]}", "conditions",
                         fits
                             ? envoy_condition(e, class, "Accepted", "True", "Accepted", "Valid GatewayClass")
                             : envoy_condition(e, class, "Accepted", "False", "InvalidParameters",
                                               "Invalid parametersRef: the EnvoyProxy was not found")));
    return fits;
}

/* ---- one pass ---- */

static void gather(struct envoy *e, json_t *class)
{
    json_auto_t *gateways = ctl_list(e->c, GATEWAY_GROUP, "gateways", NULL);
    json_t *gateway;
    size_t i;

    json_array_foreach (gateways, i, gateway) {
        if (!strcmp(jx_str(gateway, "spec.gatewayClassName", ""), ctl_name(class)) &&
            !ctl_deleting(gateway) && envoy_settled(e, gateway))
            jx_append(e->gateways, envoy_listeners(e, gateway, class));
    }
}

void envoy_run(struct ctl *c)
{
    struct envoy e = { .c = c };
    json_auto_t *classes = NULL;
    json_auto_t *models = NULL;
    json_t *one;
    size_t i;

    envoy_install(c);
    if (c->set->eg_down || !envoy_running(c, &e))
        return;
    e.gateways = models = json_array();
    classes = ctl_list(c, GATEWAY_GROUP, "gatewayclasses", NULL);
    json_array_foreach (classes, i, one) {
        if (!strcmp(jx_str(one, "spec.controllerName", ""), ENVOY_CONTROLLER) && class_step(&e, one))
            gather(&e, one);
    }
    envoy_clean_infra(&e);
    json_array_foreach (models, i, one)
        envoy_make_infra(&e, one);
    envoy_routes(&e);
    json_array_foreach (models, i, one)
        envoy_gateway_status(&e, one);
}
