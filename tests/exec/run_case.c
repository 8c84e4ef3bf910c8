/* SPDX-License-Identifier: Apache-2.0 */
/* Runs one case.yaml:
 *
 *   forProvider:  the spec of the object;  kind: Request (default) or DisposableRequest;  metadata: as wanted
 *   response:     the last response: statusCode, body (text), headers
 *   apiVersion:   which of forProvider.apiVersions is served; absent = not known yet
 *   secrets:      "namespace/name": {key: value in clear}
 *   existing:     whole Secret objects, when more than their data matters
 *   expect:       for each operation what it must give; a member not named here may be anything
 *     OBSERVE CREATE UPDATE REMOVE: method (null = no call), url, body (null = none), headers, details,
 *                 unknown, place (the URL before a version is in it), applies (has a hash)
 *     change:     {index, ...the same}        list: the same         call: the same, of a DisposableRequest
 *     observe:    applies removed up_to_date ready change failure reason projection identity fingerprint
 *     identity:   {identity}                  keys: {keys}
 *     check:      expected expires_at projection
 *     inject:     secrets (data in clear as stringData) and masked
 *     Instead of all these: error, which must be part of the message, and kind. */
#undef NDEBUG
#include "lib/clock.h"
#include "lib/crypto.h"
#include "lib/file.h"
#include "lib/jx.h"
#include "lib/jx_yaml.h"
#include "provider/exec/contains.h"
#include "provider/exec/exec.h"

struct bench {
    struct exec x;
    json_t *object, *secrets;
    const json_t *response;
};

static const json_t *find_secret(void *ctx, const char *ns, const char *name)
{
    const json_t *secret;
    size_t i;

    json_array_foreach (ctx, i, secret)
        if (strcmp(jx_str(secret, "metadata.namespace", ""), ns) == 0 &&
            strcmp(jx_str(secret, "metadata.name", ""), name) == 0)
            return secret;
    return NULL;
}

static json_t *optional(const char *text) { return text ? jx_text(text) : json_null(); }

static json_t *call_document(const struct exec_call *c)
{
    json_t *headers = json_object();

    for (size_t i = 0; i < c->n_headers; i++) {
        if (!json_object_get(headers, c->headers[i].name))
            jx_set(headers, c->headers[i].name, json_array());
        jx_append(json_object_get(headers, c->headers[i].name), jx_text(c->headers[i].value));
    }
    return jx_pack("{s:o, s:b, s:o, s:o, s:o, s:o, s:O?}", "place", optional(c->place), "applies",
                   *c->applied != 0, "method", optional(c->method), "url", optional(c->url), "body",
                   optional(c->body), "headers", headers, "details", c->details);
}

/* ---- one function per operation: what came of it, or NULL with 'e' ------------------------------------- */

static json_t *run_call(const struct bench *b, enum exec_action action, struct err *e)
{
    CLEAN(exec_call_free) struct exec_call call = { .method = NULL };
    json_t *out;

    if (exec_request_call(&b->x, b->object, action, b->response, &call, e) < 0)
        return NULL;
    out = call_document(&call);
    jx_set(out, "unknown", json_boolean(call.unknown));
    return out;
}

static json_t *run_observe_call(const struct bench *b, const json_t *want, struct err *e)
{
    (void)want;
    return run_call(b, EXEC_OBSERVE, e);
}

static json_t *run_create(const struct bench *b, const json_t *want, struct err *e)
{
    (void)want;
    return run_call(b, EXEC_CREATE, e);
}

static json_t *run_update(const struct bench *b, const json_t *want, struct err *e)
{
    (void)want;
    return run_call(b, EXEC_UPDATE, e);
}

static json_t *run_remove(const struct bench *b, const json_t *want, struct err *e)
{
    (void)want;
    return run_call(b, EXEC_REMOVE, e);
}

static json_t *run_change(const struct bench *b, const json_t *want, struct err *e)
{
    CLEAN(exec_call_free) struct exec_call call = { .method = NULL };
    int index = (int)jx_int(want, "index", 0);
    json_t *out;

    if (exec_change_call(&b->x, b->object, index, b->response, &call, e) < 0)
        return NULL;
    out = call_document(&call);
    jx_set(out, "index", json_integer(index));
    return out;
}

