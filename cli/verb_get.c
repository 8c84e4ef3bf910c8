/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/account.h"
#include "cli/grid.h"
#include "cli/kinds.h"
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

static void add_row(struct grid *g, const json_t *object, const json_t *composed)
{
    CLEAN(outcome_free) struct outcome o = { 0 };
    json_auto_t *observed = compose_observed(object, composed);
    const char *ready = jx_str(outcome_condition(object, "Ready"), "status", NULL);

    outcome_read(object, observed, &o);
    grid_add(g, jx_str(object, "metadata.name", NULL));
    grid_add(g, jx_str(object, "kind", NULL));
    grid_add(g, ready);
    grid_add(g, kinds_of(object)->role == KIND_COMPOSITE
                    ? o.phase
                    : jx_str(outcome_condition(object, "Ready"), "reason", NULL));
    grid_add(g, o.message);
    add_age(g, object);
}

static int print_table(struct session *s, const json_t *objects, struct err *e)
{
    CLEAN(grid_free) struct grid g = { 0 };
    CLEAN(buf_free) struct buf out = buf_max(OUTPUT_MAX);
    json_auto_t *composed = NULL;
    size_t i;
    const json_t *object;

    if (compose_list(s->store, &composed, e) < 0)
        return -1;
    grid_init(&g, "NAME KIND READY PHASE MESSAGE AGE");
    json_array_foreach (objects, i, object)
        add_row(&g, object, composed);
    grid_print(&g, &out);
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

static int get(const struct call *c, struct err *e)
{
    CLEAN(session_close) struct session s = { 0 };
    json_auto_t *objects = NULL;
    enum output format;

    if (output_format(c->o, &format, e) < 0)
        return -1;
    if (!session_store_exists(c->o) && c->n < 2) {
        if (!c->o->quiet)
            (void)fprintf(stderr, "Nothing is stored yet. \"cleura-shoot list\" shows what is at Cleura.\n");
        return 0;
    }
    if (session_open(&s, c->o, SESSION_LOOK, e) < 0 ||
        select_objects(s.store, account_namespace(c->o), c->words, c->n, &objects, e) < 0)
        return -1;
    if (format != OUTPUT_TABLE) {
        output_document(format, c->n == 2 || (c->n == 1 && strchr(c->words[0], '/'))
                                    ? json_array_get(objects, 0)
                                    : objects);
        return 0;
    }
    if (json_array_size(objects) == 0 && !c->o->quiet) {
        return tell_empty(&s, c, e);
    }
    return print_table(&s, objects, e);
}

const struct verb verb_get = {
    .name = "get",
    .arguments = "[KIND] [NAME]",
    .summary = "what the store holds, and how it is",
    .help = "Lists the composites of the namespace, or the objects of one kind (also requests, "
            "providerconfigs ...), or one of\n"
            "them: as of the last time something ran on this store. Values of Secrets are shown only with -o "
            "yaml or json.",
    .options = "output",
    .max = 2,
    .run = get,
};
