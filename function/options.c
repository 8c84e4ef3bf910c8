/* SPDX-License-Identifier: Apache-2.0 */
/* Values are kept as the text they were given as until all are known; then each is converted and checked by its row. */
#include "function/options.h"
#include "lib/buf.h"
#include "lib/clock.h"

enum {
    HELP_MAX = 8 << 10,
    MESSAGE_MAX_MIB = 1024, /* an int of gRPC's counts the bytes */
    WORKERS_MAX = 64,
};

/* Its name on the command line is that of the row, for messages. */
typedef int read_fn(const char *name, const char *text, struct options *o, struct err *e);

struct row {
    const char *name, *value; /* value: what help calls it; NULL = a switch */
    char letter;              /* 0 = none */
    const char *variable;     /* of the environment; NULL = none */
    const char *otherwise;    /* when nothing is given; NULL = nothing */
    read_fn *read;
    const char *help;
};

static int wrong(const char *name, const char *text, const char *expected, struct err *e)
{
    return err_set(e, ERR_INVALID, "--%s: \"%.80s\" is not %s", name, text, expected);
}

static int read_switch(const char *name, const char *text, bool *ret, struct err *e)
{
    if (strcmp(text, "true") != 0 && strcmp(text, "false") != 0)
        return wrong(name, text, "true or false", e);
    *ret = *text == 't';
    return 0;
}

static int read_count(const char *name, const char *text, unsigned long max, unsigned long *ret,
                      struct err *e)
{
    size_t n = strspn(text, "0123456789");
    unsigned long count = n && n < 10 && !text[n] ? strtoul(text, NULL, 10) : 0;
    char expected[64];

    (void)snprintf(expected, sizeof(expected), "a whole number from 1 to %lu", max);
    if (count < 1 || count > max)
        return wrong(name, text, expected, e);
    *ret = count;
    return 0;
}

static int read_duration(const char *name, const char *text, int64_t *ret, struct err *e)
{
    if (clock_parse_duration(text, ret, NULL) < 0 || *ret < 0)
        return wrong(name, text, "a duration such as 90s or 5m", e);
    return 0;
}

/* "" counts as not given. */
static const char *text_or_null(const char *text) { return *text ? text : NULL; }

static int read_insecure(const char *name, const char *text, struct options *o, struct err *e)
{
    bool insecure = false;

    if (read_switch(name, text, &insecure, e) < 0)
        return -1;
    if (insecure)
        o->tls_dir = NULL;
    else if (!o->tls_dir && !o->help && !o->version)
        return err_set(
            e, ERR_INVALID,
            "no certificates: give --tls-certs-dir DIR (or TLS_SERVER_CERTS_DIR in the environment) with "
            "tls.crt, tls.key and ca.crt, or --insecure to serve without TLS");
    return 0;
}

static int read_tls_dir(const char *name, const char *text, struct options *o, struct err *e)
{
    (void)name;
    (void)e;
    o->tls_dir = text_or_null(text);
    return 0;
}

static int read_network(const char *name, const char *text, struct options *o, struct err *e)
{
    static const char *const networks[] = { "tcp", "tcp4", "tcp6", "unix" };

    o->network = text;
    for (size_t i = 0; i < ARRAY_LENGTH(networks); i++)
        if (!strcmp(networks[i], text))
            return 0;
    return wrong(name, text, "tcp, tcp4, tcp6 or unix", e);
}

static int read_address(const char *name, const char *text, struct options *o, struct err *e)
{
    o->address = text;
    return *text ? 0 : wrong(name, text, "an address such as :9443", e);
}

static int read_metrics(const char *name, const char *text, struct options *o, struct err *e)
{
    (void)name;
    (void)e;
    o->metrics_address = text_or_null(text);
    return 0;
}

static int read_message(const char *name, const char *text, struct options *o, struct err *e)
{
    unsigned long mib = 0;

    if (read_count(name, text, MESSAGE_MAX_MIB, &mib, e) < 0)
        return -1;
    o->max_message = (size_t)mib << 20;
    return 0;
}

static int read_age(const char *name, const char *text, struct options *o, struct err *e)
{
    return read_duration(name, text, &o->max_age_ms, e);
}

static int read_workers(const char *name, const char *text, struct options *o, struct err *e)
{
    unsigned long n = 0;

    if (read_count(name, text, WORKERS_MAX, &n, e) < 0)
        return -1;
    o->workers = (unsigned)n;
    return 0;
}

static int read_drain(const char *name, const char *text, struct options *o, struct err *e)
{
    return read_duration(name, text, &o->drain_ms, e);
}

static int read_debug(const char *name, const char *text, struct options *o, struct err *e)
{
    return read_switch(name, text, &o->debug, e);
}

static int read_version(const char *name, const char *text, struct options *o, struct err *e)
{
    return read_switch(name, text, &o->version, e);
}

static int read_help(const char *name, const char *text, struct options *o, struct err *e)
{
    return read_switch(name, text, &o->help, e);
}

