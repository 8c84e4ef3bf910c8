/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/crypto.h"
#include "lib/clock.h"
#include <ctype.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>

void crypto_sha256(const void *bytes, size_t n, unsigned char out[CRYPTO_SHA256])
{
    if (EVP_Digest(bytes, n, out, NULL, EVP_sha256(), NULL) != 1)
        abort();
}

void crypto_sha256_hex(const void *bytes, size_t n, char *out, size_t digits)
{
    unsigned char digest[CRYPTO_SHA256];

    crypto_sha256(bytes, n, digest);
    for (size_t i = 0; i < digits && i < 2 * sizeof(digest); i++)
        out[i] = "0123456789abcdef"[i % 2 ? digest[i / 2] & 15 : digest[i / 2] >> 4];
    out[digits < 2 * sizeof(digest) ? digits : 2 * sizeof(digest)] = '\0';
}

char *crypto_base64(const void *bytes, size_t n)
{
    char *text = x_alloc(4 * ((n + 2) / 3) + 1);

    EVP_EncodeBlock((unsigned char *)text, bytes, (int)n);
    return text;
}

char *crypto_base64_decode(const char *text, size_t *ret_len, struct err *e)
{
    CLEAN(free) char *packed = x_alloc(strlen(text) + 1);
    CLEAN(free) char *bytes = NULL;
    size_t n = 0, padding = 0;
    int decoded;

    for (const char *at = text; *at; at++)
        if (!isspace((unsigned char)*at))
            packed[n++] = *at;
    while (padding < n && padding < 2 && packed[n - 1 - padding] == '=')
        padding++;
    bytes = x_alloc(3 * (n / 4) + 1);
    decoded = n % 4 ? -1 : EVP_DecodeBlock((unsigned char *)bytes, (const unsigned char *)packed, (int)n);
    if (strcspn(packed, "=") != n - padding) /* OpenSSL takes it for a zero, anywhere */
        decoded = -1;
    if (decoded < 0 || (size_t)decoded < padding) {
        err_set(e, ERR_INVALID, "not valid base64");
        return NULL;
    }
    bytes[(size_t)decoded - padding] = '\0';
    if (ret_len)
        *ret_len = (size_t)decoded - padding;
    return TAKE(bytes);
}

DEFINE_CLEAN(BIO *, BIO_free)
DEFINE_CLEAN(X509 *, X509_free)

int crypto_certificate_expiry(const char *pem, int64_t *ret_when, struct err *e)
{
    CLEAN(BIO_free) BIO *in = BIO_new_mem_buf(pem, -1);
    CLEAN(X509_free) X509 *certificate = in ? PEM_read_bio_X509(in, NULL, NULL, NULL) : NULL;
    struct tm tm;

    if (!certificate || ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &tm) != 1)
        return err_set(e, ERR_INVALID, "not a certificate in PEM form");
    *ret_when = (int64_t)timegm(&tm) * CLOCK_SECOND;
    return 0;
}

int crypto_check_certificates(const char *pem, struct err *e)
{
    CLEAN(BIO_free) BIO *in = BIO_new_mem_buf(pem, -1);
    size_t n = 0;
    X509 *certificate;
    unsigned long why;

    ERR_clear_error();
    while (in && (certificate = PEM_read_bio_X509(in, NULL, NULL, NULL))) {
        X509_free(certificate);
        n++;
    }
    why = ERR_peek_last_error();
    ERR_clear_error();
    if (!n)
        return err_set(e, ERR_INVALID, "holds no certificate in PEM form");
    if (ERR_GET_REASON(why) != PEM_R_NO_START_LINE)
        return err_set(e, ERR_INVALID, "the certificate after number %zu is broken", n);
    return 0;
}

/* A server cannot be asked: keys with a password are refused. */
static int no_password(char *to, int n, int writing, void *with)
{
    (void)to;
    (void)n;
    (void)writing;
    (void)with;
    return -1;
}

DEFINE_CLEAN(EVP_PKEY *, EVP_PKEY_free)

int crypto_check_pair(const char *certificates, const char *key, struct err *e)
{
    CLEAN(BIO_free)
    BIO *certificate_in = BIO_new_mem_buf(certificates, -1), *key_in = BIO_new_mem_buf(key, -1);
    CLEAN(X509_free)
    X509 *certificate = certificate_in ? PEM_read_bio_X509(certificate_in, NULL, NULL, NULL) : NULL;
    CLEAN(EVP_PKEY_free)
    EVP_PKEY *private = key_in ? PEM_read_bio_PrivateKey(key_in, NULL, no_password, NULL) : NULL;
    bool fits = certificate && private && X509_check_private_key(certificate, private) == 1;

    ERR_clear_error();
    if (!certificate)
        return err_set(e, ERR_INVALID, "holds no certificate in PEM form");
    if (!private)
        return err_set(e, ERR_INVALID, "holds no private key in PEM form, or one with a password");
    return fits ? 0 : err_set(e, ERR_INVALID, "is not the key of the certificate");
}

void crypto_uuid(char out[CRYPTO_UUID])
{
    unsigned char b[16];

    if (RAND_bytes(b, sizeof(b)) != 1)
        abort();
    b[6] = (b[6] & 0x0f) | 0x40;
    b[8] = (b[8] & 0x3f) | 0x80;
    (void)snprintf(out, CRYPTO_UUID, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x",
                   b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13],
                   b[14], b[15]);
}

double crypto_random(void)
{
    uint32_t bits;

    if (RAND_bytes((unsigned char *)&bits, sizeof(bits)) != 1)
        abort();
    return bits / 4294967296.0;
}
