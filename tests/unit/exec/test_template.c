/* SPDX-License-Identifier: Apache-2.0 */
/* Finding placeholders; resolving them is in tests/exec/c05*. */
#undef NDEBUG
#include "provider/exec/template.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* All placeholders of 'text', with their ids in brackets. */
static char *found(const char *text)
{
    CLEAN(buf_free) struct buf out = buf_max(4096);
    const char *end = text + strlen(text);
    struct placeholder p;

    for (; placeholder_next(text, end, &p); text = p.at + p.len) {
        assert_true(p.at >= text && p.at + p.len <= end);
        assert_int_equal(strncmp(p.at, "{{", 2), 0);
        assert_int_equal(strncmp(p.at + p.len - 2, "}}", 2), 0);
        (void)buf_addf(&out, "[%s]", p.id);
        free(p.id);
    }
    return buf_take(&out);
}

static void vectors(void **state)
{
    static const char *const table[][2] = {
        { "data -> {{name:namespace:key}} {{name:namespace:key}} {{name-second:namespace-second:key-second}}",
          "[name:namespace:key][name:namespace:key][name-second:namespace-second:key-second]" },
        { "{{name::namespace:key}}", "" },
        { "{{name:key}}", "" },
        { "{{name:key:namespace:try}}", "" },
        { "{{:a:b}} {{a:b:}} {{::}}", "" },
        { "data -> {{invalid-placeholder}}", "" },
        { "{{  a:b:c\t\n}}", "[a:b:c]" },
        { "{{a :b:c}} {{a: b:c}} {{a:b :c}}", "" },
        { "{{{a:b:c}}}", "[a:b:c]" },
        { "{{a:b:c}", "" },
        { "{{{{a:b:c}}", "[a:b:c]" },
        { "{{a:b:{{c:d:e}}", "[c:d:e]" },
        { "{{a:b:c}}{{d:e:f}}", "[a:b:c][d:e:f]" },
        { "{{a:b:c", "" },
        { "{", "" },
        { "", "" },
        { "{{\xc3\xa9:b:c.d/e}}", "[\xc3\xa9:b:c.d/e]" },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(table); i++) {
        CLEAN(free) char *ids = found(table[i][0]);

        assert_string_equal(ids, table[i][1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(vectors) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
