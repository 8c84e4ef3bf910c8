/* SPDX-License-Identifier: Apache-2.0 */
/* When to come back, as pure functions of what is known. */
#pragma once
#include <stdint.h>

/* Wait after the n-th failure in a row (1 = first): 1 s, 2 s, 4 s ... 60 s, times 0.8 to 1.2 by 'random' in [0, 1). */
int64_t backoff_failure(int failures, double random);

/* A poll interval, shortened by up to a tenth by the object's uid, so that objects made together do not poll together. */
int64_t backoff_spread(int64_t interval, const char *uid);
