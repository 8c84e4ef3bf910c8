/* SPDX-License-Identifier: Apache-2.0 */
#include "function/serve/glog.h"
#include "lib/clock.h"
#include "lib/log.h"
#include <grpc/support/log.h>
#include <pthread.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct glog_limit limit;
static _Thread_local bool errors_expected;

bool glog_allow(struct glog_limit *l, int64_t now, unsigned *ret_dropped)
{
    *ret_dropped = 0;
    if (now != l->second) {
        *ret_dropped = l->dropped;
        *l = (struct glog_limit){ .second = now };
    }
    if (l->lines >= GLOG_PER_SECOND) {
        l->dropped++;
        return false;
    }
    l->lines++;
    return true;
}

static enum log_level level_of(gpr_log_severity severity)
{
    return severity == GPR_LOG_SEVERITY_ERROR && !errors_expected ? LOG_INFO : LOG_DEBUG;
}

static void write_line(gpr_log_func_args *args)
{
    const char *slash = strrchr(args->file, '/');
    char text[GLOG_TEXT];
    unsigned dropped;
    bool allowed;

    (void)pthread_mutex_lock(&lock);
    allowed = glog_allow(&limit, clock_monotonic() / CLOCK_SECOND, &dropped);
    (void)pthread_mutex_unlock(&lock);
    if (dropped)
        log_info("the gRPC library said more than is logged", LI("lines", dropped));
    if (!allowed)
        return;
    (void)snprintf(text, sizeof(text), "%s", args->message);
    log_write(level_of(args->severity), (const struct log_kv[]){ { .key = "gRPC library" },
                                                                 LS("text", text),
                                                                 LS("file", slash ? slash + 1 : args->file),
                                                                 LI("line", args->line),
                                                                 { .key = NULL } });
}

void glog_route(bool verbose)
{
    gpr_set_log_function(write_line);
    gpr_set_log_verbosity(verbose ? GPR_LOG_SEVERITY_DEBUG : GPR_LOG_SEVERITY_ERROR);
}

void glog_expect_errors(bool expected) { errors_expected = expected; }
