/* SPDX-License-Identifier: Apache-2.0 */
/* Mutual TLS from a folder with tls.crt, tls.key and ca.crt, as Crossplane mounts it.
 *
 * Clients must show a certificate that ca.crt vouches for; no name in it is looked at, as in Crossplane's own functions. TLS 1.2 and
 * 1.3.  The files are looked at for each new connection; when they have changed and fit together they are used from then on, when they
 * do not, the old ones stay and the reason is logged once. */
#pragma once
#include "lib/err.h"
#include <grpc/grpc_security.h>

struct tls;

/* NULL with ERR_INVALID naming the file. */
MUST_CHECK struct tls *tls_new(const char *dir, struct err *e);
/* Credentials that refer to 't', which must outlive them. */
grpc_server_credentials *tls_credentials(struct tls *t);
void tls_free(struct tls *t);
DEFINE_CLEAN(struct tls *, tls_free)
