/* SPDX-License-Identifier: Apache-2.0 */
/* What somebody who means harm would send as a Struct.  It is refused, or costs no more than its size: with anything worse than linear time,
 * 4 MiB would take minutes here instead of a second. */
#undef NDEBUG
#include "function/wire/structs.h"
#include "lib/jx.h"
#include "tests/unit/wire/wire_bytes.h"
#include <setjmp.h>

#include <cmocka.h>

enum { LARGE = 4 << 20, VALUES = 200000, SECONDS = 4 /* under the sanitizers, on a busy machine */ };

/* What jansson has allocated, and the most it had. */
static size_t used, peak;

static void *counted_malloc(size_t n)
{
    size_t *p = malloc(n + 2 * sizeof(size_t));

    *p = n;
    used += n;
    peak = used > peak ? used : peak;
    return p + 2;
}

static void counted_free(void *p)
{
    size_t *start = p ? (size_t *)p - 2 : NULL;

    used -= start ? *start : 0;
    free(start);
}

/* 'pattern' again and again, 'total' bytes or a little less; free() it. */
static uint8_t *repeat(struct bytes pattern, size_t total, size_t *ret_n)
{
    uint8_t *all = malloc(total);

    *ret_n = 0;
    for (; *ret_n + pattern.n <= total; *ret_n += pattern.n)
        memcpy(all + *ret_n, pattern.at, pattern.n);
    return all;
}

/* The tree, or NULL and the message in '*e'; never in more time or memory than is decent. */
static json_t *decode(struct span bytes, const struct fn_fields *only, struct err *e)
{
    size_t budget = VALUES;
    clock_t start = clock();
    json_t *tree;

    *e = (struct err){ 0 };
    peak = used;
    tree = structs_decode(bytes, only, &budget, e);
    assert_true(clock() - start < (clock_t)SECONDS * CLOCKS_PER_SEC);
    assert_true(peak - used < (size_t)64 << 20 || tree);
    assert_true(tree || (e->kind == ERR_INVALID && strlen(e->text) < 400));
    return tree;
}

static void accepts(struct span bytes, size_t memory)
{
    size_t before = used;
    struct err e;
    json_auto_t *tree = decode(bytes, NULL, &e);

    if (!tree)
        fail_msg("%s", e.text);
    assert_true(peak - before <= memory);
}

static void refuses(struct span bytes, const char *message)
{
    struct err e;
    json_auto_t *tree = decode(bytes, NULL, &e);

    assert_null(tree);
    assert_non_null(strstr(e.text, message));
}

/* 'levels' objects or lists in one another, the Struct itself being the first. */
static void nest(struct backward *b, size_t levels, bool lists)
{
    for (size_t i = 1; i < levels; i++) {
        bool in_list = lists && i + 1 < levels;

        backward_varint(b, backward_size(b));
        backward_byte(b, lists ? 0x32 : 0x2a);
        backward_varint(b, backward_size(b));
        backward_byte(b, in_list ? 0x0a : 0x12);
        if (in_list)
            continue;
        backward_varint(b, backward_size(b));
        backward_byte(b, 0x0a);
    }
}

static void nested(size_t levels, bool lists, bool fine)
{
    CLEAN(backward_free) struct backward b = backward_max(LARGE);
    struct span all;

    nest(&b, levels, lists);
    assert_false(b.overflow);
    all = (struct span){ b.at, backward_size(&b) };
    if (fine)
        accepts(all, 100000);
    else
        refuses(all, "nested too deep");
}

static void depth_is_limited(void **state)
{
    (void)state;
    for (int lists = 0; lists < 2; lists++) {
        nested(JX_MAX_DEPTH, lists, true);
        nested(JX_MAX_DEPTH + 1, lists, false);
        nested(1000, lists, false);
        nested(100000, lists, false);
    }
}

/* What is not read may be as deep as it likes. */
static void depth_of_what_is_skipped_is_not_looked_at(void **state)
{
    static const struct fn_fields only[] = { { .name = "other" }, { 0 } };
    CLEAN(backward_free) struct backward b = backward_max(LARGE);
    json_auto_t *tree = NULL;
    struct err e;

    (void)state;
    nest(&b, 100000, false);
    tree = decode((struct span){ b.at, backward_size(&b) }, only, &e);
    assert_int_equal(json_object_size(tree), 0);
}

static void every_value_is_paid_for(void **state)
{
    struct bytes b = join(entry(RAW("a"), list(join(field(1, RAW("")), field(1, number(1))))),
                          join(entry(RAW("b"), text(RAW("x"))), entry(RAW("b"), boolean(true))));
    const size_t values = 6; /* the object, the list, its two, the text and what replaces it */
    json_auto_t *tree = NULL;
    size_t budget = values;
    struct err e;

    (void)state;
    tree = structs_decode(span_of(&b), NULL, &budget, &e);
    assert_non_null(tree);
    assert_int_equal(budget, 0);
    for (size_t less = 0; less < values; less++) {
        budget = less;
        assert_null(structs_decode(span_of(&b), NULL, &budget, &e));
        assert_non_null(strstr(e.text, "more values"));
    }
    budget = values + 10;
    json_decref(tree);
    tree = structs_decode(span_of(&b), NULL, &budget, &e);
    assert_int_equal(budget, 10);
}

