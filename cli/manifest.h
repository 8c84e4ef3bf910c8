/* SPDX-License-Identifier: Apache-2.0 */
/* Objects out of files, as kubectl would take them. */
#pragma once
#include "cli/options.h"
#include <jansson.h>

enum { MANIFEST_MAX = 4 << 20 /* bytes of one file */ };

/* All objects of what --filename names, as a new array: of files, of a folder's *.yaml, *.yml and *.json in the order of their
 * names (with --recursive also of folders in it), of standard input ("-"). Lists are opened, the options' namespace is that of
 * what names none, stringData becomes data. What is said twice in the same words is there once. NULL with ERR_INVALID or
 * ERR_NOT_FOUND naming the file. */
MUST_CHECK json_t *manifest_load(const struct options *o, struct err *e);
