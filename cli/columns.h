/* SPDX-License-Identifier: Apache-2.0 */
/* What people look for in each kind: an address, a size, host names.  Pure; columns of tables and lines of a description. */
#pragma once
#include "cli/grid.h"
#include <jansson.h>

enum { COLUMN_TEXT = 1024 /* bytes; what is longer is cut */ };

struct column {
    const char *head;  /* of a table's column */
    const char *label; /* in a description; NULL = a table there tells more */
    const char *path;  /* a text, or a list of them; */
    const char *or_path;
    void (*write)(struct buf *out, const json_t *object); /* ... or this */
};

/* The columns of a kind, the one that says most first; NULL when it has none. Ends with head NULL. */
const struct column *columns_of(const char *kind);

/* One cell; empty when nothing is known yet. */
void column_write(const struct column *column, const json_t *object, struct buf *out);

/* The cell of the kind's first column; empty when it has none. The caller frees; never NULL. */
char *columns_detail(const json_t *object);
