/* SPDX-License-Identifier: Apache-2.0 */
#undef NDEBUG
#include "lib/clock.h"
#include "lib/jx.h"
#include "provider/reconcile/record.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct record good = {
    .ready = "Available", .synced = "ReconcileSuccess", .error = "", .failed = COUNTER_RESET
};

static json_t *object_with(json_t *status)
{
    return jx_pack("{s:{s:i}, s:{s:{}}, s:o}", "metadata", "generation", 3, "spec", "forProvider", "status",
                   status);
}

static void nothing_new_gives_the_same_status(void **state)
{
    json_auto_t *object = object_with(json_object()), *first = record_status(object, &good, CLOCK_HOUR);
    json_auto_t *later = object_with(json_incref(first)),
                *second = record_status(later, &good, 2 * CLOCK_HOUR);

    (void)state;
    assert_true(json_equal(first, second));
}

static void a_transition_is_dated_only_when_the_value_changes(void **state)
{
    json_auto_t *object = object_with(json_object());
    json_auto_t *creating =
        record_status(object, &(struct record){ .ready = "Creating", .synced = "ReconcileSuccess" }, 0);
    json_auto_t *then = object_with(json_incref(creating));
    json_auto_t *settling = record_status(
        then, &(struct record){ .ready = "Settling", .synced = "ReconcileSuccess" }, CLOCK_HOUR);
    const json_t *ready = json_array_get(json_object_get(settling, "conditions"), 0);

    (void)state;
    assert_string_equal("Settling", jx_str(ready, "reason", ""));
    assert_string_equal("False", jx_str(ready, "status", ""));
    assert_string_equal("1970-01-01T00:00:00Z", jx_str(ready, "lastTransitionTime", ""));
}

/* What a call says is about the document it was made from. */
static void a_condition_is_of_the_generation_that_was_acted_on(void **state)
{
    json_auto_t *object = object_with(json_object()), *now = NULL, *then = NULL;
    struct record r = good;

    (void)state;
    jx_set(jx_at(object, "metadata"), "generation", json_integer(7));
    now = record_status(object, &r, 0);
    r.generation = 6;
    then = record_status(object, &r, 0);
    assert_int_equal(7, jx_int(json_array_get(jx_at(now, "conditions"), 0), "observedGeneration", 0));
    assert_int_equal(6, jx_int(json_array_get(jx_at(then, "conditions"), 0), "observedGeneration", 0));
}

static json_t *response(const char *date, const char *body)
{
    return jx_pack("{s:i, s:s, s:{s:[s]}}", "statusCode", 200, "body", body, "headers", "Date", date);
}

static void another_date_header_is_no_change(void **state)
{
    json_auto_t *object = object_with(json_object()), *a = response("Mon", "x"), *b = response("Tue", "x");
    struct record r = good;
    json_auto_t *first = NULL, *later = NULL, *second = NULL;

    (void)state;
    r.response = a;
    first = record_status(object, &r, 0);
    later = object_with(json_incref(first));
    r.response = b;
    second = record_status(later, &r, CLOCK_HOUR);
    assert_true(json_equal(first, second));
}

static void store_response_none_keeps_only_the_code(void **state)
{
    json_auto_t *object = object_with(json_object()), *a = response("Mon", "secret"), *status = NULL;
    struct record r = good;
    CLEAN(free) char *text = NULL;

    (void)state;
    jx_set(jx_at(object, "spec.forProvider"), "storeResponse", json_string("None"));
    r.response = a;
    status = record_status(object, &r, 0);
    text = jx_dump(json_object_get(status, "response"));
    assert_string_equal("{\"statusCode\":200}", text);
}

static void errors_are_counted_and_cleared(void **state)
{
    json_auto_t *object = object_with(json_object()), *later = NULL, *cleared = NULL;
    json_auto_t *failed = record_status(
        object, &(struct record){ .synced = "Unavailable", .error = "no", .failed = COUNTER_ADD }, 0);

    (void)state;
    assert_int_equal(1, jx_int(failed, "failed", 0));
    assert_string_equal("no", jx_str(failed, "error", ""));
    later = object_with(json_incref(failed));
    cleared = record_status(later, &good, 0);
    assert_null(json_object_get(cleared, "error"));
    assert_null(json_object_get(cleared, "failed"));
}

static void a_long_message_is_cut(void **state)
{
    json_auto_t *object = object_with(json_object()), *status = NULL;
    char text[3000];

    (void)state;
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    status = record_status(object, &(struct record){ .synced = "Unavailable", .synced_text = text }, 0);
    assert_int_equal(1024,
                     strlen(jx_str(json_array_get(json_object_get(status, "conditions"), 0), "message", "")));
}

static void the_version_and_what_was_applied_are_told(void **state)
{
    json_auto_t *object = object_with(json_object()), *first = NULL, *kept = NULL, *none = NULL;
    json_auto_t *later = NULL;

    (void)state;
    first = record_status(object, &(struct record){ .api_version = "g.io/v1", .applied = "abc" }, 0);
    assert_string_equal("g.io/v1", jx_str(first, "apiVersion", ""));
    assert_string_equal("abc", jx_str(first, "applied", ""));
    later = object_with(json_incref(first));
    kept = record_status(later, &good, 0);
    assert_string_equal("g.io/v1", jx_str(kept, "apiVersion", ""));
    none = record_status(later, &(struct record){ .api_version = "", .applied = "" }, 0);
    assert_null(jx_at(none, "apiVersion"));
    assert_null(jx_at(none, "applied"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_version_and_what_was_applied_are_told),
        cmocka_unit_test(nothing_new_gives_the_same_status),
        cmocka_unit_test(a_transition_is_dated_only_when_the_value_changes),
        cmocka_unit_test(a_condition_is_of_the_generation_that_was_acted_on),
        cmocka_unit_test(another_date_header_is_no_change),
        cmocka_unit_test(store_response_none_keeps_only_the_code),
        cmocka_unit_test(errors_are_counted_and_cleared),
        cmocka_unit_test(a_long_message_is_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
