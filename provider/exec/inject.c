/* SPDX-License-Identifier: Apache-2.0 */
/* secretInjectionConfigs: values out of a response into Secrets, and out of what is stored of the
 * response.
 *
 * Each Secret is made as one whole document, so that a reader never sees half of it. Keys, labels and
 * annotations that others put there stay. */
#include "lib/crypto.h"
#include "lib/jx.h"
#include "provider/exec/document.h"
#include "provider/exec/eval.h"
#include "provider/exec/exec.h"
#include "provider/exec/mask.h"
#include "provider/exec/serialize.h"
#include "provider/exec/template.h"
#include <ctype.h>

struct injection {
    const struct exec *x;
    const json_t *object, *configs;
    struct eval eval;
    size_t next;     /* the program whose turn it is: results are read in the order the programs were added */
    json_t *secrets; /* by "namespace/name" */
    struct masks *masks;
};

static void injection_free_clean(struct injection *in)
{
    eval_free(&in->eval);
    json_decref(in->secrets);
    masks_free(in->masks);
}

/* ---- what a config asks for ---------------------------------------------------------------------------- */

/* keyMappings, or the deprecated single one in that form. New. */
static json_t *key_mappings(const json_t *config)
{
    const json_t *mappings = json_object_get(config, "keyMappings");

    if (json_is_array(mappings))
        return json_incref((json_t *)(uintptr_t)mappings);
    if (!jx_str(config, "secretKey", NULL))
        return json_array();
    return jx_pack("[{s:s, s:s}]", "secretKey", jx_str(config, "secretKey", ""), "responseJQ",
                   jx_str(config, "responsePath", ""));
}

static const char *const metadata_maps[] = { "labels", "annotations" };

static void add_metadata_programs(struct injection *in, const json_t *config)
{
    const json_t *text;
    const char *key;

    for (size_t m = 0; m < ARRAY_LENGTH(metadata_maps); m++)
        json_object_foreach (json_object_get(json_object_get(config, "metadata"), metadata_maps[m]), key,
                             text)
            (void)eval_add(&in->eval, json_is_string(text) ? json_string_value(text) : "");
}

static void add_programs(struct injection *in)
{
    const json_t *config, *mapping;
    size_t i, j;

    json_array_foreach (in->configs, i, config) {
        json_auto_t *mappings = key_mappings(config);

        json_array_foreach (mappings, j, mapping)
            (void)eval_add(&in->eval, jx_str(mapping, "responseJQ", ""));
        add_metadata_programs(in, config);
    }
}

/* ---- values -------------------------------------------------------------------------------------------- */

/* A value as a Secret holds it, or NULL for what counts as missing: null, arrays, nothing. */
static char *value_text(const json_t *value)
{
    if (json_is_string(value))
        return x_strdup(json_string_value(value));
    if (json_is_boolean(value))
        return x_strdup(json_is_true(value) ? "true" : "false");
    if (json_is_integer(value))
        return x_asprintf("%lld", (long long)json_integer_value(value));
    if (json_is_real(value))
        return serialize_plain_number(json_real_value(value));
    if (json_is_object(value))
        return serialize(value);
    return NULL;
}

/* At most 63 characters of [A-Za-z0-9._-] that start and end with a letter or digit; or empty. */
static bool is_label_value(const char *text)
{
    size_t n = strlen(text);

    for (size_t i = 0; i < n; i++)
        if (!isalnum((unsigned char)text[i]) && (i == 0 || i + 1 == n || !strchr("-_.", text[i])))
            return false;
    return n <= 63;
}

/* A label or annotation: the program's result when it is one, else its text. */
static char *metadata_text(const struct jq_result *r, const char *literal)
{
    char *text = json_is_object(r->value) ? NULL : value_text(r->value);

    return text ? text : x_strdup(literal);
}

/* ---- Secrets ------------------------------------------------------------------------------------------- */

