/* SPDX-License-Identifier: Apache-2.0 */
/* google.protobuf.Struct to trees and back, as the format and Crossplane's side of it define it. */
#undef NDEBUG
#include "function/wire/structs.h"
#include "lib/jx.h"
#include "tests/unit/wire/wire_bytes.h"
#include <math.h>
#include <setjmp.h>

#include <cmocka.h>

#define KEY RAW("k")

static json_t *decode_only(struct bytes b, const struct fn_fields *only)
{
    size_t budget = 1000;
    struct err e = { 0 };
    json_t *tree = structs_decode(span_of(&b), only, &budget, &e);

    if (!tree)
        fail_msg("%s", e.text);
    return tree;
}

static json_t *decode(struct bytes b) { return decode_only(b, NULL); }

static void becomes(struct bytes b, const char *json)
{
    json_auto_t *tree = decode(b);
    CLEAN(free) char *got = jx_dump(tree);

    assert_string_equal(got, json);
}

static void fails(struct bytes b, const char *message)
{
    size_t budget = 100;
    struct err e = { 0 };

    assert_null(structs_decode(span_of(&b), NULL, &budget, &e));
    assert_int_equal(e.kind, ERR_INVALID);
    assert_string_equal(e.text, message);
}

static void all_six_kinds(void **state)
{
    (void)state;
    becomes(RAW(""), "{}");
    becomes(entry(KEY, null()), "{\"k\":null}");
    becomes(entry(KEY, number(0.5)), "{\"k\":0.5}");
    becomes(entry(KEY, text(RAW("v"))), "{\"k\":\"v\"}");
    becomes(entry(KEY, boolean(true)), "{\"k\":true}");
    becomes(entry(KEY, boolean(false)), "{\"k\":false}");
    becomes(entry(KEY, object(entry(KEY, null()))), "{\"k\":{\"k\":null}}");
    becomes(entry(KEY, list(join(field(1, null()), field(1, boolean(true))))), "{\"k\":[null,true]}");
    becomes(entry(KEY, object(RAW(""))), "{\"k\":{}}");
    becomes(entry(KEY, list(RAW(""))), "{\"k\":[]}");
}

static void what_is_missing_has_a_meaning(void **state)
{
    (void)state;
    becomes(field(1, RAW("")), "{\"\":null}");
    becomes(field(1, field(1, KEY)), "{\"k\":null}");
    becomes(field(1, field(2, text(RAW("v")))), "{\"\":\"v\"}");
    becomes(entry(KEY, RAW("")), "{\"k\":null}");
    becomes(entry(KEY, list(field(1, RAW("")))), "{\"k\":[null]}");
}

static void last_of_equal_keys_counts(void **state)
{
    (void)state;
    becomes(join(entry(KEY, text(RAW("1"))), entry(KEY, text(RAW("2")))), "{\"k\":\"2\"}");
    becomes(join(entry(KEY, object(entry(RAW("a"), null()))), entry(KEY, object(entry(RAW("b"), null())))),
            "{\"k\":{\"b\":null}}");
    becomes(join(entry(KEY, text(RAW("1"))), field(1, field(1, KEY))), "{\"k\":null}");
}

static void submessages_in_parts_are_merged(void **state)
{
    struct bytes a = object(entry(RAW("a"), null())), b = object(entry(RAW("b"), null())),
                 one = list(field(1, number(1))), two = list(field(1, number(2)));

    (void)state;
    becomes(entry(KEY, join(a, b)), "{\"k\":{\"a\":null,\"b\":null}}");
    becomes(entry(KEY, join(one, two)), "{\"k\":[1,2]}");
    becomes(field(1, join(field(1, KEY), join(field(2, a), field(2, b)))), "{\"k\":{\"a\":null,\"b\":null}}");
    becomes(field(1, join(join(field(2, one), field(1, KEY)), field(2, two))), "{\"k\":[1,2]}");
}

static void last_kind_of_a_value_counts(void **state)
{
    struct bytes a = object(entry(RAW("a"), null())), one = list(field(1, number(1)));

    (void)state;
    becomes(entry(KEY, join(a, one)), "{\"k\":[1]}");
    becomes(entry(KEY, join(one, a)), "{\"k\":{\"a\":null}}");
    becomes(entry(KEY, join(join(a, null()), object(RAW("")))), "{\"k\":{}}");
    becomes(entry(KEY, join(text(RAW("x")), number(2))), "{\"k\":2}");
    becomes(entry(KEY, join(number(2), text(RAW("x")))), "{\"k\":\"x\"}");
}

