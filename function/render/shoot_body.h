/* SPDX-License-Identifier: Apache-2.0 */
/* What is sent to Cleura for a Shoot: the data that the programs of shoot_programs.h work on. */
#pragma once
#include "function/render/shoot_spec.h"

/* Where Cleura's paths for this shoot start; the caller frees. */
char *shoot_collection_url(const struct shoot_spec *s); /* POST and list */
char *shoot_url(const struct shoot_spec *s);
char *shoot_bootstrap_url(const struct shoot_spec *s);
char *shoot_kubeconfig_url(const struct shoot_spec *s);

/* Text of {"name", "place": {cloud, region, projectId}, "create": the POST body, "want": what later changes
 * compare with}, as jx_dump() would write it: it is compared with what was sent before. The caller frees. */
char *shoot_body(const struct shoot_spec *s);

/* How long an exported kubeconfig lives: what the spec says, else a day, to outlive a night without the
 * provider. */
json_int_t shoot_kubeconfig_seconds(const struct shoot_spec *s);

/* Text of the body that asks for a kubeconfig. The caller frees. */
char *shoot_kubeconfig_body(const struct shoot_spec *s, json_int_t seconds);
