/* SPDX-License-Identifier: Apache-2.0 */
/* The life of a creation in annotations. */
#undef NDEBUG
#include "lib/clock.h"
#include "lib/jx.h"
#include "provider/reconcile/notes.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static json_t *doc;

static int new_doc(void **state)
{
    (void)state;
    doc = jx_pack("{s:{s:s}}", "metadata", "name", "a");
    return 0;
}

static int free_doc(void **state)
{
    (void)state;
    json_decref(doc);
    return 0;
}

static void note(void (*how)(json_t *, const struct note *), const char *identity, const char *url)
{
    how(doc,
        &(struct note){ .write = how, .now = CLOCK_HOUR, .identity = identity, .url = url, .hold = url });
}

static void a_creation_is_pending_until_it_succeeds(void **state)
{
    (void)state;
    assert_false(notes_created(doc));
    note(notes_pending, NULL, NULL);
    assert_true(notes_created(doc));
    assert_int_equal(CLOCK_HOUR, notes_time(doc, NOTE_PENDING));
    assert_int_equal(1, json_array_size(jx_at(doc, "metadata.finalizers")));
    note(notes_succeeded, "me", NULL);
    assert_null(notes_text(doc, NOTE_PENDING));
    assert_string_equal("me", notes_text(doc, NOTE_IDENTITY));
}

static void a_refusal_leaves_no_trace_of_a_creation(void **state)
{
    (void)state;
    note(notes_pending, NULL, NULL);
    note(notes_refused, NULL, NULL);
    assert_false(notes_created(doc));
    assert_non_null(notes_text(doc, NOTE_FAILED));
}

/* A wrong 404 leads to a creation that is refused, because the object is there: it is ours as before. */
static void a_refusal_takes_nothing_away_that_was_known(void **state)
{
    (void)state;
    note(notes_succeeded, "me", NULL);
    note(notes_seen, "me", "https://h/me");
    note(notes_pending, NULL, NULL);
    note(notes_refused, NULL, NULL);
    assert_true(notes_created(doc));
    assert_string_equal("me", notes_text(doc, NOTE_IDENTITY));
    assert_string_equal("https://h/me", notes_text(doc, NOTE_URL));
}

static void what_is_seen_while_a_creation_is_pending_is_what_it_made(void **state)
{
    (void)state;
    note(notes_succeeded, "old", NULL);
    note(notes_pending, NULL, NULL);
    note(notes_seen, "new", "https://h/new");
    assert_null(notes_text(doc, NOTE_PENDING));
    assert_non_null(notes_text(doc, NOTE_SUCCEEDED));
    assert_string_equal("new", notes_text(doc, NOTE_IDENTITY));
}

static void an_identity_is_pinned_once(void **state)
{
    (void)state;
    note(notes_seen, NULL, "https://h/a");
    assert_null(notes_text(doc, NOTE_IDENTITY));
    note(notes_seen, "me", "https://h/a");
    note(notes_seen, "you", "https://h/a");
    assert_string_equal("me", notes_text(doc, NOTE_IDENTITY));
}

static void holding_is_done_once_and_undone(void **state)
{
    (void)state;
    jx_set(jx_at(doc, "metadata"), "finalizers", jx_pack("[s]", "other"));
    notes_hold(doc);
    notes_hold(doc);
    assert_int_equal(2, json_array_size(jx_at(doc, "metadata.finalizers")));
    notes_release(doc);
    assert_int_equal(1, json_array_size(jx_at(doc, "metadata.finalizers")));
    assert_string_equal("other", json_string_value(json_array_get(jx_at(doc, "metadata.finalizers"), 0)));
}

#define WITH_DOC(test) cmocka_unit_test_setup_teardown(test, new_doc, free_doc)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_DOC(a_creation_is_pending_until_it_succeeds),
        WITH_DOC(a_refusal_leaves_no_trace_of_a_creation),
        WITH_DOC(a_refusal_takes_nothing_away_that_was_known),
        WITH_DOC(what_is_seen_while_a_creation_is_pending_is_what_it_made),
        WITH_DOC(an_identity_is_pinned_once),
        WITH_DOC(holding_is_done_once_and_undone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