static void value_may_come_before_its_key(void **state)
{
    (void)state;
    becomes(field(1, join(field(2, number(3)), field(1, KEY))), "{\"k\":3}");
    becomes(field(1, join(field(1, RAW("first")), join(field(2, number(3)), field(1, KEY)))), "{\"k\":3}");
}

static void what_is_unknown_is_skipped(void **state)
{
    struct bytes group = RAW("\x3b\x0a\x01x\x3c"), number_as_varint = RAW("\x10\x05"),
                 struct_as_i32 = RAW("\x2d\1\2\3\4"), far = field((1 << 29) - 1, RAW("?"));
    struct bytes no_entry = join(RAW("\x08\x01\x10\x01"), field(9, KEY));
    struct bytes junk = join(join(group, number_as_varint), join(struct_as_i32, far));

    (void)state;
    becomes(entry(KEY, join(junk, join(number(1), junk))), "{\"k\":1}");
    becomes(entry(KEY, number_as_varint), "{\"k\":null}");
    becomes(join(RAW("\x08\x07"), join(entry(KEY, null()), group)), "{\"k\":null}");
    becomes(field(1, join(no_entry, join(field(1, KEY), field(2, number(1))))), "{\"k\":1}");
    becomes(field(1, join(join(field(1, KEY), field(2, number(1))), no_entry)), "{\"k\":1}");
    becomes(entry(KEY, list(join(field(2, null()), join(RAW("\x08\x01"), field(1, null()))))),
            "{\"k\":[null]}");
}

static void becomes_real(double n)
{
    json_auto_t *tree = decode(entry(KEY, number(n)));
    const json_t *got = json_object_get(tree, "k");
    double value = json_real_value(got);

    assert_true(json_is_real(got));
    assert_memory_equal(&value, &n, sizeof(n));
}

static void whole_numbers_become_integers(void **state)
{
    const double exact = 9007199254740992;

    (void)state;
    becomes(entry(KEY, number(3)), "{\"k\":3}");
    becomes(entry(KEY, number(0)), "{\"k\":0}");
    becomes(entry(KEY, number(exact)), "{\"k\":9007199254740992}");
    becomes(entry(KEY, number(-exact)), "{\"k\":-9007199254740992}");
    becomes_real(exact + 2);
    becomes_real(-exact - 2);
    becomes_real(1e300);
    becomes_real(-0.0);
    becomes_real(0.1);
    becomes_real(5e-324);
}

static void texts_may_be_anything(void **state)
{
    json_auto_t *tree = decode(entry(RAW("a./\"\xc3\xa9"), text(RAW("x\0y\xf0\x9f\x98\x80"))));
    const json_t *v = json_object_get(tree, "a./\"\xc3\xa9");

    (void)state;
    assert_int_equal(json_string_length(v), 7);
    assert_memory_equal(json_string_value(v), "x\0y\xf0\x9f\x98\x80", 8);
}

/* To most of jansson "a\0b" and "a" are the same key. */
static void key_has_no_nul(void **state)
{
    (void)state;
    fails(entry(KEY, object(entry(RAW("a\0b"), null()))), "k.a?b: a NUL in the key");
}

static void becomes_only(struct bytes b, const struct fn_fields *only, const char *json)
{
    json_auto_t *tree = decode_only(b, only);
    CLEAN(free) char *got = jx_dump(tree);

    assert_string_equal(got, json);
}

static void only_what_is_asked_for_is_there(void **state)
{
    static const struct fn_fields name[] = { { .name = "name" }, { 0 } };
    static const struct fn_fields only[] = { { .name = "metadata", .only = name },
                                             { .name = "spec" },
                                             { 0 } };
    struct bytes named = entry(RAW("name"), text(RAW("n"))), garbage = RAW("\x2a\x7f\xff");
    struct bytes metadata = entry(RAW("metadata"), object(join(entry(RAW("uid"), garbage), named))),
                 spec = entry(RAW("spec"), object(named)), status = entry(RAW("status"), garbage),
                 unreadable = entry(RAW("\xff"), garbage), longer = entry(RAW("spec2"), garbage),
                 shorter = entry(RAW("spe"), garbage), nul = entry(RAW("spec\0"), garbage);

    (void)state;
    becomes_only(join(join(status, metadata), join(unreadable, spec)), only,
                 "{\"metadata\":{\"name\":\"n\"},\"spec\":{\"name\":\"n\"}}");
    becomes_only(join(join(longer, shorter), join(nul, spec)), only, "{\"spec\":{\"name\":\"n\"}}");
    becomes_only(status, only, "{}");
    becomes_only(entry(RAW("metadata"), text(RAW("no object"))), only, "{\"metadata\":\"no object\"}");
    becomes_only(entry(RAW("metadata"), list(field(1, object(named)))), only,
                 "{\"metadata\":[{\"name\":\"n\"}]}");
}

