/* SPDX-License-Identifier: Apache-2.0 */
/* Request paths: /api/v1/namespaces/shop/services/web/status into its parts. */
#pragma once
#include "sim/shootapi/kinds.h"

/* Longer paths than this name nothing that could be stored: six parts of at most 253 bytes. */
enum { PATH_MAX_TEXT = 2048, PATH_MAX_SEGMENTS = 12 };

/* Strings point into 'text', so the struct must not be moved; NULL = not in the path. */
struct path {
    char text[PATH_MAX_TEXT];
    const char *group, *version, *plural, *ns, *name, *sub;
    const struct kind *kind; /* NULL when the server does not know it */
};

/* What a path asks for. */
enum path_class { PATH_OTHER, PATH_GROUP, PATH_VERSION, PATH_RESOURCE };

/* Never fails: what cannot be anything is PATH_OTHER. "/apis/apps" is PATH_GROUP, "/api/v1" and
 * "/apis/apps/v1" are PATH_VERSION, everything deeper PATH_RESOURCE with 'kind' looked up and its scope
 * checked. */
enum path_class path_parse(struct path *p, const struct kinds *kinds, const char *text);
