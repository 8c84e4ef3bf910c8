/* SPDX-License-Identifier: Apache-2.0 */
/* A ProviderConfig as a struct; strings are borrowed from the document. */
#pragma once
#include "lib/http.h"
#include "provider/auth/auth.h"

enum auth_kind { AUTH_NONE, AUTH_CLEURA, AUTH_SHOOT, AUTH_KUBECONFIG, AUTH_BEARER, AUTH_HEADER };

struct auth_config {
    enum auth_kind kind;
    const char *uid, *ns, *api_version, *endpoint, *generation, *header;
    const json_t *credentials, *shoot, *tls;
    int64_t max_connections;
    double per_second; /* 0 = no limit */
};

/* -1 with ERR_INVALID naming the field. */
MUST_CHECK int config_read(const json_t *object, struct auth_config *ret, struct err *e);

/* A value of the credentials ("login", "password", "token", "kubeconfig"): from the Secret or the environment. *ret NULL when it is not
 * given. The caller frees (and wipes). -1 with ERR_AUTH when the Secret is missing. */
MUST_CHECK int config_credential(const struct auth_config *c, const struct auth_lookup *lookup,
                                 const char *what, char **ret, struct err *e);

/* PEM texts of spec.tls, owned. */
struct config_tls {
    char *ca, *cert, *key;
    bool insecure;
};
MUST_CHECK int config_read_tls(const struct auth_config *c, const struct auth_lookup *lookup,
                               struct config_tls *ret, struct err *e);
/* What is not set is taken from another: the CA, and the certificate with its key. */
void config_fill_tls(struct config_tls *t, const struct config_tls *from);
void config_free_tls(struct config_tls *t);

/* free() for secrets: overwrites first. NULL is fine. */
void config_wipe(char *secret);
static inline void config_wipe_clean(char **p) { config_wipe(*p); }
