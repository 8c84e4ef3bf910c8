/* SPDX-License-Identifier: Apache-2.0 */
/* The jq worker: what programs yield, and that no program can hold up or outlive its limits. */
#undef NDEBUG
#include "lib/clock.h"
#include "lib/jx.h"
#include "provider/exec/jq.h"
#include <dirent.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct jq *worker(void **state) { return *state; }

static int setup(void **state)
{
    *state = jq_new();
    return 0;
}

static int teardown(void **state)
{
    jq_free(*state);
    return 0;
}

/* The first output as text, or "!" and the outcome's number. */
static void check(struct jq *q, const char *document, const char *program, const char *expected)
{
    json_auto_t *doc = jx_parse(document, strlen(document), NULL);
    struct jq_result r;
    struct err e = { .kind = ERR_NONE };
    CLEAN(free) char *got = NULL;

    assert_non_null(doc);
    assert_int_equal(jq_eval(q, doc, &program, 1, &r, &e), 0);
    got = r.value ? jx_dump(r.value) : x_asprintf("!%d %s", r.outcome, r.error);
    if (expected[0] == '!' && strlen(got) > strlen(expected)) /* the start of the error is enough */
        got[strlen(expected)] = '\0';
    if (strcmp(got, expected) != 0)
        fail_msg("%s on %s\n  got      %s\n  expected %s", program, document, got, expected);
    jq_results_free(&r, 1);
}

static void values(void **state)
{
    static const char *const table[][3] = {
        { "{\"a\":{\"b\":1}}", ".a.b", "1" },
        { "{\"a\":{\"b\":1}}", "{z: 1, a: .a}", "{\"a\":{\"b\":1},\"z\":1}" },
        { "null", "1, 2, 3", "1" },
        { "null", "empty", "!1" },
        { "null", "error(null)", "!1" },
        { "null", "error(\"x\")", "!3 x" },
        { "null", "error({a: 1})", "!3 {\"a\":1}" },
        { "{\"a\":\"secret\"}", ".a + 1", "!3 string and number cannot be added" },
        { "{\"a\":\"secret\"}", ".a.b", "!3 Cannot index string with string \"b\"" },
        { "\"secret text\"", "fromjson", "!3 Invalid numeric literal at line 1, column 7" },
        { "\"%\"", "@base64d", "!3 string is not valid base64 data" },
        { "0", "localtime | mktime", "0" },
        { "null", "{", "!2 syntax error, unexpected $end, line 1" },
        { "null", "my-app", "!2 my/0 is not defined, line 1" },
        { "null", "  # nothing", "!2 missing query" },
        { "null", "", "!2 missing query" },
        { "null", "{a: 1,}", "{\"a\":1}" },
        { "9007199254740992", ".", "9007199254740992" },
        { "null", "1e18", "1000000000000000000" },
        { "null", "1e21", "1e21" },
        { "3.1", ".", "3.1000000000000001" },
        { "null", "nan", "null" },
        { "null", "infinite", "null" },
        { "null", "-5", "-5" },
        { "\"a\\u0001\\\"\\\\\xc3\xa9\xf0\x9f\x98\x80\"", ".",
          "\"a\\u0001\\\"\\\\\xc3\xa9\xf0\x9f\x98\x80\"" },
        { "null", "\"/w==\" | @base64d", "\"\xef\xbf\xbd\"" },
        { "null", "\"AA==\" | @base64d", "!4 the result has a string with a NUL character" },
        { "null", "[limit(3; repeat(1))]", "[1,1,1]" },
        { "\"2026-11-22T08:00:00Z\"", "fromdate", "1795334400" },
        { "[]", "env", "{}" },
        { "[]", "$ENV", "{}" },
        { "[]", "$ENV.PATH", "null" },
        { "[]", "reduce range(100) as $i (0; [.])", "!4 the result is nested too deep" },
    };

    for (size_t i = 0; i < ARRAY_LENGTH(table); i++)
        check(worker(state), table[i][0], table[i][1], table[i][2]);
}

static void refused_programs(void **state)
{
    static const char *const table[] = {
        "import \"a\" as a; 1",
        "include \"a\"; 1",
        "import \"./secret\" as $s {search:\"/etc\"}; $s",
        "input",
        "[inputs]",
        ". | debug",
        "stderr",
        "input_filename",
        "halt",
        "\"x\" | halt_error",
        "halt_error(1)",
        "$__prog_args",
        "$ __prog_args",
        "get_search_list",
        "\"a\" | modulemeta",
        "\"\\(input)\"",
        "\"\\(1 + (\"\\(debug)\" | length))\"",
        "{a: input}",
        "{(input): 1}",
        "{a: (1, input)}",
        "[1, input]",
        "1.input",
        "..|input",
        "# comment\ninput",
        "def f: input; f",
    };

    for (size_t i = 0; i < ARRAY_LENGTH(table); i++)
        check(worker(state), "{}", table[i], "!2 ");
}

