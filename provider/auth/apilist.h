/* SPDX-License-Identifier: Apache-2.0 */
/* What a Kubernetes API server says it serves, as pure functions. A version is "group/version", or "v1" for the core group. */
#pragma once
#include "lib/http.h"
#include <jansson.h>

/* Where the resources of a version are listed, "/apis/apps/v1" or "/api/v1" behind 'base'; the groups when NULL. free() it. */
char *apilist_path(const char *base, const char *version);

/* The length of the group in front of the version; 0 for the core group. */
size_t apilist_group_length(const char *version);

/* An APIResourceList of that version as an object whose keys are the resources. New; NULL with ERR_TRANSIENT when the body is no
 * such list: a proxy's page with 200 says nothing. */
json_t *apilist_resources(const struct http_response *res, const char *version, struct err *e);

/* An APIGroupList as {group: ["group/version", ..]}, in the server's order. New; NULL as above. */
json_t *apilist_groups(const struct http_response *res, struct err *e);
