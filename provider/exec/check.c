/* SPDX-License-Identifier: Apache-2.0 */
/* What the response to a Request's OBSERVE says: all checks in one round trip to the jq worker. */
#include "lib/jx.h"
#include "provider/exec/contains.h"
#include "provider/exec/document.h"
#include "provider/exec/exec.h"
#include "provider/exec/jq_scan.h"
#include "provider/exec/mapping.h"
#include "provider/exec/pass.h"
#include "provider/exec/template.h"
#include <ctype.h>

enum { BODY_SHOWN = 64 }; /* bytes of a body in an error */

void exec_observation_free(struct exec_observation *o)
{
    free(o->failure);
    free(o->reason);
    json_decref(o->projection);
    free(o->identity);
    free(o->fingerprint);
    *o = (struct exec_observation){ .change = -1 };
}

/* ---- programs and their results ------------------------------------------------------------------------ */

static bool is_custom(const struct pass *p, const char *check)
{
    return strcmp(jx_str(json_object_get(p->spec, check), "type", ""), "CUSTOM") == 0;
}

/* A CUSTOM check of provider-http: white space collapsed, placeholders in its text resolved. */
static int add_custom(struct pass *p, const char *check, int *ret_at, struct err *e)
{
    CLEAN(free) char *collapsed = NULL, *program = NULL;

    *ret_at = PASS_NONE;
    if (!is_custom(p, check))
        return 0;
    collapsed = jq_collapse(jx_str(json_object_get(p->spec, check), "logic", ""));
    if (template_resolve(p->x, p->object, TEMPLATE_PROGRAM, collapsed, &program, e) < 0)
        return err_wrap(e, "%s", check);
    *ret_at = (int)eval_add(&p->eval, program);
    return 0;
}

static int custom_boolean(const struct pass *p, int at, const char *check, bool *ret, struct err *e)
{
    /* provider-http spells one of its fields with a capital; users grep for the message. */
    const char *name = strcmp(check, "expectedResponseCheck") == 0 ? "ExpectedResponseCheck" : check;
    CLEAN(free) char *shown = jq_collapse(jx_str(json_object_get(p->spec, check), "logic", ""));

    if (pass_bool(p, at, shown, ret, e) < 0)
        return err_wrap(e, "%s.Logic JQ filter should return a boolean, but returned error", name);
    return 0;
}

/* ---- is it what we asked for? -------------------------------------------------------------------------- */

static bool is_success(const struct pass *p)
{
    json_int_t status = jx_int(p->response, "statusCode", 0);

    return status >= 200 && status < 300;
}

/* Both texts with their Secrets; of the response only our own masks. */
static int compare(const struct pass *p, const char *wanted, bool applies, bool *ret, struct err *e)
{
    CLEAN(free)
    char *desired = NULL, *body = template_unmask(p->x, p->object, jx_str(p->response, "body", ""));
    json_auto_t *there = document_object(body);
    json_auto_t *tree = NULL;

    if (template_resolve(p->x, p->object, TEMPLATE_JSON, wanted, &desired, e) < 0)
        return -1;
    tree = document_object(desired);
    if (tree && !there)
        return err_set(e, ERR_INVALID, "response body is not a valid JSON string: %.*s", BODY_SHOWN, body);
    if (there && !tree)
        return err_set(e, ERR_INVALID, "PUT mapping result is not a valid JSON string: %.*s", BODY_SHOWN,
                       wanted);
    *ret = (tree ? (applies ? contains_applied : contains)(there, tree) : strstr(body, desired) != NULL) &&
           is_success(p);
    return 0;
}

struct places {
    int removed, expected, desired, ready, failure, projection, identity, fingerprint, change;
    const json_t *update; /* mapping */
    bool applies;         /* by server-side apply */
};

/* The body of the UPDATE (or PUT) mapping is what should be there; without such a mapping all is well. */
static int default_check(const struct pass *p, const struct places *at, struct exec_observation *o,
                         struct err *e)
{
    json_auto_t *versioned = NULL;
    CLEAN(free) char *wanted = NULL;
    const json_t *value;

