/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/crypto.h"
#include "lib/clock.h"
#include <ctype.h>
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
