/* SPDX-License-Identifier: Apache-2.0 */
#include "function/serve/tls_trust.h"
#include "lib/cleanup.h"
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <stdbool.h>

enum { STRENGTH = 112 }; /* bits of a signature; OpenSSL does not look at that of what it takes for a root */

static pthread_once_t once = PTHREAD_ONCE_INIT;

static bool may_sign(X509_STORE_CTX *ctx, X509 *ca)
{
    return X509_check_ca(ca) == 1 && (X509_get_key_usage(ca) & KU_KEY_CERT_SIGN) &&
           X509_get_ext_by_NID(ca, NID_name_constraints, -1) < 0 &&
           !X509_cmp_timeframe(X509_STORE_CTX_get0_param(ctx), X509_get0_notBefore(ca),
                               X509_get0_notAfter(ca));
}

/* By a CA that is trusted for this connection and is not the certificate itself? */
static bool is_signed(X509_STORE_CTX *ctx, X509 *certificate)
{
    STACK_OF(X509) *trusted = X509_STORE_CTX_get1_certs(ctx, X509_get_issuer_name(certificate));
    bool found = false;
    int bits = 0;

    (void)
        ERR_set_mark(); /* a signature that is somebody else's is no error, but would be logged as the reason */
    if (!X509_get_signature_info(certificate, NULL, NULL, &bits, NULL) || bits < STRENGTH)
        bits = 0;
    for (int i = 0; bits && trusted && i < sk_X509_num(trusted) && !found; i++) {
        X509 *ca = sk_X509_value(trusted, i);

        found = may_sign(ctx, ca) && X509_cmp(ca, certificate) != 0 &&
                X509_verify(certificate, X509_get0_pubkey(ca)) == 1;
    }
    sk_X509_pop_free(trusted, X509_free);
    (void)ERR_pop_to_mark();
    return found;
}

/* OpenSSL asks for each thing it does not like.  The second error is about the same: nothing in the chain shows who signed. */
static int forgive(int good, X509_STORE_CTX *ctx)
{
    int error = X509_STORE_CTX_get_error(ctx);

    if (good || X509_STORE_CTX_get_error_depth(ctx) != 0 ||
        (error != X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT &&
         error != X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE) ||
        !is_signed(ctx, X509_STORE_CTX_get0_cert(ctx)))
        return good;
    X509_STORE_CTX_set_error(ctx, X509_V_OK);
    return 1;
}

static int verify(X509_STORE_CTX *ctx, void *with)
{
    (void)with;
    X509_STORE_CTX_set_verify_cb(ctx, forgive);
    return X509_verify_cert(ctx);
}

/* gRPC core lets nobody at its SSL_CTX, but OpenSSL tells of each that is made. */
static void made(void *ssl_ctx, void *value, CRYPTO_EX_DATA *data, int index, long n, void *with)
{
    (void)value;
    (void)data;
    (void)index;
    (void)n;
    (void)with;
    SSL_CTX_set_cert_verify_callback(ssl_ctx, verify, NULL);
}

static void install(void)
{
    if (SSL_CTX_get_ex_new_index(0, NULL, made, NULL, NULL) < 0)
        abort();
}

void tls_trust_crossplane(void) { (void)pthread_once(&once, install); }
