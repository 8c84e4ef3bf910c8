/* SPDX-License-Identifier: Apache-2.0 */
/* Control of shoots: what happens to them without any client of the API. */
#pragma once
#include "sim/call.h"

void control_list_shoots(struct call *c);
void control_get_shoot(struct call *c);
void control_add_shoot(struct call *c);
void control_remove_shoot(struct call *c);
void control_operate(struct call *c);