static void all_is_there_but_what_is_skipped(void **state)
{
    static const struct fn_fields but[] = { { .name = "refs", .skip = true },
                                            { .name = "policy", .skip = true },
                                            { 0 } };
    static const struct fn_fields only[] = { { .name = "spec", .only = but }, { 0 } };
    struct bytes garbage = RAW("\x2a\x7f\xff"), refs = entry(RAW("refs"), garbage),
                 policy = entry(RAW("policy"), garbage), n = entry(RAW("n"), text(RAW("1")));
    struct bytes longer = entry(RAW("refs2"), object(entry(RAW("refs"), text(RAW("r")))));

    (void)state;
    becomes_only(entry(RAW("spec"), object(join(join(refs, n), join(policy, longer)))), only,
                 "{\"spec\":{\"n\":\"1\",\"refs2\":{\"refs\":\"r\"}}}");
    becomes_only(refs, but, "{}");
    becomes_only(entry(RAW("spec"), text(RAW("no object"))), only, "{\"spec\":\"no object\"}");
}

static void message_names_the_place(void **state)
{
    struct bytes bad = entry(RAW("name"), text(RAW("\xff")));
    struct bytes workers = list(join(join(field(1, null()), field(1, null())), field(1, object(bad))));

    (void)state;
    fails(entry(RAW("spec"), object(entry(RAW("workers"), workers))), "spec.workers[2].name: not UTF-8");
    fails(entry(KEY, list(field(1, list(field(1, number(NAN)))))),
          "k[0][0]: NaN and infinity are no JSON numbers");
    fails(entry(KEY, number(-INFINITY)), "k: NaN and infinity are no JSON numbers");
    fails(entry(KEY, object(entry(RAW("\xff"
                                      "b\n"),
                                  null()))),
          "k.?b?: the key is not UTF-8");
    fails(entry(RAW(""), object(entry(RAW(""), text(RAW("\xff"))))), "\"\".\"\": not UTF-8");
    fails(RAW("\x0a"), "truncated or no google.protobuf.Struct");
    fails(entry(KEY, RAW("\x1a\x05x")), "k: truncated or no google.protobuf.Struct");
    fails(field(1, RAW("\x0a\x05x")), "truncated or no google.protobuf.Struct");
}

static void encoded(const char *json, struct bytes want)
{
    CLEAN(backward_free) struct backward b = backward_max(1000);
    json_auto_t *tree = json_loads(json, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);

    assert_non_null(tree);
    structs_encode(&b, tree);
    assert_int_equal(backward_size(&b), want.n);
    if (want.n)
        assert_memory_equal(b.at, want.at, want.n);
}

static void trees_become_bytes(void **state)
{
    (void)state;
    encoded("{}", RAW(""));
    encoded("{\"k\": null}", entry(KEY, null()));
    encoded("{\"k\": true}", entry(KEY, boolean(true)));
    encoded("{\"k\": false}", entry(KEY, boolean(false)));
    encoded("{\"k\": 3}", entry(KEY, number(3)));
    encoded("{\"k\": -0.0}", entry(KEY, number(-0.0)));
    encoded("{\"k\": 9007199254740993}", entry(KEY, number(9007199254740992)));
    encoded("{\"k\": \"x\\u0000y\"}", entry(KEY, text(RAW("x\0y"))));
    encoded("{\"\": \"\"}", entry(RAW(""), text(RAW(""))));
    encoded("{\"k\": {}}", entry(KEY, object(RAW(""))));
    encoded("{\"k\": []}", entry(KEY, list(RAW(""))));
    encoded("{\"k\": [1, [{}]]}",
            entry(KEY, list(join(field(1, number(1)), field(1, list(field(1, object(RAW("")))))))));
}

static void keys_are_sorted_by_their_bytes(void **state)
{
    (void)state;
    encoded("{\"b\": 1, \"a\": 2, \"ab\": 3, \"\": 4, \"\u00e9\": 5}",
            join(join(entry(RAW(""), number(4)), entry(RAW("a"), number(2))),
                 join(entry(RAW("ab"), number(3)),
                      join(entry(RAW("b"), number(1)), entry(RAW("\xc3\xa9"), number(5))))));
}

