/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/account.h"
#include "cli/drive.h"
#include "cli/kinds.h"
#include "cli/local.h"
#include "cli/manifest.h"
#include "cli/removal.h"
#include "cli/verb.h"
#include "lib/jx.h"

/* Not in the store: say whether it exists at all. */
static int refuse(const struct call *c, const char *name, struct err *e)
{
    CLEAN(local_close) struct look look = { 0 };
    json_t *document;

    if (local_open(&look, c->o, name, NULL, e) < 0)
        return -1;
    document = local_look(&look, e);
    if (!document)
        return -1;
    json_decref(document);
    return local_not_ours(c->o, name, "delete", e);
}

static int delete_name(const struct call *c, struct err *e)
{
    CLEAN(session_close) struct session s = { 0 };
    json_auto_t *shoot = NULL, *targets = json_array();
    const char *name = c->words[0];

    if (local_shoot(c->o, name, &shoot, e) < 0)
        return -1;
    if (!shoot)
        return refuse(c, name, e);
    jx_append(targets, json_incref(shoot));
    if (session_open(&s, c->o, SESSION_RUN, e) < 0 || session_account(&s, account_namespace(c->o), e) < 0)
        return -1;
    return removal_run(&s, targets, e);
}

/* Those of 'objects' that are stored, as stored. */
static int stored(struct session *s, const json_t *objects, bool composites, json_t *ret, struct err *e)
{
    size_t i;
    const json_t *object;

    json_array_foreach (objects, i, object) {
        const struct store_ref ref = store_ref_of(object);
        struct err missing = { 0 };
        json_t *there = NULL;

        if ((kinds_of(object)->role == KIND_COMPOSITE) != composites)
            continue;
        if (s->store->ops->get(s->store, &ref, &there, &missing) == 0)
            jx_append(ret, there);
        else if (missing.kind != ERR_NOT_FOUND)
            return err_set(e, missing.kind, "%s", missing.text);
        else if (!s->o->quiet)
            (void)fprintf(stderr, "%s/%s is not in the store: nothing to delete\n", ref.kind, ref.name);
    }
    return 0;
}

static int accounts(struct session *s, const json_t *objects, struct err *e)
{
    size_t i;
    const json_t *object;

    json_array_foreach (objects, i, object)
        if (session_account(s, jx_str(object, "metadata.namespace", account_namespace(s->o)), e) < 0)
            return -1;
    return 0;
}

static int delete_others(struct session *s, const json_t *others, struct err *e)
{
    size_t i;
    const json_t *object;

    json_array_foreach (others, i, object) {
        const struct store_ref ref = store_ref_of(object);

        if (s->store->ops->remove(s->store, &ref, e) < 0)
            return -1;
    }
    return 0;
}

static int delete_file(const struct call *c, struct err *e)
{
    CLEAN(session_close) struct session s = { 0 };
    json_auto_t *objects = manifest_load(c->o, e);
    json_auto_t *composites = json_array(), *others = json_array();
    int code = 0;

    if (!objects || session_open(&s, c->o, SESSION_RUN, e) < 0 ||
        stored(&s, objects, true, composites, e) < 0 || accounts(&s, composites, e) < 0)
        return -1;
    if (json_array_size(composites))
        code = removal_run(&s, composites, e);
    if (code != 0 || c->o->no_wait || stored(&s, objects, false, others, e) < 0)
        return code ? code : e->kind ? -1 : 0;
    return delete_others(&s, others, e);
}

static int delete (const struct call *c, struct err *e)
{
    if (c->n == 1 && c->o->filenames.n)
        return err_set(e, ERR_INVALID, "give either a cluster's name or --filename, not both");
    if (c->n == 0 && !c->o->filenames.n)
        return err_set(e, ERR_INVALID, "delete what? cleura-shoot delete NAME, or delete -f FILE");
    return c->n ? delete_name(c, e) : delete_file(c, e);
}

const struct verb verb_delete = {
    .name = "delete",
    .arguments = "NAME | -f FILE",
    .summary = "remove a cluster, or what a file describes",
    .help = "Removes a cluster made from this store, with everything in it that was made from here (that "
            "first, so that\n"
            "nothing is left behind in OpenStack), and waits until Cleura says it is gone. Asks for the "
            "cluster's name on\n"
            "the terminal; --yes answers for scripts. With -f the objects of a file or folder go. A cluster "
            "that was not\n"
            "made from here is never touched.",
    .options = "filename recursive yes no-wait timeout no-provider",
    .max = 1,
    .run = delete,
};
