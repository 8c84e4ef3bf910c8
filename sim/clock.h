/* SPDX-License-Identifier: Apache-2.0 */
/* The simulator's own time: runs 'speed' times as fast as the real one and can be pushed forward. */
#pragma once
#include <stdint.h>

struct sim_clock {
    int64_t real_base, base; /* at real time 'real_base' it was 'base' */
    double speed;
};

/* Starts at the real time. */
struct sim_clock sim_clock_start(int64_t real_now, double speed);
int64_t sim_clock_at(const struct sim_clock *c, int64_t real_now);
/* From now on another speed; the time does not jump. */
void sim_clock_set_speed(struct sim_clock *c, int64_t real_now, double speed);
void sim_clock_advance(struct sim_clock *c, int64_t ms);
