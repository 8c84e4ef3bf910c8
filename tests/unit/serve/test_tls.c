/* SPDX-License-Identifier: Apache-2.0 */
/* Mutual TLS: who may come in, and certificates that change while the server runs. */
#undef NDEBUG
#include "function/serve/serve.h"
#include "function/serve/tls.h"
#include "lib/file.h"
#include "tests/unit/serve/client.h"
#include "tests/unit/serve/pki.h"
#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/stat.h>

#include <cmocka.h>

enum { YEAR = 365 * 24 * 3600 };

static char folder[] = "/tmp/test_tls.XXXXXX";
static struct pki ca, server, client, other_ca, other_server, other_client, expired, forged;

static void say_hello(void *ctx, const uint8_t *bytes, size_t n, struct serve_reply *reply)
{
    (void)ctx;
    (void)bytes;
    (void)n;
    reply->bytes = (uint8_t *)x_strdup("hello");
    reply->n = 5;
}

static const struct serve_method methods[] = { { "/t/M", SERVE_UNARY, say_hello, NULL },
                                               { NULL, SERVE_UNARY, NULL, NULL } };

/* As the kubelet does it: a new folder, then one rename of the link "..data"; the three names are links into it. */
static void mount(const char *certificate, const char *key, const char *roots)
{
    static const char *const name[] = { "tls.crt", "tls.key", "ca.crt" };
    const char *text[] = { certificate, key, roots };
    CLEAN(free)
    char *data = x_asprintf("%s/data.XXXXXX", folder), *temporary = x_asprintf("%s/tmp", folder),
         *link = x_asprintf("%s/..data", folder);
    struct err e;

    assert_non_null(mkdtemp(data));
    for (int i = 0; i < 3; i++) {
        CLEAN(free)
        char *path = x_asprintf("%s/%s", data, name[i]), *shown = x_asprintf("%s/%s", folder, name[i]),
             *inside = x_asprintf("..data/%s", name[i]);

        if (text[i])
            assert_int_equal(file_write_atomic(path, text[i], strlen(text[i]), 0600, &e), 0);
        (void)symlink(inside, shown);
    }
    assert_int_equal(symlink(data, temporary), 0);
    assert_int_equal(rename(temporary, link), 0);
}

static int make_certificates(void **state)
{
    (void)state;
    ca = pki_make(NULL, NULL, YEAR);
    server = pki_make(&ca, "serverAuth", YEAR);
    client = pki_make(&ca, "clientAuth", YEAR);
    expired = pki_make(&ca, "clientAuth", -3600);
    other_ca = pki_make(NULL, NULL, YEAR);
    other_server = pki_make(&other_ca, "serverAuth", YEAR);
    other_client = pki_make(&other_ca, "clientAuth", YEAR);
    forged = pki_make(&client, "clientAuth", YEAR); /* the issuer's name is right, but it is no CA */
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_certificates(void **state)
{
    struct pki *all[] = { &ca, &server, &client, &expired, &other_ca, &other_server, &other_client, &forged };
    CLEAN(free) char *remove = x_asprintf("rm -r %s", folder);

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(all); i++)
        pki_free(all[i]);
    return system(remove); // NOLINT(cert-env33-c)
}

static struct server *try_start(struct err *e)
{
    return serve_new(&(struct serve_options){ .network = "tcp",
                                              .address = "127.0.0.1:0",
                                              .tls_dir = folder,
                                              .max_message = 1000,
                                              .workers = 1 },
                     methods, e);
}

static struct server *start(void)
{
    struct err e = { 0 };
    struct server *s = try_start(&e);

    if (!s)
        fail_msg("%s", e.text);
    serve_start(s);
    return s;
}

/* One call on a new connection. */
static grpc_status_code knock(const struct server *s, const struct pki *roots, const struct pki *who)
{
    CLEAN(free) char *target = x_asprintf("127.0.0.1:%d", serve_port(s));
    grpc_ssl_pem_key_cert_pair pair = { who ? who->key_pem : NULL, who ? who->pem : NULL };
    struct client c = client_open(
        target, grpc_ssl_credentials_create(roots->pem, who ? &pair : NULL, NULL, NULL), "localhost");
    struct ask a;
    grpc_status_code status;

    c.impatient = true;
    ask_send(&c, &a, "/t/M", "x", 1, CLIENT_WAIT_MS);
    ask_finish(&a);
    status = a.status;
    if (status == GRPC_STATUS_OK)
        assert_string_equal(a.bytes, "hello");
    ask_free(&a);
    client_close(&c);
    return status;
}

static void crossplanes_own_certificates_are_accepted(void **state)
{
    CLEAN(serve_free) struct server *s = NULL;

    (void)state;
    mount(server.pem, server.key_pem, ca.pem);
    s = start();
    assert_int_equal(knock(s, &ca, &client), GRPC_STATUS_OK);
    assert_int_equal(knock(s, &ca, &client), GRPC_STATUS_OK);
}

static void who_shows_no_certificate_of_the_ca_stays_outside(void **state)
{
    CLEAN(serve_free) struct server *s = NULL;

    (void)state;
    mount(server.pem, server.key_pem, ca.pem);
    s = start();
    assert_int_equal(knock(s, &ca, NULL), GRPC_STATUS_UNAVAILABLE);
    assert_int_equal(knock(s, &ca, &other_client), GRPC_STATUS_UNAVAILABLE);
    assert_int_equal(knock(s, &ca, &expired), GRPC_STATUS_UNAVAILABLE);
    assert_int_equal(knock(s, &ca, &server), GRPC_STATUS_UNAVAILABLE); /* it is for servers */
    assert_int_equal(knock(s, &ca, &forged), GRPC_STATUS_UNAVAILABLE);
    assert_int_equal(knock(s, &other_ca, &client), GRPC_STATUS_UNAVAILABLE); /* the client refuses */
    assert_int_equal(knock(s, &ca, &client), GRPC_STATUS_OK);
}

