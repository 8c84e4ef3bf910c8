/* SPDX-License-Identifier: Apache-2.0 */
/* What a cluster may answer about Gateways and routes, built up from conditions, and the real jq to judge it. */
#pragma once
#include "function/render/gwapi_programs.h"
#include "lib/buf.h"
#include "lib/file.h"
#include "lib/jx.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { GENERATION = 7, OUT_MAX = 64 << 20 };

/* A condition: as it should be, of the generation before, of none, the other way, not known, not there. */
enum said { GOOD, OLD, UNDATED, BAD, UNKNOWN, ABSENT, SAID };

/* Runs 'program' on each document of 'list'; what comes out, one each. New. */
static inline json_t *run(const char *program, const json_t *list)
{
    char folder[] = "/tmp/gwapi-jq-XXXXXX", command[128], chunk[65536];
    CLEAN(buf_free) struct buf out = buf_max(OUT_MAX);
    CLEAN(free)
    char *text = jx_dump(list), *prog = NULL, *json = NULL, *whole = x_asprintf("[.[] | (%s)]", program);
    size_t n;
    json_t *results;
    FILE *f;

    assert_non_null(mkdtemp(folder));
    prog = x_asprintf("%s/p", folder);
    json = x_asprintf("%s/d", folder);
    assert_int_equal(file_write_atomic(prog, whole, strlen(whole), 0600, NULL), 0);
    assert_int_equal(file_write_atomic(json, text, strlen(text), 0600, NULL), 0);
    (void)snprintf(command, sizeof(command), "jq -c -f %s %s", prog, json);
    f = popen(command, "r");
    assert_non_null(f);
    while ((n = fread(chunk, 1, sizeof(chunk), f)) > 0)
        assert_int_equal(buf_add(&out, chunk, n), 0);
    assert_int_equal(pclose(f), 0);
    (void)unlink(prog);
    (void)unlink(json);
    (void)rmdir(folder);
    results = json_loads(buf_text(&out), 0, NULL);
    assert_int_equal(json_array_size(results), json_array_size(list));
    return results;
}

static inline void say(json_t *conditions, const char *type, enum said how, const char *reason)
{
    json_t *c = jx_pack("{s:s, s:s, s:s, s:s}", "type", type, "status",
                        how == BAD       ? "False"
                        : how == UNKNOWN ? "Unknown"
                                         : "True",
                        "reason", reason, "message", "because");

    if (how != UNDATED)
        jx_set(c, "observedGeneration", json_integer(how == OLD ? GENERATION - 1 : GENERATION));
    if (how == ABSENT)
        json_decref(c);
    else
        jx_append(conditions, c);
}

static inline json_t *document(json_t *wanted, json_t *spec, json_t *status)
{
    return jx_pack("{s:{s:{s:{s:{s:s}, s:o}}}, s:{s:i, s:{s:{s:i}, s:o, s:o}}}", "payload", "body", "object",
                   "metadata", "namespace", "my-app", "spec", wanted, "response", "statusCode", 200, "body",
                   "metadata", "generation", GENERATION, "spec", spec, "status", status);
}

/* The number of a combination, digit by digit. */
static inline unsigned digit(unsigned *n, unsigned base)
{
    unsigned d = *n % base;

    *n /= base;
    return d;
}
