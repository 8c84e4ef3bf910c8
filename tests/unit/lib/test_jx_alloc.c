/* SPDX-License-Identifier: Apache-2.0 */
/* Values in an arena, and what must not land there.  AddressSanitizer sees what is freed wrongly, or not at all. */
#undef NDEBUG
#include "lib/jx.h"
#include "lib/jx_alloc.h"
#include "lib/jx_yaml.h"
#include "lib/log.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct arena arena;

static int in_force(void **state)
{
    (void)state;
    jx_alloc_install();
    assert_null(jx_alloc_from(&arena));
    return 0;
}

static int over(void **state)
{
    (void)state;
    assert_ptr_equal(jx_alloc_from(NULL), &arena);
    arena_free(&arena);
    return 0;
}

static json_t *document(void) { return jx_pack("{s:[i, i, s], s:{}}", "list", 1, 2, "three", "object"); }

static void values_come_from_it_and_go_with_it(void **state)
{
    json_t *doc = document();

    (void)state;
    assert_true(arena_has(&arena, doc));
    assert_true(arena_has(&arena, jx_at(doc, "list")));
    jx_set(doc, "list", json_null()); /* what was there is released, which is nothing here */
    jx_alloc_release(doc);
    (void)document(); /* and what nobody releases is gone too */
}

static void values_of_the_heap_are_released_meanwhile(void **state)
{
    struct arena *mine = jx_alloc_from(NULL);
    json_t *doc = document();

    (void)state;
    assert_false(arena_has(&arena, doc));
    (void)jx_alloc_from(mine);
    jx_set(doc, "more", document());
    jx_alloc_release(doc);
}

static void texts_are_their_callers(void **state)
{
    json_t *doc = document();
    CLEAN(free) char *compact = jx_dump(doc), *pretty = jx_dump_pretty(doc), *yaml = jx_yaml_dump(doc);

    (void)state;
    assert_string_equal(compact, "{\"list\":[1,2,\"three\"],\"object\":{}}");
    assert_non_null(strstr(pretty, "\n  \"object\": {}\n"));
    assert_string_equal(yaml, "list:\n- 1\n- 2\n- three\nobject: {}\n");
}

static void lines_can_be_logged(void **state)
{
    (void)state;
    log_info("a line of a test", LI("number", 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(values_come_from_it_and_go_with_it, in_force, over),
        cmocka_unit_test_setup_teardown(values_of_the_heap_are_released_meanwhile, in_force, over),
        cmocka_unit_test_setup_teardown(texts_are_their_callers, in_force, over),
        cmocka_unit_test_setup_teardown(lines_can_be_logged, in_force, over),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
