/* SPDX-License-Identifier: Apache-2.0 */
/* The documents programs see. */
#pragma once
#include "provider/exec/exec.h"

/* spec.forProvider, without the fields in which only we have programs, with 'response' (NULL = null), our own
 * masks in it put back. Texts of JSON objects are objects. New. */
json_t *document_request(const struct exec *x, const json_t *object, const json_t *response);

/* {body, headers, statusCode}: what a DisposableRequest's programs and responseJQ see. New. */
json_t *document_result(const struct exec *x, const json_t *object, const json_t *response);

/* The object a text is the JSON of, or NULL. New. */
json_t *document_object(const char *text);
