/* SPDX-License-Identifier: Apache-2.0 */
/* Objects out of files. */
#undef NDEBUG
#include "cli/manifest.h"
#include "lib/file.h"
#include "lib/jx.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include <cmocka.h>

static char folder[] = "/tmp/test_manifest.XXXXXX";

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    static const char *const names[] = { "a.yaml",       "b.yml",          "c.json", "ignored.txt",
                                         ".hidden.yaml", "deep/er/d.yaml", "loop" };
    static const char *const inner[] = { "deep/er", "deep" };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
        CLEAN(free) char *path = x_asprintf("%s/%s", folder, names[i]);

        (void)unlink(path);
    }
    for (size_t i = 0; i < ARRAY_LENGTH(inner); i++) {
        CLEAN(free) char *path = x_asprintf("%s/%s", folder, inner[i]);

        (void)rmdir(path);
    }
    return rmdir(folder);
}

static char *put(const char *name, const char *text)
{
    char *path = x_asprintf("%s/%s", folder, name);

    assert_int_equal(file_write_atomic(path, text, strlen(text), 0600, NULL), 0);
    return path;
}

/* What "-f first -f second" gives; NULL = no second one. */
static json_t *load_two(const char *first, const char *second, bool recursive, struct err *e)
{
    const char *paths[] = { first, second };
    struct options o = { .ns = "team-a", .recursive = recursive };

    o.filenames = (struct words){ .at = paths, .n = second ? 2 : 1 };
    return manifest_load(&o, e);
}

static json_t *load(const char *text)
{
    CLEAN(free) char *path = put("a.yaml", text);
    struct err e = { 0 };
    json_t *objects = load_two(path, NULL, false, &e);

    if (!objects)
        print_message("%s\n", e.text);
    assert_non_null(objects);
    return objects;
}

static void refuse(const char *text, const char *want)
{
    CLEAN(free) char *path = put("a.yaml", text);
    struct err e = { 0 };

    assert_null(load_two(path, NULL, false, &e));
    assert_int_equal(e.kind, ERR_INVALID);
    assert_non_null(strstr(e.text, path));
    if (!strstr(e.text, want))
        assert_string_equal(e.text, want);
}

#define SHOOT "apiVersion: platform.cleura.crossplane.io/v1alpha1\nkind: Shoot\n"

static void documents_become_objects(void **state)
{
    json_auto_t *objects = load(SHOOT "metadata: {name: one}\n---\n" SHOOT
                                      "metadata: {name: two, namespace: other}\n---\n# end\n");

    (void)state;
    assert_int_equal(json_array_size(objects), 2);
    assert_string_equal(jx_str(json_array_get(objects, 0), "metadata.namespace", ""), "team-a");
    assert_string_equal(jx_str(json_array_get(objects, 1), "metadata.namespace", ""), "other");
}

static void lists_are_opened_and_cluster_scope_has_no_namespace(void **state)
{
    json_auto_t *objects = load(
        "apiVersion: v1\nkind: List\nitems:\n"
        "- {apiVersion: cleura.m.crossplane.io/v1alpha2, kind: ClusterProviderConfig, metadata: {name: c, "
        "namespace: x}}\n"
        "- {apiVersion: v1, kind: Namespace, metadata: {name: team-a}}\n");

    (void)state;
    assert_int_equal(json_array_size(objects), 1);
    assert_null(jx_at(json_array_get(objects, 0), "metadata.namespace"));
}

static void secrets_are_encoded(void **state)
{
    json_auto_t *objects =
        load("apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {a: eA==}\nstringData: {b: hello}\n");
    const json_t *secret = json_array_get(objects, 0);

    (void)state;
    assert_string_equal(jx_str(secret, "data.a", ""), "eA==");
    assert_string_equal(jx_str(secret, "data.b", ""), "aGVsbG8=");
    assert_null(jx_at(secret, "stringData"));
}

static void what_cannot_be_used_is_named(void **state)
{
    (void)state;
    refuse("", "holds no objects");
    refuse("- 1\n", "no object with apiVersion and kind");
    refuse("kind: Shoot\n", "no object with apiVersion and kind");
    refuse(SHOOT "metadata: {name: Upper}\n", "metadata.name \"Upper\"");
    refuse(SHOOT, "metadata.name is required");
    refuse(SHOOT "metadata: {name: a, namespace: ../x}\n", "metadata.namespace is no name");
    refuse("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\n",
           "nothing here acts on Deployment of apps/v1; what runs in a cluster is applied with kubectl");
    refuse("apiVersion: platform.cleura.crossplane.io/v1alpha1\nkind: Shot\nmetadata: {name: a}\n",
           "did you mean kind Shoot");
    refuse("apiVersion: core.gardener.cloud/v1beta1\nkind: Shoot\nmetadata: {name: a}\n",
           "did you mean kind Shoot of platform.cleura.crossplane.io/v1alpha1");
    refuse("apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {b: 3}\n",
           "stringData.b must be a string");
    refuse("a: b: c\n", "line 1");
}

