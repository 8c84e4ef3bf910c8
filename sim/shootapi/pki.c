/* SPDX-License-Identifier: Apache-2.0 */
/* X.509 through libcrypto. Lives in this library, below the simulator proper, because both need it. */
#include "sim/pki.h"
#include "lib/buf.h"
#include "lib/clock.h"
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

struct pki_ca {
    EVP_PKEY *key;
    X509 *cert;
    char *pem;
};

/* What tells one kind of certificate from another. */
struct profile {
    const char *common_name, *organisation;                   /* organisation may be NULL */
    int64_t not_before, not_after;                            /* ms */
    const char *constraints, *usage, *extended_usage, *names; /* OpenSSL configuration texts; NULL = none */
};

#define CA_DAYS INT64_C(3650)
enum { MAX_NAMES = 1024 };

DEFINE_CLEAN(EVP_PKEY *, EVP_PKEY_free)
DEFINE_CLEAN(X509 *, X509_free)
DEFINE_CLEAN(X509_EXTENSION *, X509_EXTENSION_free)
DEFINE_CLEAN(BIO *, BIO_free)
DEFINE_CLEAN(BIGNUM *, BN_free)

static char *bio_text(BIO *b)
{
    char *bytes = NULL;
    long n = BIO_get_mem_data(b, &bytes);

    return x_strndup(bytes, n > 0 ? (size_t)n : 0);
}

/* NULL when libcrypto refuses. */
static char *cert_pem(X509 *cert)
{
    CLEAN(BIO_free) BIO *out = BIO_new(BIO_s_mem());

    return out && PEM_write_bio_X509(out, cert) == 1 ? bio_text(out) : NULL;
}

static char *key_pem(EVP_PKEY *key)
{
    CLEAN(BIO_free) BIO *out = BIO_new(BIO_s_mem());

    return out && PEM_write_bio_PKCS8PrivateKey(out, key, NULL, NULL, 0, NULL, NULL) == 1 ? bio_text(out)
                                                                                          : NULL;
}

static bool add_name(X509_NAME *name, const char *field, const char *value)
{
    return !value || X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8, (const unsigned char *)value, -1,
                                                -1, 0) == 1;
}

static bool add_extension(X509 *cert, X509 *issuer, int nid, const char *value)
{
    CLEAN(X509_EXTENSION_free) X509_EXTENSION *ext = NULL;
    X509V3_CTX ctx;

    if (!value)
        return true;
    X509V3_set_ctx_nodb(&ctx);
    X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
    ext = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
    return ext && X509_add_ext(cert, ext, -1) == 1;
}

static bool set_serial(X509 *cert)
{
    CLEAN(BN_free) BIGNUM *serial = BN_new();

    return serial && BN_rand(serial, 120, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) == 1 &&
           BN_to_ASN1_INTEGER(serial, X509_get_serialNumber(cert));
}

static bool set_times(X509 *cert, const struct profile *p)
{
    return ASN1_TIME_set(X509_getm_notBefore(cert), (time_t)(p->not_before / CLOCK_SECOND)) &&
           ASN1_TIME_set(X509_getm_notAfter(cert), (time_t)(p->not_after / CLOCK_SECOND));
}

/* A certificate over 'key', signed by 'ca', or by itself when that is NULL. NULL when libcrypto refuses. */
static X509 *make_cert(const struct profile *p, EVP_PKEY *key, const struct pki_ca *ca)
{
    CLEAN(X509_free) X509 *cert = X509_new();
    X509_NAME *subject = cert ? X509_get_subject_name(cert) : NULL;
    X509 *issuer = ca ? ca->cert : cert;

    if (!cert || !X509_set_version(cert, 2) || !set_serial(cert) || !set_times(cert, p) ||
        !add_name(subject, "O", p->organisation) || !add_name(subject, "CN", p->common_name) ||
        !X509_set_issuer_name(cert, X509_get_subject_name(issuer)) || !X509_set_pubkey(cert, key))
        return NULL;
    if (!add_extension(cert, issuer, NID_basic_constraints, p->constraints) ||
        !add_extension(cert, issuer, NID_key_usage, p->usage) ||
        !add_extension(cert, issuer, NID_ext_key_usage, p->extended_usage) ||
        !add_extension(cert, issuer, NID_subject_key_identifier, "hash") ||
        !add_extension(cert, issuer, NID_authority_key_identifier, "keyid") ||
        !add_extension(cert, issuer, NID_subject_alt_name, p->names))
        return NULL;
    if (!X509_sign(cert, ca ? ca->key : key, EVP_sha256()))
        return NULL;
    return TAKE(cert);
}

