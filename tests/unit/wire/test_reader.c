/* SPDX-License-Identifier: Apache-2.0 */
/* The wire format: what a field is, where a message is broken, and what is UTF-8. */
#undef NDEBUG
#include "function/wire/reader.h"
#include "tests/unit/wire/wire_bytes.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

/* How many fields 'b' has, -1 when it is broken; the last one is in '*f'. */
static int count(struct span b, struct field *f)
{
    int n = 0, got;

    while ((got = reader_next(&b, f)) > 0)
        n++;
    return got < 0 ? -1 : n;
}

static int fields(struct bytes b)
{
    struct field f;

    return count(span_of(&b), &f);
}

static void every_type_is_read(void **state)
{
    struct bytes b = RAW("\x08\x96\x01"
                         "\x11\1\2\3\4\5\6\7\x88"
                         "\x1a\3abc"
                         "\x25\1\2\3\x84"
                         "\x2b\x08\x01\x2c");
    struct span rest = span_of(&b);
    struct field f;

    (void)state;
    assert_int_equal(reader_next(&rest, &f), 1);
    assert_true(f.number == 1 && f.type == READER_VARINT && f.value == 150 && f.raw.n == 3 &&
                f.raw.at == b.at);
    assert_int_equal(reader_next(&rest, &f), 1);
    assert_true(f.number == 2 && f.type == READER_I64 && f.value == UINT64_C(0x8807060504030201) &&
                f.raw.n == 9);
    assert_int_equal(reader_next(&rest, &f), 1);
    assert_true(f.number == 3 && f.type == READER_BYTES && f.bytes.n == 3 && f.raw.n == 5);
    assert_memory_equal(f.bytes.at, "abc", 3);
    assert_int_equal(reader_next(&rest, &f), 1);
    assert_true(f.number == 4 && f.type == READER_I32 && f.value == 0x84030201 && f.raw.n == 5);
    assert_int_equal(reader_next(&rest, &f), 1);
    assert_true(f.number == 5 && f.type == READER_GROUP && f.raw.n == 4 && f.raw.at == b.at + b.n - 4);
    assert_int_equal(reader_next(&rest, &f), 0);
}

/* The short way finds what the long way finds, or nothing, of 'b' and of all that it starts with. */
static void both_ways(struct bytes b)
{
    for (size_t n = 0; n <= b.n; n++) {
        struct span short_way = { b.at, n }, long_way = short_way, got = { 0 };
        struct field f;

        if (!reader_take(&short_way, 0x1a, &got)) {
            assert_true(short_way.at == b.at && short_way.n == n);
            continue;
        }
        assert_int_equal(reader_next(&long_way, &f), 1);
        assert_true(f.number == 3 && f.type == READER_BYTES && f.bytes.at == got.at && f.bytes.n == got.n);
        assert_true(long_way.at == short_way.at && long_way.n == short_way.n);
    }
}

static bool taken(struct bytes b)
{
    struct span rest = span_of(&b), got;

    return reader_take(&rest, 0x1a, &got);
}

static void there_is_a_short_way(void **state)
{
    struct bytes long_text = { .n = 300 };

    (void)state;
    both_ways(RAW("\x1a\3abc\x1a\0"));
    both_ways(RAW("\x1a\x83\0abc"));
    both_ways(field(3, long_text));
    both_ways(RAW("\x1a\xff\x7f"));
    both_ways(RAW("\x1a\x80\x80\x01"));
    assert_true(taken(RAW("\x1a\0")));
    assert_true(taken(RAW("\x1a\x83\0abc")));
    assert_true(taken(field(3, long_text)));
    assert_false(taken(RAW("\x1a")));
    assert_false(taken(RAW("\x1a\3ab")));
    assert_false(taken(RAW("\x1a\x83")));
    assert_false(taken(RAW("\x1a\x80\x80\0")));
    assert_false(taken(RAW("\x22\3abc")));
}

/* Which the short way leaves alone, however much follows. */
static void a_length_of_three_bytes_is_no_short_way(void **state)
{
    static uint8_t large[20000] = { 0x1a, 0x80, 0x80, 0x00 };
    struct span rest = { large, sizeof(large) }, got;

    (void)state;
    assert_false(reader_take(&rest, 0x1a, &got));
}

static void message_may_be_empty(void **state)
{
    struct span none = { 0 };
    struct field f;

    (void)state;
    assert_int_equal(reader_next(&none, &f), 0);
    assert_int_equal(reader_next_any(&none, &f), 0);
}

