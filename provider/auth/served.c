/* SPDX-License-Identifier: Apache-2.0 */
#include "provider/auth/served.h"
#include "lib/buf.h"
#include "lib/jx.h"
#include "provider/auth/apilist.h"

void served_free(struct served *s)
{
    free(s->version);
    json_decref(s->versions);
    json_decref(s->others);
    *s = (struct served){ .outcome = SERVED_NOT };
}

struct asker {
    const struct served_wish *wish;
    look_fn *look;
    void *ctx;
    struct served *ret;
};

/* Has this version the resource? True also when that ends the matter another way. */
static bool decided_by(const struct asker *a, const char *version, bool news, bool *ret_has)
{
    const json_t *content = NULL;
    enum look look = a->look(a->ctx, version, news, &content);

    *ret_has = look == LOOK_THERE && json_object_get(content, a->wish->resource);
    if (look == LOOK_PENDING || look == LOOK_FAILED)
        a->ret->outcome = look == LOOK_PENDING ? SERVED_PENDING : SERVED_FAILED;
    else if (look == LOOK_MISSING && news) { /* the list of groups named it a moment ago */
        a->ret->outcome = SERVED_FAILED;
        err_set(&a->ret->e, ERR_TRANSIENT, "the server names version %s but does not list it", version);
    } else {
        return false;
    }
    return true;
}

static bool is_wished(const struct served_wish *w, const char *version)
{
    for (size_t i = 0; i < w->n; i++)
        if (!strcmp(w->versions[i], version))
            return true;
    return false;
}

static void found(struct served *ret, const char *version)
{
    ret->outcome = SERVED_AS;
    ret->version = x_strdup(version);
}

/* The first of the wished versions; NULL when none is known to have it. True when the matter is decided. */
static bool choose_wished(const struct asker *a, const json_t *named)
{
    bool has = false;

    for (size_t i = 0; i < a->wish->n; i++) {
        const char *version = a->wish->versions[i];

        if (named && !jx_lists(named, version))
            continue;
        if (decided_by(a, version, named != NULL, &has))
            return true;
        if (has) {
            found(a->ret, version);
            return true;
        }
    }
    return false;
}

static bool choose_other(const struct asker *a, const json_t *named)
{
    const json_t *one;
    bool has = false;
    size_t i;

    a->ret->others = json_array();
    json_array_foreach (named, i, one) {
        const char *version = json_string_value(one);

        if (is_wished(a->wish, version))
            continue;
        if (decided_by(a, version, true, &has))
            return true;
        if (has && a->wish->any) {
            found(a->ret, version);
            return true;
        }
        if (has)
            jx_append(a->ret->others, jx_text(version));
    }
    return false;
}

/* What the group has now. The core group has one version, and no list. */
static bool look_at_group(const struct asker *a, json_t **ret)
{
    const char *first = a->wish->versions[0];
    CLEAN(free) char *group = x_strndup(first, apilist_group_length(first));
    const json_t *groups = NULL;

    *ret = NULL;
    if (!*group) {
        *ret = jx_pack("[s]", first);
        return true;
    }
    switch (a->look(a->ctx, NULL, true, &groups)) {
    case LOOK_THERE: *ret = json_incref(json_object_get(groups, group)); return true;
    case LOOK_PENDING: a->ret->outcome = SERVED_PENDING; return false;
    case LOOK_MISSING: err_set(&a->ret->e, ERR_TRANSIENT, "the server has no list of API groups"); break;
    case LOOK_FAILED: break;
    }
    a->ret->outcome = SERVED_FAILED;
    return false;
}

void served_choose(const struct served_wish *w, look_fn *look, void *ctx, struct served *ret)
{
    const struct asker a = { .wish = w, .look = look, .ctx = ctx, .ret = ret };

    *ret = (struct served){ .outcome = SERVED_NOT };
    if (choose_wished(&a, NULL) || !look_at_group(&a, &ret->versions))
        return;
    if (ret->versions && !choose_wished(&a, ret->versions))
        (void)choose_other(&a, ret->versions);
}

enum { TEXT_MAX = 2000 };

static void add_list(struct buf *text, const json_t *versions)
{
    const json_t *one;
    size_t i;

    json_array_foreach (versions, i, one)
        (void)buf_addf(text, "%s%.200s", i ? ", " : "", json_string_value(one));
}

char *served_text(const struct served_wish *w, const struct served *s)
{
    struct buf text = buf_max(TEXT_MAX);
    int group = (int)apilist_group_length(w->versions[0]);

    (void)buf_addf(&text, "the server has %.100s in none of ", w->resource);
    for (size_t i = 0; i < w->n; i++)
        (void)buf_addf(&text, "%s%.200s", i ? ", " : "", w->versions[i]);
    if (!s->versions || !json_array_size(s->versions)) {
        (void)buf_addf(&text, ", and no API group %.*s at all: install its CustomResourceDefinitions", group,
                       w->versions[0]);
    } else if (json_array_size(s->others)) {
        (void)buf_adds(&text, ", only in ");
        add_list(&text, s->others);
        (void)buf_adds(&text, ": install CustomResourceDefinitions that serve one of the former, or add a "
                              "version to apiVersions if the body fits it");
    } else {
        (void)buf_adds(&text, "; of that group it has ");
        add_list(&text, s->versions);
        (void)buf_addf(&text, " without %.100s: install the CustomResourceDefinition", w->resource);
    }
    return buf_take(&text);
}
