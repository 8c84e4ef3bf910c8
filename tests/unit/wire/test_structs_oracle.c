/* SPDX-License-Identifier: Apache-2.0 */
/* protobuf-c reads what we write, and we read what it writes: documents of every shape, and some thousand random ones. */
#undef NDEBUG
#include "function/wire/structs.h"
#include "lib/jx.h"
#include "lib/jx_yaml.h"
#include "tests/oracle/struct_oracle.h"
#include <glob.h>
#include <setjmp.h>

#include <cmocka.h>

enum { DOCUMENTS = 4000, LEVELS = 5 };

static void check_equal(const json_t *got, const json_t *want)
{
    CLEAN(free) char *a = NULL, *b = NULL;

    if (oracle_equal(got, want))
        return;
    a = json_dumps(got, JSON_SORT_KEYS);
    b = json_dumps(want, JSON_SORT_KEYS);
    fail_msg("%s\nis not\n%s", a, b);
}

static void theirs_read_by_us(const json_t *doc)
{
    size_t n, budget = 100000;
    CLEAN(free) uint8_t *bytes = oracle_encode(doc, &n);
    struct err e = { 0 };
    json_auto_t *got = structs_decode((struct span){ bytes, n }, NULL, &budget, &e);

    if (!got)
        fail_msg("%s", e.text);
    check_equal(got, doc);
}

static void ours_read_by_them(const json_t *doc)
{
    CLEAN(backward_free) struct backward b = backward_max(1 << 20);
    struct oracle_tree o;
    json_auto_t *got = NULL;

    structs_encode(&b, doc);
    assert_false(b.overflow);
    o = oracle_decode(b.at, backward_size(&b));
    got = o.tree;
    assert_non_null(got);
    assert_false(o.no_json);
    check_equal(got, doc);
}

static void both_ways(const json_t *doc)
{
    theirs_read_by_us(doc);
    ours_read_by_them(doc);
}

static void chosen_documents(void **state)
{
    static const char *const docs[] = {
        "{}",
        "{\"\": \"\"}",
        "{\"a\": {}, \"b\": [], \"c\": [[], {}, [[]]]}",
        "{\"n\": null, \"t\": true, \"f\": false, \"list\": [null, true, false]}",
        "{\"i\": [0, 1, -1, 2147483648, 9007199254740992, -9007199254740992, 9223372036854775807]}",
        "{\"r\": [0.0, -0.0, 0.1, 1e300, -5e-324, 1.5, 9007199254740993.0]}",
        "{\"a.b/c\\\"d\": \"\\u00e9\\ud83d\\ude00\\u007f\\u0001\"}",
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(docs); i++) {
        json_auto_t *doc = json_loads(docs[i], 0, NULL);

        assert_non_null(doc);
        both_ways(doc);
    }
}

static int documents_of(const char *path)
{
    CLEAN(fclose) FILE *f = fopen(path, "re");
    static char yaml[1 << 20];
    json_auto_t *docs = NULL;
    json_t *doc;
    size_t i;
    int n = 0;

    assert_non_null(f);
    docs = jx_yaml_parse(yaml, fread(yaml, 1, sizeof(yaml), f), NULL);
    json_array_foreach (docs, i, doc) {
        if (!json_is_object(doc))
            continue;
        both_ways(doc);
        n++;
    }
    return n;
}

/* What the renderers' cases hold is what the function sees and makes. */
static void documents_of_the_cases(void **state)
{
    glob_t found;
    int n = 0;

    (void)state;
    assert_int_equal(glob(SOURCE_DIR "/tests/render/*/*/*.yaml", 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++)
        n += documents_of(found.gl_pathv[i]);
    globfree(&found);
    assert_true(n > 100);
}

/* The same every time (Knuth's MMIX constants). */
static unsigned draw(uint64_t *seed, unsigned below)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(*seed >> 33) % below;
}

static const char *random_text(uint64_t *seed)
{
    static const char *const texts[] = {
        "",         "a",        "name",
        "metadata", "\xc3\xa9", "\xf0\x9f\x98\x80",
        "x.y/z",    "\n",       "a longer text that needs more than one word of eight bytes"
    };

    return texts[draw(seed, ARRAY_LENGTH(texts))];
}

static json_t *random_number(uint64_t *seed)
{
    int shift = (int)draw(seed, 60);
    double n = (double)((int64_t)draw(seed, 1u << 31) - (1 << 30));

    return draw(seed, 2) ? json_integer((json_int_t)n >> (shift % 30))
                         : json_real(n / (double)(UINT64_C(1) << shift));
}

static json_t *random_object(uint64_t *seed, int levels);

static json_t *random_value(uint64_t *seed, int levels)
{
    switch (draw(seed, levels > 0 ? 6 : 4)) {
    case 0: return json_null();
    case 1: return json_boolean(draw(seed, 2));
    case 2: return json_string(random_text(seed));
    case 3: return random_number(seed);
    case 4: return random_object(seed, levels - 1);
    default: break;
    }
    json_t *list = json_array();

    for (unsigned n = draw(seed, 6); n > 0; n--)
        jx_append(list, random_value(seed, levels - 1));
    return list;
}

/* Some objects are large, so that lengths need several bytes and sorting does. */
static json_t *random_object(uint64_t *seed, int levels)
{
    json_t *object = json_object();
    unsigned n = draw(seed, 40) ? draw(seed, 7) : draw(seed, 100);
    char key[100];

    for (; n > 0; n--) {
        (void)snprintf(key, sizeof(key), "%s%u", random_text(seed), draw(seed, 50));
        jx_set(object, draw(seed, 8) ? key : random_text(seed), random_value(seed, levels));
    }
    return object;
}

static void random_documents(void **state)
{
    uint64_t seed = 1;

    (void)state;
    for (int i = 0; i < DOCUMENTS; i++) {
        json_auto_t *doc = random_object(&seed, LEVELS);

        both_ways(doc);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chosen_documents),
        cmocka_unit_test(documents_of_the_cases),
        cmocka_unit_test(random_documents),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
