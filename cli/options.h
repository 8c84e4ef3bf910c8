/* SPDX-License-Identifier: Apache-2.0 */
/* Command line options: one table, from which parsing, help and suggestions come.  A password is deliberately none: what is
 * on a command line can be read by everybody on the machine. */
#pragma once
#include "lib/err.h"

/* What was given, or came from the environment. NULL and false = not given. */
struct options {
    const char *output, *timeout, *api, *store, *ns, *url, *ca_file, *cloud, *region, *project, *poll,
        *password_file, *filename;
    bool wait, no_wait, yes, no_provider, merge, use, quiet, debug, help;
};

struct option {
    const char *name;
    char letter;             /* 0 = none */
    const char *value;       /* what help calls it; NULL = a switch */
    size_t offset;           /* in struct options */
    const char *environment; /* where the value comes from when it is not given; NULL = nowhere */
    bool everywhere;         /* taken by every verb */
    const char *help;
};

extern const struct option options_table[]; /* ends with name NULL */

struct words {
    const char **at; /* borrowed strings; free() the array */
    size_t n;
};
static inline void words_clean(struct words *w) { free(w->at); }

/* Options may stand anywhere; "--" ends them. What is no option goes to 'words', which options were given to 'given' (names
 * from the table). -1 with ERR_INVALID, naming the nearest option when one is unknown. */
MUST_CHECK int options_parse(int argc, char *const argv[], struct options *o, struct words *words,
                             struct words *given, struct err *e);

/* Fill from the environment what was not given. */
void options_environment(struct options *o);

const struct option *options_find(const char *name);

/* Is 'name' one of the words in 'list' ("wait no-wait timeout")? */
bool options_listed(const char *list, const char *name);
