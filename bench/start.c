/* SPDX-License-Identifier: Apache-2.0 */
/* Starts a server and tells how long it took until its first call was answered.  The client is bare HTTP/2 on a socket, ready
 * before the clock runs: a gRPC client's own start would be most of what is measured. */
#include "bench/file.h"
#include "lib/clock.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>

enum {
    FRAME_MAX = 16384, /* of HTTP/2, unless settings say otherwise */
    WINDOW = 65535,    /* what may be sent without waiting for the other side */
    REQUEST_MAX = WINDOW - 5,
    TRY_US = 100, /* between attempts to connect */
    PATIENCE_MS = 5000,
    HEADER = 9,
    DATA = 0,
    HEADERS = 1,
    SETTINGS = 4, /* frame types */
    END_STREAM = 1,
    END_HEADERS = 4,
    ACK = 1, /* flags */
};

extern char **environ;

static int64_t now_us(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* ---- the request, as bytes --------------------------------------------------------------------------------------- */

struct bytes {
    uint8_t at[WINDOW + 4096];
    size_t n;
};

static void put(struct bytes *b, const void *bytes, size_t n)
{
    if (n > sizeof(b->at) - b->n)
        die("the request is too large to be sent at once");
    memcpy(b->at + b->n, bytes, n);
    b->n += n;
}

static void put_frame(struct bytes *b, int type, int flags, int stream, const struct bytes *content)
{
    uint8_t header[HEADER] = { (uint8_t)(content->n >> 16),
                               (uint8_t)(content->n >> 8),
                               (uint8_t)content->n,
                               (uint8_t)type,
                               (uint8_t)flags,
                               0,
                               0,
                               0,
                               (uint8_t)stream };

    put(b, header, sizeof(header));
    put(b, content->at, content->n);
}

/* Literal, never indexed, not compressed. */
static void put_field(struct bytes *b, const char *name, const char *value)
{
    uint8_t lengths[3] = { 0x10, (uint8_t)strlen(name), (uint8_t)strlen(value) };

    put(b, lengths, 2);
    put(b, name, strlen(name));
    put(b, lengths + 2, 1);
    put(b, value, strlen(value));
}

static void put_request(struct bytes *all, const struct file *message)
{
    static struct bytes part, body;
    uint8_t prefix[5] = { 0, (uint8_t)(message->n >> 24), (uint8_t)(message->n >> 16),
                          (uint8_t)(message->n >> 8), (uint8_t)message->n };

    put(all, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 24);
    put_frame(all, SETTINGS, 0, 0, &part);
    put_field(&part, ":method", "POST");
    put_field(&part, ":scheme", "http");
    put_field(&part, ":path", "/apiextensions.fn.proto.v1.FunctionRunnerService/RunFunction");
    put_field(&part, ":authority", "localhost");
    put_field(&part, "content-type", "application/grpc");
    put_field(&part, "te", "trailers");
    put_frame(all, HEADERS, END_HEADERS, 1, &part);
    put(&body, prefix, sizeof(prefix));
    put(&body, message->at, message->n);
    for (size_t at = 0; at < body.n; at += part.n) {
        part.n = body.n - at < FRAME_MAX ? body.n - at : FRAME_MAX;
        memcpy(part.at, body.at + at, part.n);
        put_frame(all, DATA, at + part.n == body.n ? END_STREAM : 0, 1, &part);
    }
}

/* ---- the call ---------------------------------------------------------------------------------------------------- */

static int try_connect(const struct sockaddr_in *to)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

    if (connect(fd, (const struct sockaddr *)to, sizeof(*to)) == 0) {
        (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
        return fd;
    }
    (void)close(fd);
    return -1;
}

static void read_all(int fd, uint8_t *at, size_t n)
{
    for (ssize_t got; n; at += got, n -= (size_t)got) {
        got = read(fd, at, n);
        if (got <= 0)
            die("the server closed the connection");
    }
}

/* Reads frames until the answer's end; an answer without a message is a failed call. */
static void read_answer(int fd)
{
    static uint8_t content[1 << 20];
    uint8_t h[HEADER];
    size_t message = 0, n;

    for (;;) {
        read_all(fd, h, sizeof(h));
        n = (size_t)h[0] << 16 | (size_t)h[1] << 8 | h[2];
        if (n > sizeof(content))
            die("a frame of %zu bytes", n);
        read_all(fd, content, n);
        if (h[3] == SETTINGS && !(h[4] & ACK) &&
            write(fd, (const uint8_t[]){ 0, 0, 0, SETTINGS, ACK, 0, 0, 0, 0 }, HEADER) != HEADER)
            die("the server closed the connection");
        if (h[3] == DATA)
            message += n;
        if (h[8] == 1 && (h[3] == DATA || h[3] == HEADERS) && (h[4] & END_STREAM))
            break;
    }
    if (!message)
        die("the call failed");
}

static pid_t start(char **argv)
{
    posix_spawn_file_actions_t actions;
    pid_t pid;

    (void)posix_spawn_file_actions_init(&actions);
    (void)posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    if (posix_spawnp(&pid, argv[0], &actions, NULL, argv, environ) != 0)
        die("cannot start %s", argv[0]);
    (void)posix_spawn_file_actions_destroy(&actions);
    return pid;
}

int main(int argc, char **argv)
{
    static struct bytes all;
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    struct file message;
    int64_t begun;
    pid_t pid;
    int fd = -1;

    if (argc < 4)
        die("Usage: bench_start PORT REQUEST_FILE PROGRAM [ARGUMENTS]   the program is to listen on "
            "127.0.0.1:PORT");
    to.sin_port = htons((in_port_t)strtoul(argv[1], NULL, 10));
    message = file_load(argv[2]);
    if (message.n > REQUEST_MAX)
        die("the request is larger than %d bytes", REQUEST_MAX);
    put_request(&all, &message);
    begun = now_us();
    pid = start(argv + 3);
    while ((fd = try_connect(&to)) < 0) {
        if (now_us() - begun > PATIENCE_MS * INT64_C(1000) || waitpid(pid, NULL, WNOHANG) == pid)
            die("%s does not listen", argv[3]);
        (void)usleep(TRY_US);
    }
    if (write(fd, all.at, all.n) != (ssize_t)all.n)
        die("the server closed the connection");
    read_answer(fd);
    (void)printf("%lld\n", (long long)(now_us() - begun));
    (void)close(fd);
    (void)kill(pid, SIGKILL);
    (void)waitpid(pid, NULL, 0);
    free(message.at);
    return 0;
}
