/* SPDX-License-Identifier: Apache-2.0 */
/* apiVersions: reading the list, finding the resource in a URL, putting the chosen version in. */
#undef NDEBUG
#include "lib/jx.h"
#include "provider/exec/api_version.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void lists(void **state)
{
    static const struct {
        const char *list;
        int n;             /* -1 = refused */
        const char *error; /* part of it */
    } table[] = {
        { "null", 0, NULL },
        { "[\"v1\"]", 1, NULL },
        { "[\"g.io/v1\",\"g.io/v1alpha2\"]", 2, NULL },
        { "[\"apps/v1\"]", 1, NULL },
        { "[]", -1, "spec.forProvider.apiVersions must be a list" },
        { "\"g.io/v1\"", -1, "spec.forProvider.apiVersions must be a list" },
        { "{}", -1, "must be a list" },
        { "[\"g.io/v1\",3]", -1, "spec.forProvider.apiVersions[1] must be" },
        { "[\"\"]", -1, "apiVersions[0] must be" },
        { "[\"v2\"]", -1, "apiVersions[0] must be" },
        { "[\"g.io/\"]", -1, "apiVersions[0] must be" },
        { "[\"/v1\"]", -1, "apiVersions[0] must be" },
        { "[\"g.io/v1/x\"]", -1, "apiVersions[0] must be" },
        { "[\"g io/v1\"]", -1, "apiVersions[0] must be" },
        { "[\"G.io/v1\"]", -1, "apiVersions[0] must be" },
        { "[\"g.io/v1?x\"]", -1, "apiVersions[0] must be" },
        { "[\"../v1\"]", -1, "apiVersions[0] must be" },
        { "[\"g.io/v1\",\"h.io/v1\"]", -1, "apiVersions[1]: \"h.io/v1\" is of another group" },
        { "[\"g.io/v1\",\"v1\"]", -1, "of another group" },
        { "[\"a/v1\",\"a/v1\",\"a/v1\",\"a/v1\",\"a/v1\",\"a/v1\",\"a/v1\",\"a/v1\",\"a/v1\",\"a/v1\",\"a/"
          "v1\","
          "\"a/v1\",\"a/v1\",\"a/v1\",\"a/v1\",\"a/v1\",\"a/v1\"]",
          -1, "more than 16" },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(table); i++) {
        CLEAN(free)
        char *text = x_asprintf("{\"spec\":{\"forProvider\":{\"apiVersions\":%s}}}", table[i].list);
        json_auto_t *object = jx_parse(text, strlen(text), NULL);
        struct api_versions v;
        struct err e = { 0 };
        int result = api_versions_read(object, &v, &e);

        if ((result < 0) != (table[i].n < 0) || (result == 0 && (int)v.n != table[i].n))
            fail_msg("%s: %d, %zu entries", table[i].list, result, v.n);
        if (table[i].error && !strstr(e.text, table[i].error))
            fail_msg("%s: \"%s\" does not say \"%s\"", table[i].list, e.text, table[i].error);
    }
}

static void places(void **state)
{
    static const struct {
        const char *url, *base, *resource; /* NULL = refused */
    } table[] = {
        { "/apis/{apiVersion}/namespaces/a/tcproutes/db", "", "tcproutes" },
        { "/apis/{apiVersion}/namespaces/a/tcproutes", "", "tcproutes" },
        { "/apis/{apiVersion}/namespaces/a/tcproutes/db?force=true", "", "tcproutes" },
        { "/apis/{apiVersion}/namespaces/a/tcproutes?watch=1", "", "tcproutes" },
        { "/apis/{apiVersion}/gatewayclasses/x", "", "gatewayclasses" },
        { "/apis/{apiVersion}/gatewayclasses", "", "gatewayclasses" },
        { "/apis/{apiVersion}/namespaces/a", "", "namespaces" },
        { "/apis/{apiVersion}/namespaces", "", "namespaces" },
        { "/apis/{apiVersion}/namespaces/a/", "", "namespaces" },
        { "/apis/{apiVersion}/namespaces/a/status", "", "namespaces" },
        { "/apis/{apiVersion}/namespaces/a/finalize", "", "namespaces" },
        { "https://h:6443/k8s/c-1/apis/{apiVersion}/namespaces/a/x/y", "https://h:6443/k8s/c-1", "x" },
        { "/apis/{apiVersion}", NULL, NULL },
        { "/apis/{apiVersion}/", NULL, NULL },
        { "/apis/{apiVersion}?x", NULL, NULL },
        { "/apis/g.io/{apiVersion}/x", NULL, NULL },
        { "/api/{apiVersion}/x", NULL, NULL },
        { "/x?y=/apis/{apiVersion}/z", NULL, NULL },
        { "/apis/{apiVersion}/x/{apiVersion}", NULL, NULL },
        { "/apis/{apiVersion}s/x", NULL, NULL },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(table); i++) {
        CLEAN(api_place_free) struct api_place p = { .base = NULL };
        int result = api_place_read(table[i].url, &p, NULL);

        if ((result < 0) != !table[i].base)
            fail_msg("%s: %d", table[i].url, result);
        if (result == 0 && (strcmp(p.base, table[i].base) != 0 || strcmp(p.resource, table[i].resource) != 0))
            fail_msg("%s: %s, %s", table[i].url, p.base, p.resource);
    }
}

