/* SPDX-License-Identifier: Apache-2.0 */
/* Looking at Cleura without keeping anything: Requests that may only observe, in a store in memory. */
#pragma once
#include "cli/session.h"

/* A session of mode SESSION_PROBE with the account's ProviderConfig. */
MUST_CHECK int probe_open(struct session *s, const struct options *o, struct err *e);

/* GET a URL relative to Cleura's endpoint: the JSON body. NULL with ERR_NOT_FOUND, ERR_AUTH, ERR_TIMEOUT ...; after ^C with
 * ERR_TIMEOUT. */
MUST_CHECK json_t *probe_get(struct session *s, const char *url, struct err *e);

/* What a new admin kubeconfig for the shoot at 'url' is, as text. The caller wipes and frees. */
MUST_CHECK char *probe_kubeconfig(struct session *s, const char *url, struct err *e);

/* Where at Cleura: strings owned. */
struct place {
    char *region, *project;
};
void place_free(struct place *p);
static inline void place_free_clean(struct place *p) { place_free(p); }

/* --project and --region, or what the environment says; without a project the only one of the region, else the default one.
 * -1 with ERR_INVALID listing them when there are several, ERR_NOT_FOUND when there is none. */
MUST_CHECK int place_find(struct session *s, struct place *ret, struct err *e);
/* The same when nothing has to be looked up; false when it has. */
bool place_given(const struct options *o, struct place *ret);

/* URLs, relative. The caller frees. */
char *probe_profile_url(const struct options *o);
char *probe_shoots_url(const struct options *o, const struct place *p);
char *probe_shoot_url(const struct options *o, const struct place *p, const char *name);
char *probe_kubeconfig_url(const struct options *o, const struct place *p, const char *name);
