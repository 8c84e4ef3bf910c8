/* SPDX-License-Identifier: Apache-2.0 */
/* What a Kubernetes API server says it serves. */
#undef NDEBUG
#include "lib/cleanup.h"
#include "provider/auth/apilist.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct http_response answer(const char *body)
{
    struct http_response res = { .status = 200, .body = buf_max(10000) };

    (void)buf_adds(&res.body, body);
    return res;
}

static void the_core_group_is_listed_elsewhere(void **state)
{
    CLEAN(free) char *core = apilist_path("", "v1");
    CLEAN(free) char *named = apilist_path("https://h/k8s", "apps/v1");
    CLEAN(free) char *groups = apilist_path("", NULL);

    (void)state;
    assert_string_equal("/api/v1", core);
    assert_string_equal("https://h/k8s/apis/apps/v1", named);
    assert_string_equal("/apis", groups);
    assert_int_equal(0, apilist_group_length("v1"));
    assert_int_equal(4, apilist_group_length("apps/v1"));
}

#define ROUTES                                                                                               \
    "{\"kind\":\"APIResourceList\",\"apiVersion\":\"v1\",\"groupVersion\":\"g.io/v1\",\"resources\":["       \
    "{\"name\":\"routes\",\"kind\":\"Route\"},{\"name\":\"routes/status\"},{\"kind\":\"X\"}]}"

static void resources_are_known_by_name(void **state)
{
    struct http_response res = answer(ROUTES);
    json_auto_t *names = apilist_resources(&res, "g.io/v1", NULL);

    (void)state;
    assert_non_null(json_object_get(names, "routes"));
    assert_null(json_object_get(names, "Route"));
    buf_free(&res.body);
}

static void another_answer_with_200_says_nothing(void **state)
{
    static const char *const bodies[] = {
        "",
        "<html>Welcome</html>",
        "null",
        "[]",
        "{\"kind\":\"Status\"}",
        "{\"kind\":\"APIGroup\",\"versions\":[]}",
        "{\"kind\":\"APIResourceList\",\"groupVersion\":\"g.io/v2\",\"resources\":[]}",
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(bodies); i++) {
        struct http_response res = answer(bodies[i]);
        struct err e = { 0 };

        assert_null(apilist_resources(&res, "g.io/v1", &e));
        assert_int_equal(ERR_TRANSIENT, e.kind);
        assert_null(apilist_groups(&res, NULL));
        buf_free(&res.body);
    }
}

static void groups_have_their_versions_in_order(void **state)
{
    struct http_response res =
        answer("{\"kind\":\"APIGroupList\",\"groups\":[{\"name\":\"g.io\",\"versions\":["
               "{\"groupVersion\":\"g.io/v2\"},{\"version\":\"odd\"},{\"groupVersion\":\"g.io/v1\"}]}]}");
    json_auto_t *groups = apilist_groups(&res, NULL);
    const json_t *versions = json_object_get(groups, "g.io");

    (void)state;
    assert_int_equal(2, json_array_size(versions));
    assert_string_equal("g.io/v2", json_string_value(json_array_get(versions, 0)));
    buf_free(&res.body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_core_group_is_listed_elsewhere),
        cmocka_unit_test(resources_are_known_by_name),
        cmocka_unit_test(another_answer_with_200_says_nothing),
        cmocka_unit_test(groups_have_their_versions_in_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