static void urls(void **state)
{
    CLEAN(free) char *named = api_version_url("/apis/{apiVersion}/namespaces/a/x/y?z", "g.io/v1");
    CLEAN(free) char *core = api_version_url("https://h/p/apis/{apiVersion}/namespaces/a", "v1");
    CLEAN(free) char *none = api_version_url("/other", "v1");

    (void)state;
    assert_string_equal("/apis/g.io/v1/namespaces/a/x/y?z", named);
    assert_string_equal("https://h/p/api/v1/namespaces/a", core);
    assert_string_equal("/other", none);
}

static void bodies(void **state)
{
    static const char body[] =
        "{\"apiVersion\":\"{apiVersion}\",\"kind\":\"{apiVersion}\",\"data\":{\"x\":\"{apiVersion}\"},"
        "\"items\":[{\"apiVersion\":\"{apiVersion}\"},{\"apiVersion\":\"v1\"}]}";
    json_auto_t *before = jx_parse(body, strlen(body), NULL), *after = api_version_body(before, "g/v2");
    CLEAN(free) char *text = jx_dump(after);
    json_auto_t *plain = jx_pack("{s:s, s:[s]}", "apiVersion", "v1", "x", API_VERSION_PLACEHOLDER);

    (void)state;
    assert_true(api_version_in(before));
    assert_false(api_version_in(after));
    assert_false(api_version_in(plain));
    assert_string_equal(
        "{\"apiVersion\":\"g/v2\",\"data\":{\"x\":\"{apiVersion}\"},"
        "\"items\":[{\"apiVersion\":\"g/v2\"},{\"apiVersion\":\"v1\"}],\"kind\":\"{apiVersion}\"}",
        text);
}

static void the_same_object_in_another_version(void **state)
{
    static const struct {
        const char *a, *b;
        bool same;
    } table[] = {
        { "https://h/apis/g/v1/namespaces/a/x/y", "https://h/apis/g/v1/namespaces/a/x/y", true },
        { "https://h/apis/g/v1/namespaces/a/x/y", "https://h/apis/g/v1alpha2/namespaces/a/x/y", true },
        { "/apis/g/v2/x/y", "/apis/g/v1/x/y", true },
        { "/apis/g/v1/x/y", "/apis/h/v1/x/y", false },
        { "/apis/g/v1/x", "/apis/g//x", false },
        { "/apis/g/v1/x/y", "/apis/g/v2/x/z", false },
        { "/apis/g/v1/x/y", "/apis/g/v1/x/z", false },
        { "/apis/g/v1/x/y", "/apis/g/v1/x/y/z", false },
        { "/api/v1/x", "/api/v2/x", false },
        { "/api/v1/x", "/apis/v1/x", false },
        { "https://h/apis/g/v1/x", "https://i/apis/g/v1/x", false },
        { "/a", "/b", false },
        { "", "/b", false },
        { "", "", true },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(table); i++)
        if (api_version_same_place(table[i].a, table[i].b) != table[i].same ||
            api_version_same_place(table[i].b, table[i].a) != table[i].same)
            fail_msg("%s, %s", table[i].a, table[i].b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists),
        cmocka_unit_test(places),
        cmocka_unit_test(urls),
        cmocka_unit_test(bodies),
        cmocka_unit_test(the_same_object_in_another_version),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