/* Two columns too far to the left, and nobody would ever read it. */
static void what_stands_beside_spec_is_no_field(void **state)
{
    (void)state;
    refuse(SHOOT "metadata: {name: x}\nspec: {}\ngateway: {install: Job}",
           "Shoot x: gateway is not a known field; should it be indented below spec?");
    refuse(SHOOT "metadata: {name: x}\nspce: {}", "Shoot x: spce is not a known field; did you mean spec?");
    refuse(SHOOT "metadata: {name: x, label: {a: b}}",
           "Shoot x: metadata.label is not a known field; did you mean labels?");
    refuse(SHOOT "metadata: {name: x, color: red}", "Shoot x: metadata.color is not a known field");
    refuse(SHOOT "metadata: {name: 5}", "Shoot: metadata.name must be a string; put it in quotes");
    refuse(SHOOT "metadata: {}", "Shoot: metadata.name is required");
    refuse(SHOOT, "Shoot: metadata.name is required");
    refuse("apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringDta: {a: b}",
           "Secret s: stringDta is not a known field");
}

static void folders_are_read_in_order(void **state)
{
    static const char *const files[][2] = {
        { "c.json", "{\"apiVersion\":\"platform.cleura.crossplane.io/"
                    "v1alpha1\",\"kind\":\"Shoot\",\"metadata\":{\"name\":\"three\"}}" },
        { "a.yaml", SHOOT "metadata: {name: one}\n" },
        { "b.yml", SHOOT "metadata: {name: two}\n" },
        { "ignored.txt", "a: b: c" },
        { ".hidden.yaml", "a: b: c" },
    };
    json_auto_t *objects = NULL;

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(files); i++)
        free(put(files[i][0], files[i][1]));
    objects = load_two(folder, NULL, false, NULL);
    assert_int_equal(json_array_size(objects), 3);
    assert_string_equal(jx_str(json_array_get(objects, 0), "metadata.name", ""), "one");
    assert_string_equal(jx_str(json_array_get(objects, 2), "metadata.name", ""), "three");
}

static void several_paths_are_one_list(void **state)
{
    CLEAN(free) char *one = put("a.yaml", SHOOT "metadata: {name: one}\n");
    CLEAN(free) char *two = put("b.yml", SHOOT "metadata: {name: two}\n");
    json_auto_t *objects = load_two(two, one, false, NULL);

    (void)state;
    assert_int_equal(json_array_size(objects), 2);
    assert_string_equal(jx_str(json_array_get(objects, 0), "metadata.name", ""), "two");
}

static void what_is_said_twice_counts_once_unless_it_differs(void **state)
{
    CLEAN(free) char *one = put("a.yaml", SHOOT "metadata: {name: one}\n");
    CLEAN(free) char *same = put("b.yml", SHOOT "metadata: {name: one, namespace: team-a}\n");
    CLEAN(free) char *other = put("c.json", SHOOT "metadata: {name: one}\nspec: {region: kna1}\n");
    json_auto_t *objects = load_two(one, same, false, NULL);
    json_auto_t *differing = NULL;
    struct err e = { 0 };

    (void)state;
    assert_int_equal(json_array_size(objects), 1);
    differing = load_two(one, other, false, &e);
    assert_null(differing);
    assert_int_equal(e.kind, ERR_INVALID);
    assert_non_null(strstr(e.text, other));
    assert_non_null(strstr(e.text, "Shoot/one"));
    assert_non_null(strstr(e.text, one));
}

static void standard_input_is_read_once(void **state)
{
    struct err e = { 0 };

    (void)state;
    assert_null(load_two("-", "-", false, &e));
    assert_non_null(strstr(e.text, "only once"));
}

static void folders_within_folders_are_read_when_asked_for(void **state)
{
    static const char *const inner[] = { "deep", "deep/er" };
    json_auto_t *flat = NULL, *all = NULL, *deep = NULL;
    CLEAN(free) char *outer = x_asprintf("%s/deep", folder), *loop = x_asprintf("%s/loop", folder);
    struct err e = { 0 };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(inner); i++) {
        CLEAN(free) char *path = x_asprintf("%s/%s", folder, inner[i]);

        assert_int_equal(mkdir(path, 0700), 0);
    }
    assert_int_equal(symlink(folder, loop), 0);
    free(put("a.yaml", SHOOT "metadata: {name: one}\n"));
    free(put("b.yml", SHOOT "metadata: {name: two}\n"));
    free(put("c.json", SHOOT "metadata: {name: three}\n"));
    free(put("deep/er/d.yaml", SHOOT "metadata: {name: four}\n"));

    flat = load_two(folder, NULL, false, NULL);
    assert_int_equal(json_array_size(flat), 3);
    all = load_two(folder, NULL, true, NULL);
    assert_int_equal(json_array_size(all), 4);
    deep = load_two(outer, NULL, false, &e);
    assert_null(deep);
    assert_non_null(strstr(e.text, "--recursive"));
}

static void what_is_not_there_is_not_found(void **state)
{
    struct err e = { 0 };

    (void)state;
    assert_null(load_two("/nonexistent/x.yaml", NULL, false, &e));
    assert_int_equal(e.kind, ERR_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(documents_become_objects),
        cmocka_unit_test(lists_are_opened_and_cluster_scope_has_no_namespace),
        cmocka_unit_test(secrets_are_encoded),
        cmocka_unit_test(what_cannot_be_used_is_named),
        cmocka_unit_test(what_stands_beside_spec_is_no_field),
        cmocka_unit_test(folders_are_read_in_order),
        cmocka_unit_test(several_paths_are_one_list),
        cmocka_unit_test(what_is_said_twice_counts_once_unless_it_differs),
        cmocka_unit_test(standard_input_is_read_once),
        cmocka_unit_test(folders_within_folders_are_read_when_asked_for),
        cmocka_unit_test(what_is_not_there_is_not_found),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
