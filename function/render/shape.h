/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a part of a spec that is passed on in its own words: a table says what each member may be, and what comes out is the
 * same object with its defaults written out.  Rules that concern more than one member are the caller's. */
#pragma once
#include "lib/jx_bind.h"

enum shape_type {
    SHAPE_TEXT = 1,
    SHAPE_NUMBER,
    SHAPE_BOOL,
    SHAPE_OBJECT,
    SHAPE_LIST,  /* of objects */
    SHAPE_TEXTS, /* a list of texts */
    SHAPE_MAP,   /* of texts */
};

/* One member; a table ends in { 0 }. */
struct shape {
    const char *name;
    enum shape_type type;
    bool required;
    json_int_t least,
        most; /* of a number, of the bytes of a text, of the entries of a list or map; most 0 = any */
    const char *const *one_of; /* texts, ends in NULL; NULL = any */
    const char *(*wrong)(
        const char *text);         /* TEXT, and each of TEXTS: NULL, or how "<path>: "<text>" ..." goes on */
    const struct shape *of;        /* the members of OBJECT, and of each of LIST */
    const char *otherwise;         /* TEXT: written out when it is absent; NULL = left out */
    struct jx_opt_int otherwise_n; /* NUMBER: the same */
};

enum { SHAPE_ROWS_MAX = 16, SHAPE_PATH = 256 };

/* A new object: what 'doc' has of what the table knows.  Each violation is a problem with its path, and so is an unknown member.
 * What is wrong is null. */
json_t *shape_read(json_t *doc, const char *path, const struct shape rows[], struct problems *p);
