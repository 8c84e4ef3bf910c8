/* SPDX-License-Identifier: Apache-2.0 */
/* Control calls about what the shoots have in OpenStack. */
#pragma once
#include "sim/call.h"

void control_list_load_balancers(struct call *c);
void control_list_floating_ips(struct call *c);
/* One that the project has reserved by itself: {"region", "project"}, both optional. */
void control_add_floating_ip(struct call *c);
void control_remove_floating_ip(struct call *c);
void control_list_volumes(struct call *c);
