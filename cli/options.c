/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/options.h"
#include "lib/suggest.h"

#define VALUE(member) .offset = offsetof(struct options, member)

const struct option options_table[] = {
    { "output", 'o', "FORMAT", VALUE(output), NULL, false, "table (default), yaml or json" },
    { "filename", 'f', "FILE", VALUE(filenames), NULL, false,
      "a file, a folder of *.yaml, *.yml and *.json, or - (standard input); any number of them",
      .many = true },
    { "recursive", 'R', NULL, VALUE(recursive), NULL, false, "also folders within a folder" },
    { "wait", 'w', NULL, VALUE(wait), NULL, false, "wait until it is Ready (or gone)" },
    { "no-wait", 0, NULL, VALUE(no_wait), NULL, false, "return as soon as Cleura has accepted it" },
    { "timeout", 't', "TIME", VALUE(timeout), NULL, false,
      "how long to wait: 90s, 45m, 1h30m (default 45m)" },
    { "yes", 'y', NULL, VALUE(yes), NULL, false, "do not ask" },
    { "merge", 0, NULL, VALUE(merge), NULL, false,
      "into an existing kubeconfig ($KUBECONFIG, else ~/.kube/config)" },
    { "use", 0, NULL, VALUE(use), NULL, false, "with --merge: make it the current context" },
    { "no-provider", 0, NULL, VALUE(no_provider), NULL, false,
      "only render; a provider-cleura on the same store executes" },
    { "namespace", 'n', "NAME", VALUE(ns), "CLEURA_NAMESPACE", true,
      "namespace in the store (default \"default\")" },
    { "store", 0, "FILE", VALUE(store), "CLEURA_STORE", true,
      "where objects live (default ${XDG_STATE_HOME:-~/.local/state}/cleura/store.db)" },
    { "url", 0, "URL", VALUE(url), "CLEURA_URL", true, "Cleura's API (default https://rest.cleura.cloud)" },
    { "ca-file", 0, "FILE", VALUE(ca_file), "CLEURA_CA_FILE", true,
      "whom to trust as Cleura, PEM (default: the system's roots)" },
    { "cloud", 0, "NAME", VALUE(cloud), "CLEURA_CLOUD", true,
      "public (default), compliant or a private cloud's name" },
    { "region", 0, "NAME", VALUE(region), "CLEURA_REGION", true, "OpenStack region (default kna1)" },
    { "project", 0, "ID", VALUE(project), "CLEURA_PROJECT", true, "OpenStack project (default: looked up)" },
    { "api", 0, "v1|v2", VALUE(api), "CLEURA_API", true, "generation of Cleura's API (default v1)" },
    { "poll", 0, "DURATION", VALUE(poll), "CLEURA_POLL", true,
      "how often Cleura is asked while something changes (default 15s)" },
    { "password-file", 0, "FILE", VALUE(password_file), "CLEURA_PASSWORD_FILE", true,
      "a file whose first line is the password" },
    { "quiet", 'q', NULL, VALUE(quiet), NULL, true, "no progress, no advice" },
    { "debug", 0, NULL, VALUE(debug), NULL, true, "tell on standard error what is done (never secrets)" },
    { "help", 'h', NULL, VALUE(help), NULL, true, "show help" },
    { "version", 0, NULL, VALUE(version), NULL, true, "print the version" },
    { .name = NULL },
};

const struct option *options_find(const char *name)
{
    for (const struct option *o = options_table; o->name; o++)
        if (!strcmp(o->name, name))
            return o;
    return NULL;
}

static const struct option *find_letter(char letter)
{
    for (const struct option *o = options_table; o->name; o++)
        if (letter && o->letter == letter)
            return o;
    return NULL;
}

bool options_listed(const char *list, const char *name)
{
    size_t n = strlen(name);

    while (list && *list) {
        size_t word = strcspn(list, " ");

        if (word == n && !memcmp(list, name, n))
            return true;
        list += word + strspn(list + word, " ");
    }
    return false;
}

static const char *option_name(size_t i) { return options_table[i].name; }

static void add_word(struct words *w, const char *word)
{
    w->at = x_realloc(w->at, (w->n + 1) * sizeof(*w->at));
    w->at[w->n++] = word;
}

static void set(struct options *o, const struct option *option, const char *value)
{
    char *at = (char *)o + option->offset;

    if (option->many)
        add_word((struct words *)(void *)at, value);
    else if (option->value)
        *(const char **)(void *)at = value;
    else
        *(bool *)(void *)at = true;
}

static int unknown(const char *typed, struct err *e)
{
    const char *nearest = suggest_nearest(typed, option_name);

    if (nearest)
        return err_set(e, ERR_INVALID, "there is no option --%.40s; did you mean --%s?", typed, nearest);
    return err_set(e, ERR_INVALID, "there is no option --%.40s; see \"cleura-shoot help\"", typed);
}

struct parse {
    int argc, at;
    char *const *argv;
    struct options *o;
    struct words *given;
};

/* 'value' is what stood behind "=" or the letter, NULL = nothing did. */
static int take(struct parse *p, const struct option *option, const char *value, struct err *e)
{
    if (!option->value && value)
        return err_set(e, ERR_INVALID, "--%s takes no value", option->name);
    if (option->value && !value) {
        if (p->at + 1 >= p->argc)
            return err_set(e, ERR_INVALID, "--%s needs a value: --%s %s", option->name, option->name,
                           option->value);
        value = p->argv[++p->at];
    }
    set(p->o, option, value);
    add_word(p->given, option->name);
    return 0;
}

static int long_option(struct parse *p, const char *text, struct err *e)
{
    size_t n = strcspn(text, "=");
    CLEAN(free) char *name = x_strndup(text, n);
    const struct option *option = options_find(name);

    return option ? take(p, option, text[n] ? text + n + 1 : NULL, e) : unknown(name, e);
}

/* "-qy", "-ojson", "-o json" */
static int letters(struct parse *p, const char *text, struct err *e)
{
    for (; *text; text++) {
        const struct option *option = find_letter(*text);

        if (!option)
            return err_set(e, ERR_INVALID, "there is no option -%c; see \"cleura-shoot help\"", *text);
        if (option->value)
            return take(p, option, text[1] ? text + 1 : NULL, e);
        if (take(p, option, NULL, e) < 0)
            return -1;
    }
    return 0;
}

int options_parse(int argc, char *const argv[], struct options *o, struct words *words, struct words *given,
                  struct err *e)
{
    struct parse p = { .argc = argc, .at = 1, .argv = argv, .o = o, .given = given };
    bool ended = false;

    for (; p.at < argc; p.at++) {
        const char *text = argv[p.at];
        int result = 0;

        if (ended || text[0] != '-' || !text[1])
            add_word(words, text);
        else if (!strcmp(text, "--"))
            ended = true;
        else
            result = text[1] == '-' ? long_option(&p, text + 2, e) : letters(&p, text + 1, e);
        if (result < 0)
            return -1;
    }
    return 0;
}

void options_environment(struct options *o)
{
    for (const struct option *option = options_table; option->name; option++) {
        const char *value = option->environment ? getenv(option->environment) : NULL;

        if (value && *value && !*(const char **)(void *)((char *)o + option->offset))
            set(o, option, value);
    }
}
