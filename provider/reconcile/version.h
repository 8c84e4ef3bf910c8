/* SPDX-License-Identifier: Apache-2.0 */
/* In which of its apiVersions a Request is carried out. */
#pragma once
#include "lib/http.h"
#include <jansson.h>
#include <stdbool.h>

struct object;

/* o->observe has a place for the version: make o->api_version one that the server serves; when it becomes another, o->rendered is
 * false. False: the pass is over, or request_observe() is called when the server has told. */
bool version_choose(struct object *o, const json_t *config);

/* A call in the chosen version was answered as if the server did not serve it: the next version_choose() asks anew. False when
 * there is no version to doubt, or that was done in this pass already. */
bool version_doubt(struct object *o, const struct http_response *res);
