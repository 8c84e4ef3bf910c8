/* SPDX-License-Identifier: Apache-2.0 */
/* Which URLs may be called. */
#undef NDEBUG
#include "lib/cleanup.h"
#include "provider/exec/url.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void urls(void **state)
{
    static const char *const table[][2] = {
        { "https://api.example.com", "https://api.example.com" },
        { "http://[::1]:8080/a?b=c&d", "http://[::1]:8080/a?b=c&d" },
        { "https://h/a b/\xc3\xa9#f", "https://h/a%20b/%C3%A9" },
        { "https://h/%41%2F", "https://h/%41%2F" },
        { "/v1/x", "/v1/x" },
        { "/", "/" },
        { "", NULL },
        { "invalid-url", NULL },
        { "x/y", NULL },
        { "//host/x", NULL },
        { "https://", NULL },
        { "https:///x", NULL },
        { "https://:80/x", NULL },
        { "https:/h", NULL },
        { "1https://h", NULL },
        { "https://h\ni/", NULL },
        { "https://h/\n", NULL },
        { "https://h\\x/", NULL },
        { "{\"a\":1}", NULL },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(table); i++) {
        CLEAN(free) char *url = url_escape(table[i][0]);

        if (table[i][1] ? !url || strcmp(url, table[i][1]) != 0 : url != NULL)
            fail_msg("%s gives %s", table[i][0], url ? url : "nothing");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(urls) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
