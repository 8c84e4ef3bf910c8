/* SPDX-License-Identifier: Apache-2.0 */
/* YAML in and out. */
#undef NDEBUG
#include "lib/buf.h"
#include "lib/jx_yaml.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static json_t *parse(const char *text)
{
    struct err e = { 0 };
    json_t *documents = jx_yaml_parse(text, strlen(text), &e);

    if (!documents)
        print_message("%s\n", e.text);
    assert_non_null(documents);
    return documents;
}

static void check(const char *yaml, const char *json)
{
    json_auto_t *documents = parse(yaml);
    CLEAN(free) char *got = jx_dump(documents);

    assert_string_equal(got, json);
}

static void refuse(const char *yaml, const char *text)
{
    struct err e = { 0 };

    assert_null(jx_yaml_parse(yaml, strlen(yaml), &e));
    assert_int_equal(e.kind, ERR_INVALID);
    if (!strstr(e.text, text))
        assert_string_equal(e.text, text);
}

static void scalars_read_as_kubernetes_does(void **state)
{
    (void)state;
    check("[null, ~, Null, NULL, ]", "[[null,null,null,null]]");
    check("[true, True, TRUE, false, False, FALSE]", "[[true,true,true,false,false,false]]");
    check("[yes, no, on, Off, y, N, 'no', oN]", "[[true,false,true,false,true,false,\"no\",\"oN\"]]");
    check("[0, 12, -3, +4, 0x1F, 0o17, 0644, 0b101, 1_000, 9223372036854775807]",
          "[[0,12,-3,4,31,15,420,5,1000,9223372036854775807]]");
    check("[1.5, -.5, 1e3, 1.0, 12., 1.5e-1]", "[[1.5,-0.5,1000,1,12,0.14999999999999999]]");
    check("[1.2.3, 0x, 0xg, 0o9, 1e, -, +, ., 1.35.5, 2026-11-22, 10Gi, 0x-1]",
          "[[\"1.2.3\",\"0x\",\"0xg\",\"0o9\",\"1e\",\"-\",\"+\",\".\",\"1.35.5\",\"2026-11-22\",\"10Gi\","
          "\"0x-1\"]]");
    check("['1', \"true\", '~', '']", "[[\"1\",\"true\",\"~\",\"\"]]");
    check("[09, 089]", "[[9,89]]");
    check("[99999999999999999999]", "[[1e20]]");
    refuse("a: .inf", "line 1, column 4");
    refuse("a: -.NaN", ".nan");
}

static void double_quotes_have_json_escapes(void **state)
{
    (void)state;
    check("a: \"x\\ty\\n\\u00e5\\/\\\"\\\\\"", "[{\"a\":\"x\\ty\\n\xc3\xa5/\\\"\\\\\"}]");
    check("{\"a\": \"\\ud83d\\ude00\"}", "[{\"a\":\"\xf0\x9f\x98\x80\"}]");
    refuse("a: \"\\0\"", "NUL");
    refuse("\"a\\0b\": 1", "NUL");
}

static void streams_of_documents(void **state)
{
    (void)state;
    check("", "[]");
    check("# nothing\n---\n---\n# still nothing\n", "[]");
    check("a: 1\n---\n# comment\nb: 2\n...\n--- {c: 3}\n", "[{\"a\":1},{\"b\":2},{\"c\":3}]");
    check("{\"a\":\t[1]}\n", "[{\"a\":[1]}]");
    check("\xef\xbb\xbf"
          "a: 1\n",
          "[{\"a\":1}]");
}

static void block_scalars_and_nesting(void **state)
{
    (void)state;
    check("a: |\n  x\n   y\n\n  z\nb: >-\n  x\n  y\nc:\n- 1\n- d: 2\n  e: [3]\n",
          "[{\"a\":\"x\\n y\\n\\nz\\n\",\"b\":\"x y\",\"c\":[1,{\"d\":2,\"e\":[3]}]}]");
    check("1: a\ntrue: b\n", "[{\"1\":\"a\",\"true\":\"b\"}]");
}