/* Many members are sorted in another way than few. */
static void large_objects_are_sorted_too(void **state)
{
    CLEAN(backward_free) struct backward b = backward_max(1 << 20);
    json_auto_t *tree = json_object();
    char key[16], last[16] = "";
    struct span rest;
    struct field f;
    int n = 0;

    (void)state;
    for (int i = 0; i < 1000; i++) {
        (void)snprintf(key, sizeof(key), "%d", i * 7919 % 1000);
        jx_set(tree, key, json_null());
    }
    structs_encode(&b, tree);
    rest = (struct span){ b.at, backward_size(&b) };
    for (; reader_next(&rest, &f) > 0; n++) {
        struct field in;

        assert_int_equal(reader_next(&f.bytes, &in), 1);
        (void)snprintf(key, sizeof(key), "%.*s", (int)in.bytes.n, (const char *)in.bytes.at);
        assert_true(strcmp(last, key) < 0);
        memcpy(last, key, sizeof(last));
    }
    assert_int_equal(n, 1000);
}

static void encoding_goes_before_what_is_there(void **state)
{
    CLEAN(backward_free) struct backward b = backward_max(100);
    json_auto_t *tree = jx_pack("{s:n}", "k");
    struct bytes want = join(entry(KEY, null()), RAW("tail"));

    (void)state;
    backward_bytes(&b, "tail", 4);
    structs_encode(&b, tree);
    assert_int_equal(backward_size(&b), want.n);
    assert_memory_equal(b.at, want.at, want.n);
}

static void what_does_not_fit_is_told(void **state)
{
    CLEAN(backward_free) struct backward b = backward_max(8);
    json_auto_t *tree = jx_pack("{s:[nnnn]}", "key");

    (void)state;
    structs_encode(&b, tree);
    assert_true(b.overflow);
}

static void member(struct bytes b, const char *name, struct bytes want)
{
    struct span got = { 0 };
    struct err e;

    assert_int_equal(structs_member(span_of(&b), name, &got, &e), 0);
    assert_int_equal(got.n, want.n);
    if (want.n)
        assert_memory_equal(got.at, want.at, want.n);
}

static void no_members(struct bytes b)
{
    struct span got;
    struct err e = { 0 };

    assert_int_equal(structs_member(span_of(&b), "a", &got, &e), -1);
    assert_int_equal(e.kind, ERR_INVALID);
}

static void raw_member_is_found(void **state)
{
    struct bytes a = entry(RAW("a"), text(RAW("\xff"))), b = entry(RAW("b"), null()),
                 a2 = entry(RAW("a"), null()), turned = field(1, join(field(2, null()), field(1, RAW("c")))),
                 nameless = field(1, RAW(""));
    struct bytes none = join(RAW("\x08\x07"), field(2, field(1, RAW("a"))));
    struct bytes all = join(join(a, b), join(join(a2, turned), join(nameless, none))),
                 unfinished = join(a, RAW("\x0a\x05"));

    (void)state;
    member(all, "a", a2);
    member(all, "b", b);
    member(all, "c", turned);
    member(all, "", nameless);
    member(all, "d", RAW(""));
    member(RAW(""), "d", RAW(""));
    no_members(unfinished);
    no_members(join(a, field(1, RAW("\x0a\x05x"))));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_six_kinds),
        cmocka_unit_test(what_is_missing_has_a_meaning),
        cmocka_unit_test(last_of_equal_keys_counts),
        cmocka_unit_test(submessages_in_parts_are_merged),
        cmocka_unit_test(last_kind_of_a_value_counts),
        cmocka_unit_test(value_may_come_before_its_key),
        cmocka_unit_test(what_is_unknown_is_skipped),
        cmocka_unit_test(whole_numbers_become_integers),
        cmocka_unit_test(texts_may_be_anything),
        cmocka_unit_test(key_has_no_nul),
        cmocka_unit_test(only_what_is_asked_for_is_there),
        cmocka_unit_test(all_is_there_but_what_is_skipped),
        cmocka_unit_test(message_names_the_place),
        cmocka_unit_test(trees_become_bytes),
        cmocka_unit_test(keys_are_sorted_by_their_bytes),
        cmocka_unit_test(large_objects_are_sorted_too),
        cmocka_unit_test(encoding_goes_before_what_is_there),
        cmocka_unit_test(what_does_not_fit_is_told),
        cmocka_unit_test(raw_member_is_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
