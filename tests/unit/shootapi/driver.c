/* SPDX-License-Identifier: Apache-2.0 */
/* Runs one shoot API server until end of input, for trying clients by hand: prints its URL and writes an admin
 * kubeconfig to argv[1]. Commands on standard input: hibernate, wake, prepare, complete, kubeconfig, quit. */
#include "lib/clock.h"
#include "lib/file.h"
#include "sim/shootapi/shootapi.h"

static void write_config(struct shootapi *a, const char *path)
{
    char *text = shootapi_kubeconfig(a, "pqrxyz", clock_now() + CLOCK_HOUR);
    struct err e;

    if (file_write_atomic(path, text, strlen(text), 0600, &e) < 0)
        fprintf(stderr, "%s\n", e.text);
    free(text);
}

static int run(struct shootapi *a, const char *command, const char *path, struct err *e)
{
    if (!strcmp(command, "hibernate"))
        return shootapi_set_hibernated(a, true, e);
    if (!strcmp(command, "wake"))
        return shootapi_set_hibernated(a, false, e);
    if (!strcmp(command, "prepare"))
        return shootapi_rotate_prepare(a, e);
    if (!strcmp(command, "complete"))
        return shootapi_rotate_complete(a, e);
    write_config(a, path);
    return 0;
}

int main(int argc, char **argv)
{
    struct err e = { 0 };
    struct shootapi *a = argc > 1 ? shootapi_start("my-cluster", argc > 2 ? argv[2] : "1.33.7", &e) : NULL;
    char line[64];

    if (!a) {
        fprintf(stderr, "%s\n", argc > 1 ? e.text : "usage: shootapi_driver KUBECONFIG [VERSION]");
        return 1;
    }
    write_config(a, argv[1]);
    printf("%s\n", shootapi_url(a));
    fflush(stdout);
    while (fgets(line, sizeof(line), stdin)) {
        line[strcspn(line, "\n")] = '\0';
        if (!strcmp(line, "quit"))
            break;
        if (run(a, line, argv[1], &e) < 0)
            fprintf(stderr, "%s\n", e.text);
        printf("done %s\n", line);
        fflush(stdout);
    }
    shootapi_stop(a);
    return 0;
}
