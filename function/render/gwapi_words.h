/* SPDX-License-Identifier: Apache-2.0 */
/* The grammars of Gateway API's texts.  Each function of the form wrong_*() is for a shape: NULL when the text is right, else the rest of
 * the sentence '<path>: "<text>" ...'. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

const char *wrong_hostname(const char *text); /* "shop.example.com", "*.example.com" */
const char *wrong_precise_hostname(const char *text);
const char *wrong_section(const char *text);   /* the name of a listener or of a rule */
const char *wrong_namespace(const char *text); /* a DNS label of at most 63 */
const char *wrong_group(const char *text);
const char *wrong_kind(const char *text);
const char *wrong_duration(const char *text);
const char *wrong_header(const char *text);

const char *wrong_query(const char *text);   /* the name of a query parameter to match */
const char *wrong_service(const char *text); /* the name of a Service, which is a DNS label */
const char *wrong_grpc_service(const char *text);
const char *wrong_grpc_method(const char *text);
const char *wrong_origin(const char *text); /* of CORS */
const char *wrong_cors_method(const char *text);

/* The path of an Exact or PathPrefix match. */
const char *wrong_path(const char *text);

/* Of a duration that is right. */
int64_t duration_ms(const char *text);

/* Does the text name the object, as "namespace/name"? */
bool names_object(const char *text, const char *ns, const char *name);

/* Is there a name that both cover?  "*.example.com" covers any name below; NULL and "" cover everything. */
bool hostnames_meet(const char *a, const char *b);
