/* SPDX-License-Identifier: Apache-2.0 */
/* When a hibernation schedule fired last, in UTC. */
#pragma once
#include <stdint.h>

/* The last minute in (from, to] that matches the five fields of 'cron', in ms since 1970; 0 when there is
 * none or the text is no five-field expression. Looks back at most a week. */
int64_t cron_last(const char *cron, int64_t from, int64_t to);
