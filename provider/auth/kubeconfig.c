/* SPDX-License-Identifier: Apache-2.0 */
#include "provider/auth/kubeconfig.h"
#include "lib/crypto.h"
#include "lib/jx_yaml.h"
#include "provider/auth/config.h"

/* clusters, contexts and users are lists of {name, cluster | context | user}. */
static const json_t *named(const json_t *doc, const char *list, const char *name, const char *field)
{
    json_t *entry;
    size_t i;

    json_array_foreach (json_object_get(doc, list), i, entry)
        if (!strcmp(jx_str(entry, "name", ""), name))
            return json_object_get(entry, field);
    return NULL;
}

static int decode(const json_t *from, const char *field, char **ret, struct err *e)
{
    const char *text = json_string_value(json_object_get(from, field));

    if (!text)
        return 0;
    *ret = crypto_base64_decode(text, NULL, e);
    return *ret ? 0 : err_wrap(e, "kubeconfig: %s", field);
}

static int read_parts(const json_t *cluster, const json_t *user, struct kubeconfig *k, struct err *e)
{
    const char *token = jx_str(user, "token", NULL);

    k->server = x_strdup(jx_str(cluster, "server", ""));
    k->token = token ? x_strdup(token) : NULL;
    k->insecure = jx_bool(cluster, "insecure-skip-tls-verify", false);
    if (decode(cluster, "certificate-authority-data", &k->ca, e) < 0 ||
        decode(user, "client-certificate-data", &k->cert, e) < 0 ||
        decode(user, "client-key-data", &k->key, e) < 0)
        return -1;
    if (k->cert && crypto_certificate_expiry(k->cert, &k->expires_at, e) < 0)
        return err_wrap(e, "kubeconfig: client-certificate-data");
    if (!*k->server)
        return err_set(e, ERR_INVALID, "kubeconfig: the cluster of the current context has no server");
    return 0;
}

int kubeconfig_read(const char *yaml, size_t n, struct kubeconfig *ret, struct err *e)
{
    json_auto_t *documents =
        jx_yaml_parse(yaml, n, NULL); /* its error would quote the place, maybe the key */
    const json_t *doc = json_array_get(documents, 0), *context;
    struct kubeconfig k = { 0 };

    context = named(doc, "contexts", jx_str(doc, "current-context", ""), "context");
    if (!context)
        return err_set(e, ERR_INVALID, "not a kubeconfig with a current context");
    if (read_parts(named(doc, "clusters", jx_str(context, "cluster", ""), "cluster"),
                   named(doc, "users", jx_str(context, "user", ""), "user"), &k, e) < 0) {
        kubeconfig_free(&k);
        return -1;
    }
    *ret = k;
    return 0;
}

void kubeconfig_free(struct kubeconfig *k)
{
    free(k->server);
    free(k->ca);
    free(k->cert);
    config_wipe(k->key);
    config_wipe(k->token);
    *k = (struct kubeconfig){ 0 };
}
