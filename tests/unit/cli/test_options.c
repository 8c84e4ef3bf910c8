/* SPDX-License-Identifier: Apache-2.0 */
/* Command line options. */
#undef NDEBUG
#include "cli/options.h"
#include "cli/verb.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct parsed {
    struct options o;
    struct words words, given;
    struct err e;
    int result;
};

static void parsed_clean(struct parsed *p)
{
    options_clean(&p->o);
    words_clean(&p->words);
    words_clean(&p->given);
}

/* Words separated by blanks. */
static struct parsed parse(const char *line)
{
    static char copy[512];
    char *argv[32] = { copy };
    int argc = 1;
    struct parsed p = { 0 };

    (void)snprintf(copy, sizeof(copy), "%s", line);
    for (char *at = copy; *at && argc < 31;) {
        argv[argc++] = at;
        at += strcspn(at, " ");
        if (*at)
            *at++ = '\0';
    }
    p.result = options_parse(argc, argv, &p.o, &p.words, &p.given, &p.e);
    return p;
}

static void options_stand_anywhere(void **state)
{
    CLEAN(parsed)
    struct parsed p = parse("-o json create --wait name --timeout=5m -nteam-a -qy --store s.db");

    (void)state;
    assert_int_equal(p.result, 0);
    assert_int_equal(p.words.n, 2);
    assert_string_equal(p.words.at[0], "create");
    assert_string_equal(p.words.at[1], "name");
    assert_string_equal(p.o.output, "json");
    assert_string_equal(p.o.timeout, "5m");
    assert_string_equal(p.o.ns, "team-a");
    assert_string_equal(p.o.store, "s.db");
    assert_true(p.o.wait && p.o.quiet && p.o.yes);
    assert_false(p.o.debug);
    assert_int_equal(p.given.n, 7);
}

static void two_dashes_end_options_and_one_is_a_word(void **state)
{
    CLEAN(parsed) struct parsed p = parse("apply -f - -- --wait");

    (void)state;
    assert_int_equal(p.result, 0);
    assert_string_equal(p.o.filenames.at[0], "-");
    assert_int_equal(p.words.n, 2);
    assert_string_equal(p.words.at[1], "--wait");
    assert_false(p.o.wait);
}

static void files_may_be_given_repeatedly(void **state)
{
    CLEAN(parsed) struct parsed p = parse("apply -f a.yaml -R --filename=b -fc.json");

    (void)state;
    assert_int_equal(p.result, 0);
    assert_true(p.o.recursive);
    assert_int_equal(p.o.filenames.n, 3);
    assert_string_equal(p.o.filenames.at[0], "a.yaml");
    assert_string_equal(p.o.filenames.at[1], "b");
    assert_string_equal(p.o.filenames.at[2], "c.json");
}

static void wrong(const char *line, const char *text)
{
    CLEAN(parsed) struct parsed p = parse(line);

    assert_int_equal(p.result, -1);
    assert_int_equal(p.e.kind, ERR_INVALID);
    if (!strstr(p.e.text, text))
        assert_string_equal(p.e.text, text);
}

static void wrong_options_are_explained(void **state)
{
    (void)state;
    wrong("list --otput json", "did you mean --output?");
    wrong("list --password x", "did you mean --password-file?");
    wrong("list --xyzzy", "see \"cleura-shoot help\"");
    wrong("list -z", "there is no option -z");
    wrong("list --output", "--output needs a value: --output FORMAT");
    wrong("list --wait=yes", "--wait takes no value");
}

static void there_is_no_way_to_give_a_password(void **state)
{
    (void)state;
    assert_null(options_find("password"));
    assert_null(options_find("token"));
}

static void the_environment_fills_what_was_not_given(void **state)
{
    CLEAN(parsed) struct parsed p = parse("list --region Sto2");

    (void)state;
    setenv("CLEURA_REGION", "fra1", 1);
    setenv("CLEURA_URL", "https://example.test", 1);
    setenv("CLEURA_PROJECT", "", 1);
    options_environment(&p.o);
    assert_string_equal(p.o.region, "Sto2");
    assert_string_equal(p.o.url, "https://example.test");
    assert_null(p.o.project);
    unsetenv("CLEURA_REGION");
    unsetenv("CLEURA_URL");
    unsetenv("CLEURA_PROJECT");
}

static void lists_of_words(void **state)
{
    (void)state;
    assert_true(options_listed("wait no-wait timeout", "no-wait"));
    assert_true(options_listed("wait", "wait"));
    assert_false(options_listed("no-wait timeout", "wait"));
    assert_false(options_listed("", "wait"));
    assert_false(options_listed(NULL, "wait"));
}

static void every_verb_is_complete(void **state)
{
    const struct verb *v;

    (void)state;
    for (size_t i = 0; (v = verbs_at(i)); i++) {
        CLEAN(free) char *list = x_strdup(v->options);
        char *rest = list, *name;

        assert_ptr_equal(verbs_find(v->name), v);
        assert_true(*v->summary && *v->help && v->run && v->min <= v->max);
        while ((name = strsep(&rest, " ")) && *name) {
            assert_non_null(options_find(name));
            assert_false(options_find(name)->everywhere);
        }
    }
}

static void option_names_and_letters_are_unique(void **state)
{
    (void)state;
    for (const struct option *a = options_table; a->name; a++)
        for (const struct option *b = a + 1; b->name; b++) {
            assert_string_not_equal(a->name, b->name);
            assert_false(a->letter && a->letter == b->letter);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_stand_anywhere),
        cmocka_unit_test(two_dashes_end_options_and_one_is_a_word),
        cmocka_unit_test(files_may_be_given_repeatedly),
        cmocka_unit_test(wrong_options_are_explained),
        cmocka_unit_test(there_is_no_way_to_give_a_password),
        cmocka_unit_test(the_environment_fills_what_was_not_given),
        cmocka_unit_test(lists_of_words),
        cmocka_unit_test(every_verb_is_complete),
        cmocka_unit_test(option_names_and_letters_are_unique),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
