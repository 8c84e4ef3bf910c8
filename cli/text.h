/* SPDX-License-Identifier: Apache-2.0 */
/* Text for people: columns, cuts, ages.  Whatever came over the network passes through text_fit() before it reaches a
 * terminal, so that it cannot steer it. */
#pragma once
#include "lib/buf.h"
#include <stdint.h>
#include <stdio.h>

/* Columns 'text' takes: code points; control characters and bytes that are no UTF-8 count as one. */
size_t text_columns(const char *text);

/* At most 'columns' of 'text' on one line: control characters become spaces, what is no UTF-8 (or, without 'utf8', no
 * ASCII) becomes "?"; a cut is marked. */
void text_fit(struct buf *out, const char *text, size_t columns, bool utf8);

/* The whole of 'text' on one line, cleaned the same way. The caller frees. */
char *text_clean(const char *text);

/* A list in one text, "(1) a (2) b", as conditions have it: writes an item to a line, cleaned the same way. How many; 0 when it is
 * no list, and then nothing is written. */
int text_list(FILE *out, const char *text);

/* "42s", "3m05s", "1h02m", "5d". */
enum { TEXT_ELAPSED = 24 };
void text_elapsed(int64_t ms, char text[TEXT_ELAPSED]);

/* Can the terminal show UTF-8? By the locale of the environment. */
bool text_is_utf8(void);
