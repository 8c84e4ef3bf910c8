/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/kinds.h"
#include "cli/verb.h"
#include "lib/buf.h"
#include "lib/jx.h"
#include "lib/suggest.h"

enum { COLUMN = 26, VERB_COLUMN = 30 };

static void print_option(const struct option *o)
{
    CLEAN(free) char *letter = o->letter ? x_asprintf("-%c, ", o->letter) : x_strdup("    ");
    CLEAN(free)
    char *left = x_asprintf("  %s--%s%s%s", letter, o->name, o->value ? " " : "", o->value ? o->value : "");

    printf("%-*s %s", COLUMN, left, o->help);
    if (o->environment)
        printf(" [%s]", o->environment);
    printf("\n");
}

static void print_options(bool everywhere, const char *list)
{
    for (const struct option *o = options_table; o->name; o++)
        if (everywhere ? o->everywhere : options_listed(list, o->name))
            print_option(o);
}

static void print_all(void)
{
    const struct verb *v;

    printf("Kubernetes clusters at Cleura (Gardener shoots).\n\n"
           "Usage: cleura-shoot VERB [ARGUMENTS] [OPTIONS]\n\nVerbs:\n");
    for (size_t i = 0; (v = verbs_at(i)); i++) {
        CLEAN(free) char *left = x_asprintf("  %s %s", v->name, v->arguments);

        printf("%-*s %s\n", VERB_COLUMN, left, v->summary);
    }
    printf("\nOptions of every verb (what stands in brackets is the environment variable for it):\n");
    print_options(true, NULL);
    printf("\nLogin: CLEURA_LOGIN with CLEURA_PASSWORD or CLEURA_TOKEN; the password is asked for on a "
           "terminal. It is never an\n"
           "option (everybody on the machine could read it) and never stored.\n"
           "\"cleura-shoot help VERB\" tells more of a verb.\n\n"
           "Exit codes: 0 done, 1 internal error, 2 wrong usage or spec, 3 not found, 4 conflict or not "
           "ours, 5 login or rights,\n"
           "6 Cleura unavailable, 7 timeout, 8 failed for good, 9 certificate not trusted, 130 stopped by "
           "^C.\n");
}

static bool is_first_of_its_version(size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (kinds_at(k)->role != KIND_IGNORED && !strcmp(kinds_at(k)->api_version, kinds_at(i)->api_version))
            return false;
    return kinds_at(i)->role != KIND_IGNORED;
}

/* Every composite is there with an X too, and what is ignored helps nobody. */
static bool is_said(const struct kind_info *kind)
{
    return kind->role != KIND_IGNORED && (kind->role != KIND_COMPOSITE || *kind->kind != 'X');
}

/* What this program can render: the texts promise no more. */
static void print_kinds(void)
{
    const struct kind_info *kind;

    printf("\nKinds:\n");
    for (size_t i = 0; (kind = kinds_at(i)); i++) {
        if (!is_first_of_its_version(i))
            continue;
        printf("  %-38s %s", kind->api_version, kind->kind);
        for (size_t k = i + 1; kinds_at(k); k++)
            if (is_said(kinds_at(k)) && !strcmp(kinds_at(k)->api_version, kind->api_version))
                printf(", %s", kinds_at(k)->kind);
        printf("\n");
        if (kind->role == KIND_COMPOSITE)
            printf("  %-38s and each with an X before it, which has no namespace\n", "");
    }
}

static void print_verb(const struct verb *v)
{
    printf("cleura-shoot %s%s%s\n\n%s\n", v->name, *v->arguments ? " " : "", v->arguments, v->help);
    if (options_listed(v->options, "filename"))
        print_kinds();
    if (v->options && *v->options) {
        printf("\nOptions:\n");
        print_options(false, v->options);
    }
    printf("\nOptions of every verb: see \"cleura-shoot help\".\n");
}

static int help(const struct call *c, struct err *e)
{
    const struct verb *v = c->n ? verbs_find(c->words[0]) : NULL;
    const char *nearest = c->n ? suggest_nearest(c->words[0], verbs_name) : NULL;

    if (c->n && !v)
        return err_set(e, ERR_INVALID, "there is no verb \"%.40s\"%s%s%s", c->words[0],
                       nearest ? "; did you mean \"" : "", nearest ? nearest : "", nearest ? "\"?" : "");
    if (v)
        print_verb(v);
    else
        print_all();
    return 0;
}

const struct verb verb_help = {
    .name = "help",
    .arguments = "[VERB]",
    .summary = "tell how it is used",
    .help = "Lists the verbs, or explains one.",
    .options = "",
    .max = 1,
    .run = help,
};

static int version(const struct call *c, struct err *e)
{
    (void)c;
    (void)e;
    printf("cleura-shoot %s\n", PROJECT_VERSION);
    return 0;
}

const struct verb verb_version = {
    .name = "version",
    .arguments = "",
    .summary = "print the version",
    .help = "Prints the version.",
    .options = "",
    .run = version,
};
