/* SPDX-License-Identifier: Apache-2.0 */
/* A verb is one file exporting one of these, and a row in verbs.c. */
#pragma once
#include "cli/options.h"
#include <jansson.h>

struct call {
    const struct options *o;
    const char *const *words; /* behind the verb */
    size_t n;
};

struct verb {
    const char *name, *arguments; /* "NAME [FILE]"; "" = none */
    const char *summary;          /* one line */
    const char *help;             /* paragraphs, each line short enough for a terminal */
    const char *options;          /* names of those it takes besides the ones every verb takes */
    size_t min, max;              /* number of arguments */
    /* The exit code, or -1: then the kind of 'e' says it. */
    int (*run)(const struct call *c, struct err *e);
};

extern const struct verb verb_spec, verb_list, verb_create, verb_status, verb_wait, verb_kubeconfig,
    verb_delete, verb_render, verb_apply, verb_get, verb_describe, verb_version, verb_help;

/* The i-th verb in the order of help; NULL behind the last. */
const struct verb *verbs_at(size_t i);
const struct verb *verbs_find(const char *name);
/* Its name: for suggestions. */
const char *verbs_name(size_t i);

/* Run a command line. The exit code; what went wrong is on standard error. */
int verbs_main(int argc, char *const argv[]);
