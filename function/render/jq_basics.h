/* SPDX-License-Identifier: Apache-2.0 */
/* What programs that look at objects of a cluster begin with: g(f) is null where f fails, cut($n) a text on one line and at most so
 * long, some an object without its nulls. */
#pragma once

/* clang-format off */
#define BASICS \
    "def g(f): try f catch null; " \
    "def cut($n): if type == \"string\" then gsub(\"\\\\s+\"; \" \")[:$n] else null end; " \
    "def some: with_entries(select(.value != null)); "
/* clang-format on */
