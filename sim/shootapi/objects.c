/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/shootapi/objects.h"
#include "lib/buf.h"
#include <inttypes.h>

/* Owns what struct event only shows. */
struct change {
    struct event event;
    char *key;
    json_t *doc, *old;
};

struct entry {
    struct object object;
    char *key;
};

struct objects {
    struct entry *entries; /* sorted by key */
    size_t n, cap;
    uint64_t version, forgotten; /* changes up to 'forgotten' are gone from the history */
    struct change history[OBJECTS_HISTORY];
    size_t first, n_history;
};

/* A cluster that is a few minutes old is not at 1 either. */
enum { FIRST_VERSION = 1000 };

struct objects *objects_new(void)
{
    struct objects *o = x_alloc(sizeof(*o));

    o->version = o->forgotten = FIRST_VERSION;
    return o;
}

static void drop_change(struct change *c)
{
    free(c->key);
    json_decref(c->doc);
    json_decref(c->old);
    *c = (struct change){ 0 };
}

void objects_free(struct objects *o)
{
    if (!o)
        return;
    for (size_t i = 0; i < o->n; i++) {
        free(o->entries[i].key);
        json_decref(o->entries[i].object.doc);
    }
    for (size_t i = 0; i < OBJECTS_HISTORY; i++)
        drop_change(&o->history[i]);
    free(o->entries);
    free(o);
}

char *objects_key(const char *group, const char *plural, const char *ns, const char *name)
{
    if (!ns && !name)
        return x_asprintf("%s/%s/", group, plural);
    return x_asprintf("%s/%s/%s/%s", group, plural, ns ? ns : "", name ? name : "");
}

/* Index of the first entry whose key is not less than 'key'. */
static size_t lower_bound(const struct objects *o, const char *key)
{
    size_t low = 0, high = o->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (strcmp(o->entries[middle].key, key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct entry *find(const struct objects *o, const char *key)
{
    size_t i = lower_bound(o, key);

    return i < o->n && !strcmp(o->entries[i].key, key) ? &o->entries[i] : NULL;
}

json_t *objects_get(const struct objects *o, const char *key)
{
    const struct entry *entry = find(o, key);

    return entry ? entry->object.doc : NULL;
}

const struct object *objects_after(const struct objects *o, const char *key)
{
    size_t i = lower_bound(o, key);

    if (i < o->n && !strcmp(o->entries[i].key, key))
        i++;
    return i < o->n ? &o->entries[i].object : NULL;
}

const struct object *objects_next(const struct objects *o, const char *group, const char *plural,
                                  const char *ns, const struct object *after)
{
    CLEAN(free) char *prefix = objects_key(group, plural, ns, NULL);
    const struct object *at = objects_after(o, after ? after->key : prefix);

    return at && !strncmp(at->key, prefix, strlen(prefix)) ? at : NULL;
}

static void record(struct objects *o, enum event_type type, const char *key, json_t *doc, json_t *old)
{
    struct change *c = &o->history[(o->first + o->n_history) % OBJECTS_HISTORY];

    if (o->n_history == OBJECTS_HISTORY) {
        o->forgotten = c->event.version;
        o->first = (o->first + 1) % OBJECTS_HISTORY;
        drop_change(c);
    } else {
        o->n_history++;
    }
    c->key = x_strdup(key);
    c->doc = json_incref(doc);
    c->old = old ? json_incref(old) : NULL;
    c->event =
        (struct event){ .version = o->version, .type = type, .key = c->key, .doc = c->doc, .old = c->old };
}

static void set_version(struct objects *o, json_t *doc)
{
    char text[24];

    (void)snprintf(text, sizeof(text), "%" PRIu64, ++o->version);
    jx_set(jx_make_object(doc, "metadata"), "resourceVersion", json_string(text));
}

static struct entry *insert(struct objects *o, const char *key)
{
    size_t i = lower_bound(o, key);

    if (o->n == o->cap) {
        o->cap = o->cap ? 2 * o->cap : 64;
        o->entries = x_realloc(o->entries, o->cap * sizeof(*o->entries));
    }
    memmove(o->entries + i + 1, o->entries + i, (o->n - i) * sizeof(*o->entries));
    o->n++;
    o->entries[i] = (struct entry){ .key = x_strdup(key) };
    o->entries[i].object.key = o->entries[i].key;
    return &o->entries[i];
}

json_t *objects_put(struct objects *o, const char *key, json_t *doc)
{
    struct entry *entry = find(o, key);
    json_t *old;

    set_version(o, doc);
    if (!entry)
        entry = insert(o, key);
    old = entry->object.doc;
    record(o, old ? EVENT_MODIFIED : EVENT_ADDED, key, doc, old);
    entry->object.doc = doc;
    json_decref(old);
    return doc;
}

void objects_remove(struct objects *o, const char *key)
{
    struct entry *entry = find(o, key);
    json_t *last;

    if (!entry)
        return;
    last = json_deep_copy(entry->object.doc); /* a DELETED event carries the version of the deletion */
    set_version(o, last);
    record(o, EVENT_DELETED, key, last, entry->object.doc);
    json_decref(last);
    json_decref(entry->object.doc);
    free(entry->key);
    o->n--;
    memmove(entry, entry + 1, (o->n - (size_t)(entry - o->entries)) * sizeof(*entry));
}

uint64_t objects_version(const struct objects *o) { return o->version; }

bool objects_expired(const struct objects *o, uint64_t version) { return version < o->forgotten; }

const struct event *objects_event_after(const struct objects *o, uint64_t version)
{
    size_t skip;

    if (version >= o->version)
        return NULL;
    /* Every change has its own version and none is missing, so the place follows from the number. */
    skip = version > o->forgotten ? (size_t)(version - o->forgotten) : 0;
    return skip < o->n_history ? &o->history[(o->first + skip) % OBJECTS_HISTORY].event : NULL;
}