static json_t *run_list(const struct bench *b, const json_t *want, struct err *e)
{
    CLEAN(exec_call_free) struct exec_call call = { .method = NULL };

    (void)want;
    return exec_list_call(&b->x, b->object, &call, e) < 0 ? NULL : call_document(&call);
}

static json_t *run_disposable(const struct bench *b, const json_t *want, struct err *e)
{
    CLEAN(exec_call_free) struct exec_call call = { .method = NULL };

    (void)want;
    return exec_disposable_call(&b->x, b->object, &call, e) < 0 ? NULL : call_document(&call);
}

static json_t *run_observe(const struct bench *b, const json_t *want, struct err *e)
{
    CLEAN(exec_observation_free) struct exec_observation o = { .change = -1 };

    (void)want;
    if (exec_request_observe(&b->x, b->object, b->response, &o, e) < 0)
        return NULL;
    return jx_pack("{s:b, s:b, s:b, s:b, s:i, s:o, s:o, s:O?, s:o, s:o}", "applies", *o.applied != 0,
                   "removed", o.removed, "up_to_date", o.up_to_date, "ready", o.ready, "change", o.change,
                   "failure", optional(o.failure), "reason", optional(o.reason), "projection", o.projection,
                   "identity", optional(o.identity), "fingerprint", optional(o.fingerprint));
}

static json_t *run_identity(const struct bench *b, const json_t *want, struct err *e)
{
    CLEAN(free) char *identity = NULL;

    (void)want;
    if (exec_request_identity(&b->x, b->object, b->response, &identity, e) < 0)
        return NULL;
    return jx_pack("{s:o}", "identity", optional(identity));
}

static json_t *run_keys(const struct bench *b, const json_t *want, struct err *e)
{
    json_t *keys = NULL;

    (void)want;
    return exec_list_keys(&b->x, b->object, b->response, &keys, e) < 0 ? NULL
                                                                       : jx_pack("{s:o}", "keys", keys);
}

static json_t *run_check(const struct bench *b, const json_t *want, struct err *e)
{
    CLEAN(exec_result_free) struct exec_result r = { .expected = false };
    char when[CLOCK_TEXT];

    (void)want;
    if (exec_disposable_check(&b->x, b->object, b->response, &r, e) < 0)
        return NULL;
    clock_text(r.expires_at, when);
    return jx_pack("{s:b, s:o, s:O?}", "expected", r.expected, "expires_at",
                   optional(r.expires_at ? when : NULL), "projection", r.projection);
}

/* Data in clear, for reading. */
static void decode_data(json_t *secret)
{
    json_t *clear = json_object(), *value;
    const char *key;

    json_object_foreach (json_object_get(secret, "data"), key, value) {
        CLEAN(free) char *text = crypto_base64_decode(json_string_value(value), NULL, NULL);

        jx_set(clear, key, jx_text(text));
    }
    jx_set(secret, "stringData", clear);
    (void)json_object_del(secret, "data");
}

static json_t *run_inject(const struct bench *b, const json_t *want, struct err *e)
{
    json_t *secrets = NULL, *masked = NULL, *out, *secret;
    size_t i;

    (void)want;
    if (exec_inject(&b->x, b->object, b->response, &secrets, &masked, e) < 0)
        return NULL;
    out = jx_pack("{s:o?, s:o?}", "secrets", secrets ? json_deep_copy(secrets) : NULL, "masked", masked);
    json_decref(secrets);
    json_array_foreach (json_object_get(out, "secrets"), i, secret)
        decode_data(secret);
    return out;
}

static const struct operation {
    const char *name;
    json_t *(*run)(const struct bench *, const json_t *want, struct err *);
} operations[] = {
    { "OBSERVE", run_observe_call }, { "CREATE", run_create },
    { "UPDATE", run_update },        { "REMOVE", run_remove },
    { "change", run_change },        { "list", run_list },
    { "call", run_disposable },      { "observe", run_observe },
    { "identity", run_identity },    { "keys", run_keys },
    { "check", run_check },          { "inject", run_inject },
};

/* ---- reading and comparing ----------------------------------------------------------------------------- */

static const struct {
    const char *name;
    enum err_kind kind;
} kinds[] = { { "Invalid", ERR_INVALID }, { "NotFound", ERR_NOT_FOUND }, { "Internal", ERR_INTERNAL } };

