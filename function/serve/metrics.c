/* SPDX-License-Identifier: Apache-2.0 */
/* Counters as arrays of atomics: the labels' values are known when it starts, so that counting never allocates, waits or
 * searches more than a handful of names.  Buckets are counted singly and added up when somebody asks. */
#include "function/serve/metrics.h"
#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/file.h"
#include <stdatomic.h>
#include <time.h>

enum {
    CODES = 17,
    SEVERITIES = 3,
    MAX_BOUNDS = 12,
    TEXT_MAX = 1 << 20, /* some 100 kinds; there are a dozen */
    STATM_MAX = 256,
};

typedef _Atomic uint64_t counter;

static const char *const severity_names[SEVERITIES] = {
    [FN_FATAL] = "Fatal", [FN_WARNING] = "Warning", [FN_NORMAL] = "Normal"
};

static const char *const code_names[CODES] = {
    "OK",        "CANCELLED",      "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
    "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
    "ABORTED",   "OUT_OF_RANGE",   "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
    "DATA_LOSS", "UNAUTHENTICATED"
};
enum { CODE_UNKNOWN = 2 };

/* Upper bounds of a histogram's buckets; one more counts what lies above. */
struct bounds {
    size_t n;
    uint64_t at[MAX_BOUNDS];
};

/* Microseconds: a Shoot takes some hundred. */
static const struct bounds latency_bounds = {
    12, { 50, 100, 250, 500, 1000, 2500, 5000, 10000, 25000, 100000, 250000, 1000000 }
};
/* Bytes, up to what either side may refuse. */
static const struct bounds size_bounds = {
    8, { 1 << 10, 4 << 10, 16 << 10, 64 << 10, 256 << 10, 1 << 20, 4 << 20, 16 << 20 }
};

struct histogram {
    counter sum, buckets[MAX_BOUNDS + 1];
};

struct series {
    const char *kind;
    counter calls[SEVERITIES][CODES];
    struct histogram latency;
};

struct metrics {
    int64_t started; /* ms since 1970 */
    struct histogram requests, responses;
    size_t n;
    struct series series[]; /* the kinds, then "other", then "none" */
};

struct metrics *metrics_new(const char *const *kinds)
{
    struct metrics *m;
    size_t n = 0;

    while (kinds[n])
        n++;
    m = x_alloc(sizeof(*m) + (n + 2) * sizeof(*m->series));
    for (size_t i = 0; i < n; i++)
        m->series[i].kind = kinds[i];
    m->series[n].kind = "other";
    m->series[n + 1].kind = "none";
    m->n = n + 2;
    m->started = clock_now();
    return m;
}

void metrics_free(struct metrics *m) { free(m); }

static void add(counter *c, uint64_t n) { (void)atomic_fetch_add_explicit(c, n, memory_order_relaxed); }

static uint64_t value(const counter *c) { return atomic_load_explicit(c, memory_order_relaxed); }

static void histogram_add(struct histogram *h, const struct bounds *bounds, uint64_t v)
{
    size_t i = 0;

    while (i < bounds->n && v > bounds->at[i])
        i++;
    add(&h->buckets[i], 1);
    add(&h->sum, v);
}

static struct series *find(struct metrics *m, const char *kind)
{
    for (size_t i = 0; kind && i < m->n; i++)
        if (!strcmp(m->series[i].kind, kind))
            return &m->series[i];
    return &m->series[m->n - 2];
}

void metrics_count(struct metrics *m, const struct metrics_call *call)
{
    struct series *s = find(m, call->kind);
    unsigned code = (unsigned)call->code < CODES ? (unsigned)call->code : CODE_UNKNOWN;
    unsigned severity = (unsigned)call->severity < SEVERITIES ? (unsigned)call->severity : FN_FATAL;

    add(&s->calls[severity][code], 1);
    histogram_add(&s->latency, &latency_bounds, call->micros > 0 ? (uint64_t)call->micros : 0);
    histogram_add(&m->requests, &size_bounds, call->request_bytes);
    histogram_add(&m->responses, &size_bounds, call->response_bytes);
}

/* ---- text -------------------------------------------------------------------------------------------------------- */

