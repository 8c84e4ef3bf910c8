/* SPDX-License-Identifier: Apache-2.0 */
/* The sandbox of the jq worker. Each measure alone stops something that libjq 1.6 was seen to do: reading
 * files by import, loading ~/.jq, handing out the environment, eating all memory, running for ever. */
#include "provider/exec/jq_sandbox.h"
#include "lib/cleanup.h"
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

#if defined(__x86_64__)
#define MACHINE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define MACHINE AUDIT_ARCH_AARCH64
#endif

static void set_limit(__rlimit_resource_t what, rlim_t n)
{
    const struct rlimit limit = { .rlim_cur = n, .rlim_max = n };

    if (setrlimit(what, &limit) < 0)
        _exit(70);
}

/* The address space the process has now: a forked child starts with its parent's. */
static rlim_t address_space(void)
{
    CLEAN(fclose) FILE *statm = fopen("/proc/self/statm", "re");
    char line[64];

    if (!statm || !fgets(line, sizeof(line), statm))
        return 0;
    return (rlim_t)strtoull(line, NULL, 10) * (rlim_t)sysconf(_SC_PAGESIZE);
}

static void reset_signals(void)
{
    sigset_t none;

    for (int sig = 1; sig < NSIG; sig++)
        (void)signal(sig, SIG_DFL);
    sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
}

static void keep_only(int fd)
{
    if (fd != 0 && dup2(fd, 0) < 0)
        _exit(70);
    if (close_range(1, ~0U, 0) < 0)
        for (int i = 1; i < 65536; i++)
            (void)close(i);
}

#ifdef MACHINE
#define ALLOW(name)                                                                                          \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##name, 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

/* Memory, the one descriptor, the clock and the end. Everything else fails with EPERM (which lets a
 * sanitizer's own curious calls pass by); a foreign instruction set ends the process. */
static void filter_calls(void)
{
    static struct sock_filter rules[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, MACHINE, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        ALLOW(read),
        ALLOW(write),
        ALLOW(recvfrom),
        ALLOW(sendto),
        ALLOW(brk),
        ALLOW(mmap),
        ALLOW(munmap),
        ALLOW(mremap),
        ALLOW(mprotect),
        ALLOW(madvise),
        ALLOW(futex),
        ALLOW(sched_yield),
        ALLOW(clock_gettime),
        ALLOW(gettimeofday),
        ALLOW(getrusage),
        ALLOW(prlimit64),
        ALLOW(rt_sigaction),
        ALLOW(rt_sigprocmask),
        ALLOW(rt_sigreturn),
        ALLOW(sigaltstack),
        ALLOW(getpid),
        ALLOW(getrandom),
        ALLOW(gettid),
        ALLOW(exit),
        ALLOW(exit_group),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
    };
    static const struct sock_fprog program = { .len = ARRAY_LENGTH(rules), .filter = rules };

    /* A kernel without seccomp still has the limits below. */
    (void)prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}
#else
static void filter_calls(void) {}
#endif

void jq_sandbox_isolate(int fd, pid_t parent)
{
    static char *nothing[] = { NULL };

    reset_signals();
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent)
        _exit(70);
    keep_only(fd);
    (void)setenv("TZ", "UTC0", 1); /* programs reckon in UTC, wherever the machine stands */
    tzset();
    environ = nothing; /* not clearenv(): libjq reads through the pointer */
}

void jq_sandbox_lock(int memory_mb)
{
    if (!SANITIZED) /* a sanitizer reserves terabytes */
        set_limit(RLIMIT_AS, address_space() + ((rlim_t)memory_mb << 20));
    set_limit(RLIMIT_CORE, 0);
    set_limit(RLIMIT_FSIZE, 0);
    set_limit(RLIMIT_NOFILE, 1); /* descriptor 0 and no other, ever */
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || prctl(PR_SET_DUMPABLE, 0) < 0)
        _exit(70);
    filter_calls();
}

void jq_sandbox_allow_cpu(int seconds)
{
    struct rusage used;
    struct rlimit limit;

    if (getrusage(RUSAGE_SELF, &used) < 0 || getrlimit(RLIMIT_CPU, &limit) < 0)
        _exit(70);
    limit.rlim_cur = (rlim_t)(used.ru_utime.tv_sec + used.ru_stime.tv_sec + seconds + 1);
    (void)setrlimit(RLIMIT_CPU, &limit);
}
