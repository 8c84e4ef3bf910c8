/* SPDX-License-Identifier: Apache-2.0 */
/* Crossplane's certificates, which OpenSSL 3 refuses.
 *
 * Crossplane's CA and all certificates it signs have the same subject, and no key identifiers.  OpenSSL 3 takes every certificate
 * whose subject is its issuer for self-signed, does not look for who signed it, and refuses it ("self-signed certificate");
 * OpenSSL 1.1, BoringSSL and Go do not. */
#pragma once

/* From now on, in the whole process, a certificate OpenSSL takes for self-signed is accepted if one of the CAs that are trusted for
 * the connection has signed it.  Everything else is still OpenSSL's to check: dates, purpose, strength, names. */
void tls_trust_crossplane(void);
