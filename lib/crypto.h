/* SPDX-License-Identifier: Apache-2.0 */
/* The little we need of OpenSSL: digests, base64, certificate dates, random ids. */
#pragma once
#include "lib/err.h"
#include <stddef.h>
#include <stdint.h>

enum { CRYPTO_SHA256 = 32, CRYPTO_UUID = 37 };

void crypto_sha256(const void *bytes, size_t n, unsigned char out[CRYPTO_SHA256]);
/* The first 'digits' (at most 64) hex digits of the SHA-256, NUL-terminated. */
void crypto_sha256_hex(const void *bytes, size_t n, char *out, size_t digits);

/* Standard base64 with padding; the caller frees; never NULL. */
char *crypto_base64(const void *bytes, size_t n);
/* NULL with ERR_INVALID. White space is skipped. The result is NUL-terminated beyond *ret_len. */
char *crypto_base64_decode(const char *text, size_t *ret_len, struct err *e);

/* The end of the validity of the first certificate in 'pem', in ms since 1970. */
MUST_CHECK int crypto_certificate_expiry(const char *pem, int64_t *ret_when, struct err *e);

/* Is there a certificate in 'pem', and nothing broken before it ends?  -1 with ERR_INVALID. */
MUST_CHECK int crypto_check_certificates(const char *pem, struct err *e);
/* Does 'key' (PEM, without a password) belong to the first certificate in 'certificates'?  -1 with ERR_INVALID; no part of the key is
 * in the text. */
MUST_CHECK int crypto_check_pair(const char *certificates, const char *key, struct err *e);

/* A random version 4 UUID. */
void crypto_uuid(char out[CRYPTO_UUID]);
/* A random number in [0, 1). */
double crypto_random(void);