/* The TLS version that is agreed on when the client speaks only 'version'; 0: none. */
static int agreed(const struct server *s, int version)
{
    const struct sockaddr_in at = { .sin_family = AF_INET,
                                    .sin_port = htons((in_port_t)serve_port(s)),
                                    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    CLEAN(fd) int fd = socket(AF_INET, SOCK_STREAM, 0);
    static const unsigned char h2[] = "\2h2";
    SSL_CTX *all = SSL_CTX_new(TLS_client_method());
    SSL *tls = SSL_new(all);
    int got = 0;

    SSL_CTX_set_security_level(all, 0);
    SSL_set_security_level(tls, 0);
    (void)SSL_set_min_proto_version(tls, version);
    (void)SSL_set_max_proto_version(tls, version);
    (void)SSL_set_alpn_protos(tls, h2, 3);
    (void)SSL_use_certificate(tls, client.certificate);
    (void)SSL_use_PrivateKey(tls, client.key);
    assert_int_equal(connect(fd, (const struct sockaddr *)&at, sizeof(at)), 0);
    (void)SSL_set_fd(tls, fd);
    if (SSL_connect(tls) == 1) {
        const unsigned char *protocol = NULL;
        unsigned n = 0;

        SSL_get0_alpn_selected(tls, &protocol, &n);
        assert_int_equal(n, 2);
        assert_memory_equal(protocol, "h2", 2);
        got = SSL_version(tls);
    }
    SSL_free(tls);
    SSL_CTX_free(all);
    return got;
}

static void tls_is_1_2_or_1_3(void **state)
{
    CLEAN(serve_free) struct server *s = NULL;

    (void)state;
    mount(server.pem, server.key_pem, ca.pem);
    s = start();
    assert_int_equal(agreed(s, TLS1_3_VERSION), TLS1_3_VERSION);
    assert_int_equal(agreed(s, TLS1_2_VERSION), TLS1_2_VERSION);
    assert_int_equal(agreed(s, TLS1_1_VERSION), 0);
    assert_int_equal(agreed(s, TLS1_VERSION), 0);
}

static void new_certificates_are_used_without_a_restart(void **state)
{
    CLEAN(serve_free) struct server *s = NULL;

    (void)state;
    mount(server.pem, server.key_pem, ca.pem);
    s = start();
    assert_int_equal(knock(s, &ca, &client), GRPC_STATUS_OK);
    mount(other_server.pem, other_server.key_pem, other_ca.pem);
    assert_int_equal(knock(s, &other_ca, &other_client), GRPC_STATUS_OK);
    assert_int_equal(knock(s, &other_ca, &client), GRPC_STATUS_UNAVAILABLE);
}

static void broken_new_certificates_change_nothing(void **state)
{
    CLEAN(serve_free) struct server *s = NULL;

    (void)state;
    mount(server.pem, server.key_pem, ca.pem);
    s = start();
    mount(other_server.pem, server.key_pem, ca.pem); /* a key of another certificate */
    assert_int_equal(knock(s, &ca, &client), GRPC_STATUS_OK);
    mount("garbage", server.key_pem, ca.pem);
    assert_int_equal(knock(s, &ca, &client), GRPC_STATUS_OK);
    mount(NULL, NULL, NULL);
    assert_int_equal(knock(s, &ca, &client), GRPC_STATUS_OK);
    mount(other_server.pem, other_server.key_pem, other_ca.pem);
    assert_int_equal(knock(s, &other_ca, &other_client), GRPC_STATUS_OK);
}

static void what_is_wrong_at_the_start_is_told(void **state)
{
    static const struct {
        int file;
        const char *text, *says;
    } wrong[] = {
        { 0, NULL, "tls.crt: No such file" },
        { 1, NULL, "tls.key: No such file" },
        { 2, NULL, "ca.crt: No such file" },
        { 0, "", "tls.crt holds no certificate" },
        { 1, "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n", "tls.key holds no private key" },
        { 2, "garbage", "ca.crt holds no certificate" },
    };
    struct err e = { 0 };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(wrong); i++) {
        const char *text[] = { server.pem, server.key_pem, ca.pem };

        text[wrong[i].file] = wrong[i].text;
        mount(text[0], text[1], text[2]);
        assert_null(try_start(&e));
        assert_int_equal(e.kind, ERR_INVALID);
        if (!strstr(e.text, wrong[i].says))
            fail_msg("\"%s\" does not say \"%s\"", e.text, wrong[i].says);
    }
    mount(server.pem, client.key_pem, ca.pem);
    assert_null(try_start(&e));
    assert_non_null(strstr(e.text, "tls.key is not the key of the certificate"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(crossplanes_own_certificates_are_accepted),
        cmocka_unit_test(who_shows_no_certificate_of_the_ca_stays_outside),
        cmocka_unit_test(tls_is_1_2_or_1_3),
        cmocka_unit_test(new_certificates_are_used_without_a_restart),
        cmocka_unit_test(broken_new_certificates_change_nothing),
        cmocka_unit_test(what_is_wrong_at_the_start_is_told),
    };

    return cmocka_run_group_tests(tests, make_certificates, remove_certificates);
}
