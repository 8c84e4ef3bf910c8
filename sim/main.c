/* SPDX-License-Identifier: Apache-2.0 */
/* cleura-sim: read options, listen twice, move the shoots on until told to stop. */
#include "lib/file.h"
#include "lib/jx.h"
#include "sim/control.h"
#include "sim/front.h"
#include "sim/options.h"
#include "sim/pki.h"
#include <signal.h>

/* How often shoots are moved on when nobody asks about them. */
enum { TICK_MS = 50 };

static int issue(struct pki_ca **ret_ca, struct pki_pair *ret_pair, struct err *e)
{
    static const char *const names[] = { "localhost", NULL };

    *ret_ca = pki_ca_new("cleura-sim", e);
    return *ret_ca ? pki_issue_server(*ret_ca, names, ret_pair, e) : -1;
}

static int announce(const struct options *o, const struct server *api, const struct server *control,
                    const char *ca, struct err *e)
{
    json_auto_t *doc = jx_pack("{s:s, s:s, s:s?, s:i}", "url", server_url(api), "control",
                               server_url(control), "ca", ca, "pid", (int)getpid());
    CLEAN(free) char *text = jx_dump_pretty(doc);

    if (o->ready_file)
        return file_write_atomic(o->ready_file, text, strlen(text), 0644, e);
    printf("cleura-sim: API at %s, control at %s, pid %d\n", server_url(api), server_url(control),
           (int)getpid());
    if (ca)
        printf("Its CA:\n%s", ca);
    (void)fflush(stdout);
    return 0;
}

/* Until SIGTERM or SIGINT. */
static void run(struct sim *s, const sigset_t *signals)
{
    const struct timespec tick = { .tv_nsec = TICK_MS * 1000000L };

    while (sigtimedwait(signals, NULL, &tick) < 0) {
        (void)pthread_mutex_lock(&s->lock);
        sim_settle(s);
        (void)pthread_mutex_unlock(&s->lock);
    }
}

static int serve(const struct options *o, struct sim *s, const sigset_t *signals, struct err *e)
{
    CLEAN(pki_ca_free) struct pki_ca *ca = NULL;
    CLEAN(pki_pair_free) struct pki_pair pair = { 0 };
    CLEAN(server_stop) struct server *api = NULL;
    CLEAN(server_stop) struct server *control = NULL;

    if (o->tls && issue(&ca, &pair, e) < 0)
        return -1;
    control =
        server_start(&(struct server_options){ .listen = o->control, .serve = control_serve, .ctx = s }, e);
    if (!control)
        return -1;
    api = server_start(
        &(struct server_options){
            .listen = o->listen, .cert = pair.cert, .key = pair.key, .serve = front_serve, .ctx = s },
        e);
    if (!api || announce(o, api, control, ca ? pki_ca_pem(ca) : NULL, e) < 0)
        return -1;
    run(s, signals);
    return 0;
}

int main(int argc, char *argv[])
{
    struct err e = { 0 };
    struct options o;
    CLEAN(sim_free) struct sim *s = options_read(argc, argv, &o, &e);
    sigset_t signals;

    if (s && o.help) {
        options_help(stdout);
        return 0;
    }
    (void)sigemptyset(&signals);
    (void)sigaddset(&signals, SIGTERM);
    (void)sigaddset(&signals, SIGINT);
    (void)signal(SIGPIPE, SIG_IGN);
    if (pthread_sigmask(SIG_BLOCK, &signals, NULL) != 0 || !s || serve(&o, s, &signals, &e) < 0) {
        (void)fprintf(stderr, "cleura-sim: %s\n", e.text);
        return 2;
    }
    return 0;
}
