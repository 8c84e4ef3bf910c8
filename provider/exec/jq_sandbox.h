/* SPDX-License-Identifier: Apache-2.0 */
/* Take everything from a process that it does not need to compute: descriptors, environment, files, memory, time. */
#pragma once
#include <sys/types.h>

/* Make 'fd' descriptor 0 and lock the process in; it dies with 'parent'. Does not return when that fails. */
void jq_sandbox_enter(int fd, pid_t parent, int memory_mb);

/* The process may use this many more seconds of processor time, counted from now. */
void jq_sandbox_allow_cpu(int seconds);
