/* SPDX-License-Identifier: Apache-2.0 */
/* Which of some versions does a server serve with a resource in it?  Pure: what the server says comes through a callback. */
#pragma once
#include "lib/err.h"
#include <jansson.h>

/* What is known of one list: the resources of a version, or the groups (version NULL), in the forms of apilist.h. */
enum look {
    LOOK_THERE,   /* *ret_content, borrowed */
    LOOK_MISSING, /* the server has no such version */
    LOOK_PENDING, /* it is being asked for: choose again when it is there */
    LOOK_FAILED,
};
/* 'news': what was known before the question does not count. */
typedef enum look look_fn(void *ctx, const char *version, bool news, const json_t **ret_content);

struct served_wish {
    const char *const *versions; /* of one group, the preferred one first */
    size_t n;
    const char *resource;
    bool any; /* other versions of the group will do as well, if none of these has it */
};

struct served {
    enum { SERVED_AS, SERVED_NOT, SERVED_PENDING, SERVED_FAILED } outcome;
    char *version;    /* AS */
    json_t *versions; /* NOT: all the group has; NULL = the server has no such group */
    json_t *others;   /* NOT: those of them that have the resource */
    struct err e;     /* FAILED, when it is not a look that failed */
};
void served_free(struct served *s);
static inline void served_free_clean(struct served *s) { served_free(s); }

/* The first version that has the resource. That none has it is said on news alone. */
void served_choose(const struct served_wish *w, look_fn *look, void *ctx, struct served *ret);

/* Why it is not served and what to do, for people. free() it. */
char *served_text(const struct served_wish *w, const struct served *s);
