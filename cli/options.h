/* SPDX-License-Identifier: Apache-2.0 */
/* Command line options: one table, from which parsing, help and suggestions come.  A password is deliberately none: what is
 * on a command line can be read by everybody on the machine. */
#pragma once
#include "lib/err.h"

struct words {
    const char **at; /* borrowed strings; free() the array */
    size_t n;
};
static inline void words_clean(struct words *w) { free(w->at); }

/* What was given, or came from the environment. NULL and false = not given. */
struct options {
    const char *output, *timeout, *api, *store, *ns, *url, *ca_file, *cloud, *region, *project, *poll,
        *password_file;
    struct words filenames;
    bool recursive, wait, no_wait, yes, no_provider, merge, use, quiet, debug, help, version;
};
static inline void options_clean(struct options *o) { words_clean(&o->filenames); }

struct option {
    const char *name;
    char letter;             /* 0 = none */
    const char *value;       /* what help calls it; NULL = a switch */
    size_t offset;           /* in struct options */
    const char *environment; /* where the value comes from when it is not given; NULL = nowhere */
    bool everywhere;         /* taken by every verb */
    const char *help;
    bool many; /* may be given repeatedly: 'offset' is of a struct words */
};

extern const struct option options_table[]; /* ends with name NULL */

/* Options may stand anywhere; "--" ends them. What is no option goes to 'words', which options were given to 'given' (names
 * from the table). -1 with ERR_INVALID, naming the nearest option when one is unknown. */
MUST_CHECK int options_parse(int argc, char *const argv[], struct options *o, struct words *words,
                             struct words *given, struct err *e);

/* Fill from the environment what was not given. */
void options_environment(struct options *o);

const struct option *options_find(const char *name);

/* Is 'name' one of the words in 'list' ("wait no-wait timeout")? */
bool options_listed(const char *list, const char *name);
