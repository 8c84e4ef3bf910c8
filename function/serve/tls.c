/* SPDX-License-Identifier: Apache-2.0 */
#include "function/serve/tls.h"
#include "function/serve/tls_trust.h"
#include "lib/crypto.h"
#include "lib/file.h"
#include "lib/log.h"
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <sys/stat.h>

enum { CERTIFICATE, KEY, CA, FILES };
enum {
    FILE_MAX = 1 << 20, /* a Secret's limit */
    READ_TRIES = 3      /* a mount is switched over in one step, but we read three files */
};
static const char *const file_name[FILES] = { "tls.crt", "tls.key", "ca.crt" };

/* What tells one version of the files from another without reading them. */
struct version {
    struct {
        dev_t device;
        ino_t inode;
        off_t size;
        struct timespec changed;
    } file[FILES];
};

struct files {
    char *text[FILES];
};

struct tls {
    char *path[FILES];
    pthread_mutex_t lock;
    struct version seen; /* in use, or found to be broken */
    struct files first;  /* read by tls_new(), until the library fetches them */
};

static void files_free(struct files *f)
{
    for (int i = 0; i < FILES; i++) {
        if (f->text[i])
            explicit_bzero(f->text[i], strlen(f->text[i]));
        free(f->text[i]);
        f->text[i] = NULL;
    }
}
static inline void files_free_clean(struct files *f) { files_free(f); }

/* Files that are not there have a version too, so that this is noticed once. */
static struct version look(const struct tls *t)
{
    struct version v;
    struct stat st;

    memset(&v, 0, sizeof(v));
    for (int i = 0; i < FILES; i++) {
        if (stat(t->path[i], &st) < 0)
            continue;
        v.file[i].device = st.st_dev;
        v.file[i].inode = st.st_ino;
        v.file[i].size = st.st_size;
        v.file[i].changed.tv_sec = st.st_mtim.tv_sec;
        v.file[i].changed.tv_nsec = st.st_mtim.tv_nsec;
    }
    return v;
}

static bool same(const struct version *a, const struct version *b) { return !memcmp(a, b, sizeof(*a)); }

static int check(const struct tls *t, const struct files *f, struct err *e)
{
    struct err why = { 0 };
    int broken = -1;

    if (crypto_check_certificates(f->text[CERTIFICATE], &why) < 0)
        broken = CERTIFICATE;
    else if (crypto_check_pair(f->text[CERTIFICATE], f->text[KEY], &why) < 0)
        broken = KEY;
    else if (crypto_check_certificates(f->text[CA], &why) < 0)
        broken = CA;
    return broken < 0 ? 0 : err_set(e, ERR_INVALID, "%s %s", t->path[broken], why.text);
}

static int read_once(const struct tls *t, struct files *ret, struct err *e)
{
    CLEAN(files_free) struct files f = { 0 };

    for (int i = 0; i < FILES; i++) {
        struct err why = { 0 };

        if (!(f.text[i] = file_read(t->path[i], FILE_MAX, NULL, &why)))
            return err_set(e, ERR_INVALID, "%s", why.text);
    }
    if (check(t, &f, e) < 0)
        return -1;
    *ret = f;
    f = (struct files){ 0 };
    return 0;
}

/* The files and their version; again if they changed while they were read. */
static int read_all(struct tls *t, struct files *ret, struct err *e)
{
    int got = -1;

    for (int i = 0; i < READ_TRIES; i++) {
        struct version now;

        t->seen = look(t);
        files_free(ret);
        got = read_once(t, ret, e);
        now = look(t);
        if (same(&now, &t->seen))
            break;
    }
    return got;
}

struct tls *tls_new(const char *dir, struct err *e)
{
    CLEAN(tls_free) struct tls *t = x_alloc(sizeof(*t));

    tls_trust_crossplane();
    (void)pthread_mutex_init(&t->lock, NULL);
    for (int i = 0; i < FILES; i++)
        t->path[i] = x_asprintf("%s/%s", dir, file_name[i]);
    if (read_all(t, &t->first, e) < 0)
        return NULL;
    return TAKE(t);
}

void tls_free(struct tls *t)
{
    for (int i = 0; i < FILES; i++)
        free(t->path[i]);
    files_free(&t->first);
    (void)pthread_mutex_destroy(&t->lock);
    free(t);
}

/* New files, if there are any that work. */
static bool changed(struct tls *t, struct files *ret)
{
    struct version now = look(t);
    struct err e = { 0 };

    if (t->first.text[CERTIFICATE]) {
        *ret = t->first;
        t->first = (struct files){ 0 };
        return true;
    }
    if (same(&now, &t->seen))
        return false;
    if (read_all(t, ret, &e) < 0) {
        log_error("new certificates cannot be used, the old ones stay", LS("error", e.text));
        return false;
    }
    log_info("new certificates are used from now on", LS("file", t->path[CERTIFICATE]));
    return true;
}

/* The library asks before each handshake. */
static grpc_ssl_certificate_config_reload_status fetch(void *tls, grpc_ssl_server_certificate_config **ret)
{
    CLEAN(files_free) struct files f = { 0 };
    grpc_ssl_pem_key_cert_pair pair;
    struct tls *t = tls;
    bool is_new;

    (void)pthread_mutex_lock(&t->lock);
    is_new = changed(t, &f);
    (void)pthread_mutex_unlock(&t->lock);
    if (!is_new)
        return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_UNCHANGED;
    pair = (grpc_ssl_pem_key_cert_pair){ .private_key = f.text[KEY], .cert_chain = f.text[CERTIFICATE] };
    *ret = grpc_ssl_server_certificate_config_create(f.text[CA], &pair, 1);
    return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_NEW;
}

grpc_server_credentials *tls_credentials(struct tls *t)
{
    return grpc_ssl_server_credentials_create_with_options(
        grpc_ssl_server_credentials_create_options_using_config_fetcher(
            GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY, fetch, t));
}
