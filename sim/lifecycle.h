/* SPDX-License-Identifier: Apache-2.0 */
/* How a shoot moves: Gardener's last operation, hibernation and CA rotation as a pure function of state and
 * time. All times are virtual milliseconds. Nothing here does I/O, allocates or knows of the API. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum op_type { OP_NONE, OP_CREATE, OP_RECONCILE, OP_DELETE };
enum op_state { OP_PENDING, OP_PROCESSING, OP_SUCCEEDED, OP_ERROR, OP_FAILED, OP_ABORTED };

/* What an operation does; its duration depends on it. */
enum life_work {
    WORK_CREATE,
    WORK_UPDATE,
    WORK_ROLL,
    WORK_RECONCILE,
    WORK_HIBERNATE,
    WORK_WAKE,
    WORK_DELETE,
    WORK_N
};

/* The shoot's own API server. */
enum life_api { API_NONE, API_UP, API_ASLEEP, API_GONE };

enum ca_stage {
    CA_NOT_INITIATED,
    CA_PREPARE,
    CA_PREPARING,
    CA_PREPARED,
    CA_COMPLETE,
    CA_COMPLETING,
    CA_COMPLETED
};

enum { LIFE_CODES = 4, LIFE_CODE = 48, LIFE_TEXT = 320 };

/* An operation that goes wrong at 'at' (fraction of its duration), 'times' times. */
struct life_trouble {
    int times;
    double at;
    enum op_state state; /* OP_ERROR or OP_FAILED */
    char codes[LIFE_CODES][LIFE_CODE];
    char text[LIFE_TEXT];
};

struct life_timing {
    int64_t create; /* duration of a create; the others are fractions of it */
    int64_t stale;  /* a change is picked up this much later; until then the old operation is shown */
    int64_t settle; /* conditions stay Progressing after a success */
    int64_t retry;  /* an Error is retried after this */
};

struct life {
    /* wanted */
    bool hibernate, remove;
    struct {
        bool due;
        int64_t from;
        enum life_work work;
    } next;
    struct life_trouble trouble; /* of the next or current operation */

    /* shown */
    enum op_type type;
    enum op_state state;
    int progress;
    int64_t updated;
    struct life_trouble failure; /* what the last Error or Failed said; times = 0: nothing */
    int64_t failed;

    /* running */
    enum life_work work;
    int64_t started, succeeded;
    int64_t cycle;   /* when the first attempt of this operation started */
    bool created;    /* a create has succeeded */
    bool hibernated; /* the last hibernation succeeded, no wake-up has since */
    bool gone;
    enum life_api api;

    enum ca_stage stage;
    int64_t stage_since;
};

/* A change at 'now' wants an operation. Leaves Error and Failed as well. */
void life_request(struct life *l, enum life_work work, const struct life_timing *t, int64_t now);
/* What happens at once, whatever ran before: an unprompted operation. */
void life_start(struct life *l, enum life_work work, int64_t now);
/* Force the shown operation into a state, at the progress it has. */
void life_force(struct life *l, const struct life_trouble *trouble, int64_t now);
/* Everything that happened up to 'now'. May be called any number of times. */
void life_advance(struct life *l, const struct life_timing *t, int64_t now);

/* An operation runs, waits to be retried, or is about to be picked up. */
bool life_busy(const struct life *l);
/* The operation's name in words and its task list; at most 'size' bytes. */
void life_description(const struct life *l, char *text, size_t size);
int64_t life_duration(enum life_work work, const struct life_timing *t);

/* -1 when the stage does not allow it. */
int life_rotate_prepare(struct life *l, int64_t now);
int life_rotate_complete(struct life *l, int64_t now);

extern const char *const op_type_name[], *const op_state_name[], *const ca_stage_name[];
