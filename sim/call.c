/* SPDX-License-Identifier: Apache-2.0 */
/* Answers: the error envelope is the same in all generations. */
#include "sim/call.h"
#include "sim/uri.h"
#include <stdarg.h>

void call_clear(struct call *c)
{
    char *const params[] = { c->at.cloud,  c->at.region, c->at.project, c->at.shoot,
                             c->at.worker, c->at.node,   c->at.domain,  c->at.id };

    for (size_t i = 0; i < ARRAY_LENGTH(params); i++)
        free(params[i]);
    json_decref(c->body);
    json_decref(c->json);
    free(c->text);
    *c = (struct call){ .sim = c->sim };
}

void call_json(struct call *c, int status, json_t *json)
{
    json_decref(c->json);
    c->status = status;
    c->json = json;
}

void call_empty(struct call *c, int status) { c->status = status; }

void call_text(struct call *c, int status, const char *type, char *text)
{
    c->status = status;
    c->type = type;
    c->text = text;
}

json_t *error_envelope(int status, const char *message)
{
    return jx_pack("{s:{s:i, s:o}}", "error", "code", status, "message", jx_text(message));
}

void call_error(struct call *c, int status, const char *fmt, ...)
{
    char text[512];
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    call_json(c, status, error_envelope(status, text));
}

void call_invalid(struct call *c, int status, const char *message, json_t *errors)
{
    json_t *body = error_envelope(status, message);

    jx_set(jx_at(body, "error"), "errors", errors);
    call_json(c, status, body);
}

void call_accepted(struct call *c, int status)
{
    c->applied = true;
    if (switch_is(&c->sim->switches, SW_ACTION_BODY, "json"))
        call_json(c, status == 204 ? 200 : status, jx_pack("{s:s}", "status", "ok"));
    else
        call_empty(c, status);
}

char *call_query(const struct call *c, const char *name)
{
    size_t n = strlen(name);

    for (const char *at = c->in->query; *at; at += strcspn(at, "&"), at += *at == '&')
        if (!strncmp(at, name, n) && at[n] == '=')
            return uri_decode(at + n + 1, strcspn(at + n + 1, "&"));
    return NULL;
}

json_t *call_object(struct call *c)
{
    if (json_is_object(c->body))
        return c->body;
    call_error(c, 400, "%s",
               c->body ? "The request body must be a JSON object" : "The request body is missing");
    return NULL;
}
