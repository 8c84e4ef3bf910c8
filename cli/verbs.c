/* SPDX-License-Identifier: Apache-2.0 */
/* From a command line to a verb, and from its result to an exit code. */
#include "cli/account.h"
#include "cli/stop.h"
#include "cli/text.h"
#include "cli/verb.h"
#include "lib/log.h"
#include "lib/suggest.h"

static const struct verb *const verbs[] = {
    &verb_create, &verb_wait, &verb_status,   &verb_kubeconfig, &verb_delete,  &verb_list, &verb_spec,
    &verb_apply,  &verb_get,  &verb_describe, &verb_render,     &verb_version, &verb_help,
};

const struct verb *verbs_at(size_t i) { return i < ARRAY_LENGTH(verbs) ? verbs[i] : NULL; }
const char *verbs_name(size_t i) { return i < ARRAY_LENGTH(verbs) ? verbs[i]->name : NULL; }

const struct verb *verbs_find(const char *name)
{
    for (size_t i = 0; i < ARRAY_LENGTH(verbs); i++)
        if (!strcmp(verbs[i]->name, name))
            return verbs[i];
    return NULL;
}

static int unknown_verb(const char *name, struct err *e)
{
    const char *nearest = suggest_nearest(name, verbs_name);

    if (nearest)
        return err_set(e, ERR_INVALID, "there is no verb \"%.40s\"; did you mean \"%s\"?", name, nearest);
    return err_set(e, ERR_INVALID, "there is no verb \"%.40s\"; \"cleura-shoot help\" lists them", name);
}

static int check_options(const struct verb *v, const struct words *given, struct err *e)
{
    for (size_t i = 0; i < given->n; i++)
        if (!options_find(given->at[i])->everywhere && !options_listed(v->options, given->at[i]))
            return err_set(e, ERR_INVALID, "%s does not take --%s; see \"cleura-shoot help %s\"", v->name,
                           given->at[i], v->name);
    return 0;
}

static int check_arguments(const struct verb *v, size_t n, struct err *e)
{
    if (n >= v->min && n <= v->max)
        return 0;
    if (n > v->max && options_listed(v->options, "filename"))
        return err_set(e, ERR_INVALID,
                       "too many arguments; it is: cleura-shoot %s %s (each FILE with its own -f)", v->name,
                       v->arguments);
    return err_set(e, ERR_INVALID, "%s arguments; it is: cleura-shoot %s %s",
                   n < v->min ? "too few" : "too many", v->name, v->arguments);
}

static int run(const struct options *o, const struct words *words, const struct words *given, struct err *e)
{
    const struct verb *v = words->n ? verbs_find(words->at[0]) : &verb_help;
    struct call c = { .o = o };

    if (!v)
        return unknown_verb(words->at[0], e);
    if (o->help) { /* "create --help" */
        c.words = words->at;
        c.n = words->n ? 1 : 0;
        return verb_help.run(&c, e);
    }
    if (o->version)
        return verb_version.run(&c, e);
    c.words = words->n ? words->at + 1 : NULL;
    c.n = words->n ? words->n - 1 : 0;
    if (check_options(v, given, e) < 0 || check_arguments(v, c.n, e) < 0 || account_check(o, e) < 0)
        return -1;
    return v->run(&c, e);
}

int verbs_main(int argc, char *const argv[])
{
    CLEAN(words) struct words words = { 0 };
    CLEAN(words) struct words given = { 0 };
    CLEAN(options) struct options o = { 0 };
    struct err e = { 0 };
    int code = options_parse(argc, argv, &o, &words, &given, &e);

    options_environment(&o);
    log_set_level(o.debug ? LOG_DEBUG : LOG_SILENT);
    if (code == 0)
        code = run(&o, &words, &given, &e);
    if (code < 0 && stop_requested())
        code = STOP_EXIT;
    if (code < 0) {
        CLEAN(free) char *text = text_clean(e.text);

        (void)fprintf(stderr, "cleura-shoot: %s\n", text);
        code = err_policy[e.kind].exit_code;
    }
    if ((fflush(stdout) != 0 || ferror(stdout)) &&
        code == 0) { /* what was lost before is not there to be flushed */
        (void)fprintf(stderr, "cleura-shoot: cannot write the output\n");
        code = err_policy[ERR_INVALID].exit_code;
    }
    return code;
}
