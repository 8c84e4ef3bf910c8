/* SPDX-License-Identifier: Apache-2.0 */
/* The rules a Shoot's spec must keep.  Each problem names the path the user wrote, the value, the rule and
 * what would work; everything wrong is told at once.  'advice' is for what Cleura accepts but what may not
 * do what was meant. */
#pragma once
#include "function/render/shoot_state.h"

/* What the spec alone shows: all of the next five, and what is in none of them. */
void shoot_rules(struct shoot_state *st);
void shoot_rules_workers(struct shoot_state *st);
void shoot_rules_network(struct shoot_state *st);
void shoot_rules_time(struct shoot_state *st);
void shoot_rules_gateway(struct shoot_state *st);
/* What, compared with the cluster that is there, cannot be changed any more. */
void shoot_rules_change(struct shoot_state *st);

/* "1.33.7" with at least 'least' numbers. */
bool shoot_is_version(const char *text, int least);
/* -1, 0, 1, by numbers; only as many as both have. */
int shoot_version_compare(const char *a, const char *b);
