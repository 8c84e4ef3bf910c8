/* SPDX-License-Identifier: Apache-2.0 */
/* Memory that is given back all at once: what protobuf-c makes of one request, and the lists of its response. */
#pragma once
#include "lib/cleanup.h"
#include <stddef.h>

struct arena_block;

struct arena {
    struct arena_block *blocks; /* the newest first */
    size_t next, end;           /* of the newest */
};

/* 'size_hint': how much will be asked for, about; the first block has that size. */
void arena_init(struct arena *a, size_t size_hint);
/* Never NULL; aligned for everything; not zeroed. */
void *arena_get(struct arena *a, size_t n);
void arena_free(struct arena *a);
