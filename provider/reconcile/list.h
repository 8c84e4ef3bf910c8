/* SPDX-License-Identifier: Apache-2.0 */
/* observeList: quiet objects of one list share one call, and the list is taken apart once. */
#pragma once
#include <jansson.h>
#include <stdbool.h>

struct object;
struct loop;

/* Observe 'o' (whose ProviderConfig is 'config') from its list: true when that is under way or done (request_answered() is or will be called, or the pass ends);
 * false when 'o' has no list or is not in it, and must be observed by itself. */
bool list_observe(struct object *o, const json_t *config);

/* 'o' goes away: it waits no longer. */
void list_forget(struct object *o);

void list_free_all(struct loop *l);
