/* SPDX-License-Identifier: Apache-2.0 */
/* What an answer to OBSERVE proves: one row per answer. */
#undef NDEBUG
#include "provider/reconcile/absence.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define CLEURA_404     "{\"error\":{\"code\":404,\"message\":\"Not Found\"}}"
#define KUBE_404(name) "{\"kind\":\"Status\",\"reason\":\"NotFound\",\"details\":{\"name\":\"" name "\"}}"

static const struct row {
    const char *auth;
    int status;
    const char *body;
    bool created;
    enum seen seen;
} rows[] = {
    { "Cleura", 200, "{}", false, SEEN_OBJECT },
    { "Cleura", 404, CLEURA_404, true, SEEN_ABSENT },
    { "Cleura", 404, "<html>404</html>", true, SEEN_UNAVAILABLE },
    { "Cleura", 404, "{\"error\":{\"code\":404,\"message\":\"OpenStack region X was not found\"}}", true,
      SEEN_UNAVAILABLE },
    { "Cleura", 404, "", false, SEEN_UNAVAILABLE },
    { "Cleura", 404, KUBE_404("x"), false, SEEN_UNAVAILABLE },
    { "Cleura", 400, "{\"error\":{\"code\":400}}", false, SEEN_UNAVAILABLE },
    { "Cleura", 403, "{\"error\":{\"code\":403}}", true, SEEN_REFUSED },
    { "Cleura", 429, "", true, SEEN_UNAVAILABLE },
    { "Cleura", 500, CLEURA_404, true, SEEN_UNAVAILABLE },
    { "Cleura", 302, "", true, SEEN_UNAVAILABLE },
    { "CleuraShoot", 404, KUBE_404("thing"), true, SEEN_ABSENT },
    { "CleuraShoot", 404, KUBE_404("other"), true, SEEN_UNAVAILABLE },
    { "CleuraShoot", 404, KUBE_404("ing"), true, SEEN_UNAVAILABLE },
    { "CleuraShoot", 404, "404 page not found", true, SEEN_UNAVAILABLE },
    { "CleuraShoot", 401, "", true, SEEN_REFUSED },
    { "Kubeconfig", 404, KUBE_404("thing"), false, SEEN_ABSENT },
    { "None", 404, "", true, SEEN_ABSENT },
    { "None", 410, "", true, SEEN_ABSENT },
    { "None", 422, "", false, SEEN_ABSENT },
    { "None", 422, "", true, SEEN_UNAVAILABLE },
    { "Bearer", 503, "", false, SEEN_UNAVAILABLE },
};

static void each_answer(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        struct http_response res = { .status = rows[i].status, .body = buf_max(1000) };
        enum seen seen;

        (void)buf_adds(&res.body, rows[i].body);
        seen = absence_of(rows[i].auth, "https://h/api/v1/things/thing?x=y", &res, rows[i].created);
        if (seen != rows[i].seen)
            fail_msg("row %zu (%s %d %s): %d, expected %d", i, rows[i].auth, rows[i].status, rows[i].body,
                     seen, rows[i].seen);
        buf_free(&res.body);
    }
}

static void a_404_that_names_nothing_is_about_the_path(void **state)
{
    static const struct {
        int status;
        const char *body;
        bool path;
    } paths[] = {
        { 404, "404 page not found\n", true },
        { 404, "", true },
        { 404,
          "{\"kind\":\"Status\",\"reason\":\"NotFound\",\"message\":\"the server could not find the "
          "requested resource\","
          "\"details\":{}}",
          true },
        { 404, KUBE_404("thing"), false },
        { 404, KUBE_404("namespace"), false },
        { 200, "404 page not found\n", false },
        { 503, "", false },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(paths); i++) {
        struct http_response res = { .status = paths[i].status, .body = buf_max(1000) };

        (void)buf_adds(&res.body, paths[i].body);
        if (absence_of_path(&res) != paths[i].path)
            fail_msg("%d %s", paths[i].status, paths[i].body);
        buf_free(&res.body);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(each_answer),
                                        cmocka_unit_test(a_404_that_names_nothing_is_about_the_path) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
