/* SPDX-License-Identifier: Apache-2.0 */
/* The canonical spec of a shoot, from which each generation's document is rendered, and what requests make
 * of it:
 *
 * {kubernetes: {version}, region, purpose, allowedCidrs: [], highAvailability: "node" | null,
 *  provider: {loadBalancerProvider, floatingPoolName, networkId | null, routerId | null, workersCidr,
 *    workers: [{name, minimum, maximum, maxSurge, machineType, imageName, imageVersion, volumeSize,
 *               zones: [], labels: {}, annotations: {}, taints: [{key, value, effect}]}]},
 *  networking: {type, cilium | null}, hibernation: {schedules: [{start, end, location}]},
 *  maintenance: {autoUpdate: {kubernetesVersion, machineImageVersion}, timeWindow: {begin, end}}}
 *
 * All functions take requests that passed the schema. */
#pragma once
#include "sim/dice.h"
#include "sim/regions.h"
#include <jansson.h>
#include <stdbool.h>

json_t *spec_from_v1(const json_t *shoot, const struct region *region, struct dice *dice);
json_t *spec_from_v2(const json_t *body, const struct region *region, struct dice *dice);

/* A new worker, or 'old' changed by what the request says (absent and null keep, [] clears). */
json_t *worker_from_v1(const json_t *request, const json_t *old, const struct region *region,
                       struct dice *dice);
json_t *worker_from_v2(const json_t *request, const json_t *old, const struct region *region,
                       struct dice *dice);

/* A copy of 'spec' changed by a v1 PUT or a v2 PATCH. */
json_t *spec_put_v1(const json_t *spec, const json_t *shoot);
json_t *spec_patch_v2(const json_t *spec, const json_t *body);

json_t *spec_workers(const json_t *spec);
/* Its place in the list, or -1. */
int spec_worker(const json_t *spec, const char *name);
bool spec_highly_available(const json_t *spec);
const char *spec_version(const json_t *spec);
