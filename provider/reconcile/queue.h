/* SPDX-License-Identifier: Apache-2.0 */
/* Who is due next: a binary heap of slots that live inside their owners. An earlier time wins when a slot is set twice. */
#pragma once
#include <stddef.h>
#include <stdint.h>

struct queue_slot {
    int64_t due;
    size_t at; /* 1-based place in the heap; 0 = not queued */
};

struct queue {
    struct queue_slot **heap;
    size_t n, cap;
};

/* Queue the slot for 'due', or move it there if that is earlier than it was. */
void queue_set(struct queue *q, struct queue_slot *slot, int64_t due);
void queue_remove(struct queue *q, struct queue_slot *slot);
/* The earliest slot, still queued; NULL when empty. */
struct queue_slot *queue_first(const struct queue *q);
void queue_free(struct queue *q);
