/* SPDX-License-Identifier: Apache-2.0 */
/* Fill a struct from a JSON object, driven by a table of fields.
 * Strings and sub-trees are borrowed: they live as long as the document. */
#pragma once
#include "lib/problems.h"
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum jx_type { JX_STR = 1, JX_INT, JX_BOOL, JX_OBJECT, JX_ARRAY, JX_TREE };
enum { JX_REQUIRED = 1 };
enum { JX_FIELDS_MAX = 64 /* rows of a table; a longer one aborts at its first use */ };

struct jx_opt_bool {
    bool set, value;
};
struct jx_opt_int {
    bool set;
    json_int_t value;
};

struct jx_field {
    const char *name;
    enum jx_type type;
    size_t offset;
    unsigned flags;
    const char *const *one_of; /* allowed strings, NULL-terminated; NULL = any */
};

/* cppcheck 2.10 cannot expand these macros; tests/lint/cppcheck defines plain ones in their place. */
#ifndef JX_F_STR
/* The offset of a member; its type is checked at compile time, so a table cannot lie about its struct. */
#define JX_AT(st, m, want)                                                                                   \
    (offsetof(st, m) +                                                                                       \
     0 * sizeof(char[__builtin_types_compatible_p(__typeof__(((st *)0)->m), want) ? 1 : -1]))
#define JX_F_STR(st, m, nm, ...)                                                                             \
    {                                                                                                        \
        .name = (nm), .type = JX_STR, .offset = JX_AT(st, m, const char *), ##__VA_ARGS__                    \
    }
#define JX_F_INT(st, m, nm, ...)                                                                             \
    {                                                                                                        \
        .name = (nm), .type = JX_INT, .offset = JX_AT(st, m, struct jx_opt_int), ##__VA_ARGS__               \
    }
#define JX_F_BOOL(st, m, nm, ...)                                                                            \
    {                                                                                                        \
        .name = (nm), .type = JX_BOOL, .offset = JX_AT(st, m, struct jx_opt_bool), ##__VA_ARGS__             \
    }
#define JX_F_OBJECT(st, m, nm, ...)                                                                          \
    {                                                                                                        \
        .name = (nm), .type = JX_OBJECT, .offset = JX_AT(st, m, json_t *), ##__VA_ARGS__                     \
    }
#define JX_F_ARRAY(st, m, nm, ...)                                                                           \
    {                                                                                                        \
        .name = (nm), .type = JX_ARRAY, .offset = JX_AT(st, m, json_t *), ##__VA_ARGS__                      \
    }
#define JX_F_TREE(st, m, nm, ...)                                                                            \
    {                                                                                                        \
        .name = (nm), .type = JX_TREE, .offset = JX_AT(st, m, json_t *), ##__VA_ARGS__                       \
    }
#endif

/* Binds what it can and adds one problem per violation, each naming its path ("spec.workers must be a list").
 * JSON null counts as absent. Unknown keys are violations. */
void jx_bind_all(json_t *doc, const char *path, const struct jx_field fields[], void *into,
                 struct problems *p);

/* The same for a document where the first violation is enough: 0, or -1 with ERR_INVALID. */
MUST_CHECK int jx_bind(json_t *doc, const char *path, const struct jx_field fields[], void *into,
                       struct err *e);
