/* SPDX-License-Identifier: Apache-2.0 */
/* JSON text without a tree, member by member:
 *
 *     jx_open(&w, NULL, '{');
 *     jx_write_text(&w, "name", name);      {"name":"a","size":{"value":3}}
 *     jx_open(&w, "size", '{');
 *     ...
 *
 * Members go out in the order of the calls: who wants what jx_dump() gives calls in the order of the keys' bytes.  'key' is NULL
 * in a list.  Texts must be UTF-8, keys without anything to escape.  Out of order, out of depth or out of memory aborts. */
#pragma once
#include "lib/buf.h"
#include "lib/jx.h"

enum { JX_WRITER_DEPTH = 16 };

struct jx_writer {
    struct buf b;
    int depth;
    struct {
        size_t before, start; /* of what is open: the text's length before its key, and after its bracket */
        char close;
    } open[JX_WRITER_DEPTH];
};

struct jx_writer jx_writer(void);
static inline void jx_writer_clean(struct jx_writer *w) { buf_free(&w->b); }

/* An object '{' or a list '['. */
void jx_open(struct jx_writer *w, const char *key, char bracket);
void jx_close(struct jx_writer *w);
/* As if it had not been opened, when nothing was put into it. */
void jx_close_unless_empty(struct jx_writer *w);

/* Nothing is written for NULL and for what is not set. */
void jx_write_text(struct jx_writer *w, const char *key, const char *text);
void jx_write_int(struct jx_writer *w, const char *key, struct jx_opt_int i);
void jx_write_bool(struct jx_writer *w, const char *key, struct jx_opt_bool b);
void jx_write_doc(struct jx_writer *w, const char *key, const json_t *doc);

/* All of it; the caller frees. */
char *jx_written(struct jx_writer *w);
