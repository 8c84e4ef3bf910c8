/* SPDX-License-Identifier: Apache-2.0 */
/* Deleting composites with all that depends on them. */
#pragma once
#include "cli/session.h"

/* Asks (for clusters by name, else once), asks for removal of the composites and of what lives in the Shoots among them,
 * and runs until all are gone; with --no-wait until Cleura has accepted it. An exit code, or -1. */
MUST_CHECK int removal_run(struct session *s, const json_t *composites, struct err *e);
