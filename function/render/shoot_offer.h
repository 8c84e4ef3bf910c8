/* SPDX-License-Identifier: Apache-2.0 */
/* What Cleura offers, which is asked for only once it has refused a Shoot: its refusal says what is wrong, not what would be right. */
#pragma once
#include "function/render/shoot_state.h"

/* Advice for each word of the spec that is not offered, while Cleura refuses it. */
void shoot_offer_advise(struct shoot_state *st);

/* The probe of Cleura's cloud profile, when there is cause. */
void shoot_offer_put(struct shoot_state *st);
