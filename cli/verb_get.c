/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/account.h"
#include "cli/columns.h"
#include "cli/grid.h"
#include "cli/kinds.h"
#include "cli/manifest.h"
#include "cli/outcome.h"
#include "cli/output.h"
#include "cli/select.h"
#include "cli/session.h"
#include "cli/text.h"
#include "cli/verb.h"
#include "lib/clock.h"
#include "lib/jx.h"

static void add_age(struct grid *g, const json_t *object)
{
    char text[TEXT_ELAPSED];
    int64_t when;

    if (clock_parse(jx_str(object, "metadata.creationTimestamp", ""), &when, NULL) < 0) {
        grid_add(g, NULL);
        return;
    }
    text_elapsed(clock_now() - when, text);
    grid_add(g, text);
}

/* A table of one kind shows that kind's columns, a mixed one what says most. */
struct table {
    struct grid grid;
    const struct column *columns; /* NULL = mixed */
};

static void add_own(struct table *t, const json_t *object)
{
    for (const struct column *column = t->columns; column->head; column++) {
        CLEAN(buf_free) struct buf text = buf_max(COLUMN_TEXT);

        column_write(column, object, &text);
        grid_add(&t->grid, buf_text(&text));
    }
}

static void add_row(struct table *t, const json_t *object, const json_t *composed)
{
    CLEAN(outcome_free) struct outcome o = { 0 };
    json_auto_t *observed = compose_observed(object, composed);
    CLEAN(free) char *detail = columns_detail(object);
    const json_t *ready = outcome_condition(object, "Ready");

    outcome_read(object, observed, &o);
    grid_add(&t->grid, jx_str(object, "metadata.name", NULL));
    if (!t->columns)
        grid_add(&t->grid, jx_str(object, "kind", NULL));
    grid_add(&t->grid, jx_str(ready, "status", NULL));
    grid_add(&t->grid, kinds_of(object)->role == KIND_COMPOSITE ? o.phase : jx_str(ready, "reason", NULL));
    if (t->columns)
        add_own(t, object);
    else
        grid_add(&t->grid, detail);
    add_age(&t->grid, object);
    grid_add(&t->grid, o.message);
}

static void begin_table(struct table *t, const struct kind_info *kind)
{
    CLEAN(buf_free) struct buf heads = buf_max(COLUMN_TEXT);

    t->columns = kind ? columns_of(kind->kind) : NULL;
    (void)buf_adds(&heads, t->columns ? "NAME READY PHASE" : "NAME KIND READY PHASE DETAIL");
    for (const struct column *column = t->columns; column && column->head; column++)
        (void)buf_addf(&heads, " %s", column->head);
    (void)buf_adds(&heads, " AGE MESSAGE");
    grid_init(&t->grid, buf_text(&heads));
}

static int print_table(struct session *s, const json_t *objects, const struct kind_info *kind, struct err *e)
{
    struct table t;
    CLEAN(buf_free) struct buf out = buf_max(OUTPUT_MAX);
    json_auto_t *composed = NULL;
    size_t i;
    const json_t *object;

    if (compose_list(s->store, &composed, e) < 0)
        return -1;
    begin_table(&t, kind);
    json_array_foreach (objects, i, object)
        add_row(&t, object, composed);
    grid_print(&t.grid, &out);
    grid_free(&t.grid);
    output_text(&out);
    return 0;
}

/* The namespaces that hold such objects (NULL = composites of any kind), as a set. */
static json_t *namespaces_of(struct session *s, const struct kind_info *only, struct err *e)
{
    json_auto_t *found = json_object();
    const struct kind_info *kind;

    for (size_t i = 0; (kind = kinds_at(i)); i++) {
        json_auto_t *items = NULL;
        size_t k;
        const json_t *object;

        if (kind->cluster || (only ? kind != only : kind->role != KIND_COMPOSITE))
            continue;
        if (kinds_list(s->store, kind, NULL, &items, e) < 0)
            return NULL;
        json_array_foreach (items, k, object)
            jx_set(found, jx_str(object, "metadata.namespace", "?"), json_true());
    }
    return TAKE(found);
}

