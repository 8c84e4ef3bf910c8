/* SPDX-License-Identifier: Apache-2.0 */
/* What a type's schema says about merging: which lists are keyed, which are sets, which maps are one
 * value. Custom kinds bring their schema, builtin_types.h has those of the built-in ones. */
#pragma once
#include "sim/shootapi/kinds.h"

enum { SHAPE_PATH = 512, SHAPE_KEYS = 4 };

/* A place in a document: "spec.template.spec.containers[].ports". */
struct place {
    const struct kind *kind;
    const json_t *schema; /* of this place; NULL = unknown */
    char path[SHAPE_PATH];
};

enum list_type { LIST_ATOMIC, LIST_SET, LIST_MAP };

struct list_shape {
    enum list_type type;
    size_t n;
    const char *keys[SHAPE_KEYS], *defaults[SHAPE_KEYS]; /* LIST_MAP; a default is a string or NULL */
};

struct place place_root(const struct kind *kind);
struct place place_field(const struct place *at, const char *name);
struct place place_item(const struct place *at);

struct list_shape place_list(const struct place *at);
/* A map whose fields belong together, such as a Service's selector. */
bool place_is_atomic_map(const struct place *at);

/* Whether a field that the schema does not declare stays. */
bool place_keeps(const struct place *at, const char *name);

/* The name of a list's item in FieldsV1: k:{"name":"x"} or v:"x". free() it. */
char *list_element(const struct list_shape *list, const json_t *item);

/* The first field the schema does not declare, as ".spec.foo", or NULL. free() it. */
char *shape_undeclared(const struct kind *kind, json_t *doc);
/* Take out what the schema does not declare. */
void shape_prune(const struct kind *kind, json_t *doc);
/* Put in the schema's defaults. */
void shape_default(const struct kind *kind, json_t *doc);
