/* SPDX-License-Identifier: Apache-2.0 */
/* Gateway API's grammars: what is right, what is wrong, and that each wrong thing is told by its name. */
#undef NDEBUG
#include "function/render/gwapi_words.h"
#include "lib/cleanup.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define TEN "0123456789"
#define LONG                                                                                                 \
    TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN

struct example {
    const char *(*wrong)(const char *text);
    const char *text, *says; /* NULL: it is right */
};

static const struct example examples[] = {
    { wrong_hostname, "shop.example.com", NULL },
    { wrong_hostname, "*.example.com", NULL },
    { wrong_hostname, "x", NULL },
    { wrong_hostname, "", "is not a DNS name" },
    { wrong_hostname, "*", "covers everything" },
    { wrong_hostname, "*.", "is not a DNS name" },
    { wrong_hostname, "a*.x.se", "partial wildcard" },
    { wrong_hostname, "*.*.x.se", "partial wildcard" },
    { wrong_hostname, "10.0.0.1", "is an address" },
    { wrong_hostname, "::1", "is an address" },
    { wrong_hostname, "Shop.se", "upper-case" },
    { wrong_hostname, "https://shop.se", "more than a host name" },
    { wrong_hostname, "shop.se:80", "more than a host name" },
    { wrong_hostname, "shop..se", "is not a DNS name" },
    { wrong_hostname, "-shop.se", "is not a DNS name" },
    { wrong_hostname, "shop_.se", "is not a DNS name" },
    { wrong_hostname, "shop.se.", "ends in a dot" },
    { wrong_hostname, "bücher.example", "xn--" },
    { wrong_hostname, "xn--bcher-kva.example", NULL },
    { wrong_precise_hostname, "*.x.se", "wildcard, which is not possible here" },
    { wrong_section, "http-1.a", NULL },
    { wrong_section, "Http", "is not a name" },
    { wrong_namespace, "my-app", NULL },
    { wrong_namespace, "my.app", "cannot name a namespace" },
    { wrong_group, "", NULL },
    { wrong_group, "gateway.networking.k8s.io", NULL },
    { wrong_group, "Gateway", "is not an API group" },
    { wrong_kind, "Service", NULL },
    { wrong_kind, "Ser.vice", "is not a kind" },
    { wrong_kind, "1x", "is not a kind" },
    { wrong_kind, "x-", "is not a kind" },
    { wrong_header, "X-Version", NULL },
    { wrong_header, "X Version", "is not the name of a header" },
    { wrong_header, "", "is not the name of a header" },
    { wrong_query, "page_size", NULL },
    { wrong_query, "q[]", "cannot name a query parameter" },
    { wrong_query, "", "cannot name a query parameter" },
    { wrong_service, "web-1", NULL },
    { wrong_service, "Web", "cannot name a Service" },
    { wrong_service, "1web", "cannot name a Service" },
    { wrong_service, "web.my-app.svc", "cannot name a Service" },
    { wrong_grpc_service, "com.example.User_1", NULL },
    { wrong_grpc_service, ".com.User", NULL },
    { wrong_grpc_service, "User", NULL },
    { wrong_grpc_service, "com.example/User", "cannot name a service" },
    { wrong_grpc_service, "com..User", "cannot name a service" },
    { wrong_grpc_service, "com.User.", "cannot name a service" },
    { wrong_grpc_service, "1com", "cannot name a service" },
    { wrong_grpc_service, "", "cannot name a service" },
    { wrong_grpc_method, "_Login2", NULL },
    { wrong_grpc_method, "2Login", "cannot name a method" },
    { wrong_grpc_method, "Log.in", "cannot name a method" },
    { wrong_grpc_method, "", "cannot name a method" },
    { wrong_origin, "*", NULL },
    { wrong_origin, "https://shop.example.com", NULL },
    { wrong_origin, "http://Shop:8080", NULL },
    { wrong_origin, "https://*.example.com:1", NULL },
    { wrong_origin, "https://*", NULL },
    { wrong_origin, "https://*:80", NULL },
    { wrong_origin, "shop.example.com", "is not an origin" },
    { wrong_origin, "ftp://shop.example.com", "is not an origin" },
    { wrong_origin, "https://shop.example.com/", "is not an origin" },
    { wrong_origin, "https://shop.example.com:", "is not an origin" },
    { wrong_origin, "https://shop.example.com:123456", "is not an origin" },
    { wrong_origin, "https://shop..example.com", "is not an origin" },
    { wrong_origin, "https://.example.com", "is not an origin" },
    { wrong_origin, "https://*.", "is not an origin" },
    { wrong_origin, "https://a.*.com", "is not an origin" },
    { wrong_origin, "https://", "is not an origin" },
    { wrong_origin, "https://:80", "is not an origin" },
    { wrong_origin, "https://" LONG, "is not an origin" },
    { wrong_cors_method, "GET", NULL },
    { wrong_cors_method, "*", NULL },
    { wrong_cors_method, "get", "is not a method" },
    { wrong_path, "/a?b=1", "queryParams" },
    { wrong_path, "/50%", "write %25" },
    { wrong_path, "/%zz", "write %25" },
    { wrong_path, "/%C3%A5", NULL },
    { wrong_duration, "10s", NULL },
    { wrong_duration, "1h2m3s4ms", NULL },
    { wrong_duration, "99999h", NULL },
    { wrong_duration, "1.5s", "write for example 1500ms" },
    { wrong_duration, "100000s", "whole numbers" },
    { wrong_duration, "5us", "whole numbers" },
    { wrong_duration, "10", "whole numbers" },
    { wrong_duration, "", "whole numbers" },
    { wrong_duration, "1s1s1s1s1s", "whole numbers" },
    { wrong_path, "/", NULL },
    { wrong_path, "/a-b/c.d/~e%20f", NULL },
    { wrong_path, "/a/...", NULL },
    { wrong_path, "", "must start with '/'" },
    { wrong_path, "a", "must start with '/'" },
    { wrong_path, "//", "must start with '/'" },
    { wrong_path, "/./a", "must start with '/'" },
    { wrong_path, "/a/..", "must start with '/'" },
    { wrong_path, "/a%2fb", "must start with '/'" },
    { wrong_path, "/a#b", "must start with '/'" },
    { wrong_path, "/a b", "characters that a path cannot have" },
    { wrong_path, "/a%2", "write %25" },
    { wrong_path, "/a%zz", "write %25" },
};