static void aliases_are_copies(void **state)
{
    json_auto_t *documents = parse("a: &x {b: 1}\nc: *x\n");

    (void)state;
    json_object_set_new(json_object_get(json_array_get(documents, 0), "a"), "b", json_integer(2));
    assert_int_equal(jx_int(json_array_get(documents, 0), "c.b", -1), 1);
    refuse("a: *nowhere", "alias");
    refuse("a: &x [*x]", "alias");
    refuse("a: &x 1\n---\nb: *x\n", "alias");
}

static void aliases_cannot_explode(void **state)
{
    CLEAN(buf_free) struct buf bomb = buf_max(1 << 20);

    (void)state;
    (void)buf_adds(&bomb, "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
    for (int i = 1; i < 10; i++)
        (void)buf_addf(&bomb, "a%d: &a%d [*a%d,*a%d,*a%d,*a%d,*a%d,*a%d,*a%d,*a%d,*a%d]\n", i, i, i - 1,
                       i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1);
    refuse(bomb.data, "too large");
    buf_reset(&bomb);
    (void)buf_adds(&bomb, "a0: &a0 [x]\n");
    for (int i = 1; i < 100; i++)
        (void)buf_addf(&bomb, "a%d: &a%d [*a%d]\n", i, i, i - 1);
    refuse(bomb.data, "too deep");
}

static void depth_is_limited(void **state)
{
    char text[2 * JX_MAX_DEPTH + 8];

    (void)state;
    memset(text, '[', JX_MAX_DEPTH);
    memset(text + JX_MAX_DEPTH, ']', JX_MAX_DEPTH);
    text[(size_t)2 * JX_MAX_DEPTH] = '\0';
    json_decref(parse(text));
    memset(text, '[', JX_MAX_DEPTH + 1);
    memset(text + JX_MAX_DEPTH + 1, ']', JX_MAX_DEPTH + 1);
    text[(size_t)2 * JX_MAX_DEPTH + 2] = '\0';
    refuse(text, "deeper than");
}

static void what_is_refused(void **state)
{
    (void)state;
    refuse("a: 1\nb:\n  c: 1\n  c: 2\n", "line 4, column 3: the key stands there a second time");
    refuse("a: !secret x", "tags");
    refuse("<<: {a: 1}", "merge");
    refuse("? [a]\n: 1", "a key must be a string");
    refuse("?\n: 1", "a key is missing");
    refuse("a: [1", "expected ',' or ']'");
    refuse("a: b: c", "line 1, column 5");
    refuse("a: \"\xff\"", "byte 4");
    refuse("a: !!int x", "does not fit its tag");
    refuse("a: !!map [1]", "does not fit its tag");
    check("[!!str 1, !!int 2, !!float 1.5, !!null ~, !!bool true, ! 3]", "[[\"1\",2,1.5,null,true,\"3\"]]");
}

/* libyaml calls it anything but a tab. */
static void a_tab_before_the_text_of_a_line_is_called_one(void **state)
{
    (void)state;
    refuse("a:\n\tb: 1\n", "line 2 begins with a tab; indent with spaces");
    refuse("spec:\n\tregion: x\n  kubernetes: 1\n", "line 2 begins with a tab; indent with spaces");
    refuse("a:\n  b: 1\n \tc: 1\n", "line 3 begins with a tab; indent with spaces");
    refuse("a: [1\n", "expected ',' or ']'");
    check("a: |\n  b\n  \tc\n", "[{\"a\":\"b\\n\\tc\\n\"}]");
}

static void a_byte_order_mark_is_no_text(void **state)
{
    (void)state;
    check("\xef\xbb\xbf"
          "a: 1\n---\nb: 2",
          "[{\"a\":1},{\"b\":2}]");
    check("\xef\xbb\xbf{\"a\":\t1}", "[{\"a\":1}]");
    refuse("\xef\xbb\xbf"
           "a: !secret x",
           "line 1, column 4");
}

/* kubectl makes strings of keys once it has read them, so a label "on" arrives as "true", and 010 as "8". */
static void a_key_that_kubectl_would_write_another_way_is_refused(void **state)
{
    (void)state;
    refuse("a: 1\nno: 2\n",
           "line 2, column 1: kubectl reads the key no as the boolean false; put it in quotes");
    refuse("{On: 1}", "the key On as the boolean true");
    refuse("{y: 1}", "the key y as the boolean true");
    refuse("{True: 1}", "the key True as the boolean true");
    refuse("{~: 1}", "the key ~ means null, which kubectl refuses; put it in quotes");
    refuse("{010: 1}", "kubectl reads the key as a number, which it may write another way");
    refuse("{0x10: 1}", "kubectl reads the key as a number, which it may write another way");
    refuse("{+1: 1}", "kubectl reads the key as a number, which it may write another way");
    refuse("{1_000: 1}", "kubectl reads the key as a number, which it may write another way");
    refuse("{1.10: 1}", "kubectl reads the key as a number, which it may write another way");
    refuse("{1e3: 1}", "kubectl reads the key as a number, which it may write another way");
    refuse("{0.00001: 1}", "kubectl reads the key as a number, which it may write another way");
    refuse("{.inf: 1}", "kubectl reads the key as a number, which it may write another way");
    check("{true: 1, false: 2}", "[{\"false\":2,\"true\":1}]");
    check("{80: 1, -5: 2, 1.5: 3}", "[{\"-5\":2,\"1.5\":3,\"80\":1}]");
    check("{'no': 1, \"010\": 2, !!str on: 3, ! 1.10: 4}", "[{\"010\":2,\"1.10\":4,\"no\":1,\"on\":3}]");
    check("{1.2.3: 1, 2026-11-22: 2, 12:30: 3, no-one: 4}",
          "[{\"1.2.3\":1,\"12:30\":3,\"2026-11-22\":2,\"no-one\":4}]");
}

static void errors_do_not_quote_the_document(void **state)
{
    struct err e = { 0 };
    const char *text = "password: hunter2\npassword: hunter2\n";

    (void)state;
    assert_null(jx_yaml_parse(text, strlen(text), &e));
    assert_null(strstr(e.text, "hunter2"));
}

static void dump_is_block_style(void **state)
{
    json_auto_t *doc = jx_pack("{s:s, s:{s:[s,{s:i,s:b}], s:{}, s:[]}, s:s, s:s, s:n, s:[[i],[]]}", "z",
                               "first", "a", "list", "x: y", "n", 1, "b", 1, "empty", "none", "text",
                               "l1\n l2\n", "v", "1.30", "nil", "m", 1);
    CLEAN(free) char *got = jx_yaml_dump(doc);

    (void)state;
    assert_string_equal(got, "z: first\n"
                             "a:\n"
                             "  list:\n"
                             "  - \"x: y\"\n"
                             "  - \"n\": 1\n"
                             "    b: true\n"
                             "  empty: {}\n"
                             "  none: []\n"
                             "text: |\n"
                             "  l1\n"
                             "   l2\n"
                             "v: \"1.30\"\n"
                             "nil: null\n"
                             "m:\n"
                             "- - 1\n"
                             "- []\n");
}

static void round_trip(const json_t *doc)
{
    CLEAN(free) char *yaml = jx_yaml_dump(doc);
    struct err e = { 0 };
    json_auto_t *back = jx_yaml_parse(yaml, strlen(yaml), &e);

    if (!json_is_null(doc) && !json_equal(json_array_get(back, 0), doc)) {
        CLEAN(free) char *json = jx_dump(doc);

        print_message("%s\n--- as YAML\n%s--- %s\n", json, yaml, e.text);
        fail();
    }
}

/* clang-format off */
static const char *const texts[] = {
        "",
        " ",
        "a ",
        " a",
        "a\n",
        "a\n\n",
        "\n",
        "\na",
        "a\n  \nb",
        "a\n b",
        " a\nb",
        "a\n\tb",
        "\ta\nb",
        "a\r\nb",
        "a\\b",
        "\"",
        "'",
        "- a",
        "a: b",
        "a:",
        "a #b",
        "#",
        "*a",
        "&a",
        "!a",
        "%a",
        "@a",
        "`a",
        "{}",
        "[]",
        "null",
        "~",
        "true",
        "yes",
        "No",
        "1",
        "0x1",
        "1e3",
        ".5",
        ".inf",
        "-",
        "--- a",
        "...",
        "---",
        "?",
        "? a",
        "=",
        "<<",
        "12:30",
        "1_000",
        "|",
        ">",
        "a\n---\nb",
        "\x01",
        "\x7f",
        "\xc2\x85",
        "\xe2\x80\xa8",
        "\xef\xbb\xbf",
        "\xc3\xa5\n\xc3\xa4",
        "a\n\xe2\x80\xa8",
        "a\nb\n ",
        "a\n ",
        "\xf0\x9f\x98\x80",
        "\xef\xbf\xbe",
        "a,b",
        "k: |\n  x",
        "a\n#b",
        "2026-11-22T08:00:00Z",
        "0o17",
};
/* clang-format on */

static void awkward_strings_round_trip(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
        json_auto_t *doc =
            jx_pack("{s:s, s:[s,{s:s}], s:s}", "a", texts[i], "l", texts[i], "k", texts[i], texts[i], "v");
        json_auto_t *alone = json_string(texts[i]);

        round_trip(doc);
        round_trip(alone);
    }
}

