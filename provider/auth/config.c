/* SPDX-License-Identifier: Apache-2.0 */
#include "provider/auth/config.h"
#include "lib/crypto.h"
#include "lib/jx.h"
#include "lib/table.h"
#include <stdint.h>

static const struct table_name kinds[] = {
    { "None", AUTH_NONE },
    { "Cleura", AUTH_CLEURA },
    { "CleuraShoot", AUTH_SHOOT },
    { "Kubeconfig", AUTH_KUBECONFIG },
    { "Bearer", AUTH_BEARER },
    { "Header", AUTH_HEADER },
    { NULL, -1 },
};

enum {
    CONNECTIONS = 8,      /* to one endpoint; HTTP/2 puts all calls on one anyway */
    CLEURA_PER_SECOND = 2 /* per account; Cleura documents no limit and its own clients stay below 1 */
};

void config_wipe(char *secret)
{
    if (secret)
        explicit_bzero(secret, strlen(secret));
    free(secret);
}

/* provider-http knows no spec.auth: a credential there is the value of the Authorization header. */
static const char *default_auth(const json_t *object)
{
    return jx_at(object, "spec.credentials.secretRef.key") ? "Header" : "None";
}

int config_read(const json_t *object, struct auth_config *ret, struct err *e)
{
    const char *auth = jx_str(object, "spec.auth", default_auth(object));
    int kind = table_value(kinds, auth);

    if (kind < 0)
        return err_set(e, ERR_INVALID,
                       "ProviderConfig spec.auth: \"%.40s\" is not one of Cleura, CleuraShoot, Kubeconfig, "
                       "Bearer, Header, None",
                       auth);
    *ret = (struct auth_config){
        .kind = (enum auth_kind)kind,
        .uid = jx_str(object, "metadata.uid", ""),
        .ns = jx_str(object, "metadata.namespace", ""),
        .api_version = jx_str(object, "apiVersion", ""),
        .endpoint = jx_str(object, "spec.endpoint", NULL),
        .generation =
            jx_str(object, kind == AUTH_SHOOT ? "spec.shoot.apiGeneration" : "spec.apiGeneration", "v1"),
        .header = jx_str(object, "spec.header", "Authorization"),
        .credentials = jx_at(object, "spec.credentials"),
        .shoot = jx_at(object, "spec.shoot"),
        .tls = jx_at(object, "spec.tls"),
        .max_connections = jx_int(object, "spec.limits.maxConnections", CONNECTIONS),
        .per_second = json_number_value(jx_at(object, "spec.limits.requestsPerSecond")),
    };
    if (ret->per_second == 0 && kind == AUTH_CLEURA)
        ret->per_second = CLEURA_PER_SECOND;
    if (ret->tls && !json_is_object(ret->tls))
        return err_set(e, ERR_INVALID, "ProviderConfig spec.tls must be an object");
    if (ret->max_connections < 1)
        return err_set(e, ERR_INVALID, "ProviderConfig spec.limits.maxConnections must be at least 1");
    if (kind == AUTH_CLEURA && !ret->endpoint)
        return err_set(
            e, ERR_INVALID,
            "ProviderConfig spec.endpoint is required with auth Cleura, e.g. https://rest.cleura.cloud");
    if (kind == AUTH_SHOOT && (!jx_at(ret->shoot, "url") || !jx_at(ret->shoot, "kubeconfigUrl")))
        return err_set(e, ERR_INVALID,
                       "ProviderConfig spec.shoot.url and .kubeconfigUrl are required with auth CleuraShoot");
    return 0;
}

/* A key of a Secret, decoded. NULL when the Secret has no such key. */
static char *secret_key(const json_t *secret, const char *key, struct err *e)
{
    const char *text = json_string_value(json_object_get(json_object_get(secret, "data"), key));

    return text ? crypto_base64_decode(text, NULL, e) : NULL;
}