/* The Secret to work on: a copy of what is there, or a new one. Borrowed. */
static json_t *secret_at(struct injection *in, const char *ns, const char *name)
{
    CLEAN(free) char *id = x_asprintf("%s/%s", ns, name);
    json_t *secret = json_object_get(in->secrets, id);
    const json_t *there;

    if (secret)
        return secret;
    there = in->x->secret ? in->x->secret(in->x->secret_ctx, ns, name) : NULL;
    secret = there ? json_deep_copy(there)
                   : jx_pack("{s:s, s:s, s:{s:s, s:s, s:{s:s}}, s:s, s:{}}", "apiVersion", "v1", "kind",
                             "Secret", "metadata", "name", name, "namespace", ns, "labels",
                             "app.kubernetes.io/managed-by", "provider-cleura", "type", "Opaque", "data");
    jx_set(in->secrets, id, secret);
    return secret;
}

static void add_owner(const json_t *object, json_t *secret)
{
    const char *uid = jx_str(object, "metadata.uid", "");
    json_t *metadata = jx_make_object(secret, "metadata"),
           *owners = json_object_get(metadata, "ownerReferences");
    const json_t *owner;
    size_t i;

    if (!*uid)
        return;
    json_array_foreach (owners, i, owner)
        if (strcmp(jx_str(owner, "uid", ""), uid) == 0)
            return;
    if (!json_is_array(owners)) {
        owners = json_array();
        jx_set(metadata, "ownerReferences", owners);
    }
    jx_append(owners,
              jx_pack("{s:s, s:s, s:s, s:s}", "apiVersion", jx_str(object, "apiVersion", ""), "kind",
                      jx_str(object, "kind", ""), "name", jx_str(object, "metadata.name", ""), "uid", uid));
}

static void set_key(json_t *secret, const char *key, const char *value)
{
    CLEAN(free) char *encoded = crypto_base64(value, strlen(value));

    jx_set(jx_make_object(secret, "data"), key, json_string(encoded));
}

static void apply_missing(json_t *secret, const json_t *mapping, const char *key)
{
    const char *strategy = jx_str(mapping, "missingFieldStrategy", "delete");

    if (strcmp(strategy, "setEmpty") == 0)
        set_key(secret, key, "");
    else if (strcmp(strategy, "preserve") != 0)
        (void)json_object_del(jx_make_object(secret, "data"), key);
}

/* A program that cannot be run says nothing about the response: better no Secret than one with keys
 * removed. */
static int apply_mapping(struct injection *in, json_t *secret, const json_t *mapping, const char *where,
                         struct err *e)
{
    const struct jq_result *r = &in->eval.results[in->next];
    const char *key = jx_str(mapping, "secretKey", "");
    CLEAN(free) char *text = value_text(r->value);
    CLEAN(free)
    char *placeholder = x_asprintf("{{%s:%s:%s}}", jx_str(secret, "metadata.name", ""),
                                   jx_str(secret, "metadata.namespace", ""), key);

    if (r->outcome == JQ_SYNTAX || r->outcome == JQ_LIMIT) {
        (void)eval_value(&in->eval, in->next, NULL, e);
        return err_wrap(e, "%s.responseJQ", where);
    }
    in->next++;
    if (text &&
        strstr(text, placeholder)) /* a stored response whose Secret is gone: the value is not known */
        return 0;
    if (!text) {
        apply_missing(secret, mapping, key);
        return 0;
    }
    set_key(secret, key, text);
    masks_add(in->masks, r->value, placeholder);
    return 0;
}

static void apply_metadata(struct injection *in, json_t *secret, const json_t *config)
{
    const json_t *literal;
    const char *key;

    for (size_t m = 0; m < ARRAY_LENGTH(metadata_maps); m++)
        json_object_foreach (json_object_get(json_object_get(config, "metadata"), metadata_maps[m]), key,
                             literal) {
            const char *written = json_is_string(literal) ? json_string_value(literal) : "";
            CLEAN(free) char *text = metadata_text(&in->eval.results[in->next++], written);

            if (m == 1 || is_label_value(text))
                jx_set(jx_make_object(jx_make_object(secret, "metadata"), metadata_maps[m]), key,
                       jx_text(text));
        }
}