static uint32_t random_state = 1;
static uint32_t roll(uint32_t n)
{
    random_state = random_state * 1664525u + 1013904223u;
    return (random_state >> 8) % n;
}

static json_t *random_text(void)
{
    static const char *const parts[] = { "a", "b", " ", "\n", ":", "#", "-",        "\"", "'", "\t",
                                         "1", "0", ".", "e",  "~", "|", "\xc3\xa5", "\\", "{", "]",
                                         ",", "&", "*", "!",  "%", "?", "true",     "\r" };
    CLEAN(buf_free) struct buf text = buf_max(1 << 12);

    for (uint32_t n = roll(roll(20) ? 9 : 400); n; n--)
        (void)buf_adds(&text, parts[roll(ARRAY_LENGTH(parts))]);
    return json_string(buf_text(&text));
}

static json_t *random_tree(int depth)
{
    uint32_t kind = roll(depth > 4 ? 5 : 8), n = roll(4);
    json_t *made;

    switch (kind) {
    case 0: return json_null();
    case 1: return json_boolean(roll(2));
    case 2: return json_integer((json_int_t)roll(1u << 23) - (1 << 22));
    case 3: return json_real(roll(1u << 20) + 0.123);
    case 4:
    case 5: return random_text();
    default: break;
    }
    made = kind == 6 ? json_array() : json_object();
    while (n--) {
        json_auto_t *key = random_text();

        if (kind == 6)
            jx_append(made, random_tree(depth + 1));
        else
            jx_set(made, json_string_value(key), random_tree(depth + 1));
    }
    return made;
}

