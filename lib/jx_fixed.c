/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/jx_fixed.h"
#include "lib/cleanup.h"
#include "lib/jx_alloc.h"
#include <pthread.h>

/* jansson does not count references to a value with this count; true, false and null have it, too.  So threads that
 * share a document do not fight over its counters either. */
static const size_t uncounted = (size_t)-1;

static void fix(json_t *v)
{
    const char *key;
    json_t *member;
    size_t i;

    if (v->refcount != uncounted) /* others read those of true, false and null meanwhile */
        v->refcount = uncounted;
    json_object_foreach (v, key, member)
        fix(member);
    json_array_foreach (v, i, member)
        fix(member);
}

bool jx_is_fixed(const json_t *v) { return v->refcount == uncounted; }

json_t *jx_fixed_text(const void *text) { return json_string_nocheck(text); }

json_t *jx_fixed(struct jx_fixed *f, json_t *(*make)(const void *of), const void *of)
{
    static pthread_mutex_t making = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
    struct arena *before;
    json_t *doc = __atomic_load_n(&f->doc, __ATOMIC_ACQUIRE);

    if (doc)
        return doc;
    (void)pthread_mutex_lock(&making);
    doc = f->doc;
    if (!doc) {
        before = jx_alloc_from(NULL); /* it outlives the call that needs it first */
        doc = make(of);
        (void)jx_alloc_from(before);
        fix(doc);
        __atomic_store_n(&f->doc, doc, __ATOMIC_RELEASE);
    }
    (void)pthread_mutex_unlock(&making);
    return doc;
}
