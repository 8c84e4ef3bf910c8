/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/drive.h"
#include "cli/columns.h"
#include "cli/kinds.h"
#include "cli/outcome.h"
#include "cli/screen.h"
#include "cli/stop.h"
#include "cli/text.h"
#include "lib/clock.h"
#include "lib/jx.h"

/* A failure that was stored before we began may be mended by what we are about to do: it counts once it was said
 * anew, or after this time, in which everything was looked at. */
enum { STALE_MS = 10 * 1000, STEP_MS = 200 };
enum { EXPLAIN_MS = 10 * 1000 }; /* how long what failed may take to say what would be right */

struct target {
    const json_t *object; /* as asked for */
    char *label;
    struct outcome outcome;
    bool gone, done;
    int64_t until;
    char *done_text; /* what a Ready one says, with its address, size ... */
    char *before;    /* the blame there was when we began; NULL = not looked yet */
};

struct run {
    struct session *s;
    enum drive_goal goal;
    struct target *targets;
    struct progress_row *rows;
    size_t n;
    int64_t since;
    struct screen screen;
};

static void run_free(struct run *r)
{
    for (size_t i = 0; i < r->n; i++) {
        free(r->targets[i].label);
        free(r->targets[i].before);
        free(r->targets[i].done_text);
        outcome_free(&r->targets[i].outcome);
    }
    free(r->targets);
    free(r->rows);
    screen_close(&r->screen, NULL, 0, 0);
}
static void run_free_clean(struct run *r) { run_free(r); }

static void run_init(struct run *r, struct session *s, const json_t *composites, enum drive_goal goal)
{
    *r = (struct run){ .s = s, .goal = goal, .n = json_array_size(composites), .since = clock_now() };
    r->targets = x_alloc(r->n * sizeof(*r->targets));
    r->rows = x_alloc(r->n * sizeof(*r->rows));
    for (size_t i = 0; i < r->n; i++) {
        r->targets[i].object = json_array_get(composites, i);
        r->targets[i].label = kinds_label(r->targets[i].object);
    }
    screen_open(&r->screen, s->o->quiet);
}

/* The exported kubeconfig: its call was answered and what it gave is good for some minutes more. */
static bool has_kubeconfig(const json_t *observed)
{
    enum { MARGIN_MS = 5 * 60 * 1000 };
    const json_t *call = json_object_get(observed, "kubeconfig");
    const char *expires = jx_str(call, "status.expiresAt", NULL);
    int64_t when;

    if (strcmp(jx_str(outcome_condition(call, "Ready"), "status", ""), "True") != 0)
        return false;
    return !expires || (clock_parse(expires, &when, NULL) == 0 && when - clock_now() > MARGIN_MS);
}

static bool reached(const struct target *t, enum drive_goal goal, const json_t *composite,
                    const json_t *observed)
{
    switch (goal) {
    case DRIVE_READY: return t->outcome.ready;
    case DRIVE_ACCEPTED: return t->outcome.accepted || t->outcome.ready;
    case DRIVE_KUBECONFIG: return has_kubeconfig(observed);
    case DRIVE_LEAVING: return t->gone || !strcmp(jx_str(composite, "status.operation.type", ""), "Delete");
    case DRIVE_GONE: return t->gone;
    }
    return false;
}

/* "The Gateway is ready: 203.0.113.10" */
static char *ready_text(const struct outcome *o, const json_t *composite)
{
    CLEAN(free) char *detail = columns_detail(composite);

    return *detail ? x_asprintf("%s: %s", o->message, detail) : x_strdup(o->message);
}

static int look_at(struct run *r, struct target *t, const json_t *composed, struct err *e)
{
    const struct store_ref ref = store_ref_of(t->object);
    json_auto_t *composite = NULL, *observed = NULL;
    struct err missing = { 0 };

    outcome_free(&t->outcome);
    t->gone = false;
    if (r->s->store->ops->get(r->s->store, &ref, &composite, &missing) < 0) {
        if (missing.kind != ERR_NOT_FOUND)
            return err_set(e, missing.kind, "%s", missing.text);
        t->gone = true;
    }
    observed = compose_observed(composite, composed);
    outcome_read(composite, observed, &t->outcome);
    free(t->done_text);
    t->done_text = ready_text(&t->outcome, composite);
    if (!t->before)
        t->before = x_strdup(t->outcome.blame ? t->outcome.blame : "");
    t->done = reached(t, r->goal, composite, observed);
    if (t->done && !t->until)
        t->until = clock_now();
    if (!t->done)
        t->until = 0;
    return 0;
}

