/* SPDX-License-Identifier: Apache-2.0 */
/* Merging kubeconfigs. */
#undef NDEBUG
#include "cli/merge.h"
#include "lib/jx_yaml.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static json_t *config(const char *yaml)
{
    json_auto_t *documents = jx_yaml_parse(yaml, strlen(yaml), NULL);

    assert_non_null(documents);
    return json_incref(json_array_get(documents, 0));
}

static const char new_text[] =
    "apiVersion: v1\nkind: Config\n"
    "clusters: [{name: b, cluster: {server: new}}, {name: c, cluster: {server: new}}]\n"
    "users: [{name: b, user: {token: new}}]\n"
    "contexts: [{name: b, context: {cluster: b, user: b}}]\n"
    "current-context: b\n";

static void same_names_are_replaced_and_the_rest_stays(void **state)
{
    json_auto_t *into =
        config("apiVersion: v1\nkind: Config\npreferences: {colors: true}\n"
               "clusters: [{name: a, cluster: {server: old}}, {name: b, cluster: {server: old}}]\n"
               "users: [{name: a, user: {token: old}}]\ncurrent-context: a\n");
    json_auto_t *from = config(new_text);
    struct err e = { 0 };
    CLEAN(free) char *got = NULL;

    (void)state;
    assert_int_equal(merge_into(into, from, false, &e), 0);
    got = jx_yaml_dump(into);
    assert_string_equal(got, "apiVersion: v1\n"
                             "kind: Config\n"
                             "preferences:\n"
                             "  colors: true\n"
                             "clusters:\n"
                             "- name: a\n"
                             "  cluster:\n"
                             "    server: old\n"
                             "- name: b\n"
                             "  cluster:\n"
                             "    server: new\n"
                             "- name: c\n"
                             "  cluster:\n"
                             "    server: new\n"
                             "users:\n"
                             "- name: a\n"
                             "  user:\n"
                             "    token: old\n"
                             "- name: b\n"
                             "  user:\n"
                             "    token: new\n"
                             "current-context: a\n"
                             "contexts:\n"
                             "- name: b\n"
                             "  context:\n"
                             "    cluster: b\n"
                             "    user: b\n");
}

static void the_context_changes_only_when_asked(void **state)
{
    json_auto_t *into = config("current-context: a\nclusters: null\n"), *from = config(new_text);
    struct err e = { 0 };

    (void)state;
    assert_int_equal(merge_into(into, from, true, &e), 0);
    assert_string_equal(jx_str(into, "current-context", ""), "b");
    assert_string_equal(jx_str(into, "kind", ""), "Config");
    assert_int_equal(json_array_size(jx_at(into, "clusters")), 2);
}

static void nothing_but_a_kubeconfig_is_merged_into(void **state)
{
    static const char *const bad[] = { "[]", "kind: Secret", "clusters: {a: b}", "users: 3" };
    json_auto_t *from = config(new_text);

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(bad); i++) {
        json_auto_t *into = config(bad[i]);
        json_auto_t *before = json_deep_copy(into);
        struct err e = { 0 };

        assert_int_equal(merge_into(into, from, true, &e), -1);
        assert_int_equal(e.kind, ERR_INVALID);
        assert_true(json_equal(into, before));
    }
}

static void merging_twice_changes_nothing(void **state)
{
    json_auto_t *into = json_object(), *from = config(new_text), *once = NULL;

    (void)state;
    assert_int_equal(merge_into(into, from, true, NULL), 0);
    once = json_deep_copy(into);
    assert_int_equal(merge_into(into, from, true, NULL), 0);
    assert_true(json_equal(into, once));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_names_are_replaced_and_the_rest_stays),
        cmocka_unit_test(the_context_changes_only_when_asked),
        cmocka_unit_test(nothing_but_a_kubeconfig_is_merged_into),
        cmocka_unit_test(merging_twice_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
