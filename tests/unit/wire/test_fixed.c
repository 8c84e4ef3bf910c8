/* SPDX-License-Identifier: Apache-2.0 */
/* Documents that never change are encoded once; nobody can tell. */
#undef NDEBUG
#include "function/wire/fixed.h"
#include "function/wire/structs.h"
#include "lib/jx.h"
#include "lib/jx_fixed.h"
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static json_t *make(const void *text) { return jx_parse(text, strlen(text), NULL); }

static const char object[] = "{\"b\": [1, {\"c\": \"d\"}, [], {}], \"a\": {\"on\": true, \"none\": null}}";

/* The same, but of the one nothing is kept. */
static void same_bytes(json_t *fixed, const char *text)
{
    json_auto_t *in_fixed = jx_pack("{s:{s:O, s:s}}", "spec", "it", fixed, "x", "y"),
                *plain = jx_pack("{s:{s:o, s:s}}", "spec", "it", make(text), "x", "y");
    CLEAN(backward_free) struct backward want = backward_max(10000), got = backward_max(10000);

    structs_encode(&want, plain);
    structs_encode(&got, in_fixed);
    assert_int_equal(backward_size(&got), backward_size(&want));
    assert_memory_equal(got.at, want.at, backward_size(&want));
}

static void the_second_time_it_is_the_same(void **state)
{
    static struct jx_fixed fixed;
    json_t *doc = jx_fixed(&fixed, make, object);

    (void)state;
    assert_int_equal(fixed_get(doc).n, 0);
    for (int i = 0; i < 3; i++) {
        same_bytes(doc, object);
        assert_true(fixed_get(doc).n > 0);
    }
    /* a part of it is kept when it is put somewhere by itself */
    assert_int_equal(fixed_get(jx_at(doc, "b")).n, 0);
    same_bytes(jx_at(doc, "b"), "[1, {\"c\": \"d\"}, [], {}]");
    assert_true(fixed_get(jx_at(doc, "b")).n > 0);
    same_bytes(jx_at(doc, "b"), "[1, {\"c\": \"d\"}, [], {}]");
}

static void what_did_not_fit_is_not_kept(void **state)
{
    static struct jx_fixed fixed;
    json_t *doc = jx_fixed(&fixed, make, object);
    json_auto_t *holder = jx_pack("{s:O}", "it", doc);

    (void)state;
    for (size_t max = 0; max < 40; max++) {
        CLEAN(backward_free) struct backward b = backward_max(max);

        structs_encode(&b, holder);
        assert_true(b.overflow);
    }
    same_bytes(doc, object);
    same_bytes(doc, object);
}

/* More of them than there is room for: those that are not kept are encoded each time. */
static void there_may_be_any_number(void **state)
{
    enum { MANY = 1000 };
    static struct jx_fixed fixed[MANY];
    size_t kept = 0;

    (void)state;
    for (int twice = 0; twice < 2; twice++)
        for (size_t i = 0; i < MANY; i++)
            same_bytes(jx_fixed(&fixed[i], make, object), object);
    for (size_t i = 0; i < MANY; i++)
        kept += fixed_get(fixed[i].doc).n > 0;
    assert_in_range(kept, 1, MANY - 1);
}

enum { THREADS = 4, SHARED = 50 };
static struct jx_fixed shared[SHARED];

static void *encode_all(void *unused)
{
    (void)unused;
    for (size_t i = 0; i < SHARED; i++)
        same_bytes(jx_fixed(&shared[i], make, object), object);
    return NULL;
}

static void threads_may_meet(void **state)
{
    pthread_t threads[THREADS];

    (void)state;
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, encode_all, NULL), 0);
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_second_time_it_is_the_same), cmocka_unit_test(what_did_not_fit_is_not_kept),
        cmocka_unit_test(threads_may_meet),
        cmocka_unit_test(there_may_be_any_number), /* the last: nothing is kept after it */
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
