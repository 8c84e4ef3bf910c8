/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/removal.h"
#include "cli/confirm.h"
#include "cli/drive.h"
#include "cli/kinds.h"
#include "cli/stop.h"
#include "lib/buf.h"
#include "lib/jx.h"

static bool listed(const json_t *list, const json_t *object)
{
    size_t i;
    const json_t *one;

    json_array_foreach (list, i, one)
        if (!strcmp(jx_str(one, "metadata.uid", "?"), jx_str(object, "metadata.uid", "")))
            return true;
    return false;
}

/* The composites and, before each Shoot, what lives in it. */
static json_t *with_dependents(struct session *s, const json_t *composites, struct err *e)
{
    json_auto_t *all = json_array();
    size_t i, k;
    json_t *one, *other;

    json_array_foreach (composites, i, one) {
        json_auto_t *dependents = NULL;

        if (compose_dependents(s->store, one, &dependents, e) < 0)
            return NULL;
        json_array_foreach (dependents, k, other)
            if (!listed(all, other) && !listed(composites, other))
                jx_append(all, json_incref(other));
    }
    json_array_foreach (composites, i, one)
        jx_append(all, json_incref(one));
    return TAKE(all);
}

static int confirm(struct session *s, const json_t *composite, const json_t *all, struct err *e)
{
    CLEAN(buf_free) struct buf text = buf_max(8192);
    CLEAN(free) char *label = kinds_label(composite);
    const char *name = jx_str(composite, "metadata.name", "");
    size_t i;
    const json_t *one;

    if (jx_at(composite, "metadata.deletionTimestamp"))
        return 0;
    (void)buf_addf(&text, "%s goes for good%s", label,
                   kinds_is_shoot(composite) ? ", with all volumes and load balancers in it" : "");
    json_array_foreach (all, i, one) {
        CLEAN(free) char *other = kinds_label(one);

        if (kinds_is_shoot(composite) && !strcmp(jx_str(one, "spec.shootRef.name", ""), name))
            (void)buf_addf(&text, ", and %s", other);
    }
    (void)buf_adds(&text, ".");
    return confirm_name(s->o, name, buf_text(&text), e);
}

static int ask_removal(struct session *s, const json_t *all, struct err *e)
{
    size_t i;
    const json_t *one;

    json_array_foreach (all, i, one) {
        const struct store_ref ref = store_ref_of(one);
        struct err missing = { 0 };

        if (s->store->ops->remove(s->store, &ref, &missing) < 0 && missing.kind != ERR_NOT_FOUND)
            return err_set(e, missing.kind, "%s", missing.text);
    }
    return 0;
}

int removal_run(struct session *s, const json_t *composites, struct err *e)
{
    json_auto_t *all = with_dependents(s, composites, e);
    size_t i;
    const json_t *one;
    int code;

    if (!all)
        return -1;
    json_array_foreach (composites, i, one)
        if (confirm(s, one, all, e) < 0)
            return -1;
    if (ask_removal(s, all, e) < 0)
        return -1;
    code = drive(s, all, s->o->no_wait ? DRIVE_LEAVING : DRIVE_GONE, e);
    if (code == STOP_EXIT)
        (void)fprintf(stderr, "Stopped. What was asked for is kept: the same command goes on with it.\n");
    if (code == 0 && s->o->no_wait && !s->o->quiet)
        (void)fprintf(stderr, "Cleura has accepted the deletion; the same command without --no-wait waits "
                              "until all is gone.\n");
    return code;
}