    o->up_to_date = true;
    if (!at->update)
        return 0;
    if (at->desired == PASS_NONE)
        return compare(p, "", false, &o->up_to_date, e);
    value = eval_value(&p->eval, (size_t)at->desired, NULL, e);
    if (!value)
        return -1;
    if (!json_is_string(value) && !json_is_object(value))
        return err_set(e, ERR_INVALID, "failed to parse string: the program yields %s", eval_type(value));
    versioned = document_versioned(p->x, p->object, value, e);
    if (!versioned)
        return -1;
    if (at->applies)
        document_hash(p->object, value, o->applied);
    wanted = document_text(versioned);
    return compare(p, wanted, at->applies, &o->up_to_date, e);
}

static int add_desired_body(struct pass *p, const json_t *mapping)
{
    CLEAN(free) char *program = jq_collapse(jx_str(mapping, "body", ""));

    return *program ? (int)eval_add(&p->eval, program) : PASS_NONE;
}

/* ---- the additions ------------------------------------------------------------------------------------- */

/* A condition's reason: one word. */
static bool is_reason(const char *text)
{
    size_t n = strlen(text);

    if (!n || n > 100 || !isalpha((unsigned char)*text))
        return false;
    for (size_t i = 0; i < n; i++)
        if (!isalnum((unsigned char)text[i]))
            return false;
    return true;
}

static int take_failure(const json_t *value, struct exec_observation *o, struct err *e)
{
    const char *message = json_is_string(value) ? json_string_value(value) : jx_str(value, "message", NULL);
    const char *reason = json_is_object(value) ? jx_str(value, "reason", "Failed") : "Failed";

    if (!value || json_is_null(value))
        return 0;
    if (!message)
        return err_set(e, ERR_INVALID, "failureCheck must yield a string, {reason, message} or null, not %s",
                       eval_type(value));
    if (!is_reason(reason))
        return err_set(e, ERR_INVALID, "failureCheck: the reason must be one word of letters and digits");
    o->failure = x_strdup(message);
    o->reason = x_strdup(reason);
    return 0;
}

static int take_identity(const json_t *value, char **ret, struct err *e)
{
    if (!value || json_is_null(value))
        return 0;
    if (!json_is_string(value))
        return err_set(e, ERR_INVALID, "identity must yield a string or null, not %s", eval_type(value));
    *ret = x_strdup(json_string_value(value));
    return 0;
}

/* The first change that is due; later ones do not matter then, not even their errors. */
static int take_change(const struct pass *p, int first, int *ret, struct err *e)
{
    size_t n = json_array_size(json_object_get(p->spec, "changes"));
    bool due = false;

    for (size_t i = 0; i < n; i++) {
        if (pass_bool(p, first + (int)i, NULL, &due, e) < 0)
            return err_wrap(e, "changes[%zu].when", i);
        if (due) {
            *ret = (int)i;
            return 0;
        }
    }
    return 0;
}

/* ---- a Request's observation --------------------------------------------------------------------------- */

static int add_checks(struct pass *p, struct places *at, struct err *e)
{
    const json_t *change;
    const char *method = NULL;
    size_t i;

    if (add_custom(p, "isRemovedCheck", &at->removed, e) < 0 ||
        add_custom(p, "expectedResponseCheck", &at->expected, e) < 0)
        return -1;
    at->update = at->expected == PASS_NONE ? mapping_for(p->object, EXEC_UPDATE, &method) : NULL;
    at->applies = at->update && mapping_applies(p->object, at->update, method);
    at->desired = at->update ? add_desired_body(p, at->update) : PASS_NONE;
    at->ready = is_custom(p, "readinessCheck") ? pass_add(p, "readinessCheck.logic") : PASS_NONE;
    at->failure = pass_add(p, "failureCheck");
    at->projection = pass_add(p, "statusProjection");
    at->identity = pass_add(p, "identity");
    at->fingerprint = pass_add(p, "settle.fingerprint");
    at->change = (int)p->eval.n;
    json_array_foreach (json_object_get(p->spec, "changes"), i, change)
        (void)eval_add(&p->eval, jx_str(change, "when", ""));
    return 0;
}

static int take_removed(const struct pass *p, const struct places *at, bool *ret, struct err *e)
{
    if (at->removed != PASS_NONE)
        return custom_boolean(p, at->removed, "isRemovedCheck", ret, e);
    *ret = jx_int(p->response, "statusCode", 0) == 404;
    return 0;
}

