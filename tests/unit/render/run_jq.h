/* SPDX-License-Identifier: Apache-2.0 */
/* A program of ours on documents of a test, by the jq that the provider's library is. */
#pragma once
#include "lib/buf.h"
#include "lib/file.h"
#include "lib/jx.h"
#include <unistd.h>

enum { RUN_JQ_OUT_MAX = 64 << 20 };

/* Runs 'program' on each document of 'list'; what comes out, one each. New. */
static inline json_t *run_jq(const char *program, const json_t *list)
{
    char folder[] = "/tmp/render-jq-XXXXXX", command[128], chunk[65536];
    CLEAN(buf_free) struct buf out = buf_max(RUN_JQ_OUT_MAX);
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
