/* SPDX-License-Identifier: Apache-2.0 */
/* Keeps N calls of one gRPC method outstanding on one channel, as Crossplane's workers do, and tells how many were answered in
 * the time measured, how long they took, and what the server used for them. */
#include "bench/file.h"
#include "lib/clock.h"
#include <errno.h>
#include <getopt.h>
#include <grpc/byte_buffer_reader.h>
#include <grpc/grpc.h>
#include <grpc/grpc_security.h>
#include <grpc/support/alloc.h>
#include <time.h>

enum {
    OUTSTANDING_MAX = 1024,
    MESSAGE_MAX = 64 << 20,
    CALL_SECONDS = 30,
};

static const char usage[] = "Usage: bench_load --address HOST:PORT --request FILE [OPTIONS]\n"
                            "\n"
                            "  --method PATH      default: RunFunction of v1\n"
                            "  --outstanding N    calls at a time (8)\n"
                            "  --warm-up SECONDS  not measured (0.3)\n"
                            "  --seconds SECONDS  measured (2)\n"
                            "  --calls N          measure so many calls instead\n"
                            "  --pid PID          the server's, for its CPU time and memory\n"
                            "  --response FILE    write the last response there\n"
                            "\n"
                            "Prints: calls seconds per_second p50_us p99_us cpu_us rss_kb request_bytes "
                            "response_bytes. cpu_us is the server's per call.\n";

struct settings {
    const char *address, *method, *request, *response;
    unsigned outstanding;
    double warm_up, seconds;
    uint64_t calls; /* 0 = by time */
    pid_t pid;
};

struct slot {
    struct load *load;
    grpc_call *call;
    grpc_metadata_array initial, trailing;
    grpc_byte_buffer *answer;
    grpc_status_code status;
    grpc_slice details;
    int64_t begun;
};

struct load {
    struct settings settings;
    grpc_channel *channel;
    grpc_completion_queue *queue;
    void *method;
    struct file request;
    grpc_slice message;
    struct slot slots[OUTSTANDING_MAX];
    unsigned outstanding;
    /* measured */
    bool measuring, ending;
    int64_t begun, ended; /* ns */
    uint32_t *latencies;  /* us */
    size_t n, cap, response_bytes;
};

static int64_t now_ns(clockid_t clock)
{
    struct timespec t = { 0 };

    (void)clock_gettime(clock, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* ---- calls ------------------------------------------------------------------------------------------------------- */

static void call_begin(struct load *l, struct slot *s)
{
    grpc_byte_buffer *message = grpc_raw_byte_buffer_create(&l->message, 1);
    grpc_op ops[6] = {
        { .op = GRPC_OP_SEND_INITIAL_METADATA },
        { .op = GRPC_OP_SEND_MESSAGE, .data.send_message.send_message = message },
        { .op = GRPC_OP_SEND_CLOSE_FROM_CLIENT },
        { .op = GRPC_OP_RECV_INITIAL_METADATA,
          .data.recv_initial_metadata.recv_initial_metadata = &s->initial },
        { .op = GRPC_OP_RECV_MESSAGE, .data.recv_message.recv_message = &s->answer },
        { .op = GRPC_OP_RECV_STATUS_ON_CLIENT,
          .data.recv_status_on_client = { .trailing_metadata = &s->trailing,
                                          .status = &s->status,
                                          .status_details = &s->details } },
    };

    s->load = l;
    grpc_metadata_array_init(&s->initial);
    grpc_metadata_array_init(&s->trailing);
    s->call = grpc_channel_create_registered_call(
        l->channel, NULL, 0, l->queue, l->method,
        gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC), gpr_time_from_seconds(CALL_SECONDS, GPR_TIMESPAN)), NULL);
    s->begun = now_ns(CLOCK_MONOTONIC);
    if (grpc_call_start_batch(s->call, ops, ARRAY_LENGTH(ops), s, NULL) != GRPC_CALL_OK)
        die("grpc_call_start_batch failed");
    grpc_byte_buffer_destroy(message);
    l->outstanding++;
}

