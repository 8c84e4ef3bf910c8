/* SPDX-License-Identifier: Apache-2.0 */
/* Take everything from a process that it does not need to compute: descriptors, environment, files,
 * memory, time. */
#pragma once
#include <sys/types.h>

/* Make 'fd' descriptor 0, close all others, forget the environment and signal handlers; die with 'parent'.
 * The process ends when that fails. */
void jq_sandbox_isolate(int fd, pid_t parent);

/* From here on: no files, no new descriptors, no other system calls than computing needs, bounded memory. */
void jq_sandbox_lock(int memory_mb);

/* The process may use this many more seconds of processor time, counted from now. */
void jq_sandbox_allow_cpu(int seconds);
