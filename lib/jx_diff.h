/* SPDX-License-Identifier: Apache-2.0 */
/* What differs between two trees, for people: the tests print it. */
#pragma once
#include "lib/jx.h"

enum jx_diff_mode {
    JX_DIFF_ALL,   /* every difference */
    JX_DIFF_SUBSET /* keys that 'expected' lacks are not looked at; null there means "absent or null" */
};

/* One line per difference ("spec.workers[0].name: expected "a", got "b""), or NULL when there is none. The
 * caller frees. */
char *jx_diff(const json_t *expected, const json_t *actual, enum jx_diff_mode mode) MUST_CHECK;
