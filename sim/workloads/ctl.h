/* SPDX-License-Identifier: Apache-2.0 */
/* What every controller of a simulated shoot works with: its API server, the cloud behind it, what it remembers, and
 * the simulated time. Writes go through the API server's own handlers, so that versions, owners of fields, checks
 * and watches are as for any client. */
#pragma once
#include "sim/shootapi/api.h"
#include "sim/workloads/cloud.h"
#include "sim/workloads/settings.h"

/* Survives from tick to tick. */
struct ctl_memory {
    json_t *notes; /* controller → key → object */
    uint64_t seen_objects, seen_cloud;
    int64_t due; /* simulated time at which something is to be done even if nothing changes */
    struct settings settings;
};

struct ctl {
    struct api *api;
    struct cloud *cloud;
    const struct cloud_owner *owner;
    const struct settings *set;
    struct ctl_memory *memory;
    int64_t now; /* simulated */
};

/* ---- reading ---- */

/* NULL when there is none; 'ns' NULL for cluster-wide kinds. Borrowed until the next write. */
json_t *ctl_get(const struct ctl *c, const char *group, const char *plural, const char *ns, const char *name);
/* All objects of a kind as they are now; 'ns' NULL = of all namespaces. New reference. */
json_t *ctl_list(const struct ctl *c, const char *group, const char *plural, const char *ns) MUST_CHECK;

/* Shortcuts into metadata; "" when missing. */
const char *ctl_name(const json_t *doc);
const char *ctl_namespace(const json_t *doc);
const char *ctl_uid(const json_t *doc);
const char *ctl_annotation(const json_t *doc, const char *name);
const char *ctl_label(const json_t *doc, const char *name);
bool ctl_deleting(const json_t *doc);
bool ctl_has_finalizer(const json_t *doc, const char *finalizer);
/* Do the labels of 'doc' hold everything in 'selector' (an object of texts)? An empty selector fits nothing. */
bool ctl_selects(json_t *selector, const json_t *doc);

/* The same for a LabelSelector, {matchLabels, matchExpressions}. */
bool ctl_label_selector(const json_t *selector, const json_t *doc);

/* ---- any request ---- */

struct ctl_call {
    const char *manager, *method, *path;
    const char *type;    /* of the body; NULL = application/json */
    const json_t *query; /* object of texts; NULL = none */
    const json_t *body;  /* NULL = none */
};
/* api_reply_clear() what came back. */
void ctl_call(struct ctl *c, const struct ctl_call *call, struct api_reply *ret);

/* ---- writing, as 'manager' ---- */

/* One request; the status code. 'body' is taken, may be NULL. */
int ctl_send(struct ctl *c, const char *manager, const char *method, const char *path, json_t *body);
/* The path of a stored object, or of its subresource ('sub' may be NULL). free() it. */
char *ctl_path(const json_t *doc, const char *plural, const char *sub);
/* A merge patch (taken); nothing is sent when it would change nothing. */
void ctl_patch(struct ctl *c, const char *manager, const json_t *doc, const char *plural, const char *sub,
               json_t *patch);
/* Create 'doc' (taken), which names its namespace. True when it was created. */
bool ctl_create(struct ctl *c, const char *manager, const char *plural, json_t *doc);
void ctl_delete(struct ctl *c, const char *manager, const json_t *doc, const char *plural);
void ctl_add_finalizer(struct ctl *c, const char *manager, const json_t *doc, const char *plural,
                       const char *finalizer);
void ctl_drop_finalizer(struct ctl *c, const char *manager, const json_t *doc, const char *plural,
                        const char *finalizer);
/* What happened to 'doc'; the same again counts up. 'type': Normal or Warning. */
void ctl_event(struct ctl *c, const char *component, const json_t *doc, const char *type, const char *reason,
               const char *fmt, ...) PRINTF(6, 7);

/* The time as objects show it: a cluster's clock is the real one. */
json_t *ctl_time(void) MUST_CHECK;
/* An owner reference to 'doc'. New reference. */
json_t *ctl_owner(const json_t *doc) MUST_CHECK;

/* ---- remembering ---- */

/* What a controller noted under 'key', made when missing. Borrowed. */
json_t *ctl_note(struct ctl *c, const char *controller, const char *key);
void ctl_forget(struct ctl *c, const char *controller, const char *key);
/* Come back at 'when' (simulated). */
void ctl_wake(struct ctl *c, int64_t when);
/* Has the time 'ms' passed since the note's 'name' was first asked about? Sees to coming back when not. */
bool ctl_after(struct ctl *c, json_t *note, const char *name, int64_t ms);
/* The wait before attempt 'n' (from 0): 'first', doubled each time, at most 'most'. */
int64_t ctl_backoff(int64_t n, int64_t first, int64_t most);
