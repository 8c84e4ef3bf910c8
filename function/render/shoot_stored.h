/* SPDX-License-Identifier: Apache-2.0 */
/* A shoot's state out of a stored answer of Cleura: for executors that know neither statusProjection nor
 * readinessCheck. */
#pragma once
#include <jansson.h>
#include <stdbool.h>

/* What the programs' statusProjection would yield, as far as it is used here. New. */
json_t *shoot_stored_projection(const json_t *shoot, bool v2);

/* What an UPDATE's program compares the spec with, and who the shoot is: 'answer' without the rest. New; NULL when it is no
 * shoot. */
json_t *shoot_stored_have(const json_t *answer, bool v2);

/* The readinessCheck for a shoot that is up; asleep, only the operation counts. */
bool shoot_stored_ready(const json_t *projection);
