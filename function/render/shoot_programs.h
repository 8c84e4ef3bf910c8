/* SPDX-License-Identifier: Apache-2.0 */
/* The jq programs of a Shoot's Requests, for both generations of Cleura's API.  Constant texts: a
 * program's compile is cached by its text, and the data is in payload.body {name, create, want}.  What
 * runs them is libjq 1.6. */
#pragma once

struct shoot_change {
    const char *name, *when, *method, *url, *body; /* body NULL = none */
};

enum { SHOOT_CHANGES = 7 };

struct shoot_programs {
    const char *observe_url, *create_body;
    const char *identity, *fingerprint, *ready, *failure, *projection;
    const char *list_key;
    struct shoot_change changes[SHOOT_CHANGES]; /* in the order they are to be tried */
    /* the kubeconfig's DisposableRequest */
    const char *kubeconfig, *kubeconfig_expected, *kubeconfig_projection;
    const char *certificate, *expires_at; /* one of them; the other is NULL */
};

extern const struct shoot_programs shoot_programs_v1, shoot_programs_v2;

/* Straight at Gardener: server-side apply, and what differs from v1, whose answers are Gardener's. */
struct shoot_gardener_programs {
    const char *observe_url, *apply_url, *apply_body, *due, *ready, *fingerprint;
    const char *kubeconfig, *kubeconfig_expected, *kubeconfig_projection, *expires_at;
};

extern const struct shoot_gardener_programs shoot_programs_gardener;
