/* SPDX-License-Identifier: Apache-2.0 */
/* What the ways of composing a Shoot share. */
#pragma once
#include "function/render/shoot_programs.h"
#include "function/render/shoot_state.h"
#include "lib/jx_fixed.h"

/* Set the desired resource 'id', taking 'resource'. */
void shoot_put(struct shoot_state *st, enum shoot_part id, json_t *resource);

const struct shoot_programs *shoot_programs_for(const struct shoot_state *st);

/* What is the same for all shoots of one API generation, made of its programs when first asked for; to be copied or
 * shared, never changed. */
struct shoot_fixed {
    struct jx_fixed by_generation[2];
};
json_t *shoot_fixed(const struct shoot_state *st, struct shoot_fixed *f,
                    json_t *(*make)(const void *programs));

/* {"Content-Type": ["application/json"]}. New. */
json_t *shoot_json_headers(void);

json_t *shoot_protection(const struct shoot_state *st);
bool shoot_is_protected(const struct shoot_state *st);

/* True when the Request that is there carries what 'desired' is to send. */
bool shoot_is_applied(const struct shoot_state *st, const json_t *desired);

/* keyMappings of one key, kept when the response has none; that of the kubeconfig, for shoot_fixed(). New. */
json_t *shoot_key(const char *key, const char *program);
json_t *shoot_kubeconfig_key(const void *programs);
/* secretInjectionConfigs of one Secret; takes 'keys'. New. */
json_t *shoot_inject(const struct shoot_state *st, const char *secret, json_t *keys);

/* The probe of the API server, on the shoot's own ProviderConfig. */
json_t *shoot_api_server(const struct shoot_state *st);