static void unknown_fields_cost_nothing(void **state)
{
    static const char *const patterns[] = { "\x10\x01", "\x12\x01x", "\x13\x14" };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(patterns); i++) {
        CLEAN(free) uint8_t *all = NULL;
        size_t n;

        all = repeat(raw(patterns[i], strlen(patterns[i])), LARGE, &n);
        accepts((struct span){ all, n }, 1000);
    }
}

/* 'pattern' many times within a field of each tag, the first outermost: 0a is an entry, 12 its value, and then a kind. */
static struct backward layers(struct bytes pattern, const char *tags)
{
    struct backward b = backward_max(LARGE + 100);
    CLEAN(free) uint8_t *all = NULL;
    size_t n;

    all = repeat(pattern, LARGE, &n);
    backward_bytes(&b, all, n);
    for (size_t i = strlen(tags); i-- > 0;) {
        backward_varint(&b, backward_size(&b));
        backward_byte(&b, (uint8_t)tags[i]);
    }
    assert_false(b.overflow);
    return b;
}

static void layers_accepted(struct bytes pattern, const char *tags, size_t memory)
{
    CLEAN(backward_free) struct backward b = layers(pattern, tags);

    accepts((struct span){ b.at, backward_size(&b) }, memory);
}

static void layers_refused(struct bytes pattern, const char *tags)
{
    CLEAN(backward_free) struct backward b = layers(pattern, tags);

    refuses((struct span){ b.at, backward_size(&b) }, "more values");
}

static void values_are_limited(void **state)
{
    (void)state;
    layers_refused(field(1, RAW("")), "");
    layers_refused(field(1, RAW("")), "\x0a\x12\x32");
    layers_refused(field(1, object(RAW(""))), "\x0a\x12\x32"); /* nothing costs more than an empty object */
}

static void merging_is_linear(void **state)
{
    const char *entry_parts = "\x0a", *value_parts = "\x0a\x12", *object_parts = "\x0a\x12\x2a";

    (void)state;
    layers_accepted(field(1, RAW("k")), entry_parts, 1000);
    layers_accepted(field(2, RAW("")), entry_parts, 1000);
    layers_accepted(field(2, object(RAW(""))), entry_parts, 1000);
    layers_accepted(join(field(2, list(RAW(""))), field(1, RAW("k"))), entry_parts, 1000);
    layers_accepted(object(RAW("")), value_parts, 1000);
    layers_accepted(list(RAW("")), value_parts, 1000);
    layers_accepted(RAW("\x30\x01"), object_parts, 1000);
    layers_refused(object(entry(RAW("k"), RAW(""))), value_parts);
    layers_refused(list(field(1, RAW(""))), value_parts);
    layers_refused(join(object(RAW("")), list(RAW(""))), value_parts);
    layers_refused(null(), value_parts);
    layers_refused(entry(RAW("k"), RAW("")), object_parts);
}

static void texts_cost_what_they_are(void **state)
{
    struct bytes long_key = { .n = 500 };

    (void)state;
    layers_accepted(RAW("x"), "\x0a\x12\x1a", LARGE + 1000);
    memset(long_key.at, 'x', long_key.n);
    layers_accepted(entry(long_key, RAW("")), "", 10000);
}

static void message_does_not_grow_with_what_it_is_about(void **state)
{
    CLEAN(backward_free) struct backward b = layers(RAW("\xff"), "\x0a\x0a");

    (void)state;
    refuses((struct span){ b.at, backward_size(&b) }, "???...: the key is not UTF-8");
}

static void members_are_found_in_linear_time(void **state)
{
    CLEAN(backward_free) struct backward b = layers(entry(RAW("a"), RAW("")), "");
    clock_t start = clock();
    struct span got;
    struct err e;

    (void)state;
    assert_int_equal(structs_member((struct span){ b.at, backward_size(&b) }, "a", &got, &e), 0);
    assert_true(got.n == 7 && got.at > b.at + backward_size(&b) - 14);
    assert_true(clock() - start < (clock_t)SECONDS * CLOCKS_PER_SEC);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(depth_is_limited),
        cmocka_unit_test(depth_of_what_is_skipped_is_not_looked_at),
        cmocka_unit_test(values_are_limited),
        cmocka_unit_test(every_value_is_paid_for),
        cmocka_unit_test(unknown_fields_cost_nothing),
        cmocka_unit_test(merging_is_linear),
        cmocka_unit_test(texts_cost_what_they_are),
        cmocka_unit_test(message_does_not_grow_with_what_it_is_about),
        cmocka_unit_test(members_are_found_in_linear_time),
    };

    json_set_alloc_funcs(counted_malloc, counted_free);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
