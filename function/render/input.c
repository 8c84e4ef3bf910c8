/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the Input. */
#include "function/render/input.h"
#include "lib/clock.h"
#include "lib/jx.h"
#include <stdint.h>

struct document {
    struct input in;
    const char *api_version, *kind, *executor, *backend;
    json_t *metadata, *secret;
};

static const char *const generations[] = { "v1", "v2", NULL };
static const char *const executors[] = { "Cleura", "provider-http", NULL };
static const char *const backends[] = { "Cleura", "Gardener", NULL };
static const char *const api_versions[] = { "cleura.fn.crossplane.io/v1beta1", NULL };
static const char *const kinds[] = { "Input", NULL };

static const struct jx_field fields[] = {
    JX_F_STR(struct document, api_version, "apiVersion", .flags = JX_REQUIRED, .one_of = api_versions),
    JX_F_STR(struct document, kind, "kind", .flags = JX_REQUIRED, .one_of = kinds),
    JX_F_OBJECT(struct document, metadata, "metadata"),
    JX_F_STR(struct document, in.api_generation, "apiGeneration", .one_of = generations),
    JX_F_STR(struct document, in.region, "region"),
    JX_F_STR(struct document, in.project_id, "projectId"),
    JX_F_STR(struct document, in.cloud, "cloud"),
    JX_F_STR(struct document, executor, "executor", .one_of = executors),
    JX_F_STR(struct document, backend, "backend", .one_of = backends),
    JX_F_STR(struct document, in.garden_namespace, "gardenNamespace"),
    JX_F_STR(struct document, in.credentials_binding, "credentialsBindingName"),
    JX_F_STR(struct document, in.endpoint, "endpoint"),
    JX_F_OBJECT(struct document, secret, "accountSecretRef"),
    JX_F_STR(struct document, in.poll, "pollInterval"),
    JX_F_STR(struct document, in.poll_not_ready, "pollIntervalWhileNotReady"),
    { 0 },
};

static const struct jx_field secret_fields[] = {
    JX_F_STR(struct input, secret_name, "name", .flags = JX_REQUIRED),
    JX_F_STR(struct input, secret_namespace, "namespace"),
    { 0 },
};

void input_duration(const char *path, const char *text, struct problems *p)
{
    int64_t ms;

    if (text && (clock_parse_duration(text, &ms, NULL) < 0 || ms < CLOCK_SECOND))
        problems_add(
            p, "%s: \"%.32s\" is not a duration of at least a second; write for example 30s, 5m or 1h30m",
            path, text);
}

void input_read(const json_t *doc, struct input *ret, struct problems *p)
{
    struct document d = { 0 };

    /* jx_bind_all() only reads, but lends sub-trees as they are */
    if (doc && !json_is_null(doc))
        jx_bind_all((json_t *)(uintptr_t)doc, "input", fields, &d, p);
    input_duration("input.pollInterval", d.in.poll, p);
    input_duration("input.pollIntervalWhileNotReady", d.in.poll_not_ready, p);
    if (d.secret)
        jx_bind_all(d.secret, "input.accountSecretRef", secret_fields, &d.in, p);
    if (d.in.endpoint && strncmp(d.in.endpoint, "https://", 8) != 0 &&
        strncmp(d.in.endpoint, "http://", 7) != 0)
        problems_add(p, "input.endpoint: \"%.64s\" is not a URL; write for example https://rest.cleura.cloud",
                     d.in.endpoint);
    d.in.gardener = d.backend && !strcmp(d.backend, "Gardener");
    if (d.in.gardener && !d.in.credentials_binding)
        problems_add(p, "input.credentialsBindingName is required with backend Gardener: the "
                        "CredentialsBinding in the project's "
                        "namespace");
    if (d.in.gardener && d.executor && strcmp(d.executor, "Cleura") != 0)
        problems_add(p, "input.backend: Gardener is not possible with executor %s; leave executor out",
                     d.executor);
    d.in.upstream = d.executor && !strcmp(d.executor, "provider-http");
    *ret = d.in;
}
