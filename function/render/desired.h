/* SPDX-License-Identifier: Apache-2.0 */
/* The desired resources of a response. */
#pragma once
#include "function/render/naming.h"

/* Takes 'resource'. */
void desired_put(struct fn_response *r, const struct part *part, json_t *resource);

/* As it was observed: for when nothing new can be rendered, since to leave it out would delete it. */
void desired_keep(struct fn_response *r, const struct part *part);

bool desired_has(const struct fn_response *r, const struct part *part);

/* Says of a resource, if it is desired, whether it is ready. */
void desired_ready(struct fn_response *r, const struct part *part, bool ready);
