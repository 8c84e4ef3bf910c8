/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/stop.h"
#include "provider/reconcile/loop.h"
#include <signal.h>

static volatile sig_atomic_t requested;
static struct loop *volatile running;

static void on_signal(int number)
{
    (void)number;
    if (requested)
        _exit(STOP_EXIT);
    requested = 1;
    if (running)
        loop_wake(running);
}

void stop_watch(struct loop *l)
{
    const struct sigaction action = { .sa_handler = on_signal };

    running = l;
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
    (void)sigaction(SIGHUP, &action, NULL);
}

void stop_forget(void) { running = NULL; }
bool stop_requested(void) { return requested; }