static void call_end(struct load *l, struct slot *s)
{
    if (s->answer)
        l->response_bytes = grpc_byte_buffer_length(s->answer);
    grpc_byte_buffer_destroy(s->answer);
    grpc_metadata_array_destroy(&s->initial);
    grpc_metadata_array_destroy(&s->trailing);
    grpc_slice_unref(s->details);
    grpc_call_unref(s->call);
    *s = (struct slot){ .load = l };
    l->outstanding--;
}

static void check(const struct slot *s)
{
    char *details;

    if (s->status == GRPC_STATUS_OK)
        return;
    details = grpc_slice_to_c_string(s->details);
    die("a call failed with status %d: %s", (int)s->status, details);
}

static void save(const struct load *l, const struct slot *s)
{
    grpc_byte_buffer_reader reader;
    grpc_slice all;

    if (!s->answer || !grpc_byte_buffer_reader_init(&reader, s->answer))
        die("there is no response");
    all = grpc_byte_buffer_reader_readall(&reader);
    file_store(l->settings.response, GRPC_SLICE_START_PTR(all), GRPC_SLICE_LENGTH(all));
    grpc_slice_unref(all);
    grpc_byte_buffer_reader_destroy(&reader);
}

static void measure(struct load *l, const struct slot *s, int64_t now)
{
    if (l->n == l->cap) {
        l->cap = l->cap ? l->cap * 2 : 1 << 16;
        l->latencies = x_realloc(l->latencies, l->cap * sizeof(*l->latencies));
    }
    l->latencies[l->n++] = (uint32_t)((now - s->begun) / 1000);
}

/* ---- the server's use of the machine ----------------------------------------------------------------------------- */

static int64_t cpu_ns(pid_t pid)
{
    clockid_t clock;

    if (!pid)
        return 0;
    errno = clock_getcpuclockid(pid, &clock);
    if (errno)
        die("process %d: %s", (int)pid, strerror(errno));
    return now_ns(clock);
}

static unsigned long rss_kb(pid_t pid)
{
    char path[64], line[256];
    CLEAN(fclose) FILE *f = NULL;

    (void)snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
    f = pid ? fopen(path, "r") : NULL;
    while (f && fgets(line, sizeof(line), f))
        if (!strncmp(line, "VmRSS:", 6))
            return strtoul(line + 6, NULL, 10);
    return 0;
}

/* ---- the run ----------------------------------------------------------------------------------------------------- */

static bool is_over(const struct load *l, int64_t now)
{
    const struct settings *s = &l->settings;

    return s->calls ? l->n >= s->calls : (double)(now - l->begun) >= s->seconds * 1e9;
}

static void answered(struct load *l, struct slot *s, int64_t start, int64_t *cpu)
{
    int64_t now = now_ns(CLOCK_MONOTONIC);

    check(s);
    if (l->measuring && !l->ending)
        measure(l, s, now);
    if (!l->measuring && (double)(now - start) >= l->settings.warm_up * 1e9) {
        l->measuring = true;
        l->begun = now;
        *cpu = cpu_ns(l->settings.pid);
    } else if (l->measuring && !l->ending && is_over(l, now)) {
        l->ending = true;
        l->ended = now;
        *cpu = cpu_ns(l->settings.pid) - *cpu;
        if (l->settings.response)
            save(l, s);
    }
    call_end(l, s);
    if (!l->ending)
        call_begin(l, s);
}

static int ascending(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return x < y ? -1 : x > y;
}

static void report(struct load *l, int64_t cpu)
{
    double seconds = (double)(l->ended - l->begun) / 1e9, n = (double)l->n;

    if (!l->n)
        die("no call was answered in the time measured");
    qsort(l->latencies, l->n, sizeof(*l->latencies), ascending);
    (void)printf(
        "calls=%zu seconds=%.3f per_second=%.1f p50_us=%u p99_us=%u cpu_us=%.2f rss_kb=%lu request_bytes=%zu "
        "response_bytes=%zu\n",
        l->n, seconds, n / seconds, l->latencies[l->n / 2], l->latencies[l->n * 99 / 100],
        (double)cpu / 1e3 / n, rss_kb(l->settings.pid), l->request.n, l->response_bytes);
}