/* Every cut but those between two fields is noticed. */
static void message_that_is_cut_is_broken(void **state)
{
    struct bytes b = RAW("\x88\x01\x96\x01"
                         "\x11\1\2\3\4\5\6\7\x88"
                         "\x1a\3abc"
                         "\x25\1\2\3\x84"
                         "\x2b\x32\1x\x2c");
    static const size_t whole[] = { 0, 4, 13, 18, 23, 28 };
    size_t k = 0;

    (void)state;
    assert_int_equal(fields(b), 5);
    for (size_t n = 0; n <= b.n; n++) {
        /* a copy of its own, so that the address sanitizer sees a read beyond its end */
        uint8_t *cut = memcpy(malloc(n + 1), b.at, n);
        uint8_t *exact = realloc(cut, n ? n : 1);
        struct field f;

        assert_int_equal(count((struct span){ exact, n }, &f), n == whole[k] ? (int)k : -1);
        k += n == whole[k];
        free(exact);
    }
    assert_int_equal(k, sizeof(whole) / sizeof(*whole));
}

static void varint_has_ten_bytes_and_64_bits(void **state)
{
    struct bytes b = RAW("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01");
    struct field f;

    (void)state;
    assert_int_equal(count(span_of(&b), &f), 1);
    assert_true(f.value == UINT64_MAX);
    assert_int_equal(fields(RAW("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02")), -1);
    assert_int_equal(fields(RAW("\x08\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x00")), -1);
    b = RAW("\x08\x85\x80\x80\x00");
    assert_int_equal(count(span_of(&b), &f), 1);
    assert_true(f.value == 5);
    b = RAW("\x8a\x80\x00\x81\x00x");
    assert_int_equal(count(span_of(&b), &f), 1);
    assert_true(f.number == 1 && f.bytes.n == 1);
}

static void field_number_has_a_range(void **state)
{
    struct bytes two = RAW("\x82\x01\x01x"), last = join(tag((1 << 29) - 1, READER_BYTES), RAW("\1x"));
    struct field f;

    (void)state;
    assert_int_equal(count(span_of(&two), &f), 1);
    assert_int_equal(f.number, 16);
    assert_int_equal(f.bytes.n, 1);
    assert_int_equal(count(span_of(&last), &f), 1);
    assert_int_equal(f.number, (1 << 29) - 1);
    assert_int_equal(fields(join(tag(1 << 29, READER_BYTES), RAW("\1x"))), -1);
    assert_int_equal(fields(join(varint(UINT64_MAX - 5), RAW("\1x"))), -1);
    assert_int_equal(fields(RAW("\x02\1x")), -1);
    assert_int_equal(fields(RAW("\x00\x01")), -1);
    assert_int_equal(fields(RAW("\x82\x00\1x")), -1);
}

static void types_6_and_7_do_not_exist(void **state)
{
    (void)state;
    assert_int_equal(fields(RAW("\x0e\x01")), -1);
    assert_int_equal(fields(RAW("\x0f\x01")), -1);
}

static void length_stays_inside(void **state)
{
    (void)state;
    assert_int_equal(fields(RAW("\x0a\x02xy")), 1);
    assert_int_equal(fields(RAW("\x0a\x03xy")), -1);
    assert_int_equal(fields(join(tag(1, READER_BYTES), varint(INT32_MAX))), -1);
    assert_int_equal(fields(join(tag(1, READER_BYTES), varint(UINT64_MAX))), -1);
    assert_int_equal(fields(join(join(tag(1, READER_BYTES), varint(UINT64_MAX - 1)), RAW("xyz"))), -1);
}

static struct bytes nested_groups(int n)
{
    struct bytes b = { 0 };

    for (int i = 0; i < n; i++)
        b = join(b, tag(7, READER_GROUP));
    for (int i = 0; i < n; i++)
        b = join(b, tag(7, READER_END));
    return b;
}

static void groups_are_closed_by_their_own_number(void **state)
{
    (void)state;
    assert_int_equal(fields(RAW("\x0b\x0c")), 1);
    assert_int_equal(fields(RAW("\x0b\x13\x14\x0c\x08\x01")), 2);
    assert_int_equal(fields(RAW("\x0b\x13\x0c\x14")), -1);
    assert_int_equal(fields(RAW("\x0b\x14")), -1);
    assert_int_equal(fields(RAW("\x0b\x13\x14")), -1);
    assert_int_equal(fields(RAW("\x0c")), -1);
    assert_int_equal(fields(RAW("\x0b\x12\x7f\x0c")), -1);
}

static void groups_nest_only_so_deep(void **state)
{
    (void)state;
    assert_int_equal(fields(nested_groups(READER_GROUPS)), 1);
    assert_int_equal(fields(nested_groups(READER_GROUPS + 1)), -1);
}