/* An empty answer is most often the wrong namespace. */
static int tell_empty(struct session *s, const struct call *c, struct err *e)
{
    const struct kind_info *kind = c->n ? kinds_find(c->words[0]) : NULL;
    json_auto_t *found = namespaces_of(s, kind, e);
    CLEAN(buf_free) struct buf names = buf_max(4096);
    const char *name;
    json_t *value;

    if (!found)
        return -1;
    json_object_foreach (found, name, value)
        (void)buf_addf(&names, "%s%s", names.len ? ", " : "", name);
    (void)fprintf(stderr, "There is no %s in namespace %s", kind ? kind->kind : "cluster",
                  account_namespace(c->o));
    if (names.len)
        (void)fprintf(stderr, ", but in %s: say --namespace (-n)", buf_text(&names));
    (void)fprintf(stderr, ".\n");
    return 0;
}

/* What a command line asks for, out of the store; *ret_missing: of a file's objects so many are not there. */
static int choose(struct session *s, const struct call *c, json_t **ret, size_t *ret_missing, struct err *e)
{
    json_auto_t *asked = NULL, *found = json_array();
    size_t i;
    const json_t *object;

    *ret_missing = 0;
    if (!c->o->filenames.n)
        return select_objects(s->store, account_namespace(c->o), c->words, c->n, ret, e);
    asked = manifest_load(c->o, e);
    if (!asked)
        return -1;
    json_array_foreach (asked, i, object) {
        CLEAN(free) char *label = kinds_label(object);
        json_t *there = NULL;

        if (kinds_get(s->store, kinds_of(object), jx_str(object, "metadata.namespace", ""),
                      jx_str(object, "metadata.name", ""), &there, e) == 0) {
            jx_append(found, there);
            continue;
        }
        if (e->kind != ERR_NOT_FOUND)
            return -1;
        (void)fprintf(stderr, "%s is not in the store\n", label);
        ++*ret_missing;
    }
    *ret = TAKE(found);
    return 0;
}

static int show(struct session *s, const struct call *c, const json_t *objects, struct err *e)
{
    const struct kind_info *kind =
        json_array_size(objects) && c->n ? kinds_of(json_array_get(objects, 0)) : NULL;
    bool one = c->n == 2 || (c->n == 1 && strchr(c->words[0], '/'));
    enum output format;

    if (output_format(c->o, &format, e) < 0)
        return -1;
    if (format != OUTPUT_TABLE) {
        output_document(format, one ? json_array_get(objects, 0) : objects);
        return 0;
    }
    if (json_array_size(objects) == 0 && c->o->filenames.n)
        return 0;
    if (json_array_size(objects) == 0 && !c->o->quiet)
        return tell_empty(s, c, e);
    return print_table(s, objects, kind, e);
}

static int get(const struct call *c, struct err *e)
{
    CLEAN(session_close) struct session s = { 0 };
    json_auto_t *objects = NULL;
    enum output format;
    size_t missing;

    if (output_format(c->o, &format, e) < 0) /* before anything is opened */
        return -1;
    if (c->n && c->o->filenames.n)
        return err_set(e, ERR_INVALID, "give either KIND and NAME or --filename, not both");
    if (!session_store_exists(c->o) && c->n < 2 && !c->o->filenames.n) {
        if (!c->o->quiet)
            (void)fprintf(stderr, "Nothing is stored yet. \"cleura-shoot list\" shows what is at Cleura.\n");
        return 0;
    }
    if (session_open(&s, c->o, SESSION_LOOK, e) < 0 || choose(&s, c, &objects, &missing, e) < 0 ||
        show(&s, c, objects, e) < 0)
        return -1;
    return missing ? err_policy[ERR_NOT_FOUND].exit_code : 0;
}

const struct verb verb_get = {
    .name = "get",
    .arguments = "[KIND] [NAME] | -f FILE",
    .summary = "what the store holds, and how it is",
    .help = "Lists the composites of the namespace, or the objects of one kind (also requests, "
            "providerconfigs ...), or one of\n"
            "them, or those that a file names: as of the last time something ran on this store. The table of "
            "one kind has "
            "columns of its\n"
            "own: addresses, listeners, host names, sizes. Values of Secrets are shown only with -o yaml or "
            "json.",
    .options = "filename recursive output",
    .max = 2,
    .run = get,
};