static int take_state(const struct pass *p, const struct places *at, struct exec_observation *o,
                      struct err *e)
{
    if (at->expected != PASS_NONE) {
        if (custom_boolean(p, at->expected, "expectedResponseCheck", &o->up_to_date, e) < 0)
            return -1;
    } else if (default_check(p, at, o, e) < 0) {
        return -1;
    }
    o->ready = true;
    if (is_custom(p, "readinessCheck") && at->ready == PASS_NONE)
        return err_set(e, ERR_INVALID, "readinessCheck.logic is missing");
    if (at->ready != PASS_NONE && pass_bool(p, at->ready, NULL, &o->ready, e) < 0)
        return err_wrap(e, "readinessCheck.logic");
    return 0;
}

static int take_additions(const struct pass *p, const struct places *at, struct exec_observation *o,
                          struct err *e)
{
    const json_t *value;

    if (pass_value(p, at->failure, "failureCheck", &value, e) < 0 || take_failure(value, o, e) < 0)
        return -1;
    if (pass_projection(p, at->projection, &o->projection, e) < 0)
        return -1;
    if (pass_value(p, at->identity, "identity", &value, e) < 0 || take_identity(value, &o->identity, e) < 0)
        return -1;
    if (pass_value(p, at->fingerprint, "settle.fingerprint", &value, e) < 0)
        return -1;
    o->fingerprint = value ? jx_dump(value) : NULL;
    return take_change(p, at->change, &o->change, e);
}

static int observe(struct pass *p, struct exec_observation *o, struct err *e)
{
    json_auto_t *document = NULL;
    struct places at;

    if (!is_custom(p, "isRemovedCheck") && jx_int(p->response, "statusCode", 0) == 404) {
        o->removed = true;
        return 0;
    }
    if (add_checks(p, &at, e) < 0)
        return -1;
    document = document_request(p->x, p->object, p->response);
    if (eval_run(&p->eval, p->x, document, e) < 0 || take_removed(p, &at, &o->removed, e) < 0)
        return -1;
    if (o->removed)
        return 0;
    return take_state(p, &at, o, e) < 0 ? -1 : take_additions(p, &at, o, e);
}

int exec_request_observe(const struct exec *x, const json_t *object, const json_t *response,
                         struct exec_observation *ret, struct err *e)
{
    CLEAN(pass_free) struct pass p = pass_on(x, object, response);
    CLEAN(exec_observation_free) struct exec_observation o = { .change = -1 };

    if (observe(&p, &o, e) < 0)
        return -1;
    *ret = o;
    o = (struct exec_observation){ .change = -1 };
    return 0;
}

int exec_request_identity(const struct exec *x, const json_t *object, const json_t *response, char **ret,
                          struct err *e)
{
    CLEAN(pass_free) struct pass p = pass_on(x, object, response);
    json_auto_t *document = document_request(x, object, response);
    int at = pass_add(&p, "identity");
    const json_t *value;

    *ret = NULL;
    if (at == PASS_NONE)
        return 0;
    if (eval_run(&p.eval, x, document, e) < 0 || pass_value(&p, at, "identity", &value, e) < 0)
        return -1;
    return take_identity(value, ret, e);
}

int exec_list_keys(const struct exec *x, const json_t *object, const json_t *list, json_t **ret_keys,
                   struct err *e)
{
    CLEAN(pass_free) struct pass p = pass_on(x, object, list);
    json_auto_t *document = document_request(x, object, list);
    int at = pass_add(&p, "observeList.key");
    const json_t *keys, *key;
    size_t i;

    if (at == PASS_NONE)
        return err_set(e, ERR_INVALID, "observeList.key is missing");
    if (eval_run(&p.eval, x, document, e) < 0 || pass_value(&p, at, "observeList.key", &keys, e) < 0)
        return -1;
    if (!json_is_array(keys))
        return err_set(e, ERR_INVALID, "observeList.key must yield an array, not %s", eval_type(keys));
    json_array_foreach (keys, i, key)
        if (!json_is_string(key))
            return err_set(e, ERR_INVALID, "observeList.key must yield strings; [%zu] is %s", i,
                           eval_type(key));
    *ret_keys = json_incref((json_t *)(uintptr_t)keys);
    return 0;
}
