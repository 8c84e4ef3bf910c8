/* SPDX-License-Identifier: Apache-2.0 */
/* The life of one shoot's API server: its port, its authorities, hibernation and CA rotation. */
#include "lib/crypto.h"
#include "sim/pki.h"
#include "sim/shootapi/http.h"
#include "sim/shootapi/objects.h"
#include "sim/shootapi/shootapi.h"
#include <arpa/inet.h>
#include <errno.h>
#include <sys/socket.h>

struct shootapi {
    char name[64], url[48];
    int port;
    pthread_mutex_t control;    /* over everything below; taken before shared.lock */
    struct pki_ca *ca, *old_ca; /* old_ca: only while a rotation is prepared */
    struct pki_pair pair;       /* signed by old_ca while there is one */
    int rotations;
    struct http_server *server; /* NULL while hibernated */
    int holder; /* while hibernated: bound but not listening, so nobody gets the port; else -1 */
    struct http_shared shared;
};

/* ---- sockets ---- */

/* A socket bound to 127.0.0.1, 'port' 0 = any; -1 + err. */
static int bind_port(int port, struct err *e)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_port = htons((uint16_t)port),
                                   .sin_addr = { .s_addr = htonl(INADDR_LOOPBACK) } };
    int on = 1;

    if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
        bind(fd, (const struct sockaddr *)&address, sizeof(address)) == 0)
        return fd;
    err_set(e, ERR_INTERNAL, "cannot bind port %d on 127.0.0.1: %s", port, strerror(errno));
    if (fd >= 0)
        (void)close(fd);
    return -1;
}

static int port_of(int fd)
{
    struct sockaddr_in address = { 0 };
    socklen_t n = sizeof(address);

    return getsockname(fd, (struct sockaddr *)&address, &n) < 0 ? -1 : ntohs(address.sin_port);
}

/* ---- serving ---- */

/* Client certificates of both authorities are good, and a kubeconfig has to know both. free() it. */
static char *bundle(const struct shootapi *a)
{
    return x_asprintf("%s%s", a->old_ca ? pki_ca_pem(a->old_ca) : "", pki_ca_pem(a->ca));
}

static int issue_server(struct shootapi *a, struct err *e)
{
    static const char *const names[] = { "localhost", "kubernetes", "kubernetes.default.svc", NULL };
    struct pki_pair pair;

    /* Clients that know only the old authority must still find a server they trust until the rotation
     * completes. */
    if (pki_issue_server(a->old_ca ? a->old_ca : a->ca, names, &pair, e) < 0)
        return -1;
    pki_pair_free(&a->pair);
    a->pair = pair;
    return 0;
}

/* 'listener' is taken. */
static int serve(struct shootapi *a, int listener, struct err *e)
{
    CLEAN(free) char *trust = bundle(a);

    a->server = http_server_start(listener, &a->pair, trust, &a->shared, e);
    return a->server ? 0 : -1;
}

/* New certificates need a new daemon; the socket stays, so nobody is refused meanwhile. */
static int restart(struct shootapi *a, struct err *e)
{
    int listener;

    if (issue_server(a, e) < 0)
        return -1;
    if (!a->server)
        return 0;
    listener = http_server_stop(a->server, true);
    a->server = NULL;
    return serve(a, listener, e);
}

static int open_port(struct shootapi *a, struct err *e)
{
    int fd = a->holder;

    a->holder = -1;
    if (listen(fd, SOMAXCONN) < 0) {
        (void)close(fd);
        return err_set(e, ERR_INTERNAL, "cannot listen on port %d: %s", a->port, strerror(errno));
    }
    return serve(a, fd, e);
}

static struct pki_ca *new_ca(const struct shootapi *a, struct err *e)
{
    CLEAN(free) char *name = x_asprintf("kubernetes-%s-%d", a->name, a->rotations);

    return pki_ca_new(name, e);
}

/* ---- the interface ---- */

static void init_locks(struct shootapi *a)
{
    pthread_condattr_t attr;

    (void)pthread_mutex_init(&a->control, NULL);
    (void)pthread_mutex_init(&a->shared.lock, NULL);
    (void)pthread_condattr_init(&attr);
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&a->shared.changed, &attr);
    (void)pthread_condattr_destroy(&attr);
}

struct shootapi *shootapi_start(const char *name, const char *version, struct err *e)
{
    struct shootapi *a = x_alloc(sizeof(*a));

    init_locks(a);
    (void)snprintf(a->name, sizeof(a->name), "%s", name);
    api_init(&a->shared.api, version);
    a->holder = bind_port(0, e);
    a->port = a->holder < 0 ? -1 : port_of(a->holder);
    (void)snprintf(a->url, sizeof(a->url), "https://127.0.0.1:%d", a->port);
    a->ca = a->holder < 0 ? NULL : new_ca(a, e);
    if (!a->ca || issue_server(a, e) < 0 || open_port(a, e) < 0) {
        shootapi_stop(a);
        return NULL;
    }
    return a;
}

void shootapi_stop(struct shootapi *a)
{
    if (!a)
        return;
    if (a->server)
        (void)http_server_stop(a->server, false);
    if (a->holder >= 0)
        (void)close(a->holder);
    pki_pair_free(&a->pair);
    pki_ca_free(a->ca);
    pki_ca_free(a->old_ca);
    api_clear(&a->shared.api);
    (void)pthread_cond_destroy(&a->shared.changed);
    (void)pthread_mutex_destroy(&a->shared.lock);
    (void)pthread_mutex_destroy(&a->control);
    free(a);
}

const char *shootapi_url(const struct shootapi *a) { return a->url; }

