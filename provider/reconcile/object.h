/* SPDX-License-Identifier: Apache-2.0 */
/* One managed object and the pass that is under way for it. Shared by the files of this folder only. */
#pragma once
#include "provider/auth/auth.h"
#include "provider/auth/discovery.h"
#include "provider/exec/exec.h"
#include "provider/reconcile/decide.h"
#include "provider/reconcile/loop.h"
#include "provider/reconcile/notes.h"
#include "provider/reconcile/queue.h"
#include "provider/reconcile/record.h"

enum { DIGEST = 32 };

struct list; /* list.c */
struct object;

struct object {
    struct loop *loop;
    char *key; /* "group/kind/namespace/name" */
    json_t *doc;
    struct queue_slot slot;
    bool disposable;
    bool uses_secrets; /* has placeholders or injects */
    bool busy;         /* a pass is under way */
    bool again;        /* the document changed meanwhile */
    struct auth_call *call;
    struct list *list;  /* waiting for this shared list */
    int64_t generation; /* of the document when the pass began */
    int failures;       /* passes that failed in a row */
    char call_hash[65]; /* DisposableRequest: what the call in flight was made from */
    json_t *details;    /* of the call in flight, for status.requestDetails */
    int64_t retry_at;   /* DisposableRequest: not before, after a failure */
    struct exec exec;   /* the loop's, with our api_version */

    /* Request only */
    json_t *response;         /* the last answer to OBSERVE, in exec_response() form */
    struct exec_call observe; /* the call of OBSERVE, and */
    char *observe_url;        /* its absolute URL, */
    char *list_url;           /* that of observeList, */
    char *api_version;        /* which of apiVersions is in use; NULL = none yet */
    struct discovery_wait wait;
    uint64_t asked_at;       /* discovery_now() when the pass began */
    bool doubted;            /* the version, in this pass */
    char applied[EXEC_HASH]; /* of the call in flight: exec_call.applied */
    bool rendered; /* as the present document, response and Secrets give them: a quiet poll runs no jq */
    bool quiet;    /* nothing was left to do after the answer with 'digest', for 'quiet_generation' */
    bool was_ready;
    int64_t
        observed_at; /* when the call was sent whose answer we know; a list older than that tells nothing */
    unsigned char digest[DIGEST];
    int64_t quiet_generation;
    bool unsettled;       /* a creation before this one may have taken effect */
    int64_t removed_at;   /* when REMOVE was accepted; 0 = not */
    char *fingerprint;    /* of the observation being acted on */
    char change_hash[65]; /* the last change that was sent, */
    int64_t change_at;    /* when, */
    int change_count;     /* and how often in a row */
};

/* ---- loop.c: what passes need of the loop ----------------------------------------------------------------------- */

struct loop {
    struct store *store;
    struct http *http;
    struct auth *auth;
    struct discovery *discovery;
    struct jq *jq;
    struct exec exec;
    int64_t (*now)(void);
    int lock_fd;
    char *lock_path;
    bool writer, waits, stopping; /* waits: for who has the lock, and that was told */
    void *objects;                /* tsearch tree of struct object by key */
    struct queue queue;
    struct list *lists;
    json_t *configs; /* "group/kind/ns/name" → object */
    json_t *secrets; /* "ns/name" → object */
    char **cursors;
    int64_t looked_at; /* monotonic time of the last look at the store */
    size_t busy;
};

/* The ProviderConfig of an object; NULL + ERR_NOT_FOUND. */
const json_t *loop_config(struct loop *l, const json_t *object, struct err *e);
const json_t *loop_secret(void *ctx, const char *ns, const char *name);
/* Store the Secrets of exec_inject() (NULL = none). */
MUST_CHECK int loop_put_secrets(struct object *o, const json_t *secrets, struct err *e);

/* Whoever could not be executed tries again now. */
void loop_wake_held(struct loop *l);

/* The pass is over; the next one in 'delay_ms', or at once when the document changed meanwhile. */
void object_rest(struct object *o, int64_t delay_ms);

/* Write status to the store; o->doc is what is stored then. On failure the pass is over (the object rests and is tried
 * again): the caller just returns. */
MUST_CHECK int object_put_status(struct object *o, json_t *status);
/* Put a note into the annotations; nothing is written when it is there already. -1 as above. */
MUST_CHECK int object_note(struct object *o, const struct note *n);

/* Write what came out, if it differs from what is there; -1 as above. */
MUST_CHECK int object_record(struct object *o, const struct record *r);

/* The pass failed: record Synced=False and come back after a back-off, at the earliest after 'least_ms'. */
void object_fail(struct object *o, const char *reason, int64_t least_ms, const char *fmt, ...) PRINTF(4, 5);
/* ... because the call was not made or not answered. */
void object_fail_call(struct object *o, const struct auth_result *r);
/* ... because it was answered with a status that is no use. 'doing' as in "create". */
/* There is no ProviderConfig for it, as loop_config() says in 'e'. */
void object_fail_config(struct object *o, const struct err *e);
void object_fail_answer(struct object *o, const char *doing, const struct http_response *res);
/* Nothing failed, but there is something to wait for: record it, and come back at the pace of waiting. */
void object_wait(struct object *o, const char *ready, const char *reason, const char *text);

/* Take the last answer to OBSERVE or CREATE, on which further calls may depend. */
void object_set_response(struct object *o, json_t *response);

/* Write the Secrets that a good answer gives; *ret_stored is what of it may be stored (new). -1: the pass is over. */
MUST_CHECK int object_inject(struct object *o, const json_t *response, json_t **ret_stored);

/* The version it is observed in; "" when that is not chosen. */
const char *object_version(const struct object *o);

/* What its tlsConfig asks for. New, or NULL. */
json_t *object_tls(const struct object *o);

/* Send a call of the object through its ProviderConfig; o->call is cleared before 'done' runs. */
void object_send(struct object *o, const struct exec_call *call, auth_done_fn *done);

/* Remove our finalizer: the document may go. The pass is over. */
void object_finish(struct object *o);

bool object_deleting(const struct object *o);
int64_t object_interval(const struct object *o, enum pace pace);

/* ---- passes ------------------------------------------------------------------------------------------------------ */

void request_run(struct object *o);
/* Go on with observing. */
void request_observe(struct object *o);
/* Discovery proves that no server has objects of its kind; 'text' says what to do. */
void request_not_served(struct object *o, const char *text);
void request_answered(struct object *o, const struct http_response *res);
void disposable_run(struct object *o);

/* act.c: carry out what was decided on a Request. Each ends the pass. */
void act_create(struct object *o);
void act_update(struct object *o);
void act_change(struct object *o, int change);
void act_remove(struct object *o);
/* May this change go out again, or is it too soon after the last time? */
bool act_change_allowed(struct object *o, int change);

enum {
    GRACE_MS = 30 * 1000, /* how long a creation may take to show up */
    SOON_MS = 500,        /* look again after a call that took effect */
    REMOVE_AGAIN_MS = 5 * 60 * 1000,
    SETTLE_MS = 60 * 1000,
};

#define NOTE_PAUSED "crossplane.io/paused"
#define NOTE_POLL   "crossplane.io/poll-interval"