static void texts_are_right_or_told_what_is_wrong(void **state)
{

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(examples); i++) {
        const char *says = examples[i].wrong(examples[i].text);

        if (!says != !examples[i].says || (says && !strstr(says, examples[i].says)))
            fail_msg("\"%s\" %s", examples[i].text, says ? says : "is right");
    }
}

static void durations_add_up(void **state)
{
    (void)state;
    assert_int_equal(duration_ms("0s"), 0);
    assert_int_equal(duration_ms("1500ms"), 1500);
    assert_int_equal(duration_ms("1h2m3s4ms"), 3723004);
}

static void wildcards_cover_what_is_below(void **state)
{
    (void)state;
    assert_true(hostnames_meet(NULL, "a.example.com"));
    assert_true(hostnames_meet("", "a.example.com"));
    assert_true(hostnames_meet("*.example.com", "a.example.com"));
    assert_true(hostnames_meet("*.example.com", "a.b.example.com"));
    assert_true(hostnames_meet("a.example.com", "*.example.com"));
    assert_true(hostnames_meet("*.example.com", "*.b.example.com"));
    assert_true(hostnames_meet("*.example.com", "*.example.com"));
    assert_false(hostnames_meet("*.example.com", "example.com"));
    assert_false(hostnames_meet("*.example.com", "a.example.org"));
    assert_false(hostnames_meet("*.example.com", "aexample.com"));
}

static void an_object_is_named_whole(void **state)
{
    (void)state;
    assert_true(names_object("TCP Port 80 not found on Service my-app/web.", "my-app", "web"));
    assert_true(names_object("my-app/web-next or my-app/web", "my-app", "web"));
    assert_false(names_object("Service my-app/web-next", "my-app", "web"));
    assert_false(names_object("Service not-my-app/web", "my-app", "web"));
    assert_false(names_object("Service my-app/", "my-app", ""));
    assert_false(names_object("", "my-app", "web"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_right_or_told_what_is_wrong),
        cmocka_unit_test(durations_add_up),
        cmocka_unit_test(wildcards_cover_what_is_below),
        cmocka_unit_test(an_object_is_named_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
