/* SPDX-License-Identifier: Apache-2.0 */
/* The documents programs see. */
#pragma once
#include "provider/exec/exec.h"

/* spec.forProvider, without the fields in which only we have programs, with 'response' (NULL = null), our own
 * masks in it put back. Texts of JSON objects are objects. New. */
json_t *document_request(const struct exec *x, const json_t *object, const json_t *response);

/* {body, headers, statusCode}: what a DisposableRequest's programs and responseJQ see. New. */
json_t *document_result(const struct exec *x, const json_t *object, const json_t *response);

/* A body as a program yields it (a text or an object), with the chosen version where {apiVersion} stands. New; NULL with ERR_INVALID
 * when the object has no apiVersions. */
json_t *document_versioned(const struct exec *x, const json_t *object, const json_t *body, struct err *e);

/* What tells one such body from another, whatever the chosen version and the Secrets' values: 'out' becomes a hash. */
void document_hash(const json_t *object, const json_t *body, char out[EXEC_HASH]);

/* Such a body as it is sent; free() it. */
char *document_text(const json_t *body);

/* The object a text is the JSON of, or NULL. New. */
json_t *document_object(const char *text);
