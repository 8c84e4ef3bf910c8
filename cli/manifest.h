/* SPDX-License-Identifier: Apache-2.0 */
/* Objects out of files, as kubectl would take them. */
#pragma once
#include "lib/err.h"
#include <jansson.h>

enum { MANIFEST_MAX = 4 << 20 /* bytes of one file */ };

/* All objects of a file, of a folder's *.yaml, *.yml and *.json in the order of their names, or of standard input ("-"), as a
 * new array. Lists are opened, 'ns' is the namespace of what names none, stringData becomes data. NULL with ERR_INVALID or
 * ERR_NOT_FOUND naming the file. */
MUST_CHECK json_t *manifest_load(const char *path, const char *ns, struct err *e);
