/* SPDX-License-Identifier: Apache-2.0 */
/* One shoot's Kubernetes API server: its own port on 127.0.0.1, its own CA. All calls from any thread. */
#pragma once
#include "sim/shootapi/gate.h"
#include <jansson.h>
#include <stdint.h>
struct shootapi;
/* Starts listening (TLS, own CA). 'name' e.g. "my-cluster", 'version' "1.33.7". NULL + err. */
struct shootapi *shootapi_start(const char *name, const char *version, struct err *e);
void shootapi_stop(struct shootapi *a); /* frees; open connections are closed */
/* https://127.0.0.1:PORT */
const char *shootapi_url(const struct shootapi *a);
/* An admin kubeconfig (YAML text, free() it) whose client certificate ends at 'not_after' (ms since 1970,
 * REAL time). 'project' e.g. "pqrxyz". */
char *shootapi_kubeconfig(struct shootapi *a, const char *project, int64_t not_after);
void shootapi_set_version(struct shootapi *a, const char *version);
/* Hibernated: connections are refused (the listener closes); waking opens the same port again with the
 * same objects. */
int shootapi_set_hibernated(struct shootapi *a, bool hibernated, struct err *e);
/* CA rotation: "Preparing" = both CAs are trusted and in the kubeconfig bundle; completed = only the new
 * one. */
int shootapi_rotate_prepare(struct shootapi *a, struct err *e);
int shootapi_rotate_complete(struct shootapi *a, struct err *e);
/* Run 'work' on the server's state while no request is answered; open watches see what it changed. */
void shootapi_with(struct shootapi *a, void (*work)(void *ctx, struct api *api), void *ctx);
/* Ask 'gate' about every request from now on; 'ctx' must outlive the server. */
void shootapi_set_gate(struct shootapi *a, gate_fn *gate, void *ctx);