static void refused_sizes(void **state)
{
    char deep[301], *wide = x_alloc(JQ_PROGRAM_MAX + 2);

    memset(deep, '[', sizeof(deep) - 1);
    deep[sizeof(deep) - 1] = '\0';
    check(worker(state), "1", deep, "!2 brackets are nested deeper than 200 levels");
    memset(wide, ' ', JQ_PROGRAM_MAX + 1);
    wide[0] = '.';
    check(worker(state), "1", wide, "!2 the program is too long");
    wide[JQ_PROGRAM_MAX] = '\0';
    check(worker(state), "1", wide, "1");
    free(wide);
}

static void words_that_are_data(void **state)
{
    static const char *const table[][2] = {
        { ".input", "1" },
        { ".\"input\"", "1" },
        { "{input}", "{\"input\":1}" },
        { "{input: 2, debug: 3}", "{\"debug\":3,\"input\":2}" },
        { "\"input debug\"", "\"input debug\"" },
        { "1 # input", "1" },
        { "\"a\\\"input\"", "\"a\\\"input\"" },
        { "\"\\(.input)\"", "\"1\"" },
        { "1 as $input | $input", "1" },
        { "[.import?, .include?]", "[null,null]" },
    };

    for (size_t i = 0; i < ARRAY_LENGTH(table); i++)
        check(worker(state), "{\"input\":1}", table[i][0], table[i][1]);
}

/* What provider-http's gojq takes and libjq 1.6 does not. */
static void gojq_dialect(void **state)
{
    static const char *const table[][2] = {
        { "if .input == 1 then \"one\" end", "\"one\"" },
        { "if .input == 2 then \"two\" end", "{\"input\":1}" },
        { "if .input == 2 then 2 elif .input == 3 then 3 end | keys", "[\"input\"]" },
        { "[if true then if false then 1 end else 2 end, \"\\(if true then 3 end)\"] | .[1]", "\"3\"" },
        { "if true then 1 else 2 end", "1" },
        { "{if: 1, end: 2, else: .end}", "{\"else\":null,\"end\":2,\"if\":1}" },
        { "\"  a b \" | trim", "\"a b\"" },
        { "\"  a b \" | [ltrim, rtrim]", "[\"a b \",\"  a b\"]" },
        { "[-3, 3, -0.5] | map(abs)", "[3,3,0.5]" },
        { "[1, [2]] | map(toarray)", "[[1],[2]]" },
        { "{a: 1, b: {c: 2, d: 3}} | pick(.a, .b.d)", "{\"a\":1,\"b\":{\"d\":3}}" },
        { "[[1, 2], [3]] | [add(.[][]), (.[0] | add)]", "[6,3]" },
        { "def trim: 7; trim", "7" },
        { "{trim: 1} | .trim", "1" },
    };

    for (size_t i = 0; i < ARRAY_LENGTH(table); i++)
        check(worker(state), "{\"input\":1}", table[i][0], table[i][1]);
}

/* Whatever a program does, the answer comes in bounded time and the next program works. */
static void hostile_programs(void **state)
{
    static const char *const table[] = {
        "def f: f; f",
        "[repeat(1)]",
        "[range(1e12)]",
        "last(range(1e12))",
        "until(false; .)",
        "\"a\" * 1e9",
        ".[1e9] = 1",
        ".[3e8] = 1",
        "reduce range(1000000) as $i (0; [.])",
        "(\"a\" * 100000) | [match(\"a\"; \"g\")]",
        "\"x\" | gsub(\"^\"; \"y\")",
        "[range(3000000)|tostring]",
    };

    for (size_t i = 0; i < ARRAY_LENGTH(table); i++) {
        int64_t began = clock_monotonic();

        check(worker(state), "null", table[i], "!4 ");
        if (clock_monotonic() - began > 5 * (int64_t)JQ_TIME_MS)
            fail_msg("%s took %lld ms", table[i], (long long)(clock_monotonic() - began));
        check(worker(state), "1", ". + 1", "2");
    }
}