/* Has it failed for good, as far as we can know by now? */
static bool is_lost(const struct run *r, const struct target *t)
{
    const struct outcome *o = &t->outcome;

    if (t->done || !o->failed)
        return false;
    if ((r->goal == DRIVE_GONE || r->goal == DRIVE_LEAVING) && o->kind != ERR_AUTH)
        return false;
    return strcmp(t->before, o->blame) != 0 || clock_now() - r->since > STALE_MS || o->kind == ERR_INVALID;
}

static const char *done_text(const struct run *r, const struct target *t)
{
    if (t->gone)
        return r->goal == DRIVE_GONE || r->goal == DRIVE_LEAVING ? "gone" : "not in the store any more";
    if (t->done && r->goal == DRIVE_ACCEPTED && !t->outcome.ready)
        return jx_at(t->object, "spec.shootRef") ? "goes into the cluster when that is up"
                                                 : "accepted by Cleura";
    if (t->done && r->goal == DRIVE_KUBECONFIG && !t->outcome.ready)
        return "its kubeconfig is here";
    return t->done && t->outcome.ready ? t->done_text : t->outcome.activity;
}

static void draw(struct run *r, bool last)
{
    for (size_t i = 0; i < r->n; i++) {
        const struct target *t = &r->targets[i];

        r->rows[i] = (struct progress_row){ .name = t->label,
                                            .state = t->done         ? PROGRESS_DONE
                                                     : is_lost(r, t) ? PROGRESS_FAILED
                                                                     : PROGRESS_MOVING,
                                            .percent = t->outcome.percent,
                                            .text = done_text(r, t),
                                            .since = r->since,
                                            .until = t->until };
        if (!t->done && !is_lost(r, t) && !t->outcome.accepted && !t->outcome.leaving)
            r->rows[i].state = PROGRESS_WAITING;
    }
    if (last)
        screen_close(&r->screen, r->rows, r->n, clock_now());
    else
        screen_show(&r->screen, r->rows, r->n, clock_now());
}

static int look(struct run *r, struct err *e)
{
    json_auto_t *composed = NULL;

    if (compose_list(r->s->store, &composed, e) < 0)
        return -1;
    for (size_t i = 0; i < r->n; i++)
        if (look_at(r, &r->targets[i], composed, e) < 0)
            return -1;
    return 0;
}

static const struct target *first_lost(const struct run *r)
{
    for (size_t i = 0; i < r->n; i++)
        if (is_lost(r, &r->targets[i]))
            return &r->targets[i];
    return NULL;
}

static const struct target *first_open(const struct run *r)
{
    for (size_t i = 0; i < r->n; i++)
        if (!r->targets[i].done)
            return &r->targets[i];
    return NULL;
}

/* What is lost does not hold up the others: all that can be done is done first. */
static bool is_over(const struct run *r)
{
    for (size_t i = 0; i < r->n; i++)
        if (!r->targets[i].done && !is_lost(r, &r->targets[i]))
            return false;
    return true;
}

/* A failure is first seen on a composed object; one round later the composite says it in better words, and when Cleura was asked what
 * would be right, one round after its answer. */
struct end {
    bool over;
    int64_t since; /* of 'over'; monotonic */
    int rounds;    /* in which there was nothing to wait for */
};

static bool is_explained(const struct run *r, const struct end *end)
{
    for (size_t i = 0; i < r->n; i++)
        if (is_lost(r, &r->targets[i]) && r->targets[i].outcome.more_to_come)
            return clock_monotonic() - end->since > EXPLAIN_MS;
    return true;
}

static bool has_ended(const struct run *r, struct end *end)
{
    bool over = is_over(r);

    if (over && !end->over)
        end->since = clock_monotonic();
    end->over = over;
    end->rounds = over && is_explained(r, end) ? end->rounds + 1 : 0;
    return end->rounds >= (first_lost(r) ? 2 : 1);
}

static void tell(const char *label, const char *advice)
{
    bool list = !strncmp(advice, "(1) ", 4);

    (void)fprintf(stderr, "%s: advice:%s", label, list ? "\n" : " ");
    if (!list || text_list(stderr, advice) == 0)
        (void)fprintf(stderr, "%s\n", advice);
}

/* What is no failure, and what would be right instead of one: nobody would look for it. */
static void tell_advice(const struct run *r)
{
    bool telling = !r->s->o->quiet && (r->goal == DRIVE_READY || r->goal == DRIVE_ACCEPTED);

    for (size_t i = 0; telling && i < r->n; i++)
        if (*r->targets[i].outcome.advice)
            tell(r->targets[i].label, r->targets[i].outcome.advice);
}