static bool error_fits(const json_t *want, const struct err *e)
{
    const char *kind = jx_str(want, "kind", NULL);

    for (size_t i = 0; kind && i < ARRAY_LENGTH(kinds); i++)
        if (strcmp(kind, kinds[i].name) == 0 && e->kind != kinds[i].kind)
            return false;
    return strstr(e->text, jx_str(want, "error", "(no error)")) != NULL;
}

/* Every member named must be equal; so an object that must be exactly this is one member. */
static bool fits(const json_t *got, const json_t *want)
{
    const json_t *member;
    const char *key;

    json_object_foreach ((json_t *)(uintptr_t)want, key, member)
        if (!json_object_get(got, key) || !json_same(json_object_get(got, key), member))
            return false;
    return true;
}

static int run(const struct bench *b, const struct operation *op, const json_t *want)
{
    struct err e = { .kind = ERR_NONE };
    json_auto_t *got = op->run(b, want, &e);
    CLEAN(free) char *wanted = jx_dump_pretty(want), *text = NULL;

    if (got ? fits(got, want) && !jx_str(want, "error", NULL) : error_fits(want, &e))
        return 0;
    text = got ? jx_dump_pretty(got) : x_strdup(e.text);
    printf("%s\n--- expected\n%s\n--- got%s\n%s\n", op->name, wanted, got ? "" : " the error", text);
    return 1;
}

static void add_secrets(json_t *secrets, const json_t *clear)
{
    json_t *data, *value;
    const char *id, *key;

    json_object_foreach ((json_t *)(uintptr_t)clear, id, data) {
        CLEAN(free) char *ns = x_strndup(id, strcspn(id, "/"));
        json_t *secret =
            jx_pack("{s:{s:s, s:s}, s:{}}", "metadata", "namespace", ns, "name", strchr(id, '/') + 1, "data");

        json_object_foreach (data, key, value) {
            CLEAN(free) char *encoded = crypto_base64(json_string_value(value), json_string_length(value));

            jx_set(json_object_get(secret, "data"), key, json_string(encoded));
        }
        jx_append(secrets, secret);
    }
}

static json_t *object_of(const json_t *test)
{
    static const char *const api = "cleura.m.crossplane.io/v1alpha2";
    json_t *metadata = json_object_get(test, "metadata");

    return jx_pack(
        "{s:s, s:s, s:o, s:{s:O}}", "apiVersion", api, "kind", jx_str(test, "kind", "Request"), "metadata",
        metadata ? json_incref(metadata) : jx_pack("{s:s, s:s}", "name", "test", "namespace", "ns"), "spec",
        "forProvider", json_object_get(test, "forProvider"));
}

static int run_all(const json_t *test)
{
    json_auto_t *secrets = json_deep_copy(json_object_get(test, "existing"));
    json_auto_t *object = object_of(test);
    struct bench b = { .object = object, .response = json_object_get(test, "response") };
    int failed = 0, ran = 0;

    if (!secrets)
        secrets = json_array();
    add_secrets(secrets, json_object_get(test, "secrets"));
    b.x = (struct exec){ .jq = jq_new(),
                         .secret = find_secret,
                         .secret_ctx = secrets,
                         .api_version = jx_str(test, "apiVersion", NULL) };
    for (size_t i = 0; i < ARRAY_LENGTH(operations); i++) {
        const json_t *want = jx_at(json_object_get(test, "expect"), operations[i].name);

        ran += want != NULL;
        failed += want && run(&b, &operations[i], want);
    }
    jq_free(b.x.jq);
    if (ran == 0 || (size_t)ran != json_object_size(json_object_get(test, "expect"))) {
        printf("%d operations ran of %zu under expect\n", ran,
               json_object_size(json_object_get(test, "expect")));
        failed++;
    }
    return failed != 0;
}

int main(int argc, char **argv)
{
    struct err e = { .kind = ERR_NONE };
    size_t n = 0;
    CLEAN(free) char *text = argc == 2 ? file_read(argv[1], JX_MAX_BYTES, &n, &e) : NULL;
    json_auto_t *documents = text ? jx_yaml_parse(text, n, &e) : NULL;

    if (!documents || json_array_size(documents) != 1) {
        printf("%s: %s\n", argc == 2 ? argv[1] : "usage: exec_run_case FILE", e.text);
        return 2;
    }
    return run_all(json_array_get(documents, 0));
}
