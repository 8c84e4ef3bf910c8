/* SPDX-License-Identifier: Apache-2.0 */
/* Certificate authorities made on the spot (EC P-256), for servers and clients on this machine. */
#pragma once
#include "lib/err.h"
#include <stdint.h>

struct pki_ca;

/* A self-signed CA valid for ten years; 'name' becomes its common name. NULL + err. */
struct pki_ca *pki_ca_new(const char *name, struct err *e);
void pki_ca_free(struct pki_ca *ca);
DEFINE_CLEAN(struct pki_ca *, pki_ca_free)

/* The CA's certificate as PEM. Borrowed. */
const char *pki_ca_pem(const struct pki_ca *ca);

/* A certificate and its private key (PKCS#8), both PEM, both owned. */
struct pki_pair {
    char *cert, *key;
};
void pki_pair_free(struct pki_pair *p);
static inline void pki_pair_free_clean(struct pki_pair *p) { pki_pair_free(p); }

/* A server certificate for 127.0.0.1 and the DNS names in 'dns' (NULL-terminated), valid as long as the
 * CA. */
MUST_CHECK int pki_issue_server(const struct pki_ca *ca, const char *const dns[], struct pki_pair *ret,
                                struct err *e);

/* A client certificate, valid from a minute ago until 'not_after' (ms since 1970, real time, may be past). */
MUST_CHECK int pki_issue_client(const struct pki_ca *ca, const char *common_name, const char *organisation,
                                int64_t not_after, struct pki_pair *ret, struct err *e);
