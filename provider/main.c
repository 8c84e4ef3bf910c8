/* SPDX-License-Identifier: Apache-2.0 */
/* provider-cleura: executes the Request objects of a store until it is told to stop. */
#include "lib/clock.h"
#include "lib/log.h"
#include "provider/reconcile/loop.h"
#include <getopt.h>
#include <signal.h>

static const char usage[] =
    "provider-cleura executes Request and DisposableRequest objects against Cleura and the shoots' API "
    "servers.\n"
    "\n"
    "Usage: provider-cleura --store FILE [--debug]\n"
    "\n"
    "  --store FILE   SQLite store to work on; made when missing. cleura-shoot uses the same file.\n"
    "  --debug        log more\n"
    "  --version      print the version\n"
    "  --help         this text\n"
    "\n"
    "Only one process works on a store at a time (FILE.lock); others wait until it is free.\n"
    "SIGTERM finishes the calls in flight, gives back the login tokens and ends the program.\n";

enum {
    STEP_MS = 500,
    STOP_MS = 10 * 1000, /* Kubernetes grants 30 s */
};

static volatile sig_atomic_t stop;
static struct loop *running;

static void on_signal(int number)
{
    (void)number;
    stop = 1;
    if (running)
        loop_wake(running);
}

static void catch_signals(void)
{
    struct sigaction action = { .sa_handler = on_signal };

    (void)sigaction(SIGTERM, &action, NULL);
    (void)sigaction(SIGINT, &action, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
}

static int work(const char *path, struct err *e)
{
    CLEAN(store_free) struct store *store = store_sqlite(path, clock_now, e);
    CLEAN(free) char *lock = x_asprintf("%s.lock", path);
    CLEAN(loop_free) struct loop *loop = NULL;

    if (!store)
        return -1;
    loop = loop_new(&(struct loop_options){ .store = store,
                                            .user_agent = "provider-cleura/" PROJECT_VERSION,
                                            .lock_path = lock,
                                            .now = clock_now },
                    e);
    if (!loop)
        return -1;
    running = loop;
    log_info("started", LS("version", PROJECT_VERSION), LS("store", path));
    while (!stop)
        loop_step(loop, STEP_MS);
    loop_stop(loop, STOP_MS);
    running = NULL;
    log_info("stopped");
    return 0;
}

/* 0 = go on, else the exit status plus one. */
static int read_options(int argc, char **argv, const char **ret_store)
{
    static const struct option options[] = { { "store", required_argument, NULL, 's' },
                                             { "debug", no_argument, NULL, 'd' },
                                             { "version", no_argument, NULL, 'v' },
                                             { "help", no_argument, NULL, 'h' },
                                             { 0 } };
    int option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) >= 0) {
        switch (option) {
        case 's': *ret_store = optarg; break;
        case 'd': log_set_level(LOG_DEBUG); break;
        case 'v': (void)puts("provider-cleura " PROJECT_VERSION); return 1;
        case 'h': (void)fputs(usage, stdout); return 1;
        default:
            (void)fputs("Try: provider-cleura --help\n", stderr);
            return 1 + err_policy[ERR_INVALID].exit_code;
        }
    }
    if (*ret_store && optind == argc)
        return 0;
    (void)fprintf(stderr, "provider-cleura: %s\nTry: provider-cleura --help\n",
                  *ret_store ? "no arguments are expected" : "--store FILE is required");
    return 1 + err_policy[ERR_INVALID].exit_code;
}

int main(int argc, char **argv)
{
    const char *path = NULL;
    struct err e = { 0 };
    int done = read_options(argc, argv, &path);

    if (done)
        return done - 1;
    catch_signals();
    if (work(path, &e) == 0)
        return 0;
    (void)fprintf(stderr, "provider-cleura: %s\n", e.text);
    return err_policy[e.kind].exit_code;
}
