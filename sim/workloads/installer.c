/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/workloads/installer.h"
#include "lib/clock.h"
#include "sim/workloads/envoy_chart.h"
#include "sim/workloads/rights.h"
#include "sim/workloads/script.h"

/* ---- for its parts ---- */

enum { MAX_LOG = 32 << 10 }; /* what an annotation may hold many times over */

void step_say(struct step *s, const char *fmt, ...)
{
    CLEAN(free) char *text = NULL;
    const char *before = jx_str(s->run, "log", "");
    va_list ap;

    va_start(ap, fmt);
    text = x_vasprintf(fmt, ap);
    va_end(ap);
    if (strlen(before) + strlen(text) < MAX_LOG)
        jx_set(s->run, "log", json_sprintf("%s%s\n", before, text));
}

int step_fail(struct step *s, const char *fmt, ...)
{
    CLEAN(free) char *text = NULL;
    va_list ap;

    va_start(ap, fmt);
    text = x_vasprintf(fmt, ap);
    va_end(ap);
    step_say(s, "%s", text);
    return 1;
}

char *step_refusal(const struct step *s, const struct rights_ask *ask)
{
    return rights_refusal(s->c, ctl_namespace(s->pod), jx_str(s->pod, "spec.serviceAccountName", "default"),
                          ask);
}

const char *step_namespace(const struct step *s)
{
    const char *ns = script_option(s->command, "-n", NULL);

    return ns ? ns : script_option(s->command, "--namespace", ctl_namespace(s->pod));
}

int64_t step_timeout(const struct step *s, int64_t otherwise)
{
    const char *text = script_option(s->command, "--timeout", "");
    char *unit;
    long n = strtol(text, &unit, 10);

    return !*text ? otherwise
                  : n * (*unit == 'm'   ? CLOCK_MINUTE
                         : *unit == 'h' ? 60 * CLOCK_MINUTE
                                        : CLOCK_SECOND);
}

/* ---- programs ---- */

static int certgen_run(struct step *s)
{
    if (!s->due)
        return INSTALLER_RUNNING;
    if (!strcmp(script_word(s->command, 1), "certgen"))
        chart_make_certificates(s->c, ctl_namespace(s->pod));
    return 0;
}

static int nothing_run(struct step *s) { return s->due ? 0 : INSTALLER_RUNNING; }

static const struct {
    const char *name;
    int (*run)(struct step *s);
} programs[] = { { "helm", helm_run }, { "kubectl", kubectl_run }, { "envoy-gateway", certgen_run } };

static int (*program_of(const json_t *command))(struct step *s)
{
    for (size_t i = 0; i < ARRAY_LENGTH(programs); i++)
        if (!strcmp(script_word(command, 0), programs[i].name))
            return programs[i].run;
    return nothing_run;
}

static json_t *commands_of(const json_t *pod, bool *ret_stops)
{
    return script_of(json_array_get(jx_at(pod, "spec.containers"), 0), ret_stops);
}

bool installer_is(const json_t *pod)
{
    bool stops;
    json_auto_t *commands = commands_of(pod, &stops);
    const json_t *command;
    size_t i;

    json_array_foreach (commands, i, command) {
        if (program_of(command) != nothing_run)
            return true;
    }
    return false;
}

/* ---- one after the other ---- */

/* The command that is running now; its time began when that of the one before was over. */
static int step_on(struct ctl *c, const json_t *pod, json_t *run, const json_t *command, int64_t share)
{
    struct step s = { .c = c, .pod = pod, .run = run, .command = command };
    int64_t since = jx_int(run, "since", -1), end;
    int code;

    if (since < 0)
        jx_set(run, "since", json_integer(since = c->now));
    s.note = jx_make_object(run, "note");
    end = since + share;
    s.due = c->now >= end;
    code = program_of(command)(&s);
    if (code == INSTALLER_RUNNING) {
        if (!s.due)
            ctl_wake(c, end);
        return code;
    }
    jx_set(run, "since", json_integer(jx_bool(s.note, "waited", false) || !s.due ? c->now : end));
    jx_set(run, "note", json_object());
    return code;
}

int installer_step(struct ctl *c, const json_t *pod, json_t *run)
{
    bool stops;
    json_auto_t *commands = commands_of(pod, &stops);
    size_t n = json_array_size(commands), at = (size_t)jx_int(run, "at", 0);
    int code = 0;

    for (; at < n; at++) {
        jx_set(run, "at", json_integer((json_int_t)at));
        code = step_on(c, pod, run, json_array_get(commands, at), c->set->job_ms / (int64_t)n);
        if (code == INSTALLER_RUNNING || (code && stops))
            return code;
    }
    return code;
}