static void run(struct load *l)
{
    int64_t start = now_ns(CLOCK_MONOTONIC), cpu = 0;

    for (unsigned i = 0; i < l->settings.outstanding; i++)
        call_begin(l, &l->slots[i]);
    while (l->outstanding) {
        grpc_event event = grpc_completion_queue_next(l->queue, gpr_inf_future(GPR_CLOCK_MONOTONIC), NULL);

        if (event.type != GRPC_OP_COMPLETE)
            die("the completion queue ended");
        answered(l, event.tag, start, &cpu);
    }
    report(l, cpu);
}

static void connect_to(struct load *l)
{
    grpc_arg args[] = {
        { .type = GRPC_ARG_INTEGER,
          .key = (char[]){ GRPC_ARG_MAX_RECEIVE_MESSAGE_LENGTH },
          .value.integer = MESSAGE_MAX },
        { .type = GRPC_ARG_INTEGER, .key = (char[]){ GRPC_ARG_ENABLE_HTTP_PROXY }, .value.integer = 0 },
    };
    grpc_channel_args all = { ARRAY_LENGTH(args), args };
    grpc_channel_credentials *plain = grpc_insecure_credentials_create();

    l->channel = grpc_channel_create(l->settings.address, plain, &all);
    grpc_channel_credentials_release(plain);
    l->queue = grpc_completion_queue_create_for_next(NULL);
    l->method = grpc_channel_register_call(l->channel, l->settings.method, NULL, NULL);
    l->request = file_load(l->settings.request);
    l->message = grpc_slice_from_static_buffer(l->request.at, l->request.n);
}

static void disconnect(struct load *l)
{
    grpc_channel_destroy(l->channel);
    grpc_completion_queue_shutdown(l->queue);
    while (grpc_completion_queue_next(l->queue, gpr_inf_future(GPR_CLOCK_MONOTONIC), NULL).type !=
           GRPC_QUEUE_SHUTDOWN)
        ;
    grpc_completion_queue_destroy(l->queue);
    free(l->request.at);
    free(l->latencies);
}

static struct settings read_settings(int argc, char **argv)
{
    static const struct option options[] = {
        { "address", required_argument, NULL, 'a' },     { "method", required_argument, NULL, 'm' },
        { "request", required_argument, NULL, 'r' },     { "response", required_argument, NULL, 'o' },
        { "outstanding", required_argument, NULL, 'n' }, { "warm-up", required_argument, NULL, 'w' },
        { "seconds", required_argument, NULL, 's' },     { "calls", required_argument, NULL, 'c' },
        { "pid", required_argument, NULL, 'p' },         { 0 },
    };
    struct settings s = { .method = "/apiextensions.fn.proto.v1.FunctionRunnerService/RunFunction",
                          .outstanding = 8,
                          .warm_up = 0.3,
                          .seconds = 2 };

    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) >= 0;) {
        switch (option) {
        case 'a': s.address = optarg; break;
        case 'm': s.method = optarg; break;
        case 'r': s.request = optarg; break;
        case 'o': s.response = optarg; break;
        case 'n': s.outstanding = (unsigned)strtoul(optarg, NULL, 10); break;
        case 'w': s.warm_up = strtod(optarg, NULL); break;
        case 's': s.seconds = strtod(optarg, NULL); break;
        case 'c': s.calls = strtoul(optarg, NULL, 10); break;
        case 'p': s.pid = (pid_t)strtol(optarg, NULL, 10); break;
        default: die("%s", usage);
        }
    }
    if (!s.address || !s.request || !s.outstanding || s.outstanding > OUTSTANDING_MAX || optind != argc)
        die("%s", usage);
    return s;
}

int main(int argc, char **argv)
{
    static struct load load;

    load.settings = read_settings(argc, argv);
    grpc_init();
    connect_to(&load);
    run(&load);
    disconnect(&load);
    grpc_shutdown_blocking();
    return 0;
}
