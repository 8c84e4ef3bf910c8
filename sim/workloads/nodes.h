/* SPDX-License-Identifier: Apache-2.0 */
/* The machines (modelled): as many workers as the setting says. One that somebody deletes does not come back by itself. */
#pragma once
#include "sim/workloads/ctl.h"

void nodes_run(struct ctl *c);

/* Ready and open for pods, and with all labels of 'selector' (NULL = any)? */
bool nodes_take(const json_t *node, json_t *selector);
