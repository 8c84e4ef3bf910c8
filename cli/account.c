/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/account.h"
#include "cli/prompt.h"
#include "lib/clock.h"
#include "lib/crypto.h"
#include "lib/file.h"
#include "lib/jx.h"

enum { PASSWORD_MAX = 4096, CA_MAX = 1 << 20 };

static const struct {
    const char *cloud, *url;
} clouds[] = {
    { "public", "https://rest.cleura.cloud" },
    { "compliant", "https://rest.compliant.cleura.cloud" },
};

static const char *default_url(const char *cloud)
{
    for (size_t i = 0; i < ARRAY_LENGTH(clouds); i++)
        if (!strcmp(clouds[i].cloud, cloud))
            return clouds[i].url;
    return NULL;
}

static bool is_segment(const char *s)
{
    size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_");
    return n > 0 && n < 64 && !s[n];
}

int account_check(const struct options *o, struct err *e)
{
    int64_t poll = 0;

    if (strcmp(account_api(o), "v1") != 0 && strcmp(account_api(o), "v2") != 0)
        return err_set(e, ERR_INVALID, "--api is v1 or v2, not \"%.40s\"", account_api(o));
    if (!is_segment(account_cloud(o)))
        return err_set(e, ERR_INVALID, "--cloud is a name such as public, not \"%.40s\"", account_cloud(o));
    if (!is_segment(account_region(o)))
        return err_set(e, ERR_INVALID, "--region is a name such as kna1, not \"%.40s\"", account_region(o));
    if (o->project && !is_segment(o->project))
        return err_set(e, ERR_INVALID,
                       "--project is the OpenStack project's id, 32 hex digits, not \"%.40s\"", o->project);
    if (o->url && strncmp(o->url, "https://", 8) != 0 && strncmp(o->url, "http://", 7) != 0)
        return err_set(e, ERR_INVALID, "--url begins with https://, unlike \"%.80s\"", o->url);
    if (!is_segment(account_namespace(o)))
        return err_set(e, ERR_INVALID, "--namespace is a name such as default, not \"%.40s\"",
                       account_namespace(o));
    if (o->poll && (clock_parse_duration(o->poll, &poll, e) < 0 || poll <= 0))
        return err_set(e, ERR_INVALID, "--poll is a time such as 15s, not \"%.40s\"", o->poll);
    return 0;
}

json_t *account_config(const struct options *o, const char *ns, struct err *e)
{
    const char *url = o->url ? o->url : default_url(account_cloud(o));
    CLEAN(free) char *ca = NULL;
    json_t *config;

    if (!url) {
        err_set(e, ERR_INVALID, "the URL of cloud \"%s\" is not known here; give --url or CLEURA_URL",
                account_cloud(o));
        return NULL;
    }
    if (o->ca_file && !(ca = file_read(o->ca_file, CA_MAX, NULL, e))) {
        err_wrap(e, "--ca-file");
        return NULL;
    }
    config = jx_pack("{s:s, s:s, s:{s:s, s:s}, s:{s:o, s:s, s:s, s:{s:s, s:{s:s, s:s, s:s}}}}", "apiVersion",
                     "cleura.m.crossplane.io/v1alpha2", "kind", "ProviderConfig", "metadata", "name",
                     "default", "namespace", ns, "spec", "endpoint", jx_text(url), "auth", "Cleura",
                     "apiGeneration", account_api(o), "credentials", "source", "Environment", "env", "login",
                     "CLEURA_LOGIN", "password", "CLEURA_PASSWORD", "token", "CLEURA_TOKEN");
    if (ca) {
        CLEAN(free) char *bundle = crypto_base64(ca, strlen(ca));

        jx_set(json_object_get(config, "spec"), "tls", jx_pack("{s:s}", "caBundle", bundle));
    }
    return config;
}

static bool is_set(const char *name)
{
    const char *value = getenv(name);
    return value && *value;
}

static int ask(const char *name, const char *question, bool secret, struct err *e)
{
    char *answer = prompt_ask(question, secret, e);

    if (!answer)
        return -1;
    if (setenv(name, answer, 1) < 0)
        abort();
    explicit_bzero(answer, strlen(answer));
    free(answer);
    return 0;
}

/* The first line of the file. */
static int read_password(const char *path, struct err *e)
{
    char *text = file_read(path, PASSWORD_MAX, NULL, e);

    if (!text)
        return err_wrap(e, "--password-file");
    text[strcspn(text, "\r\n")] = '\0';
    if (setenv("CLEURA_PASSWORD", text, 1) < 0)
        abort();
    explicit_bzero(text, strlen(text));
    free(text);
    return is_set("CLEURA_PASSWORD")
               ? 0
               : err_set(e, ERR_AUTH, "--password-file: the first line of %s is empty", path);
}

int account_unlock(const struct options *o, struct err *e)
{
    if (!is_set("CLEURA_LOGIN")) {
        if (!prompt_possible())
            return err_set(e, ERR_AUTH, "no login: set CLEURA_LOGIN to your Cleura user name");
        if (ask("CLEURA_LOGIN", "Cleura login: ", false, e) < 0)
            return -1;
    }
    if (o->password_file)
        return read_password(o->password_file, e);
    if (is_set("CLEURA_TOKEN") || is_set("CLEURA_PASSWORD"))
        return 0;
    if (!prompt_possible())
        return err_set(
            e, ERR_AUTH,
            "no password: set CLEURA_PASSWORD or CLEURA_TOKEN, give --password-file, or run this on a "
            "terminal");
    return ask("CLEURA_PASSWORD", "Cleura password (not shown): ", true, e);
}
