/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/account.h"
#include "cli/drive.h"
#include "cli/kinds.h"
#include "cli/local.h"
#include "cli/outcome.h"
#include "cli/preview.h"
#include "cli/stop.h"
#include "cli/verb.h"
#include "lib/jx.h"
#include <errno.h>

/* What the script of the same name took when the environment said nothing. */
static const char *setting(const char *name, const char *otherwise)
{
    const char *value = getenv(name);
    return value && *value ? value : otherwise;
}

static int number(const char *name, const char *otherwise, json_int_t *ret, struct err *e)
{
    const char *text = setting(name, otherwise);
    char *end;

    errno = 0;
    *ret = strtoll(text, &end, 10);
    if (*end || end == text || errno || *ret < 0)
        return err_set(e, ERR_INVALID, "%s must be a number, not \"%.40s\"", name, text);
    return 0;
}

static json_t *worker(struct err *e)
{
    json_int_t least, most;

    if (number("CLEURA_NODES_MIN", "1", &least, e) < 0 || number("CLEURA_NODES_MAX", "3", &most, e) < 0)
        return NULL;
    return jx_pack("{s:s, s:{s:o, s:{s:s, s:o}}, s:I, s:I, s:{s:s}}", "name", "default", "machine", "type",
                   jx_text(setting("CLEURA_MACHINE", "b.4c8gb")), "image", "name", "gardenlinux", "version",
                   jx_text(setting("CLEURA_IMAGE", "1877.17.0")), "minimum", least, "maximum", most, "volume",
                   "size", "50Gi");
}

static json_t *composite(const struct options *o, const char *name, const struct place *place, struct err *e)
{
    json_t *workers = worker(e);

    if (!workers)
        return NULL;
    return jx_pack("{s:s, s:s, s:{s:o, s:s}, s:{s:s, s:o, s:o, s:s, s:{s:o}, s:{s:{s:s}, s:[o]}}}",
                   "apiVersion", "platform.cleura.crossplane.io/v1alpha1", "kind", "Shoot", "metadata",
                   "name", jx_text(name), "namespace", account_namespace(o), "spec", "cloud",
                   account_cloud(o), "region", jx_text(place->region), "projectId", jx_text(place->project),
                   "apiGeneration", account_api(o), "kubernetes", "version",
                   jx_text(setting("CLEURA_K8S", "1.35.5")), "provider", "infrastructureConfig",
                   "floatingPoolName", "ext-net", "workers", workers);
}

static int find_place(const struct options *o, struct place *place, struct err *e)
{
    CLEAN(session_close) struct session s = { 0 };

    if (place_given(o, place))
        return 0;
    return probe_open(&s, o, e) < 0 || place_find(&s, place, e) < 0 ? -1 : 0;
}

static void tell(struct session *s, const json_t *shoot)
{
    const struct store_ref ref = store_ref_of(shoot);
    json_auto_t *now = NULL;

    if (s->o->quiet || s->store->ops->get(s->store, &ref, &now, NULL) < 0)
        return;
    if (!strcmp(jx_str(outcome_condition(now, "Ready"), "status", ""), "True"))
        (void)fprintf(stderr, "%s is ready. Next: cleura-shoot kubeconfig %s\n", ref.name, ref.name);
    else
        (void)fprintf(stderr, "Cleura makes %s, which takes 10 to 15 minutes. Next: cleura-shoot wait %s\n",
                      ref.name, ref.name);
}

static int drive_create(struct session *s, json_t *shoot, bool wait, struct err *e)
{
    const char *name = jx_str(shoot, "metadata.name", "");
    json_auto_t *targets = jx_pack("[O]", shoot);
    int code;

    code = drive(s, targets, wait ? DRIVE_READY : DRIVE_ACCEPTED, e);
    if (code == STOP_EXIT)
        (void)fprintf(stderr,
                      "Stopped. What Cleura has accepted goes on there; \"cleura-shoot create %s\" or wait "
                      "takes it up again.\n",
                      name);
    if (code == 0)
        tell(s, shoot);
    return code;
}

static int create_new(const struct options *o, const char *name, struct err *e)
{
    CLEAN(session_close) struct session s = { 0 };
    CLEAN(place_free) struct place place = { 0 };
    json_auto_t *shoot = NULL;

    if (find_place(o, &place, e) < 0)
        return -1;
    shoot = composite(o, name, &place, e);
    if (!shoot || preview_check(shoot, NULL, e) < 0)
        return -1;
    if (session_open(&s, o, SESSION_RUN, e) < 0 || session_account(&s, account_namespace(o), e) < 0 ||
        session_apply(&s, shoot, NULL, e) < 0)
        return -1;
    return drive_create(&s, shoot, o->wait, e);
}

static int go_on(const struct options *o, json_t *shoot, struct err *e)
{
    CLEAN(session_close) struct session s = { 0 };
    const char *name = jx_str(shoot, "metadata.name", "");

    if (jx_at(shoot, "metadata.deletionTimestamp"))
        return err_set(
            e, ERR_CONFLICT,
            "%s is being deleted; \"cleura-shoot delete %s\" waits until it is gone, then create it again",
            name, name);
    if (!o->quiet)
        (void)fprintf(stderr, "%s is there already; going on with it as it is.\n", name);
    if (session_open(&s, o, SESSION_RUN, e) < 0 || session_account(&s, account_namespace(o), e) < 0)
        return -1;
    return drive_create(&s, shoot, o->wait, e);
}

static int create(const struct call *c, struct err *e)
{
    json_auto_t *there = NULL;

    if (c->o->wait && c->o->no_wait)
        return err_set(e, ERR_INVALID, "--wait and --no-wait contradict each other");
    if (local_shoot(c->o, c->words[0], &there, e) < 0)
        return -1;
    return there ? go_on(c->o, there, e) : create_new(c->o, c->words[0], e);
}

const struct verb verb_create = {
    .name = "create",
    .arguments = "NAME",
    .summary = "make a cluster from the environment's settings",
    .help = "Makes a cluster with one group of workers called \"default\": CLEURA_K8S (1.35.5), "
            "CLEURA_MACHINE (b.4c8gb),\n"
            "CLEURA_NODES_MIN (1), CLEURA_NODES_MAX (3), CLEURA_IMAGE (version of Garden Linux, 1877.17.0), "
            "50Gi of disk each.\n"
            "Returns when Cleura has accepted it, with --wait when it is Ready. Said twice it goes on with "
            "what is there;\n"
            "nothing is made twice. For anything else write a Shoot and apply it.",
    .options = "wait no-wait timeout no-provider",
    .min = 1,
    .max = 1,
    .run = create,
};
