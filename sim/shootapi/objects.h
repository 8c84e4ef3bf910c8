/* SPDX-License-Identifier: Apache-2.0 */
/* The stored objects, the counter behind resourceVersion, and the recent changes watches read.
 *
 * A stored document is never changed: writers put a new one in its place, so a borrowed document stays
 * what it was as long as a reference is held. Not locked here. */
#pragma once
#include "lib/jx.h"
#include <stdint.h>

struct objects;

/* One object; 'key' is "group/plural/namespace/name". */
struct object {
    const char *key;
    json_t *doc;
};

enum event_type { EVENT_ADDED, EVENT_MODIFIED, EVENT_DELETED };

struct event {
    uint64_t version;
    enum event_type type;
    const char *key;
    const json_t *doc, *old; /* old: NULL for ADDED */
};

/* Watches that fall behind by more changes than this get 410, as with a compacted etcd. */
enum { OBJECTS_HISTORY = 4096 };

struct objects *objects_new(void);
void objects_free(struct objects *o);

/* "group/plural/ns/name"; ns and name NULL for shorter prefixes (always ending in '/'). free() it. */
char *objects_key(const char *group, const char *plural, const char *ns, const char *name);

/* NULL when there is none. Borrowed. */
json_t *objects_get(const struct objects *o, const char *key);

/* The object after 'after' (NULL = the first) of a resource, in the namespace or in all (ns NULL); NULL at
 * the end. Valid until the next change. */
const struct object *objects_next(const struct objects *o, const char *group, const char *plural,
                                  const char *ns, const struct object *after);
/* The first object whose key is greater than 'key'. */
const struct object *objects_after(const struct objects *o, const char *key);

/* Store 'doc' (taken; metadata.resourceVersion is set in it) under 'key'. Borrowed result. */
json_t *objects_put(struct objects *o, const char *key, json_t *doc);

/* Forget the object and tell watches; nothing happens when there is none. */
void objects_remove(struct objects *o, const char *key);

/* The newest resourceVersion. */
uint64_t objects_version(const struct objects *o);
/* True when changes after 'version' are no longer all known. */
bool objects_expired(const struct objects *o, uint64_t version);
/* The first change after 'version', NULL when there is none yet. Borrowed until the next change. */
const struct event *objects_event_after(const struct objects *o, uint64_t version);
