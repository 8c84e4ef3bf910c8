/* SPDX-License-Identifier: Apache-2.0 */
/* The command line; switches come from their own table. */
#include "sim/options.h"
#include <getopt.h>

enum {
    OPT_LISTEN = 256,
    OPT_CONTROL,
    OPT_TLS,
    OPT_SPEED,
    OPT_CREATE,
    OPT_STALE,
    OPT_TOKEN,
    OPT_SEED,
    OPT_ACCOUNT,
    OPT_PROJECT,
    OPT_READY,
    OPT_SET
};

static const struct option long_options[] = {
    { "listen", required_argument, NULL, OPT_LISTEN },
    { "control", required_argument, NULL, OPT_CONTROL },
    { "tls", no_argument, NULL, OPT_TLS },
    { "speed", required_argument, NULL, OPT_SPEED },
    { "create-seconds", required_argument, NULL, OPT_CREATE },
    { "stale-seconds", required_argument, NULL, OPT_STALE },
    { "token-seconds", required_argument, NULL, OPT_TOKEN },
    { "seed", required_argument, NULL, OPT_SEED },
    { "account", required_argument, NULL, OPT_ACCOUNT },
    { "project", required_argument, NULL, OPT_PROJECT },
    { "ready-file", required_argument, NULL, OPT_READY },
    { "set", required_argument, NULL, OPT_SET },
    { "help", no_argument, NULL, 'h' },
    { NULL, 0, NULL, 0 },
};

void options_help(FILE *out)
{
    (void)fprintf(
        out,
        "cleura-sim: a simulator of Cleura's REST API for Gardener shoots (v1, v2, v3), for tests.\n\n"
        "  --listen 127.0.0.1:8480    where the API listens (loopback only; port 0 = any free one)\n"
        "  --control 127.0.0.1:8481   where tests control it (plain HTTP, see sim/README.md)\n"
        "  --tls                      the API speaks TLS; its CA is in the ready file\n"
        "  --speed N                  simulated seconds per second (1)\n"
        "  --create-seconds N         simulated duration of a create (600); others in proportion\n"
        "  --stale-seconds N          simulated time a change stays invisible in last_operation (5)\n"
        "  --token-seconds N          life of a token in real seconds (86400)\n"
        "  --seed N                   of every random choice (1)\n"
        "  --account LOGIN:PASSWORD[:type]   may be repeated (demo:demo-password)\n"
        "      types: %s\n"
        "  --project ID[:REGION[:name]]      may be repeated (0123456789abcdef0123456789abcdef in Kna1, "
        "Sto2, "
        "Fra1)\n"
        "  --ready-file PATH          written once it listens: {\"url\", \"control\", \"ca\", \"pid\"}\n"
        "  --set SWITCH=VALUE         may be repeated; the switches:\n\n",
        account_type_names());
    switches_print(out);
}

static int read_number(const char *name, const char *text, double least, double *ret, struct err *e)
{
    char *end;
    double n = strtod(text, &end);

    if (!*text || *end || !(n >= least) || n > 1e9)
        return err_set(e, ERR_INVALID, "--%s takes a number of at least %g, not \"%.40s\"", name, least,
                       text);
    *ret = n;
    return 0;
}

static int set_switch(struct sim *s, const char *text, struct err *e)
{
    const char *equals = strchr(text, '=');
    CLEAN(free) char *name = equals ? x_strndup(text, (size_t)(equals - text)) : NULL;

    if (!equals)
        return err_set(e, ERR_INVALID, "--set takes SWITCH=VALUE, not \"%.60s\"", text);
    return switches_set(&s->switches, name, equals + 1, e);
}

/* 'text' is the option's value, or the word that is none. */
static int read_one(struct sim *s, int option, const char *text, struct options *o, struct err *e)
{
    double seed = 0;

    switch (option) {
    case OPT_LISTEN: o->listen = text; return 0;
    case OPT_CONTROL: o->control = text; return 0;
    case OPT_READY: o->ready_file = text; return 0;
    case OPT_TLS: o->tls = true; return 0;
    case 'h': o->help = true; return 0;
    case OPT_SPEED: return read_number("speed", text, 0, &o->speed, e);
    case OPT_CREATE: return switches_set(&s->switches, "create-seconds", text, e);
    case OPT_STALE: return switches_set(&s->switches, "stale-seconds", text, e);
    case OPT_TOKEN: return switches_set(&s->switches, "token-seconds", text, e);
    case OPT_ACCOUNT: return accounts_add(&s->accounts, text, e);
    case OPT_PROJECT: return sim_add_project(s, text, e);
    case OPT_SET: return set_switch(s, text, e);
    case OPT_SEED:
        if (read_number("seed", text, 0, &seed, e) < 0)
            return -1;
        o->seed = (uint64_t)seed;
        return 0;
    default:
        return err_set(e, ERR_INVALID, "\"%.60s\" is unknown or lacks its value; --help lists what there is",
                       text);
    }
}

struct sim *options_read(int argc, char *argv[], struct options *o, struct err *e)
{
    CLEAN(sim_free) struct sim *s = sim_new(1, 1);
    int option;

    *o = (struct options){ .listen = "127.0.0.1:8480", .control = "127.0.0.1:8481", .speed = 1, .seed = 1 };
    opterr = 0;
    optind = 1;
    while ((option = getopt_long(argc, argv, "h", long_options, NULL)) != -1)
        if (read_one(s, option, optarg ? optarg : argv[optind - 1], o, e) < 0)
            return NULL;
    if (optind < argc) {
        err_set(e, ERR_INVALID, "unexpected argument \"%.60s\"", argv[optind]);
        return NULL;
    }
    if ((!s->accounts.n && accounts_add(&s->accounts, "demo:demo-password", e) < 0) ||
        (!s->n_projects && sim_add_project(s, "0123456789abcdef0123456789abcdef", e) < 0))
        return NULL;
    s->dice.state = o->seed;
    s->clock = sim_clock_start(s->clock.real_base, o->speed);
    return TAKE(s);
}