static void many_programs_one_call(void **state)
{
    const char *const programs[] = { ".a", "input", ".b.c", "error(\"no\")", "[.[]] | length" };
    json_auto_t *doc = jx_pack("{s:i, s:n}", "a", 7, "b");
    struct jq_result r[ARRAY_LENGTH(programs)];
    struct err e;

    assert_int_equal(jq_eval(worker(state), doc, programs, ARRAY_LENGTH(programs), r, &e), 0);
    assert_int_equal(json_integer_value(r[0].value), 7);
    assert_int_equal(r[1].outcome, JQ_SYNTAX);
    assert_true(json_is_null(r[2].value));
    assert_int_equal(r[3].outcome, JQ_RUNTIME);
    assert_string_equal(r[3].error, "no");
    assert_int_equal(json_integer_value(r[4].value), 2);
    jq_results_free(r, ARRAY_LENGTH(programs));
}

static void results_before_a_hang_are_kept(void **state)
{
    const char *const programs[] = { "1", "def f: f; f", "2" };
    json_auto_t *doc = json_null();
    struct jq_result r[3];
    struct err e;

    assert_int_equal(jq_eval(worker(state), doc, programs, 3, r, &e), 0);
    assert_int_equal(json_integer_value(r[0].value), 1);
    assert_int_equal(r[1].outcome, JQ_LIMIT);
    assert_int_equal(r[2].outcome, JQ_LIMIT);
    jq_results_free(r, 3);
}

/* The first process whose parent is 'parent', 0 when there is none. */
static pid_t child_of(pid_t parent)
{
    DIR *proc = opendir("/proc");
    pid_t found = 0;
    struct dirent *entry;

    assert_non_null(proc);
    while (!found && (entry = readdir(proc))) {
        CLEAN(free) char *path = x_asprintf("/proc/%s/stat", entry->d_name);
        CLEAN(fclose) FILE *stat = fopen(path, "r");
        char line[256];
        const char *behind_name = stat && fgets(line, sizeof(line), stat) ? strrchr(line, ')') : NULL;

        if (behind_name && strtol(behind_name + 4, NULL, 10) == parent)
            found = (pid_t)strtol(entry->d_name, NULL, 10);
    }
    (void)closedir(proc);
    return found;
}

/* The kernel, short of memory, may have killed it while it had nothing to do. */
static void a_worker_that_died_is_replaced(void **state)
{
    pid_t nursery, killed;

    check(worker(state), "1", ". + 1", "2");
    nursery = child_of(getpid());
    killed = child_of(nursery);
    assert_true(nursery > 0 && killed > 0);
    assert_int_equal(kill(killed, SIGKILL), 0);
    check(worker(state), "1", ". + 1", "2");
    assert_int_equal(kill(nursery, SIGKILL), 0); /* takes its worker along */
    check(worker(state), "1", ". + 1", "2");
}

/* More programs than the cache holds, the first still right afterwards. */
static void cache_turns_over(void **state)
{
    for (int i = 0; i < 520; i++) {
        CLEAN(free) char *program = x_asprintf(". + %d", i);
        CLEAN(free) char *expected = x_asprintf("%d", i + 1);

        check(worker(state), "1", program, expected);
    }
    check(worker(state), "1", ". + 0", "1");
}

static void large_document(void **state)
{
    json_auto_t *doc = json_array();
    const char *program = "length";
    struct jq_result r;
    struct err e;

    for (int i = 0; i < 20000; i++)
        jx_append(doc, json_string("0123456789012345678901234567890123456789"));
    assert_int_equal(jq_eval(worker(state), doc, &program, 1, &r, &e), 0);
    assert_int_equal(json_integer_value(r.value), 20000);
    jq_results_free(&r, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(values, setup, teardown),
        cmocka_unit_test_setup_teardown(refused_programs, setup, teardown),
        cmocka_unit_test_setup_teardown(refused_sizes, setup, teardown),
        cmocka_unit_test_setup_teardown(words_that_are_data, setup, teardown),
        cmocka_unit_test_setup_teardown(gojq_dialect, setup, teardown),
        cmocka_unit_test_setup_teardown(hostile_programs, setup, teardown),
        cmocka_unit_test_setup_teardown(many_programs_one_call, setup, teardown),
        cmocka_unit_test_setup_teardown(results_before_a_hang_are_kept, setup, teardown),
        cmocka_unit_test_setup_teardown(a_worker_that_died_is_replaced, setup, teardown),
        cmocka_unit_test_setup_teardown(cache_turns_over, setup, teardown),
        cmocka_unit_test_setup_teardown(large_document, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
