/* SPDX-License-Identifier: Apache-2.0 */
/* The documents programs see, in provider-http's shape. */
#include "provider/exec/document.h"
#include "lib/crypto.h"
#include "lib/jx.h"
#include "provider/exec/api_version.h"
#include "provider/exec/serialize.h"
#include "provider/exec/template.h"

static bool too_deep(const json_t *tree, int depth)
{
    json_t *member;
    const char *key;
    size_t i;

    if (depth > JX_MAX_DEPTH)
        return true;
    json_array_foreach (tree, i, member)
        if (too_deep(member, depth + 1))
            return true;
    json_object_foreach ((json_t *)(uintptr_t)tree, key, member)
        if (too_deep(member, depth + 1))
            return true;
    return false;
}

json_t *document_object(const char *text)
{
    json_auto_t *doc = NULL;
    size_t n = strlen(text);

    if (text[strspn(text, " \t\r\n")] != '{')
        return NULL;
    doc = jx_parse(text, n, NULL);
    if (!doc && n <= JX_MAX_BYTES) {
        /* Integers beyond 64 bits, and keys given twice, are no reason to treat an answer as plain text. */
        doc = json_loadb(text, n, JSON_DECODE_INT_AS_REAL, NULL);
        if (doc && too_deep(doc, 0))
            return NULL;
    }
    return json_is_object(doc) ? TAKE(doc) : NULL;
}

/* Objects copied with the JSON in their strings parsed, one level deep; arrays and the rest shared. */
static json_t *with_objects(const json_t *value)
{
    json_t *copy, *parsed;
    const json_t *member;
    const char *key;

    if (json_is_string(value)) {
        parsed = document_object(json_string_value(value));
        return parsed ? parsed : json_incref((json_t *)(uintptr_t)value);
    }
    if (!json_is_object(value))
        return json_incref((json_t *)(uintptr_t)value);
    copy = json_object();
    json_object_foreach ((json_t *)(uintptr_t)value, key, member)
        jx_set(copy, key, with_objects(member));
    return copy;
}

static json_t *body_value(const struct exec *x, const json_t *object, const char *body)
{
    CLEAN(free) char *plain = template_unmask(x, object, body);
    json_t *parsed = document_object(plain);

    return parsed ? parsed : jx_text(plain);
}

static json_t *plain_values(const struct exec *x, const json_t *object, const json_t *values)
{
    json_t *out = json_array();
    const json_t *value;
    size_t i;

    json_array_foreach (values, i, value) {
        CLEAN(free)
        char *plain = template_unmask(x, object, json_is_string(value) ? json_string_value(value) : "");
        jx_append(out, jx_text(plain));
    }
    return out;
}

/* null when there are none. */
static json_t *plain_headers(const struct exec *x, const json_t *object, const json_t *headers)
{
    json_t *out;
    const json_t *values;
    const char *name;

    if (!json_is_object(headers))
        return json_null();
    out = json_object();
    json_object_foreach ((json_t *)(uintptr_t)headers, name, values)
        jx_set(out, name, plain_values(x, object, values));
    return out;
}

static json_t *response_value(const struct exec *x, const json_t *object, const json_t *response)
{
    json_t *out;
    json_int_t status = jx_int(response, "statusCode", 0);
    const char *body = jx_str(response, "body", "");

    if (!json_is_object(response))
        return json_null();
    out = jx_pack("{s:o}", "headers", plain_headers(x, object, json_object_get(response, "headers")));
    if (status)
        jx_set(out, "statusCode", json_integer(status));
    if (*body)
        jx_set(out, "body", body_value(x, object, body));
    return out;
}

/* Our additions that hold programs: provider-http's document has no such fields, no program asks for them, and they can be ten
 * times as large as all the rest, to be sent with every observation. */
static bool holds_programs(const char *field)
{
    static const char *const fields[] = { "changes",        "failureCheck", "identity", "observeList",
                                          "readinessCheck", "renewal",      "settle",   "statusProjection" };

    for (size_t i = 0; i < ARRAY_LENGTH(fields); i++)
        if (strcmp(field, fields[i]) == 0)
            return true;
    return false;
}

char *document_text(const json_t *body)
{
    return json_is_string(body) ? x_strdup(json_string_value(body)) : serialize(body);
}

void document_hash(const json_t *object, const json_t *body, char out[EXEC_HASH])
{
    json_auto_t *tree = json_is_string(body) ? document_object(json_string_value(body))
                                             : json_copy((json_t *)(uintptr_t)body);
    CLEAN(free) char *text = NULL;

    if (tree && jx_at(object, "spec.forProvider.apiVersions"))
        (void)json_object_del(tree, "apiVersion"); /* a program may have put it there itself */
    text = document_text(tree ? tree : body);
    crypto_sha256_hex(text, strlen(text), out, EXEC_HASH - 1);
}

json_t *document_versioned(const struct exec *x, const json_t *object, const json_t *body, struct err *e)
{
    const char *text = json_string_value(body);
    json_auto_t *parsed = text && strstr(text, API_VERSION_PLACEHOLDER) ? document_object(text) : NULL;
    json_t *tree = text ? parsed : (json_t *)(uintptr_t)body;
    json_auto_t *versioned = NULL;
    CLEAN(free) char *changed = NULL;

    if (!api_version_in(tree))
        return json_incref((json_t *)(uintptr_t)body);
    if (!json_is_array(jx_at(object, "spec.forProvider.apiVersions"))) {
        err_set(e, ERR_INVALID,
                "the body has " API_VERSION_PLACEHOLDER
                ": spec.forProvider.apiVersions must list what it may be");
        return NULL;
    }
    versioned = api_version_body(tree, x->api_version ? x->api_version : API_VERSION_PLACEHOLDER);
    if (!text)
        return TAKE(versioned);
    changed = serialize(versioned);
    return jx_text(changed);
}

json_t *document_request(const struct exec *x, const json_t *object, const json_t *response)
{
    json_t *doc = json_object(), *member;
    const char *field;

    json_object_foreach (jx_at(object, "spec.forProvider"), field, member)
        if (!holds_programs(field))
            jx_set(doc, field, with_objects(member));
    if (x->api_version && json_object_get(doc, "apiVersions"))
        jx_set(doc, "apiVersion", json_string(x->api_version));
    (void)jx_make_object(doc, "expectedResponseCheck");
    (void)jx_make_object(doc, "isRemovedCheck");
    jx_set(doc, "response", response_value(x, object, response));
    return doc;
}

json_t *document_result(const struct exec *x, const json_t *object, const json_t *response)
{
    return jx_pack("{s:o, s:o, s:I}", "body", body_value(x, object, jx_str(response, "body", "")), "headers",
                   plain_headers(x, object, json_object_get(response, "headers")), "statusCode",
                   jx_int(response, "statusCode", 0));
}