void shootapi_set_version(struct shootapi *a, const char *version)
{
    (void)pthread_mutex_lock(&a->shared.lock);
    api_set_version(&a->shared.api, version);
    (void)pthread_cond_broadcast(&a->shared.changed);
    (void)pthread_mutex_unlock(&a->shared.lock);
}

void shootapi_set_gate(struct shootapi *a, gate_fn *gate, void *ctx)
{
    (void)pthread_mutex_lock(&a->shared.lock);
    a->shared.gate = gate;
    a->shared.gate_ctx = ctx;
    (void)pthread_mutex_unlock(&a->shared.lock);
}

void shootapi_with(struct shootapi *a, void (*work)(void *ctx, struct api *api), void *ctx)
{
    uint64_t before;

    (void)pthread_mutex_lock(&a->shared.lock);
    before = objects_version(a->shared.api.objects);
    work(ctx, &a->shared.api);
    if (objects_version(a->shared.api.objects) != before)
        (void)pthread_cond_broadcast(&a->shared.changed);
    (void)pthread_mutex_unlock(&a->shared.lock);
}

static int hibernate(struct shootapi *a, struct err *e)
{
    (void)http_server_stop(a->server, false);
    a->server = NULL;
    a->holder = bind_port(a->port, e);
    return a->holder < 0 ? -1 : 0;
}

static int wake(struct shootapi *a, struct err *e)
{
    if (a->holder < 0)
        a->holder = bind_port(a->port, e);
    return a->holder < 0 ? -1 : open_port(a, e);
}

int shootapi_set_hibernated(struct shootapi *a, bool hibernated, struct err *e)
{
    int result = 0;

    (void)pthread_mutex_lock(&a->control);
    if (hibernated == (a->server != NULL))
        result = hibernated ? hibernate(a, e) : wake(a, e);
    (void)pthread_mutex_unlock(&a->control);
    return result;
}

static int prepare(struct shootapi *a, struct err *e)
{
    struct pki_ca *ca;

    if (a->old_ca)
        return err_set(e, ERR_CONFLICT, "a CA rotation is already prepared");
    a->rotations++;
    ca = new_ca(a, e);
    if (!ca)
        return -1;
    a->old_ca = a->ca;
    a->ca = ca;
    return restart(a, e);
}

static int complete(struct shootapi *a, struct err *e)
{
    if (!a->old_ca)
        return err_set(e, ERR_CONFLICT, "no CA rotation is prepared");
    pki_ca_free(a->old_ca);
    a->old_ca = NULL;
    return restart(a, e);
}

int shootapi_rotate_prepare(struct shootapi *a, struct err *e)
{
    int result;

    (void)pthread_mutex_lock(&a->control);
    result = prepare(a, e);
    (void)pthread_mutex_unlock(&a->control);
    return result;
}

int shootapi_rotate_complete(struct shootapi *a, struct err *e)
{
    int result;

    (void)pthread_mutex_lock(&a->control);
    result = complete(a, e);
    (void)pthread_mutex_unlock(&a->control);
    return result;
}

/* ---- the kubeconfig ---- */

/* The addresses a real shoot has. All servers are this one, since nothing else resolves on this machine;
 * for the same reason the last entry carries the CA although a real one relies on a public certificate. */
static const char *const endpoints[] = { "external", "internal", "wildcard-tls-seed-bound" };

enum { MAX_KUBECONFIG = 64 << 10 };

static void write_kubeconfig(const struct shootapi *a, const char *prefix, const struct pki_pair *client,
                             struct buf *out)
{
    CLEAN(free) char *trust = bundle(a);
    CLEAN(free) char *ca = crypto_base64(trust, strlen(trust));
    CLEAN(free) char *cert = crypto_base64(client->cert, strlen(client->cert));
    CLEAN(free) char *key = crypto_base64(client->key, strlen(client->key));

    (void)buf_adds(out, "apiVersion: v1\nkind: Config\n");
    (void)buf_addf(out, "current-context: %s-external\nclusters:\n", prefix);
    for (size_t i = 0; i < ARRAY_LENGTH(endpoints); i++)
        (void)buf_addf(out, "- name: %s-%s\n  cluster:\n    certificate-authority-data: %s\n    server: %s\n",
                       prefix, endpoints[i], ca, a->url);
    (void)buf_adds(out, "contexts:\n");
    for (size_t i = 0; i < ARRAY_LENGTH(endpoints); i++)
        (void)buf_addf(out, "- name: %s-%s\n  context:\n    cluster: %s-%s\n    user: %s-external\n", prefix,
                       endpoints[i], prefix, endpoints[i], prefix);
    (void)buf_addf(
        out,
        "users:\n- name: %s-external\n  user:\n    client-certificate-data: %s\n    client-key-data: %s\n",
        prefix, cert, key);
}

char *shootapi_kubeconfig(struct shootapi *a, const char *project, int64_t not_after)
{
    CLEAN(free) char *prefix = x_asprintf("garden-%s--%s", project, a->name);
    CLEAN(pki_pair_free) struct pki_pair client = { 0 };
    struct buf out = buf_max(MAX_KUBECONFIG);
    struct err e;

    (void)pthread_mutex_lock(&a->control);
    if (pki_issue_client(a->ca, "gardener.cloud:admin:simulated", "gardener.cloud:project:admins", not_after,
                         &client, &e) < 0)
        abort(); /* no memory; a key was made the same way a moment ago */
    write_kubeconfig(a, prefix, &client, &out);
    (void)pthread_mutex_unlock(&a->control);
    return buf_take(&out);
}