struct pki_ca *pki_ca_new(const char *name, struct err *e)
{
    CLEAN(pki_ca_free) struct pki_ca *ca = x_alloc(sizeof(*ca));
    int64_t now = clock_now();
    struct profile p = { .common_name = name,
                         .not_before = now - CLOCK_MINUTE,
                         .not_after = now + CA_DAYS * 24 * CLOCK_HOUR,
                         .constraints = "critical,CA:TRUE",
                         .usage = "critical,keyCertSign,cRLSign,digitalSignature" };

    ca->key = EVP_EC_gen("P-256");
    ca->cert = ca->key ? make_cert(&p, ca->key, NULL) : NULL;
    ca->pem = ca->cert ? cert_pem(ca->cert) : NULL;
    if (!ca->pem) {
        err_set(e, ERR_INTERNAL, "cannot make the certificate authority \"%s\"", name);
        return NULL;
    }
    return TAKE(ca);
}

void pki_ca_free(struct pki_ca *ca)
{
    if (!ca)
        return;
    EVP_PKEY_free(ca->key);
    X509_free(ca->cert);
    free(ca->pem);
    free(ca);
}

const char *pki_ca_pem(const struct pki_ca *ca) { return ca->pem; }

void pki_pair_free(struct pki_pair *p)
{
    free(p->cert);
    free(p->key);
    *p = (struct pki_pair){ 0 };
}

static int issue(const struct pki_ca *ca, const struct profile *p, struct pki_pair *ret, struct err *e)
{
    CLEAN(EVP_PKEY_free) EVP_PKEY *key = EVP_EC_gen("P-256");
    CLEAN(X509_free) X509 *cert = key ? make_cert(p, key, ca) : NULL;
    struct pki_pair pair = { .cert = cert ? cert_pem(cert) : NULL, .key = cert ? key_pem(key) : NULL };

    if (!pair.cert || !pair.key) {
        pki_pair_free(&pair);
        return err_set(e, ERR_INTERNAL, "cannot issue a certificate for \"%s\"", p->common_name);
    }
    *ret = pair;
    return 0;
}

int pki_issue_server(const struct pki_ca *ca, const char *const dns[], struct pki_pair *ret, struct err *e)
{
    CLEAN(buf_free) struct buf names = buf_max(MAX_NAMES);
    int64_t now = clock_now();
    struct profile p = { .common_name = dns[0] ? dns[0] : "127.0.0.1",
                         .not_before = now - CLOCK_MINUTE,
                         .not_after = now + CA_DAYS * 24 * CLOCK_HOUR - CLOCK_HOUR,
                         .constraints = "critical,CA:FALSE",
                         .usage = "critical,digitalSignature",
                         .extended_usage = "serverAuth" };

    (void)buf_adds(&names, "IP:127.0.0.1");
    for (size_t i = 0; dns[i]; i++)
        (void)buf_addf(&names, ",DNS:%s", dns[i]);
    if (names.overflow)
        return err_set(e, ERR_INVALID, "too many names for one server certificate");
    p.names = buf_text(&names);
    return issue(ca, &p, ret, e);
}

int pki_issue_client(const struct pki_ca *ca, const char *common_name, const char *organisation,
                     int64_t not_after, struct pki_pair *ret, struct err *e)
{
    struct profile p = { .common_name = common_name,
                         .organisation = organisation,
                         .not_before = clock_now() - CLOCK_MINUTE,
                         .not_after = not_after,
                         .constraints = "critical,CA:FALSE",
                         .usage = "critical,digitalSignature",
                         .extended_usage = "clientAuth" };

    /* A certificate that ends before it begins would be malformed rather than expired. */
    if (p.not_before > not_after)
        p.not_before = not_after - CLOCK_MINUTE;
    return issue(ca, &p, ret, e);
}
