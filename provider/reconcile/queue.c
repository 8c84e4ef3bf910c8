/* SPDX-License-Identifier: Apache-2.0 */
#include "provider/reconcile/queue.h"
#include "lib/cleanup.h"

static void place(struct queue *q, size_t at, struct queue_slot *slot)
{
    q->heap[at - 1] = slot;
    slot->at = at;
}

static void up(struct queue *q, struct queue_slot *slot)
{
    size_t at = slot->at;

    while (at > 1 && q->heap[at / 2 - 1]->due > slot->due) {
        place(q, at, q->heap[at / 2 - 1]);
        at /= 2;
    }
    place(q, at, slot);
}

static void down(struct queue *q, struct queue_slot *slot)
{
    size_t at = slot->at;

    for (;;) {
        size_t child = 2 * at;

        if (child < q->n && q->heap[child]->due < q->heap[child - 1]->due)
            child++;
        if (child > q->n || q->heap[child - 1]->due >= slot->due)
            break;
        place(q, at, q->heap[child - 1]);
        at = child;
    }
    place(q, at, slot);
}

void queue_set(struct queue *q, struct queue_slot *slot, int64_t due)
{
    if (slot->at && slot->due <= due)
        return;
    slot->due = due;
    if (!slot->at) {
        if (q->n == q->cap) {
            q->cap = q->cap ? 2 * q->cap : 64;
            q->heap = x_realloc(q->heap, q->cap * sizeof(struct queue_slot *));
        }
        place(q, ++q->n, slot);
    }
    up(q, slot);
}

void queue_remove(struct queue *q, struct queue_slot *slot)
{
    struct queue_slot *last;

    if (!slot->at)
        return;
    last = q->heap[--q->n];
    if (last != slot) {
        place(q, slot->at, last);
        up(q, last);
        down(q, last);
    }
    slot->at = 0;
}

struct queue_slot *queue_first(const struct queue *q) { return q->n ? q->heap[0] : NULL; }

void queue_free(struct queue *q)
{
    free(q->heap);
    *q = (struct queue){ 0 };
}
