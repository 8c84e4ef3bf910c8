/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates for tests, as Crossplane makes them: subject and issuer are the same everywhere, and so is the serial; keys are
 * RSA in PKCS#1 form; no authority key identifier. */
#pragma once
#include "lib/cleanup.h"
#include <assert.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

struct pki {
    EVP_PKEY *key;
    X509 *certificate;
    char *key_pem, *pem;
};

static inline char *pki_text(BIO *out)
{
    char *at = NULL;
    long n = BIO_get_mem_data(out, &at);
    char *text = x_strndup(at, (size_t)n);

    (void)BIO_free(out);
    return text;
}

static inline void pki_extension(X509 *x, int nid, const char *value)
{
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

    assert(extension);
    (void)X509_add_ext(x, extension, -1);
    X509_EXTENSION_free(extension);
}

static inline X509_NAME *pki_name(X509 *x)
{
    static const char *const part[][2] = {
        { "CN", "Crossplane" }, { "O", "Crossplane" }, { "C", "EA" }, { "ST", "Earth" }, { "L", "Earth" }
    };
    X509_NAME *name = X509_get_subject_name(x);

    for (size_t i = 0; i < ARRAY_LENGTH(part); i++)
        (void)X509_NAME_add_entry_by_txt(name, part[i][0], MBSTRING_ASC, (const unsigned char *)part[i][1],
                                         -1, -1, 0);
    return name;
}

/* Signed by 'ca' (NULL: a CA), for 'use' ("serverAuth" or "clientAuth"), until 'seconds' from now. */
static inline struct pki pki_make(const struct pki *ca, const char *use, long seconds)
{
    struct pki p = { .key = EVP_RSA_gen(2048), .certificate = X509_new() };
    BIO *key_out = BIO_new(BIO_s_mem()), *out = BIO_new(BIO_s_mem());
    X509 *x = p.certificate;

    (void)X509_set_version(x, 2);
    (void)ASN1_INTEGER_set(X509_get_serialNumber(x), 2022);
    (void)X509_gmtime_adj(X509_getm_notBefore(x), -7200);
    (void)X509_gmtime_adj(X509_getm_notAfter(x), seconds);
    (void)X509_set_issuer_name(x, pki_name(x));
    (void)X509_set_pubkey(x, p.key);
    if (ca) {
        pki_extension(x, NID_key_usage, "digitalSignature,keyEncipherment,dataEncipherment");
        pki_extension(x, NID_ext_key_usage, use);
        pki_extension(x, NID_subject_alt_name, "DNS:localhost,DNS:fn.crossplane-system");
    } else {
        pki_extension(x, NID_basic_constraints, "critical,CA:TRUE");
        pki_extension(x, NID_key_usage, "critical,cRLSign,keyCertSign");
    }
    (void)X509_sign(x, ca ? ca->key : p.key, EVP_sha256());
    (void)PEM_write_bio_PrivateKey_traditional(key_out, p.key, NULL, NULL, 0, NULL, NULL);
    (void)PEM_write_bio_X509(out, x);
    p.key_pem = pki_text(key_out);
    p.pem = pki_text(out);
    return p;
}

static inline void pki_free(struct pki *p)
{
    EVP_PKEY_free(p->key);
    X509_free(p->certificate);
    free(p->key_pem);
    free(p->pem);
}
