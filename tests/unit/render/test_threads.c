/* SPDX-License-Identifier: Apache-2.0 */
/* Several threads render at once, and meet at what is made once for all: build with SANITIZE=thread to see that they do
 * not disturb each other. */
#undef NDEBUG
#include "function/render/render.h"
#include "lib/file.h"
#include "lib/jx_yaml.h"
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { THREADS = 4, ROUNDS = 25 };

/* Every way of composing, both generations, and what is kept. */
static const char *const cases[] = { "ready",          "v2-changes",
                                     "upstream-ready", "upstream-v2-private",
                                     "gardener-ready", "invalid-while-running" };

static json_t *load(const char *folder, const char *name)
{
    CLEAN(free) char *path = x_asprintf(SOURCE_DIR "/tests/render/shoot/%s/%s", folder, name), *text = NULL;
    json_auto_t *documents = NULL;
    size_t n = 0;

    text = file_read(path, 1 << 20, &n, NULL);
    documents = text ? jx_yaml_parse(text, n, NULL) : NULL;
    return documents ? json_incref(json_array_get(documents, 0)) : NULL;
}

static char *answer(const char *folder)
{
    json_auto_t *composite = load(folder, "composite.yaml"), *observed = load(folder, "observed.yaml"),
                *input = load(folder, "input.yaml"), *all = NULL;
    CLEAN(fn_response_free) struct fn_response r;

    fn_response_init(&r);
    if (!composite || render(&(struct fn_request){ composite, observed, input }, &r, NULL) < 0)
        return NULL;
    all = jx_pack("[O, O, O, O]", r.desired, r.status, r.conditions, r.results);
    return jx_dump(all);
}

static pthread_barrier_t start;

/* How many answers were others than the first. */
static void *render_all(void *first)
{
    char *const *expected = first;
    uintptr_t other = 0;

    (void)pthread_barrier_wait(&start);
    for (size_t i = 0; i < ROUNDS * ARRAY_LENGTH(cases); i++) {
        size_t which = i % ARRAY_LENGTH(cases);
        CLEAN(free) char *text = answer(cases[which]);

        other += !text || (expected[which] && strcmp(text, expected[which]) != 0);
    }
    return (void *)other;
}

static size_t run(char **expected)
{
    pthread_t threads[THREADS];
    size_t other = 0;

    assert_int_equal(pthread_barrier_init(&start, NULL, THREADS), 0);
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, render_all, expected), 0);
    for (size_t i = 0; i < THREADS; i++) {
        void *result;

        assert_int_equal(pthread_join(threads[i], &result), 0);
        other += (uintptr_t)result;
    }
    (void)pthread_barrier_destroy(&start);
    return other;
}

static void threads_render_what_one_does(void **state)
{
    char *expected[ARRAY_LENGTH(cases)] = { 0 };

    (void)state;
    /* first of all together, so that they are the ones who make what is made once */
    assert_int_equal(run(expected), 0);
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        expected[i] = answer(cases[i]);
        assert_non_null(expected[i]);
    }
    assert_int_equal(run(expected), 0);
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
        free(expected[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_render_what_one_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
