/* SPDX-License-Identifier: Apache-2.0 */
#include "function/service.h"
#include "function/standard.h"
#include "lib/clock.h"
#include "lib/log.h"
#include <stdatomic.h>
#include <time.h>

enum { METHODS = 2 };

/* What health can be asked about. */
static const char *const names[METHODS + 1] = {
    "apiextensions.fn.proto.v1.FunctionRunnerService",
    "apiextensions.fn.proto.v1beta1.FunctionRunnerService",
};

struct service {
    const struct run_renderer *with;
    struct metrics *metrics;
    _Atomic uint64_t calls;
    struct standard standard;
    struct serve_method methods[METHODS + STANDARD_METHODS + 1];
};

struct service *service_new(const struct run_renderer *with, struct metrics *m)
{
    static const char *const paths[METHODS] = {
        "/apiextensions.fn.proto.v1.FunctionRunnerService/RunFunction",
        "/apiextensions.fn.proto.v1beta1.FunctionRunnerService/RunFunction", /* Crossplane up to 1.16 */
    };
    struct service *s = x_alloc(sizeof(*s));

    s->with = with;
    s->metrics = m;
    for (size_t i = 0; i < METHODS; i++)
        s->methods[i] = (struct serve_method){ paths[i], SERVE_UNARY, service_run, s };
    s->standard.services = names;
    standard_methods(&s->standard, s->methods + METHODS);
    return s;
}

void service_free(struct service *s) { free(s); }

const struct serve_method *service_methods(const struct service *s) { return s->methods; }

void service_serving(struct service *s, bool serving) { atomic_store(&s->standard.serving, serving); }

uint64_t service_calls(const struct service *s) { return atomic_load(&s->calls); }

static int64_t now_micros(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void count(struct service *s, const struct run_result *done, const struct metrics_call *call)
{
    static const char *const severities[] = {
        [FN_FATAL] = "Fatal", [FN_WARNING] = "Warning", [FN_NORMAL] = "Normal"
    };

    metrics_count(s->metrics, call);
    log_debug("call", LS("tag", done->tag), LS("kind", call->kind), LS("name", done->name),
              LS("severity", severities[call->severity]), LI("code", call->code), LI("micros", call->micros),
              LI("requestBytes", (int64_t)call->request_bytes),
              LI("responseBytes", (int64_t)call->response_bytes));
}

void service_run(void *ctx, const uint8_t *bytes, size_t n, struct serve_reply *reply)
{
    struct service *s = ctx;
    struct run_result done;
    struct err e = { 0 };
    int64_t start = now_micros();

    if (run_function(s->with, (struct span){ bytes, n }, &done, &e) < 0) {
        reply->code = e.kind == ERR_INVALID ? SERVE_INVALID_ARGUMENT : SERVE_INTERNAL;
        (void)snprintf(reply->message, sizeof(reply->message), "%s", e.text);
    }
    reply->n = done.n;
    reply->bytes = TAKE(done.bytes);
    count(s, &done,
          &(struct metrics_call){ .kind = done.kind ? done.kind : "none",
                                  .severity = done.severity,
                                  .code = (int)reply->code,
                                  .micros = now_micros() - start,
                                  .request_bytes = n,
                                  .response_bytes = reply->n });
    run_result_free(&done);
    (void)atomic_fetch_add(&s->calls, 1);
}
