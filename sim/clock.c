/* SPDX-License-Identifier: Apache-2.0 */
/* Linear time: base plus elapsed real time times speed. */
#include "sim/clock.h"

struct sim_clock sim_clock_start(int64_t real_now, double speed)
{
    return (struct sim_clock){ .real_base = real_now, .base = real_now, .speed = speed };
}

int64_t sim_clock_at(const struct sim_clock *c, int64_t real_now)
{
    return c->base + (int64_t)((double)(real_now - c->real_base) * c->speed);
}

void sim_clock_set_speed(struct sim_clock *c, int64_t real_now, double speed)
{
    c->base = sim_clock_at(c, real_now);
    c->real_base = real_now;
    c->speed = speed;
}

void sim_clock_advance(struct sim_clock *c, int64_t ms) { c->base += ms; }
