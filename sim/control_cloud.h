/* SPDX-License-Identifier: Apache-2.0 */
/* Control calls about what the shoots have in OpenStack, and what goes wrong with their API servers. */
#pragma once
#include "sim/call.h"

void control_list_load_balancers(struct call *c);
void control_list_floating_ips(struct call *c);
/* One that the project has reserved by itself: {"region", "project"}, both optional. */
void control_add_floating_ip(struct call *c);
void control_remove_floating_ip(struct call *c);
void control_list_volumes(struct call *c);

void control_get_shoot_faults(struct call *c);
void control_add_shoot_fault(struct call *c);
void control_delete_shoot_faults(struct call *c);
