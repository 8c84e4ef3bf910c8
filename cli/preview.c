/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/preview.h"
#include "cli/compose.h"
#include "cli/text.h"
#include "function/render/render.h"
#include "lib/buf.h"
#include "lib/jx.h"

enum { ROUNDS_MAX = 8 };

/* All that is wrong is to be read, and an error is a line. */
static int refuse(const char *kind, const char *name, const char *message, struct err *e)
{
    int n = text_list(stderr, message);

    if (n)
        return err_set(e, ERR_INVALID, "%s/%s: %d errors, told above", kind, name, n);
    return err_set(e, ERR_INVALID, "%s/%s: %s", kind, name, message);
}

static int tell_results(const struct fn_response *r, const json_t *composite, struct err *e)
{
    size_t i;
    const json_t *result;
    const char *label = jx_str(composite, "metadata.name", "?"), *kind = jx_str(composite, "kind", "?");

    json_array_foreach (r->results, i, result)
        if (jx_int(result, "severity", -1) == FN_FATAL)
            return refuse(kind, label, jx_str(result, "message", "cannot be rendered"), e);
    json_array_foreach (r->conditions, i, result)
        if (!strcmp(jx_str(result, "type", ""), "Valid") && !strcmp(jx_str(result, "status", ""), "False"))
            return refuse(kind, label, jx_str(result, "message", "the spec has errors"), e);
    json_array_foreach (r->results, i, result) {
        CLEAN(free) char *text = text_clean(jx_str(result, "message", ""));

        if (jx_int(result, "severity", -1) == FN_WARNING)
            (void)fprintf(stderr, "Warning: %s/%s: %s\n", kind, label, text);
    }
    return 0;
}

int preview_check(const json_t *composite, const json_t *observed, struct err *e)
{
    CLEAN(fn_response_free) struct fn_response r;
    const struct fn_request request = { .composite = composite, .observed = observed };

    fn_response_init(&r);
    if (render(&request, &r, e) < 0)
        return -1;
    if (tell_results(&r, composite, e) < 0)
        return -1;
    return compose_check(r.desired, e) < 0
               ? err_wrap(e, "%s/%s", jx_str(composite, "kind", "?"), jx_str(composite, "metadata.name", "?"))
               : 0;
}

/* As it would be observed once all is well with it. */
static json_t *as_ready(const json_t *composite, const char *name, const json_t *resource)
{
    json_t *object = compose_child(composite, name, resource, NULL);

    jx_set(object, "status",
           jx_pack("{s:[{s:s, s:s, s:s}, {s:s, s:s, s:s}], s:{s:i}, s:{}}", "conditions", "type", "Ready",
                   "status", "True", "reason", "Available", "type", "Synced", "status", "True", "reason",
                   "ReconcileSuccess", "response", "statusCode", 200, "atProvider"));
    return object;
}

static json_t *names_of(json_t *observed)
{
    struct buf names = buf_max(4096);
    json_t *text;

    for (void *at = json_object_iter(observed); at; at = json_object_iter_next(observed, at))
        (void)buf_addf(&names, "%s%s", names.len ? ", " : "", json_object_iter_key(at));
    text = names.len ? json_string(buf_text(&names)) : NULL;
    buf_free(&names);
    return text;
}

/* Note what is new; true when something was. */
static bool collect(const json_t *composite, const struct fn_response *r, json_t *all, json_t *observed)
{
    json_t *after = names_of(observed);
    size_t before = json_array_size(all);
    const char *name;
    json_t *one;

    json_object_foreach (r->desired, name, one) {
        json_t *resource = json_object_get(one, "resource"), *child;

        if (json_object_get(observed, name))
            continue;
        child = compose_child(composite, name, resource, NULL);
        (void)json_object_del(json_object_get(child, "metadata"), "ownerReferences");
        jx_append(all, jx_pack("{s:s, s:o, s:O*}", "name", name, "resource", child, "after", after));
    }
    json_decref(after);
    for (size_t i = before; i < json_array_size(all); i++) {
        const json_t *new = json_array_get(all, i);

        jx_set(observed, jx_str(new, "name", ""),
               as_ready(composite, jx_str(new, "name", ""), jx_at(new, "resource")));
    }
    return json_array_size(all) > before;
}

json_t *preview(const json_t *composite, struct err *e)
{
    json_auto_t *all = json_array(), *observed = json_object();
    const struct fn_request request = { .composite = composite, .observed = observed };

    for (int i = 0; i < ROUNDS_MAX; i++) {
        CLEAN(fn_response_free) struct fn_response r;

        fn_response_init(&r);
        if (render(&request, &r, e) < 0)
            return NULL;
        if (i == 0 && tell_results(&r, composite, e) < 0)
            return NULL;
        if (!collect(composite, &r, all, observed))
            break;
    }
    return TAKE(all);
}
