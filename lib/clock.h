/* SPDX-License-Identifier: Apache-2.0 */
/* Time as the number of milliseconds since 1970 (UTC).  Logic takes 'now' as a parameter; only mains and loops
 * call clock_now(). */
#pragma once
#include "lib/err.h"
#include <stdint.h>

#define CLOCK_SECOND INT64_C(1000)
#define CLOCK_MINUTE (60 * CLOCK_SECOND)
#define CLOCK_HOUR   (60 * CLOCK_MINUTE)

enum { CLOCK_TEXT = 32 }; /* bytes for any text clock_text() makes */

int64_t clock_now(void);

/* Never jumps; for measuring, not for dates. */
int64_t clock_monotonic(void);

/* RFC 3339 in UTC with seconds, as Kubernetes writes it: 2026-11-22T08:00:00Z. */
void clock_text(int64_t when, char text[CLOCK_TEXT]);

/* RFC 3339 with any offset and fraction. -1 with ERR_INVALID when 'text' is none. */
MUST_CHECK int clock_parse(const char *text, int64_t *ret_when, struct err *e);

/* A Go duration ("90s", "1h30m", "1.5s", "250ms"), in milliseconds. -1 with ERR_INVALID. */
MUST_CHECK int clock_parse_duration(const char *text, int64_t *ret_ms, struct err *e);
