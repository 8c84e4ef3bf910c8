/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/account.h"
#include "cli/drive.h"
#include "cli/kinds.h"
#include "cli/local.h"
#include "cli/merge.h"
#include "cli/stop.h"
#include "cli/verb.h"
#include "lib/crypto.h"
#include "lib/file.h"
#include "lib/jx_yaml.h"
#include <errno.h>
#include <limits.h>
#include <sys/stat.h>

enum { KUBECONFIG_MAX = 4 << 20 };

static void wipe(char *text)
{
    if (text)
        explicit_bzero(text, strlen(text));
    free(text);
}
DEFINE_CLEAN(char *, wipe)

/* ---- getting it -------------------------------------------------------------------------------------------------- */

static char *from_secret(struct session *s, const json_t *shoot, struct err *e)
{
    json_auto_t *now = NULL, *secret = NULL;
    const char *ns = jx_str(shoot, "metadata.namespace", ""), *encoded;

    if (kinds_get(s->store, kinds_find("Shoot"), ns, jx_str(shoot, "metadata.name", ""), &now, e) < 0 ||
        kinds_get(s->store, kinds_find("Secret"), ns, jx_str(now, "status.kubeconfig.secretName", "?"),
                  &secret, e) < 0) {
        err_wrap(e, "the exported kubeconfig");
        return NULL;
    }
    encoded = json_string_value(json_object_get(json_object_get(secret, "data"), "kubeconfig"));
    return crypto_base64_decode(encoded ? encoded : "", NULL, e);
}

static char *ours(const struct options *o, const json_t *shoot, int *ret_code, struct err *e)
{
    CLEAN(session_close) struct session s = { 0 };
    json_auto_t *targets = json_array();

    jx_append(targets, json_deep_copy(shoot));
    if (session_open(&s, o, SESSION_RUN, e) < 0 || session_account(&s, account_namespace(o), e) < 0)
        return NULL;
    *ret_code = drive(&s, targets, DRIVE_KUBECONFIG, e);
    if (*ret_code == STOP_EXIT)
        (void)fprintf(stderr, "Stopped. Cleura goes on; \"cleura-shoot kubeconfig %s\" takes it up again.\n",
                      jx_str(shoot, "metadata.name", ""));
    return *ret_code == 0 ? from_secret(&s, shoot, e) : NULL;
}

static char *theirs(const struct options *o, const char *name, struct err *e)
{
    CLEAN(local_close) struct look l = { 0 };
    CLEAN(free) char *url = NULL;
    json_t *document;

    if (local_open(&l, o, name, NULL, e) < 0)
        return NULL;
    document = local_look(&l, e); /* a better error than the kubeconfig call gives */
    if (!document)
        return NULL;
    json_decref(document);
    url = probe_kubeconfig_url(&l.options, &l.place, l.name);
    return probe_kubeconfig(&l.session, url, e);
}

/* ---- writing it -------------------------------------------------------------------------------------------------- */

static json_t *parse_one(const char *text, const char *what, struct err *e)
{
    json_auto_t *documents = jx_yaml_parse(text, strlen(text), e);
    json_t *config = json_array_get(documents, 0);

    if (!documents) {
        err_wrap(e, "%s", what);
        return NULL;
    }
    if (merge_check(config, e) < 0) {
        err_wrap(e, "%s", what);
        return NULL;
    }
    return json_incref(config);
}

/* kubectl's own rule for where it is; the caller frees. */
static char *default_target(struct err *e)
{
    const char *list = getenv("KUBECONFIG"), *home = getenv("HOME");

    if (list && *list)
        return x_strndup(list, strcspn(list, ":"));
    if (home && *home)
        return x_asprintf("%s/.kube/config", home);
    err_set(e, ERR_INVALID, "which kubeconfig? give the FILE, or set KUBECONFIG");
    return NULL;
}

/* A link is followed: what it points to is replaced, not the link. The caller frees. */
static char *real_path(const char *path)
{
    char *real = realpath(path, NULL);
    return real ? real : x_strdup(path);
}

