/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/account.h"
#include "cli/drive.h"
#include "cli/local.h"
#include "cli/screen.h"
#include "cli/shoots.h"
#include "cli/stop.h"
#include "cli/verb.h"
#include "lib/clock.h"
#include "lib/jx.h"

static int wait_ours(const struct options *o, const json_t *shoot, struct err *e)
{
    CLEAN(session_close) struct session s = { 0 };
    json_auto_t *targets = json_array();
    int code;

    if (jx_at(shoot, "metadata.deletionTimestamp"))
        return err_set(e, ERR_CONFLICT,
                       "%s is being deleted; \"cleura-shoot delete %s\" waits until it is gone",
                       jx_str(shoot, "metadata.name", ""), jx_str(shoot, "metadata.name", ""));
    jx_append(targets, json_deep_copy(shoot));
    if (session_open(&s, o, SESSION_RUN, e) < 0 || session_account(&s, account_namespace(o), e) < 0)
        return -1;
    code = drive(&s, targets, DRIVE_READY, e);
    if (code == STOP_EXIT)
        (void)fprintf(stderr, "Stopped. Cleura goes on; \"cleura-shoot wait %s\" takes it up again.\n",
                      jx_str(shoot, "metadata.name", ""));
    return code;
}

/* One look at a cluster that is not ours. 1 = ready, 0 = not yet, -1 with ERR_FAILED or what ends the wait. */
static int look_once(struct look *l, struct progress_row *row, char **text, struct err *e)
{
    json_auto_t *document = local_look(l, e);
    struct shoot_facts f;

    if (!document)
        return e->kind == ERR_TRANSIENT ? 0 : -1;
    shoots_read(document, &f);
    free(*text);
    *text = shoots_trouble(&f);
    row->percent = f.percent;
    row->text = *text;
    row->state = shoots_ready(&f) ? PROGRESS_DONE : shoots_failed(&f) ? PROGRESS_FAILED : PROGRESS_MOVING;
    if (shoots_failed(&f))
        return err_set(e, ERR_FAILED, "%s: %s", row->name, **text ? *text : "failed");
    return shoots_ready(&f);
}

static int watch(struct look *l, int64_t timeout, struct progress_row *row, char **text, struct err *e)
{
    enum { EVERY_MS = 10 * 1000, STEP_MS = 200 };
    CLEAN(screen_close) struct screen screen;
    int64_t start = clock_monotonic(), next = 0;
    int result = 0;

    screen_open(&screen, l->options.quiet);
    l->options.quiet = true; /* the screen tells it */
    while (result == 0 && !stop_requested() && clock_monotonic() - start < timeout) {
        if (clock_monotonic() >= next) {
            result = look_once(l, row, text, e);
            next = clock_monotonic() + EVERY_MS;
        }
        screen_show(&screen, row, 1, clock_now());
        if (result == 0 && session_step(&l->session, STEP_MS, e) < 0)
            return -1;
    }
    screen_close(&screen, row, 1, clock_now());
    return result;
}

static int wait_theirs(const struct options *o, const char *name, struct err *e)
{
    CLEAN(free) char *text = NULL, *label = x_asprintf("Shoot/%s", name);
    CLEAN(local_close) struct look l = { 0 };
    struct progress_row row = { .name = label, .since = clock_now(), .percent = -1 };
    int64_t timeout;
    int result;

    if (drive_timeout(o, DRIVE_TIMEOUT_MS, &timeout, e) < 0 || local_open(&l, o, name, NULL, e) < 0)
        return -1;
    l.options.timeout = NULL; /* it is for the whole, not for one look */
    result = watch(&l, timeout, &row, &text, e);
    if (result != 0)
        return result > 0 ? 0 : -1;
    if (stop_requested())
        return STOP_EXIT;
    return err_set(e, ERR_TIMEOUT, "%s is not ready yet: %s", label, text ? text : "no answer");
}

static int wait(const struct call *c, struct err *e)
{
    json_auto_t *shoot = NULL;

    if (local_shoot(c->o, c->words[0], &shoot, e) < 0)
        return -1;
    return shoot ? wait_ours(c->o, shoot, e) : wait_theirs(c->o, c->words[0], e);
}

const struct verb verb_wait = {
    .name = "wait",
    .arguments = "NAME",
    .summary = "until a cluster is Ready",
    .help = "Waits until the cluster can be used: Cleura has finished, its conditions are good, its API "
            "server answers and\n"
            "the kubeconfig is here. A cluster made elsewhere is only looked at. Exit code 0 ready, 8 failed "
            "for good (a mere\n"
            "Error is retried by Gardener and waited for), 7 not ready after --timeout (45m).",
    .options = "timeout no-provider",
    .min = 1,
    .max = 1,
    .run = wait,
};
