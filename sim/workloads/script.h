/* SPDX-License-Identifier: Apache-2.0 */
/* The commands a container runs, read from its command and arguments: the words, quotes and redirections of plain lines. It
 * is no shell: no variables, loops or conditions. */
#pragma once
#include "lib/jx.h"

/* [{words: [..], to: "file"}]: what each line does, the commands of a pipe one after the other ("to" is "-" then).
 * 'ret_stops': it ends at the first one that fails (sh -e). New reference. */
json_t *script_of(const json_t *container, bool *ret_stops) MUST_CHECK;

/* The value of "--name=value" or "--name value"; 'otherwise' when it is not there. Borrowed. */
const char *script_option(const json_t *command, const char *name, const char *otherwise);
/* "--name" or "--name=true" is there. */
bool script_flag(const json_t *command, const char *name);
/* The value of "--set path=value"; 'otherwise' when it is not set. Borrowed. */
const char *script_set(const json_t *command, const char *path, const char *otherwise);
/* Everything set below a path: "a.b.c\\.d=x" below "a.b" gives {"c.d": "x"}. New reference. */
json_t *script_set_below(const json_t *command, const char *path) MUST_CHECK;
/* The n-th word that is no option, nor an option's value; "" when there are fewer. Borrowed. */
const char *script_word(const json_t *command, size_t n);
