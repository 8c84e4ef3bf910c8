/* SPDX-License-Identifier: Apache-2.0 */
/* Which releases of Envoy Gateway there are to install, and which Kubernetes each supports
 * (https://gateway.envoyproxy.io/news/releases/matrix/, August 2026). */
#pragma once
#include <stdbool.h>
#include <stddef.h>

struct gateway_release {
    int minor;                          /* of 1.x */
    const char *version;                /* the newest patch, "1.9.0" */
    int kubernetes_from, kubernetes_to; /* minors of 1.x, both supported */
    const char *gateway_api;            /* what its charts bring */
};

/* The newest first; ends in { 0 }. */
extern const struct gateway_release gateway_releases[];

/* The row of "1.9.0", or NULL. */
const struct gateway_release *gateway_release_of(const char *version);

/* The newest that supports that Kubernetes, "1.33.7"; NULL when none does. */
const struct gateway_release *gateway_release_for(const char *kubernetes);

bool gateway_release_supports(const struct gateway_release *r, const char *kubernetes);

/* Newer than all rows: what it supports is not known here. */
bool gateway_release_unknown(const char *version);