static void random_trees_round_trip(void **state)
{
    (void)state;
    for (int i = 0; i < 3000; i++) {
        json_auto_t *doc = random_tree(0);

        round_trip(doc);
    }
}

static void long_keys_round_trip(void **state)
{
    char key[3001];
    json_auto_t *doc = json_object();

    (void)state;
    memset(key, 'k', sizeof(key) - 1);
    key[sizeof(key) - 1] = '\0';
    jx_set(doc, key, jx_pack("[i,{s:s}]", 1, "a", "b\nc"));
    jx_set(doc, "b", jx_pack("{s:{s:s}}", "c", key, "x"));
    round_trip(doc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scalars_read_as_kubernetes_does),
        cmocka_unit_test(double_quotes_have_json_escapes),
        cmocka_unit_test(streams_of_documents),
        cmocka_unit_test(block_scalars_and_nesting),
        cmocka_unit_test(aliases_are_copies),
        cmocka_unit_test(aliases_cannot_explode),
        cmocka_unit_test(depth_is_limited),
        cmocka_unit_test(what_is_refused),
        cmocka_unit_test(a_tab_before_the_text_of_a_line_is_called_one),
        cmocka_unit_test(a_byte_order_mark_is_no_text),
        cmocka_unit_test(a_key_that_kubectl_would_write_another_way_is_refused),
        cmocka_unit_test(errors_do_not_quote_the_document),
        cmocka_unit_test(dump_is_block_style),
        cmocka_unit_test(awkward_strings_round_trip),
        cmocka_unit_test(random_trees_round_trip),
        cmocka_unit_test(long_keys_round_trip),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
