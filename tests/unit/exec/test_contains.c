/* SPDX-License-Identifier: Apache-2.0 */
/* Containment, with the vectors of provider-http's own tests. */
#undef NDEBUG
#include "lib/jx.h"
#include "provider/exec/contains.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void vectors(void **state)
{
    static const struct {
        const char *there, *wanted;
        bool contains;
    } table[] = {
        { "{\"email\":\"e\",\"username\":\"u\",\"details\":{\"a\":1,\"b\":2}}", "{\"username\":\"u\"}",
          true },
        { "{\"d\":{\"a\":1}}", "{\"d\":{\"a\":1}}", true },
        { "{\"details\":{\"a\":1,\"b\":2,\"c\":{\"c\":1,\"a\":2}}}",
          "{\"details\":{\"b\":2,\"c\":{\"c\":1}}}", true },
        { "{\"a\":1}", "{}", true },
        { "{}", "{}", true },
        { "{\"a\":1,\"b\":2}", "{\"a\":1}", true },
        { "{\"a\":1}", "{\"unknown\":1}", false },
        { "{\"d\":{\"a\":1}}", "{\"d\":{\"b\":1}}", false },
        { "{}", "{\"a\":1}", false },
        { "{\"a\":1}", "{\"a\":1.0}", true },
        { "{\"a\":1}", "{\"a\":\"1\"}", false },
        { "{\"a\":[1,2]}", "{\"a\":[1,2]}", true },
        { "{\"a\":[1,2]}", "{\"a\":[2,1]}", false },
        { "{\"a\":[1,2]}", "{\"a\":[1]}", false },
        { "{\"a\":[{\"x\":1,\"y\":2}]}", "{\"a\":[{\"x\":1}]}", false },
        { "{\"a\":[{\"x\":1.0,\"y\":2}]}", "{\"a\":[{\"y\":2,\"x\":1}]}", true },
        { "{}", "{\"a\":null}", false },
        { "{\"a\":null}", "{\"a\":null}", true },
        { "{\"a\":true}", "{\"a\":false}", false },
        { "{\"a\":{\"b\":1}}", "{\"a\":1}", false },
        { "9007199254740993", "9007199254740992", false },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(table); i++) {
        json_auto_t *there = jx_parse(table[i].there, strlen(table[i].there), NULL);
        json_auto_t *wanted = jx_parse(table[i].wanted, strlen(table[i].wanted), NULL);

        if (contains(there, wanted) != table[i].contains)
            fail_msg("%s in %s is not %d", table[i].wanted, table[i].there, table[i].contains);
    }
}

static void what_was_applied_may_have_grown(void **state)
{
    static const struct {
        const char *there, *wanted;
        bool contains;
    } table[] = {
        { "{\"a\":[{\"x\":1,\"y\":2}]}", "{\"a\":[{\"x\":1}]}", true },
        { "{\"a\":[{\"x\":0},{\"x\":1,\"y\":2}]}", "{\"a\":[{\"x\":1}]}", true },
        { "{\"a\":[{\"x\":1}]}", "{\"a\":[{\"x\":1},{\"x\":1}]}", false },
        { "{\"a\":[1,2]}", "{\"a\":[2,1]}", false },
        { "{\"a\":[{\"x\":1}]}", "{\"a\":[{\"x\":2}]}", false },
        { "{\"a\":1}", "{\"b\":{},\"c\":[],\"d\":null}", true },
        { "{\"a\":1}", "{\"b\":{\"c\":1}}", false },
        { "{\"a\":1}", "{\"a\":2}", false },
        { "{\"a\":[1]}", "{\"a\":1}", false },
        { "{\"a\":1}", "{\"a\":1.0}", true },
        { "{\"a\":1}", "{\"b\":false,\"c\":0,\"d\":\"\"}", true },
        { "{\"a\":1}", "{\"b\":true}", false },
        { "{\"a\":1}", "{\"a\":null}", true },
        { "{\"a\":true}", "{\"a\":false}", false },
        { "{\"a\":1}", "{\"a\":0}", false },
        /* as a real API server stores what is asked for */
        { "{\"requests\":{\"storage\":\"1536Gi\"}}", "{\"requests\":{\"storage\":\"1.5Ti\"}}", true },
        { "{\"limits\":{\"cpu\":\"500m\",\"memory\":\"1Gi\"}}",
          "{\"limits\":{\"cpu\":0.5,\"memory\":\"1024Mi\"}}", true },
        { "{\"hard\":{\"pods\":\"10\"}}", "{\"hard\":{\"pods\":10}}", true },
        { "{\"requests\":{\"storage\":\"1536Gi\"}}", "{\"requests\":{\"storage\":\"1.6Ti\"}}", false },
        { "{\"requests\":{\"storage\":\"1Gi\"}}", "{\"requests\":{\"storage\":\"1G\"}}", false },
        { "{\"requests\":{}}", "{\"requests\":{\"storage\":\"1G\"}}", false },
        { "{\"data\":{\"version\":\"1.1\"}}", "{\"data\":{\"version\":\"1.10\"}}", false },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(table); i++) {
        json_auto_t *there = jx_parse(table[i].there, strlen(table[i].there), NULL);
        json_auto_t *wanted = jx_parse(table[i].wanted, strlen(table[i].wanted), NULL);

        if (contains_applied(there, wanted) != table[i].contains)
            fail_msg("%s in %s is not %d", table[i].wanted, table[i].there, table[i].contains);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(vectors),
                                        cmocka_unit_test(what_was_applied_may_have_grown) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