static const json_t *secret_of(const struct auth_config *c, const struct auth_lookup *lookup,
                               const json_t *ref, struct err *e)
{
    const char *name = jx_str(ref, "name", ""), *ns = jx_str(ref, "namespace", c->ns);
    const json_t *secret;

    if (*c->ns && strcmp(ns, c->ns) != 0) {
        err_set(e, ERR_INVALID,
                "a namespaced ProviderConfig reads Secrets of its own namespace only, not of \"%.63s\"", ns);
        return NULL;
    }
    secret = lookup->secret(lookup->ctx, ns, name);
    if (!secret)
        err_set(e, ERR_AUTH,
                "Secret %.63s/%.253s does not exist; make it, or mend credentials.secretRef of the "
                "ProviderConfig",
                ns, name);
    return secret;
}

static int from_secret(const struct auth_config *c, const struct auth_lookup *lookup, const char *what,
                       char **ret, struct err *e)
{
    const json_t *ref = jx_at(c->credentials, "secretRef"), *secret = secret_of(c, lookup, ref, e);
    const char *key = jx_str(ref, "key", NULL);
    json_auto_t *all = NULL;
    char *text;

    if (!secret)
        return -1;
    text = secret_key(secret, key ? key : what, e);
    if (!key || !text || c->kind != AUTH_CLEURA) {
        *ret = text;
        return 0;
    }
    all = jx_parse(text, strlen(text), e);
    config_wipe(text);
    if (!all)
        return err_wrap(e, "key %.63s of the account's Secret", key);
    if (jx_str(all, what, NULL))
        *ret = x_strdup(jx_str(all, what, NULL));
    return 0;
}

int config_credential(const struct auth_config *c, const struct auth_lookup *lookup, const char *what,
                      char **ret, struct err *e)
{
    const char *source = jx_str(c->credentials, "source", "None");

    *ret = NULL;
    if (!strcmp(source, "Secret"))
        return from_secret(c, lookup, what, ret, e);
    if (!strcmp(source, "Environment")) {
        const char *name = jx_str(jx_at(c->credentials, "env"), what, NULL),
                   *value = name ? getenv(name) : NULL;

        *ret = value && *value ? x_strdup(value) : NULL;
        return 0;
    }
    if (strcmp(source, "None") != 0)
        return err_set(e, ERR_INVALID,
                       "credentials.source: \"%.40s\" is not one of Secret, Environment, None", source);
    return 0;
}

static int tls_part(const struct auth_config *c, const struct auth_lookup *lookup, const char *field,
                    char **ret, struct err *e)
{
    const json_t *ref = jx_at(c->tls, field), *secret;

    if (!ref)
        return 0;
    secret = secret_of(c, lookup, ref, e);
    if (!secret)
        return err_wrap(e, "tls.%s", field);
    *ret = secret_key(secret, jx_str(ref, "key", ""), e);
    if (!*ret)
        return err_set(e, ERR_AUTH, "tls.%s: the Secret has no key \"%.63s\"", field, jx_str(ref, "key", ""));
    return 0;
}

int config_read_tls(const struct auth_config *c, const struct auth_lookup *lookup, struct config_tls *ret,
                    struct err *e)
{
    const char *inline_ca = jx_str(c->tls, "caBundle", NULL);
    struct config_tls t = { .insecure = jx_bool(c->tls, "insecureSkipVerify", false) };

    if (tls_part(c, lookup, "caCertSecretRef", &t.ca, e) < 0 ||
        tls_part(c, lookup, "clientCertSecretRef", &t.cert, e) < 0 ||
        tls_part(c, lookup, "clientKeySecretRef", &t.key, e) < 0) {
        config_free_tls(&t);
        return -1;
    }
    if (inline_ca) {
        free(t.ca);
        t.ca = crypto_base64_decode(inline_ca, NULL, e);
        if (!t.ca) {
            config_free_tls(&t);
            return err_wrap(e, "tls.caBundle");
        }
    }
    *ret = t;
    return 0;
}

static void fill(char **part, const char *from)
{
    if (!*part && from)
        *part = x_strdup(from);
}

void config_fill_tls(struct config_tls *t, const struct config_tls *from)
{
    fill(&t->ca, from->ca);
    if (!t->cert && !t->key) { /* a pair stays a pair */
        fill(&t->cert, from->cert);
        fill(&t->key, from->key);
    }
}

void config_free_tls(struct config_tls *t)
{
    free(t->ca);
    free(t->cert);
    config_wipe(t->key);
    *t = (struct config_tls){ 0 };
}
