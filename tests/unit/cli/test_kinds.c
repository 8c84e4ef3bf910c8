/* SPDX-License-Identifier: Apache-2.0 */
/* Kinds and what people call them. */
#undef NDEBUG
#include "cli/kinds.h"
#include "cli/select.h"
#include "function/render/render.h"
#include "lib/clock.h"
#include "lib/jx.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void every_rendered_kind_is_known(void **state)
{
    (void)state;
    for (const char *const *name = render_kinds; *name; name++) {
        const struct kind_info *kind = kinds_find(*name);

        if (!kind || kind->role != KIND_COMPOSITE || kind->cluster != (**name == 'X'))
            fail_msg("%s has no proper row", *name);
    }
}

static void people_write_kinds_in_many_ways(void **state)
{
    static const char *const names[] = { "Shoot", "shoot", "shoots", "SHOOTS" };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
        assert_string_equal(kinds_find(names[i])->kind, "Shoot");
    assert_string_equal(kinds_find("disposablerequests")->kind, "DisposableRequest");
    assert_string_equal(kinds_find("request")->api_version, "cleura.m.crossplane.io/v1alpha2");
    assert_null(kinds_find("shootsx"));
    assert_null(kinds_find(""));
    assert_string_equal(kinds_nearest("scret"), "Secret");
    assert_null(kinds_nearest("deployment"));
}

static void objects_are_known_by_group_not_version(void **state)
{
    json_auto_t *newer = jx_pack("{s:s, s:s}", "apiVersion", "cleura.crossplane.io/v9", "kind", "Request");
    json_auto_t *other =
        jx_pack("{s:s, s:s}", "apiVersion", "http.crossplane.io/v1alpha2", "kind", "Request");

    (void)state;
    assert_true(kinds_of(newer)->cluster);
    assert_null(kinds_of(other));
}

static json_t *shoot(const char *name)
{
    return jx_pack("{s:s, s:s, s:{s:s, s:s}, s:{}}", "apiVersion", "platform.cleura.crossplane.io/v1alpha1",
                   "kind", "Shoot", "metadata", "name", name, "namespace", "default", "spec");
}

static int select_count(struct store *s, const char *first, const char *second, struct err *e)
{
    const char *const words[] = { first, second };
    json_auto_t *found = NULL;

    if (select_objects(s, "default", words, second ? 2 : first ? 1 : 0, &found, e) < 0)
        return -1;
    return (int)json_array_size(found);
}

static void words_select_objects(void **state)
{
    CLEAN(store_free) struct store *s = store_memory(clock_now);
    json_auto_t *a = shoot("a"), *b = shoot("b");
    struct err e = { 0 };

    (void)state;
    assert_int_equal(s->ops->put(s, a, NULL, &e), 0);
    assert_int_equal(s->ops->put(s, b, NULL, &e), 0);
    assert_int_equal(select_count(s, NULL, NULL, &e), 2);
    assert_int_equal(select_count(s, "shoots", NULL, &e), 2);
    assert_int_equal(select_count(s, "secrets", NULL, &e), 0);
    assert_int_equal(select_count(s, "shoot", "a", &e), 1);
    assert_int_equal(select_count(s, "shoot/b", NULL, &e), 1);
    assert_int_equal(select_count(s, "shoot", "c", &e), -1);
    assert_int_equal(e.kind, ERR_NOT_FOUND);
    assert_int_equal(select_count(s, "shoot/b", "b", &e), -1);
    assert_int_equal(e.kind, ERR_INVALID);
    assert_int_equal(select_count(s, "shot", NULL, &e), -1);
    assert_non_null(strstr(e.text, "did you mean Shoot"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_rendered_kind_is_known),
        cmocka_unit_test(people_write_kinds_in_many_ways),
        cmocka_unit_test(objects_are_known_by_group_not_version),
        cmocka_unit_test(words_select_objects),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