static void head(struct buf *out, const char *name, const char *type, const char *help)
{
    (void)buf_addf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* 'v' in units of 1/scale; exact up to 2^53. */
static void number(struct buf *out, uint64_t v, uint64_t scale)
{
    (void)buf_addf(out, "%.15g", (double)v / (double)scale);
}

/* 'label' is `kind="Shoot"` or "". */
static void put_histogram(struct buf *out, const char *name, const char *label, const struct histogram *h,
                          const struct bounds *bounds, uint64_t scale)
{
    const char *comma = *label ? "," : "", *open = *label ? "{" : "", *close = *label ? "}" : "";
    uint64_t total = 0;

    for (size_t i = 0; i <= bounds->n; i++) {
        total += value(&h->buckets[i]);
        (void)buf_addf(out, "%s_bucket{%s%sle=\"", name, label, comma);
        if (i < bounds->n)
            number(out, bounds->at[i], scale);
        else
            (void)buf_adds(out, "+Inf");
        (void)buf_addf(out, "\"} %llu\n", (unsigned long long)total);
    }
    (void)buf_addf(out, "%s_sum%s%s%s ", name, open, label, close);
    number(out, value(&h->sum), scale);
    (void)buf_addf(out, "\n%s_count%s%s%s %llu\n", name, open, label, close, (unsigned long long)total);
}

/* Successful calls are there from the start, so that a rate can be told from the first one; failures appear as they happen. */
static void put_calls(struct buf *out, const struct series *s)
{
    for (size_t severity = 0; severity < SEVERITIES; severity++)
        for (size_t code = 0; code < CODES; code++) {
            uint64_t n = value(&s->calls[severity][code]);

            if (n || !code)
                (void)buf_addf(out,
                               "cleura_function_calls_total{kind=\"%s\",severity=\"%s\",code=\"%s\"} %llu\n",
                               s->kind, severity_names[severity], code_names[code], (unsigned long long)n);
        }
}

static void put_latencies(struct buf *out, const struct series *s)
{
    char label[128];

    (void)snprintf(label, sizeof(label), "kind=\"%s\"", s->kind);
    put_histogram(out, "cleura_function_call_duration_seconds", label, &s->latency, &latency_bounds, 1000000);
}

/* What every process tells; the memory only where there is a /proc. */
static void put_process(struct buf *out, const struct metrics *m)
{
    CLEAN(free) char *statm = NULL;
    struct timespec cpu = { 0 };

    head(out, "process_start_time_seconds", "gauge",
         "Start time of the process since unix epoch in seconds.");
    (void)buf_addf(out, "process_start_time_seconds %lld.%03lld\n", (long long)(m->started / 1000),
                   (long long)(m->started % 1000));
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
    head(out, "process_cpu_seconds_total", "counter", "Total user and system CPU time spent in seconds.");
    (void)buf_addf(out, "process_cpu_seconds_total %lld.%06ld\n", (long long)cpu.tv_sec, cpu.tv_nsec / 1000);
    statm = file_read("/proc/self/statm", STATM_MAX, NULL, NULL);
    if (!statm || !strchr(statm, ' '))
        return;
    head(out, "process_resident_memory_bytes", "gauge", "Resident memory size in bytes.");
    (void)buf_addf(out, "process_resident_memory_bytes %lu\n",
                   strtoul(strchr(statm, ' '), NULL, 10) * (unsigned long)sysconf(_SC_PAGESIZE));
}

char *metrics_text(struct metrics *m)
{
    CLEAN(buf_free) struct buf out = buf_max(TEXT_MAX);

    head(&out, "cleura_function_build_info", "gauge", "1, with the version as a label.");
    (void)buf_adds(&out, "cleura_function_build_info{version=\"" PROJECT_VERSION "\"} 1\n");
    head(&out, "cleura_function_calls_total", "counter",
         "RunFunction calls by kind of the composite, worst result and gRPC status.");
    for (size_t i = 0; i < m->n; i++)
        put_calls(&out, &m->series[i]);
    head(&out, "cleura_function_call_duration_seconds", "histogram",
         "Time from the request's bytes to the response's, by kind of the composite.");
    for (size_t i = 0; i < m->n; i++)
        put_latencies(&out, &m->series[i]);
    head(&out, "cleura_function_request_bytes", "histogram", "Size of requests.");
    put_histogram(&out, "cleura_function_request_bytes", "", &m->requests, &size_bounds, 1);
    head(&out, "cleura_function_response_bytes", "histogram", "Size of responses; 0 when a call failed.");
    put_histogram(&out, "cleura_function_response_bytes", "", &m->responses, &size_bounds, 1);
    put_process(&out, m);
    return buf_take(&out);
}
