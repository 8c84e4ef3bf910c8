/* SPDX-License-Identifier: Apache-2.0 */
/* apiVersions of a Request: which are written there, and where the chosen one goes. Pure. Which one is chosen is not told here. */
#pragma once
#include "lib/err.h"
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#define API_VERSION_PLACEHOLDER "{apiVersion}"
enum { API_VERSIONS_MAX = 16 };

struct api_versions {
    const char *all[API_VERSIONS_MAX]; /* borrowed from the object */
    size_t n;                          /* 0 = the Request has none */
};

/* -1 with ERR_INVALID naming the path of what is wrong with spec.forProvider.apiVersions. */
MUST_CHECK int api_versions_read(const json_t *object, struct api_versions *ret, struct err *e);

/* A URL with the placeholder: the part before "/apis/", and the resource. Both to be freed. -1 with ERR_INVALID when the
 * placeholder is at another place, there twice, or no resource follows. */
struct api_place {
    char *base, *resource;
};
MUST_CHECK int api_place_read(const char *url, struct api_place *ret, struct err *e);
void api_place_free(struct api_place *p);
static inline void api_place_free_clean(struct api_place *p) { api_place_free(p); }

/* The URL with that version; free() it. */
char *api_version_url(const char *url, const char *version);

/* Does a member apiVersion, at any depth, hold the placeholder? */
bool api_version_in(const json_t *body);
/* The body with that version in all of them. New. */
json_t *api_version_body(const json_t *body, const char *version);

/* Do both URLs name the same object, in whatever version of the group? */
bool api_version_same_place(const char *a, const char *b);
