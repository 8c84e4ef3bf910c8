/* SPDX-License-Identifier: Apache-2.0 */
/* Rows in memory: for tests, for `render`, for read-only looks at foreign shoots. A round that fails is undone by
 * having kept the tree from before it: trees are shared, so that costs one reference per row. */
#include "lib/jx.h"
#include "provider/store/rows.h"

/* rows: {"group/kind": {"ns/name": {"version": n, "removed": bool, "object": {...}}}} */
struct memory {
    struct rows base;
    json_t *kinds, *before;
    int64_t version, version_before;
    bool writing;
};

static struct memory *memory_of(struct rows *r) { return (struct memory *)(void *)r; }

static json_t *copy_two_levels(const json_t *kinds)
{
    json_t *copy = json_object(), *rows;
    const char *kind;

    json_object_foreach ((json_t *)(uintptr_t)kinds, kind, rows)
        jx_set(copy, kind, json_copy(rows));
    return copy;
}

static int memory_begin(struct rows *r, bool write, struct err *e)
{
    struct memory *m = memory_of(r);

    (void)e;
    m->writing = write;
    if (write) {
        m->before = copy_two_levels(m->kinds);
        m->version_before = m->version;
    }
    return 0;
}

static int memory_end(struct rows *r, bool keep, struct err *e)
{
    struct memory *m = memory_of(r);

    (void)e;
    if (!m->writing)
        return 0;
    if (keep) {
        json_decref(TAKE(m->before));
        return 0;
    }
    json_decref(m->kinds);
    m->kinds = TAKE(m->before);
    m->version = m->version_before;
    return 0;
}

static int memory_next_version(struct rows *r, int64_t *ret, struct err *e)
{
    (void)e;
    *ret = ++memory_of(r)->version;
    return 0;
}

static json_t *rows_of(struct memory *m, const struct store_ref *ref)
{
    CLEAN(free)
    char *kind =
        x_asprintf("%.*s/%s", (int)store_group_length(ref->api_version), ref->api_version, ref->kind);

    return jx_make_object(m->kinds, kind);
}

static json_t *row_of(struct memory *m, const struct store_ref *ref)
{
    CLEAN(free) char *key = x_asprintf("%s/%s", ref->ns, ref->name);

    return json_object_get(rows_of(m, ref), key);
}

static int memory_fetch(struct rows *r, const struct store_ref *ref, json_t **ret, struct err *e)
{
    json_t *row = row_of(memory_of(r), ref);

    (void)e;
    *ret = row && !jx_bool(row, "removed", false) ? json_deep_copy(json_object_get(row, "object")) : NULL;
    return 0;
}

static int by_name(const void *a, const void *b)
{
    const json_t *x = *(json_t *const *)a, *y = *(json_t *const *)b;
    int order = strcmp(jx_str(x, "metadata.namespace", ""), jx_str(y, "metadata.namespace", ""));

    return order ? order : strcmp(jx_str(x, "metadata.name", ""), jx_str(y, "metadata.name", ""));
}

static int memory_fetch_all(struct rows *r, const struct store_ref *ref, json_t *into, struct err *e)
{
    json_t *rows = rows_of(memory_of(r), ref), *row;
    CLEAN(free) json_t **found = x_alloc(json_object_size(rows) * sizeof(json_t *));
    const char *key;
    size_t n = 0;

    (void)e;
    json_object_foreach (rows, key, row) {
        json_t *object = json_object_get(row, "object");

        if (!jx_bool(row, "removed", false) &&
            (!ref->ns || !strcmp(ref->ns, jx_str(object, "metadata.namespace", ""))))
            found[n++] = object;
    }
    qsort(found, n, sizeof(*found), by_name);
    for (size_t i = 0; i < n; i++)
        jx_append(into, json_deep_copy(found[i]));
    return 0;
}

static int by_version(const void *a, const void *b)
{
    const json_t *x = *(json_t *const *)a, *y = *(json_t *const *)b;

    return jx_int(x, "version", 0) < jx_int(y, "version", 0) ? -1 : 1;
}

static int memory_changes(struct rows *r, const struct store_ref *ref, int64_t since, json_t *into,
                          int64_t *ret_version, struct err *e)
{
    struct memory *m = memory_of(r);
    json_t *rows = rows_of(m, ref), *row;
    CLEAN(free) json_t **found = x_alloc(json_object_size(rows) * sizeof(json_t *));
    const char *key;
    size_t n = 0;

    (void)e;
    json_object_foreach (rows, key, row)
        if (jx_int(row, "version", 0) > since && (since || !jx_bool(row, "removed", false)))
            found[n++] = row;
    qsort(found, n, sizeof(*found), by_version);
    for (size_t i = 0; i < n; i++)
        jx_append(into, jx_pack("{s:s, s:o}", "type", jx_bool(found[i], "removed", false) ? "REMOVED" : "PUT",
                                "object", json_deep_copy(json_object_get(found[i], "object"))));
    *ret_version = m->version;
    return 0;
}

static void set_row(struct memory *m, const struct store_ref *ref, int64_t version, const json_t *object,
                    bool removed)
{
    CLEAN(free) char *key = x_asprintf("%s/%s", ref->ns, ref->name);

    jx_set(rows_of(m, ref), key,
           jx_pack("{s:I, s:b, s:o}", "version", (json_int_t)version, "removed", removed, "object",
                   json_deep_copy(object)));
}

static int memory_write(struct rows *r, const struct store_ref *ref, int64_t version, const json_t *object,
                        struct err *e)
{
    (void)e;
    set_row(memory_of(r), ref, version, object, false);
    return 0;
}

static int memory_erase(struct rows *r, const struct store_ref *ref, int64_t version, const json_t *last,
                        struct err *e)
{
    (void)e;
    set_row(memory_of(r), ref, version, last, true);
    return 0;
}

static void memory_free(struct rows *r)
{
    struct memory *m = memory_of(r);

    json_decref(m->kinds);
    free(m);
}

static const struct rows_ops memory_ops = { .begin = memory_begin,
                                            .end = memory_end,
                                            .next_version = memory_next_version,
                                            .fetch = memory_fetch,
                                            .fetch_all = memory_fetch_all,
                                            .changes = memory_changes,
                                            .write = memory_write,
                                            .erase = memory_erase,
                                            .free = memory_free };

struct store *store_memory(int64_t (*now)(void))
{
    struct memory *m = x_alloc(sizeof(*m));

    *m = (struct memory){ .base.ops = &memory_ops, .kinds = json_object() };
    return store_over(&m->base, now);
}