/* What happens without us, and what takes it up again. */
static const char *go_on_text(const struct run *r, const struct target *t)
{
    if (r->goal == DRIVE_GONE || r->goal == DRIVE_LEAVING)
        return "the same command takes it up again";
    if (!kinds_is_shoot(t->object)) /* in a cluster, where nobody but us does anything about it */
        return "the same command takes it up again";
    if (!t->outcome.accepted && !t->outcome.ready)
        return "Cleura has not accepted it, so nothing goes on there; the same command tries again";
    return "it goes on at Cleura, the same command takes it up again";
}

/* "", or " (nor are 2 others)" */
static char *others_text(const struct run *r)
{
    size_t open = 0;

    for (size_t i = 0; i < r->n; i++)
        open += !r->targets[i].done;
    return open < 2 ? x_strdup("")
                    : x_asprintf(" (nor %s %zu other%s)", open == 2 ? "is" : "are", open - 1,
                                 open == 2 ? "" : "s");
}

static const char *reason_of(const struct target *t)
{
    return *t->outcome.message ? t->outcome.message : "failed";
}

/* All that is lost; 't' is the first. */
static int told_failures(const struct run *r, const struct target *t, struct err *e)
{
    size_t lost = 0;

    for (size_t i = 0; i < r->n; i++)
        lost += is_lost(r, &r->targets[i]);
    if (lost == 1)
        return err_set(e, t->outcome.kind, "%s: %s", t->label, reason_of(t));
    for (size_t i = 0; i < r->n; i++)
        if (is_lost(r, &r->targets[i]))
            (void)fprintf(stderr, "  %s: %s\n", r->targets[i].label, reason_of(&r->targets[i]));
    return err_set(e, t->outcome.kind, "%zu of %zu failed, told above", lost, r->n);
}

static int verdict(const struct run *r, int64_t timeout, struct err *e)
{
    static const char *const wanted[] = {
        [DRIVE_READY] = "Ready",
        [DRIVE_ACCEPTED] = "accepted by Cleura",
        [DRIVE_GONE] = "gone",
        [DRIVE_KUBECONFIG] = "so far that its kubeconfig is here",
        [DRIVE_LEAVING] = "being deleted at Cleura",
    };
    const struct target *t = first_lost(r);
    CLEAN(free) char *others = NULL;
    char text[TEXT_ELAPSED];

    if (t)
        return told_failures(r, t, e);
    t = first_open(r);
    if (!t)
        return 0;
    text_elapsed(timeout, text);
    others = others_text(r);
    return err_set(e, ERR_TIMEOUT, "%s is not %s after %s%s: %s; %s", t->label, wanted[r->goal], text, others,
                   *t->outcome.message ? t->outcome.message : t->outcome.phase, go_on_text(r, t));
}

int drive_timeout(const struct options *o, int64_t otherwise, int64_t *ret, struct err *e)
{
    *ret = otherwise;
    if (o->timeout && clock_parse_duration(o->timeout, ret, e) < 0)
        return err_wrap(e, "--timeout");
    return 0;
}

/* Nobody here can tell what Cleura accepts: render what can be rendered, that is all. */
static int render_only(struct session *s, struct err *e)
{
    enum { ROUNDS = 10 };
    bool changed = true;

    for (int i = 0; changed && i < ROUNDS; i++)
        if (compose_step(s->compose, &changed, e) < 0)
            return -1;
    return 0;
}

int drive(struct session *s, const json_t *composites, enum drive_goal goal, struct err *e)
{
    CLEAN(run_free) struct run r = { 0 };
    int64_t timeout = 0, start = clock_monotonic();
    struct end end = { 0 };
    bool ended;

    if (s->o->no_wait && s->o->no_provider)
        return render_only(s, e);
    run_init(&r, s, composites, goal);
    if (drive_timeout(s->o, DRIVE_TIMEOUT_MS, &timeout, e) < 0 || look(&r, e) < 0)
        return -1;
    do {
        if (session_step(s, STEP_MS, e) < 0 || look(&r, e) < 0)
            return -1;
        ended = has_ended(&r, &end);
        if (ended || !end.over)
            draw(&r, false);
    } while (!ended && !stop_requested() && clock_monotonic() - start < timeout);
    draw(&r, true);
    tell_advice(&r);
    if (stop_requested() && !is_over(&r))
        return STOP_EXIT;
    return verdict(&r, timeout, e);
}