static void broken_field_leaves_the_rest_alone(void **state)
{
    struct bytes b = RAW("\x0a\x05x");
    struct span rest = span_of(&b);
    struct field f;

    (void)state;
    assert_int_equal(reader_next(&rest, &f), -1);
    assert_true(rest.at == b.at && rest.n == b.n);
}

static bool utf8(const char *s, size_t n) { return reader_utf8((struct span){ (const uint8_t *)s, n }); }

#define UTF8(literal) utf8(literal, sizeof(literal) - 1)

static void utf8_by_example(void **state)
{
    (void)state;
    assert_true(reader_utf8((struct span){ 0 }));
    assert_true(UTF8("plain text, a NUL \0 and \x7f"));
    assert_true(UTF8("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"));
    assert_true(UTF8("\xf4\x8f\xbf\xbf"));
    assert_false(UTF8("\xf4\x90\x80\x80")); /* beyond U+10FFFF */
    assert_false(UTF8("\xed\xa0\x80"));     /* a surrogate */
    assert_false(UTF8("\xc0\x80"));         /* overlong NUL, Java's */
    assert_false(UTF8("\xe0\x9f\xbf"));     /* overlong */
    assert_false(UTF8("\xf0\x8f\xbf\xbf")); /* overlong */
    assert_false(UTF8("\x80"));             /* begins in the middle */
    assert_false(UTF8("\xff"));
    assert_false(UTF8("\xe2\x82")); /* cut */
    assert_false(UTF8("\xe2\x82x"));
}

/* The definition, spelt out: decode and look at the number. */
static bool is_sequence(const uint8_t *s, size_t n)
{
    static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    uint32_t code = s[0] & (0x7fu >> n);

    if ((uint8_t)(s[0] >> (7 - n)) != (uint8_t)((0xffu << (8 - n) & 0xffu) >> (7 - n)))
        return false;
    for (size_t i = 1; i < n; i++) {
        if (s[i] >> 6 != 2)
            return false;
        code = code << 6 | (s[i] & 0x3f);
    }
    return code >= least[n] && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
}

static void utf8_by_exhaustion(void **state)
{
    static const uint8_t ends[] = { 0, 0x7f, 0x80, 0xbf, 0xc0, 0xff };
    unsigned valid = 0;

    (void)state;
    for (unsigned i = 0; i < 0x1000000; i += i < 0xc00000 ? 0x100 : 1) { /* the first three bytes */
        uint8_t s[4] = { (uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i, ends[i % sizeof(ends)] };

        if (s[0] >= 0x80) {
            assert_int_equal(reader_utf8((struct span){ s, 2 }), is_sequence(s, 2));
            assert_int_equal(reader_utf8((struct span){ s, 3 }),
                             is_sequence(s, 3) || (is_sequence(s, 2) && s[2] < 0x80));
        }
        if (s[0] >= 0xf0)
            assert_int_equal(reader_utf8((struct span){ s, 4 }), is_sequence(s, 4));
        valid += s[0] >= 0x80 && is_sequence(s, 3);
    }
    assert_int_equal(valid, 0x10000 - 0x800 - 0x800);
}

static void check_with(size_t n, size_t at)
{
    uint8_t *s = malloc(n); /* to its size, for the address sanitizer */

    memset(s, 'a', n);
    assert_true(reader_utf8((struct span){ s, n }));
    s[at] = 0x80;
    assert_false(reader_utf8((struct span){ s, n }));
    s[at] = 0xc3;
    assert_false(reader_utf8((struct span){ s, n }));
    if (at + 1 < n) {
        s[at + 1] = 0xa9;
        assert_true(reader_utf8((struct span){ s, n }));
    }
    free(s);
}

/* The check takes eight bytes at a time: a bad one is found wherever it is. */
static void utf8_at_every_place(void **state)
{
    (void)state;
    for (size_t n = 1; n < 40; n++) {
        for (size_t at = 0; at < n; at++)
            check_with(n, at);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_is_read),
        cmocka_unit_test(there_is_a_short_way),
        cmocka_unit_test(a_length_of_three_bytes_is_no_short_way),
        cmocka_unit_test(message_may_be_empty),
        cmocka_unit_test(message_that_is_cut_is_broken),
        cmocka_unit_test(varint_has_ten_bytes_and_64_bits),
        cmocka_unit_test(field_number_has_a_range),
        cmocka_unit_test(types_6_and_7_do_not_exist),
        cmocka_unit_test(length_stays_inside),
        cmocka_unit_test(groups_are_closed_by_their_own_number),
        cmocka_unit_test(groups_nest_only_so_deep),
        cmocka_unit_test(broken_field_leaves_the_rest_alone),
        cmocka_unit_test(utf8_by_example),
        cmocka_unit_test(utf8_by_exhaustion),
        cmocka_unit_test(utf8_at_every_place),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