static int apply_config(struct injection *in, size_t i, const json_t *config, struct err *e)
{
    json_auto_t *mappings = key_mappings(config);
    json_t *secret =
        secret_at(in, jx_str(config, "secretRef.namespace", ""), jx_str(config, "secretRef.name", ""));
    const json_t *mapping;
    size_t j;

    if (jx_bool(config, "setOwnerReference", false))
        add_owner(in->object, secret);
    json_array_foreach (mappings, j, mapping) {
        CLEAN(free) char *where = x_asprintf("secretInjectionConfigs[%zu].keyMappings[%zu]", i, j);

        if (apply_mapping(in, secret, mapping, where, e) < 0)
            return -1;
    }
    apply_metadata(in, secret, config);
    return 0;
}

/* ---- the whole ----------------------------------------------------------------------------------------- */

static int check_configs(const struct injection *in, struct err *e)
{
    const json_t *config;
    size_t i;

    json_array_foreach (in->configs, i, config) {
        if (!*jx_str(config, "secretRef.name", ""))
            return err_set(e, ERR_INVALID, "secretInjectionConfigs[%zu].secretRef.name is missing", i);
        if (template_check_namespace(in->object, jx_str(config, "secretRef.namespace", ""), e) < 0)
            return err_wrap(e, "secretInjectionConfigs[%zu].secretRef", i);
    }
    return 0;
}

/* Those that differ from what is there. New. */
static json_t *changed_secrets(const struct injection *in)
{
    json_t *changed = json_array(), *secret;
    const char *id;

    json_object_foreach (in->secrets, id, secret) {
        const json_t *there = in->x->secret
                                  ? in->x->secret(in->x->secret_ctx, jx_str(secret, "metadata.namespace", ""),
                                                  jx_str(secret, "metadata.name", ""))
                                  : NULL;

        if (!there || !json_equal(there, secret))
            jx_append(changed, json_incref(secret));
    }
    return changed;
}

static json_t *masked_headers(const struct injection *in, const json_t *headers)
{
    json_t *out = json_object();
    const json_t *values, *value;
    const char *name;
    size_t i;

    json_object_foreach ((json_t *)(uintptr_t)headers, name, values) {
        json_t *masked = json_array();

        json_array_foreach (values, i, value) {
            CLEAN(free)
            char *text = masks_header(in->masks, json_is_string(value) ? json_string_value(value) : "");

            jx_append(masked, jx_text(text));
        }
        jx_set(out, name, masked);
    }
    return out;
}

static json_t *masked_response(const struct injection *in, const json_t *response)
{
    json_t *out = json_copy((json_t *)(uintptr_t)response);
    const char *body = jx_str(response, "body", NULL);
    CLEAN(free) char *masked = body ? masks_body(in->masks, body) : NULL;

    if (masked)
        jx_set(out, "body", jx_text(masked));
    if (json_is_object(json_object_get(response, "headers")))
        jx_set(out, "headers", masked_headers(in, json_object_get(response, "headers")));
    return out;
}

int exec_inject(const struct exec *x, const json_t *object, const json_t *response, json_t **ret_secrets,
                json_t **ret_masked, struct err *e)
{
    CLEAN(injection_free)
    struct injection in = { .x = x,
                            .object = object,
                            .configs = jx_at(object, "spec.forProvider.secretInjectionConfigs") };
    json_auto_t *document = NULL;
    const json_t *config;
    size_t i;

    *ret_secrets = *ret_masked = NULL;
    if (!json_array_size(in.configs))
        return 0;
    if (check_configs(&in, e) < 0)
        return -1;
    document = document_result(x, object, response);
    in.secrets = json_object();
    in.masks = masks_new();
    add_programs(&in);
    if (eval_run(&in.eval, x, document, e) < 0)
        return -1;
    json_array_foreach (in.configs, i, config)
        if (apply_config(&in, i, config, e) < 0)
            return -1;
    *ret_secrets = changed_secrets(&in);
    *ret_masked = masked_response(&in, response);
    return 0;
}
