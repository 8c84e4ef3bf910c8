/* SPDX-License-Identifier: Apache-2.0 */
/* What a back end must do so that store.c can put Kubernetes' rules on top: keep rows of whole objects and say what changed.
 * Calls come in pairs begin/end; between them nobody else writes. */
#pragma once
#include "provider/store/store.h"

struct rows;

struct rows_ops {
    /* 'write' false: a read that sees one state. */
    int (*begin)(struct rows *r, bool write, struct err *e);
    /* 'keep' false: as if nothing of this round had happened. */
    int (*end)(struct rows *r, bool keep, struct err *e);
    /* The next version, larger than all before. */
    int (*next_version)(struct rows *r, int64_t *ret, struct err *e);
    /* A new reference, or NULL in *ret when there is none. */
    int (*fetch)(struct rows *r, const struct store_ref *ref, json_t **ret, struct err *e);
    int (*fetch_all)(struct rows *r, const struct store_ref *ref, json_t *into, struct err *e);
    /* Append events to 'into'; *ret_version is the newest version of all. */
    int (*changes)(struct rows *r, const struct store_ref *ref, int64_t since, json_t *into,
                   int64_t *ret_version, struct err *e);
    int (*write)(struct rows *r, const struct store_ref *ref, int64_t version, const json_t *object,
                 struct err *e);
    /* Forget the object; 'last' (metadata only, no data) is what watchers are told. */
    int (*erase)(struct rows *r, const struct store_ref *ref, int64_t version, const json_t *last,
                 struct err *e);
    void (*free)(struct rows *r);
};

struct rows {
    const struct rows_ops *ops;
};

/* Kubernetes' metadata rules over 'rows', which it owns from now on. */
struct store *store_over(struct rows *rows, int64_t (*now)(void));
