/* SPDX-License-Identifier: Apache-2.0 */
/* ^C: the first one asks to stop, a second one ends the program at once. */
#pragma once
#include <stdbool.h>

struct loop;

enum { STOP_EXIT = 130 };

/* From now on SIGINT, SIGTERM and SIGHUP ask to stop and wake 'l' (may be NULL). */
void stop_watch(struct loop *l);
/* 'l' is about to go: wake nobody any more. */
void stop_forget(void);
bool stop_requested(void);