/* Read in this order: whether it may start without certificates is known last. */
static const struct row rows[] = {
    { "tls-certs-dir", "DIR", 0, "TLS_SERVER_CERTS_DIR", "", read_tls_dir,
      "mutual TLS: tls.crt, tls.key, and ca.crt for clients" },
    { "network", "NAME", 0, NULL, "tcp", read_network, "tcp, tcp4, tcp6 or unix" },
    { "address", "ADDRESS", 0, NULL, ":9443", read_address, "where to listen for gRPC; a path for unix" },
    { "metrics-address", "ADDRESS", 0, NULL, ":8080", read_metrics,
      "for /metrics, /healthz, /readyz; \"\" for nowhere" },
    { "max-recv-message-size", "MIB", 0, NULL, "16", read_message, "larger requests are refused" },
    { "max-connection-age", "TIME", 0, NULL, "5m", read_age,
      "of a connection, so that clients find new replicas; 0s: never" },
    { "workers", "N", 0, NULL, "2", read_workers, "threads for large requests; small ones need none" },
    { "drain", "TIME", 0, NULL, "2s", read_drain,
      "after SIGTERM: take calls that long; less when none come" },
    { "debug", NULL, 'd', NULL, "false", read_debug, "log each call: tag, composite, result, time, sizes" },
    { "version", NULL, 0, NULL, "false", read_version, "print the version" },
    { "help", NULL, 'h', NULL, "false", read_help, "this text" },
    { "insecure", NULL, 0, NULL, "false", read_insecure,
      "serve without TLS, even when there are certificates" },
};

/* The row called by the 'n' bytes at 'name'; NULL when there is none. */
static const struct row *find_name(const char *name, size_t n)
{
    for (const struct row *r = rows; r < rows + ARRAY_LENGTH(rows); r++)
        if (strlen(r->name) == n && !memcmp(r->name, name, n))
            return r;
    return NULL;
}

static const struct row *find_letter(char letter)
{
    for (const struct row *r = rows; r < rows + ARRAY_LENGTH(rows); r++)
        if (r->letter == letter)
            return r;
    return NULL;
}

/* One option at argv[*at]; its text goes to given[row]. */
static int take(int argc, char *const argv[], int *at, const char *given[], struct err *e)
{
    const char *arg = argv[*at], *equals = strchr(arg, '='), *text = equals ? equals + 1 : NULL;
    bool is_long = arg[0] == '-' && arg[1] == '-' && arg[2];
    bool is_letter = arg[0] == '-' && arg[1] && arg[1] != '-' && (!arg[2] || arg[2] == '=');
    const struct row *r = NULL;

    if (arg[0] != '-')
        return err_set(e, ERR_INVALID, "no arguments are expected, and \"%.80s\" is one", arg);
    if (is_long)
        r = find_name(arg + 2, strcspn(arg + 2, "="));
    else if (is_letter)
        r = find_letter(arg[1]);
    if (!r)
        return err_set(e, ERR_INVALID, "there is no option %.80s", arg);
    if (!text && r->value) {
        if (*at + 1 >= argc)
            return err_set(e, ERR_INVALID, "--%s needs a value: --%s %s", r->name, r->name, r->value);
        text = argv[++*at];
    }
    given[r - rows] = text ? text : "true";
    return 0;
}

static const char *from_environment(const struct row *r, char *(*env)(const char *name))
{
    const char *text = r->variable ? env(r->variable) : NULL;

    return text ? text : r->otherwise;
}

int options_read(int argc, char *const argv[], char *(*env)(const char *name), struct options *ret,
                 struct err *e)
{
    const char *given[ARRAY_LENGTH(rows)] = { NULL };
    struct options o = { 0 };

    for (int at = 1; at < argc; at++)
        if (take(argc, argv, &at, given, e) < 0)
            return -1;
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        const char *text = given[i] ? given[i] : from_environment(&rows[i], env);

        if (rows[i].read(rows[i].name, text, &o, e) < 0)
            return -1;
    }
    *ret = o;
    return 0;
}

char *options_help(void)
{
    CLEAN(buf_free) struct buf out = buf_max(HELP_MAX);

    (void)buf_adds(
        &out, "function-cleura is a Crossplane composition function: it serves RunFunction over gRPC and\n"
              "renders Shoots, and what runs in them, into Requests for provider-cleura.\n\n"
              "Usage: function-cleura [OPTIONS]\n\n"
              "One of --tls-certs-dir and --insecure is needed.\n\n");
    for (const struct row *r = rows; r < rows + ARRAY_LENGTH(rows); r++) {
        CLEAN(free)
        char *left = x_asprintf("--%s%s%s", r->name, r->value ? " " : "", r->value ? r->value : "");
        bool has_default = r->value && *r->otherwise;

        (void)buf_addf(&out, "  %c%c%s%-29s %s", r->letter ? '-' : ' ', r->letter ? r->letter : ' ',
                       r->letter ? ", " : "  ", left, r->help);
        (void)buf_addf(&out,
                       has_default   ? " (default %s)\n"
                       : r->variable ? " ($%s)\n"
                                     : "%s\n",
                       has_default   ? r->otherwise
                       : r->variable ? r->variable
                                     : "");
    }
    (void)buf_adds(
        &out,
        "\nSIGTERM makes it not ready, answers what still comes and what has begun, and ends it; a second\n"
        "one ends it at once.\n");
    return buf_take(&out);
}
