/* SPDX-License-Identifier: Apache-2.0 */
/* The documents of docs/REQUESTS.md, for both scopes. */
#pragma once
#include "function/render/naming.h"

struct requests {
    const struct naming *names;
    const char *config_kind, *config_name; /* the account's ProviderConfig */
    bool upstream;                         /* provider-http's own groups */
    json_t *account, *ns; /* the account's reference and the namespace, as they stand in each object */
};

/* Fills all but 'upstream'. What is given is borrowed; requests_free(). */
void requests_init(struct requests *rq, const struct naming *names, const char *config_kind,
                   const char *config_name);
void requests_free(struct requests *rq);

/* "cleura.m.crossplane.io/v1alpha2", or what it is in this scope and for this executor. */
const char *requests_group(const struct requests *rq);

/* {"kind", "name"}; without kind in cluster scope, where there is only one. */
json_t *requests_config_ref(const struct requests *rq, const char *kind, const char *name);

/* Each takes 'for_provider' (or 'spec', 'reason') and returns a new whole object. */
json_t *requests_request(const struct requests *rq, const struct part *part, json_t *for_provider);
/* One that makes what is missing, and never changes or removes it. */
json_t *requests_provision(const struct requests *rq, const struct part *part, json_t *for_provider);
/* A Request that only observes, through the ProviderConfig 'config' and not the account's. */
json_t *requests_probe(const struct requests *rq, const struct part *part, const char *config,
                       json_t *for_provider);
/* ... and one through the account's. */
json_t *requests_account_probe(const struct requests *rq, const struct part *part, json_t *for_provider);
json_t *requests_disposable(const struct requests *rq, const struct part *part, json_t *for_provider);
json_t *requests_provider_config(const struct requests *rq, const struct part *part, json_t *spec);
/* A reason-only usage of the composite itself: it cannot be deleted while this exists. */
json_t *requests_protection(const struct requests *rq, const struct part *part, json_t *reason);

/* A usage of the object 'of' by 'by', both of the Requests' group: the first cannot be deleted while the second is there. */
json_t *requests_use(const struct requests *rq, const struct part *part, const char *of_kind,
                     const struct part *of, const char *by_kind, const struct part *by);

/* provider-helm's: its ProviderConfig, and a Release 'name' through that of the part 'config'; takes 'policies'. */
json_t *requests_helm_config(const struct requests *rq, const struct part *part, json_t *spec);
json_t *requests_release(const struct requests *rq, const struct part *part, const struct part *config,
                         const char *name, json_t *policies, json_t *for_provider);

/* {"action", "method", "url", "body"}: one of mappings; 'body' may be NULL. */
json_t *requests_mapping(const char *action, const char *method, const char *url, const char *body);
/* {"type": "CUSTOM", "logic"}: a check. */
json_t *requests_custom(const char *logic);