static int make_folder_of(const char *path, struct err *e)
{
    CLEAN(free) char *folder = x_strdup(path);
    char *slash = strrchr(folder, '/');

    if (!slash || slash == folder)
        return 0;
    *slash = '\0';
    if (mkdir(folder, 0700) < 0 && errno != EEXIST)
        return err_set(e, ERR_INVALID, "cannot make folder %s: %s", folder, strerror(errno));
    return 0;
}

static int merge_file(const char *path, const json_t *config, bool use, struct err *e)
{
    CLEAN(free) char *target = real_path(path);
    CLEAN(wipe) char *old = NULL, *new = NULL;
    json_auto_t *into = NULL;

    old = access(target, F_OK) == 0 ? file_read(target, KUBECONFIG_MAX, NULL, e) : x_strdup("");
    if (!old || make_folder_of(target, e) < 0)
        return -1;
    into = *old ? parse_one(old, target, e) : json_object();
    if (!into || merge_into(into, config, use, e) < 0)
        return -1;
    new = jx_yaml_dump(into);
    return file_write_atomic(target, new, strlen(new), 0600, e);
}

static void tell(const struct options *o, const char *path, const json_t *config)
{
    const char *context = jx_str(config, "current-context", "");

    if (o->quiet)
        return;
    if (o->merge && !o->use)
        (void)fprintf(stderr, "Merged into %s. Use it: kubectl --context %s get nodes\n", path, context);
    else if (o->merge)
        (void)fprintf(stderr, "Merged into %s; the current context is %s\n", path, context);
    else
        (void)fprintf(stderr, "Written to %s. Use it: kubectl --kubeconfig %s get nodes\n", path, path);
}

static int save(const struct call *c, const char *text, struct err *e)
{
    CLEAN(free) char *otherwise = NULL;
    json_auto_t *config = parse_one(text, "Cleura's answer", e);
    const char *path = c->n > 1 ? c->words[1] : NULL;
    int result;

    if (!config)
        return -1;
    if (path && !strcmp(path, "-")) {
        (void)fputs(text, stdout);
        return 0;
    }
    if (!path) {
        otherwise = c->o->merge ? default_target(e) : x_asprintf("%s-kubeconfig.yaml", c->words[0]);
        path = otherwise;
    }
    if (!path)
        return -1;
    result = c->o->merge ? merge_file(path, config, c->o->use, e)
                         : file_write_atomic(path, text, strlen(text), 0600, e);
    if (result == 0)
        tell(c->o, path, config);
    return result;
}

static int kubeconfig(const struct call *c, struct err *e)
{
    json_auto_t *shoot = NULL;
    CLEAN(wipe) char *text = NULL;
    int code = -1;

    if (c->o->use && !c->o->merge)
        return err_set(e, ERR_INVALID, "--use goes with --merge");
    if (c->o->merge && c->n > 1 && !strcmp(c->words[1], "-"))
        return err_set(e, ERR_INVALID, "--merge needs a file, not -");
    if (local_shoot(c->o, c->words[0], &shoot, e) < 0)
        return -1;
    text = shoot ? ours(c->o, shoot, &code, e) : theirs(c->o, c->words[0], e);
    if (!text)
        return code == STOP_EXIT ? STOP_EXIT : -1;
    return save(c, text, e);
}

const struct verb verb_kubeconfig = {
    .name = "kubeconfig",
    .arguments = "NAME [FILE]",
    .summary = "write a cluster's admin kubeconfig",
    .help = "Waits for the kubeconfig and writes it, readable by you only, to FILE (NAME-kubeconfig.yaml; - "
            "is standard output).\n"
            "With --merge it goes into an existing kubeconfig: entries of the same name are replaced, all "
            "else stays, and the\n"
            "current context changes only with --use. It is good for a day; said again it is fresh. A "
            "cluster made elsewhere\n"
            "works too.",
    .options = "merge use timeout no-provider",
    .min = 1,
    .max = 2,
    .run = kubeconfig,
};
