/* SPDX-License-Identifier: Apache-2.0 */
/* What a Request or DisposableRequest means: from the document to the HTTP call, and from the response to
 * what is known. No I/O but the jq worker; Secrets come through a callback.  Semantics: docs/REQUESTS.md. */
#pragma once
#include "lib/err.h"
#include "lib/http.h"
#include "provider/exec/jq.h"
#include <stdint.h>

/* The Secret object (data in base64) or NULL. Borrowed, good until the next call. */
typedef const json_t *exec_secret_fn(void *ctx, const char *ns, const char *name);

struct exec {
    struct jq *jq;
    exec_secret_fn *secret;
    void *secret_ctx;
    const char *api_version; /* which of the object's apiVersions the server serves; NULL = not known yet */
};

enum { EXEC_HASH = 65 }; /* SHA-256 as text */

enum exec_action { EXEC_OBSERVE, EXEC_CREATE, EXEC_UPDATE, EXEC_REMOVE };

/* A call ready to be sent. 'details' is the same with placeholders still unresolved ({method, url, body,
 * headers}): what may be stored in status.requestDetails. */
struct exec_call {
    char *method, *url, *body; /* body NULL = none */
    struct http_header *headers;
    size_t n_headers;
    json_t *details;
    char *place;             /* the URL with {apiVersion} still in it; NULL = it has none. Without
                                exec.api_version 'url' is the same */
    char applied[EXEC_HASH]; /* the body's hash when this is a server-side apply; else "" */
    bool unknown; /* OBSERVE only: a null out of .response went into the URL; there is nothing to send yet */
};
void exec_call_free(struct exec_call *c);
static inline void exec_call_free_clean(struct exec_call *c) { exec_call_free(c); }

/* A response as provider-http stores it: {"statusCode": n, "body": text (absent when empty), "headers":
 * {Name: [..]}}. New. */
json_t *exec_response(const struct http_response *res);

/* ---- Request ------------------------------------------------------------------------------------------- */

/* The call for an action. 'response' is the last one (exec_response form) or NULL. When no mapping fits: 0
 * and ret->method NULL for CREATE, UPDATE and REMOVE; for OBSERVE -1 with ERR_INVALID. -1 with ERR_INVALID
 * when a program fails or the URL is bad, ERR_NOT_FOUND when a Secret of a placeholder is missing.
 * ret->unknown (and ret->method NULL) for OBSERVE when a null out of .response went into the URL. For the other
 * actions that is ERR_INVALID: it would hit the collection. */
MUST_CHECK int exec_request_call(const struct exec *x, const json_t *object, enum exec_action action,
                                 const json_t *response, struct exec_call *ret, struct err *e);

/* What a response to OBSERVE says. */
struct exec_observation {
    bool removed, up_to_date, ready;
    int change;         /* index in changes of the first that is due; -1 = none */
    char *failure;      /* failureCheck's message; NULL = none */
    char *reason;       /* ... and reason; set with 'failure' */
    json_t *projection; /* statusProjection; NULL = not asked for */
    char *identity;     /* NULL = not asked for or not known yet */
    char *fingerprint;  /* settle.fingerprint as JSON text; NULL = not asked for */
    char applied
        [EXEC_HASH]; /* exec_call.applied of the UPDATE that would be sent now; "" when it is compared otherwise */
};
void exec_observation_free(struct exec_observation *o);
static inline void exec_observation_free_clean(struct exec_observation *o) { exec_observation_free(o); }

/* One pass over all checks. -1 with ERR_INVALID when a check fails or is of the wrong type (nothing is
 * known then). */
MUST_CHECK int exec_request_observe(const struct exec *x, const json_t *object, const json_t *response,
                                    struct exec_observation *ret, struct err *e);

/* The identity alone, of a CREATE response; *ret NULL when unknown. */
MUST_CHECK int exec_request_identity(const struct exec *x, const json_t *object, const json_t *response,
                                     char **ret, struct err *e);

MUST_CHECK int exec_change_call(const struct exec *x, const json_t *object, int change,
                                const json_t *response, struct exec_call *ret, struct err *e);

/* The shared list: the URL to GET; and, given the list's response, the strings of 'key' as a new array. */
MUST_CHECK int exec_list_call(const struct exec *x, const json_t *object, struct exec_call *ret,
                              struct err *e);
MUST_CHECK int exec_list_keys(const struct exec *x, const json_t *object, const json_t *list,
                              json_t **ret_keys, struct err *e);

/* 400-599 and not in allowedStatusCodes. */
bool exec_is_http_error(const json_t *object, int status);

/* ---- DisposableRequest --------------------------------------------------------------------------------- */

MUST_CHECK int exec_disposable_call(const struct exec *x, const json_t *object, struct exec_call *ret,
                                    struct err *e);

struct exec_result {
    bool expected;      /* expectedResponse holds */
    int64_t expires_at; /* of renewal, ms since 1970; 0 = not asked for */
    json_t *projection; /* NULL = not asked for */
};
void exec_result_free(struct exec_result *r);
static inline void exec_result_free_clean(struct exec_result *r) { exec_result_free(r); }
MUST_CHECK int exec_disposable_check(const struct exec *x, const json_t *object, const json_t *response,
                                     struct exec_result *ret, struct err *e);

/* ---- Secrets ------------------------------------------------------------------------------------------- */

/* Apply secretInjectionConfigs to a good response: *ret_secrets is a new array of whole Secret objects
 * that differ from what is there (existing keys of others kept), *ret_masked the response with the values
 * replaced by {{name:ns:key}}. -1 with ERR_INVALID when the namespace is not allowed. 0 and both unset
 * when there is nothing to inject. */
MUST_CHECK int exec_inject(const struct exec *x, const json_t *object, const json_t *response,
                           json_t **ret_secrets, json_t **ret_masked, struct err *e);
