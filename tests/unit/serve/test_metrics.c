/* SPDX-License-Identifier: Apache-2.0 */
/* What Prometheus would read: the text is parsed back, and every rule of the format that a scraper relies on is checked for
 * the whole of it. */
#undef NDEBUG
#include "function/serve/metrics.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <pthread.h>

static const char *const kinds[] = { "Shoot", "Gateway", NULL };

static void call(struct metrics *m, const char *kind, enum fn_severity severity, int code, int64_t micros)
{
    metrics_count(m, &(struct metrics_call){ .kind = kind,
                                             .severity = severity,
                                             .code = code,
                                             .micros = micros,
                                             .request_bytes = 30000,
                                             .response_bytes = 5000 });
}

/* The value of one series, written as it stands in the text; -1 when it is not there. */
static double sample(struct metrics *m, const char *series)
{
    CLEAN(free) char *text = metrics_text(m);
    size_t n = strlen(series);

    for (const char *line = text; line && *line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
        if (!strncmp(line, series, n) && line[n] == ' ')
            return strtod(line + n, NULL);
    return -1;
}

#define assert_sample(m, series, expected)                                                                   \
    do {                                                                                                     \
        double got_ = sample(m, series);                                                                     \
        if (fabs(got_ - (expected)) > 1e-9)                                                                  \
            fail_msg("%s is %g, not %g", series, got_, (double)(expected));                                  \
    } while (0)

static void calls_are_counted_by_kind_severity_and_code(void **state)
{
    CLEAN(metrics_free) struct metrics *m = metrics_new(kinds);

    (void)state;
    call(m, "Shoot", FN_NORMAL, 0, 300);
    call(m, "Shoot", FN_NORMAL, 0, 300);
    call(m, "Shoot", FN_FATAL, 0, 300);
    call(m, "none", FN_FATAL, 3, 10);
    assert_sample(m, "cleura_function_calls_total{kind=\"Shoot\",severity=\"Normal\",code=\"OK\"}", 2);
    assert_sample(m, "cleura_function_calls_total{kind=\"Shoot\",severity=\"Fatal\",code=\"OK\"}", 1);
    assert_sample(
        m, "cleura_function_calls_total{kind=\"none\",severity=\"Fatal\",code=\"INVALID_ARGUMENT\"}", 1);
}

static void what_was_never_called_is_zero_and_not_absent(void **state)
{
    CLEAN(metrics_free) struct metrics *m = metrics_new(kinds);

    (void)state;
    assert_sample(m, "cleura_function_calls_total{kind=\"Gateway\",severity=\"Fatal\",code=\"OK\"}", 0);
    assert_sample(m, "cleura_function_call_duration_seconds_count{kind=\"Gateway\"}", 0);
}

static void what_is_not_known_has_a_name_too(void **state)
{
    CLEAN(metrics_free) struct metrics *m = metrics_new(kinds);

    (void)state;
    call(m, "Bucket\"} 1\nforged 2", FN_WARNING, 99, -5);
    call(m, NULL, FN_WARNING, -1, 0);
    assert_sample(m, "cleura_function_calls_total{kind=\"other\",severity=\"Warning\",code=\"UNKNOWN\"}", 2);
    assert_sample(m, "forged", -1);
}

static void durations_fall_into_the_buckets_of_their_kind(void **state)
{
    CLEAN(metrics_free) struct metrics *m = metrics_new(kinds);
#define BUCKET(le) "cleura_function_call_duration_seconds_bucket{kind=\"Shoot\",le=\"" le "\"}"

    (void)state;
    call(m, "Shoot", FN_NORMAL, 0, 50); /* a bound belongs to its bucket */
    call(m, "Shoot", FN_NORMAL, 0, 51);
    call(m, "Shoot", FN_NORMAL, 0, 2000000);
    assert_sample(m, BUCKET("5e-05"), 1);
    assert_sample(m, BUCKET("0.0001"), 2);
    assert_sample(m, BUCKET("1"), 2);
    assert_sample(m, BUCKET("+Inf"), 3);
    assert_sample(m, "cleura_function_call_duration_seconds_count{kind=\"Shoot\"}", 3);
    assert_sample(m, "cleura_function_call_duration_seconds_sum{kind=\"Shoot\"}", 2.000101);
    assert_sample(m, "cleura_function_call_duration_seconds_count{kind=\"Gateway\"}", 0);
}

static void sizes_are_of_all_kinds_together(void **state)
{
    CLEAN(metrics_free) struct metrics *m = metrics_new(kinds);

    (void)state;
    call(m, "Shoot", FN_NORMAL, 0, 1);
    call(m, "Gateway", FN_NORMAL, 0, 1);
    assert_sample(m, "cleura_function_request_bytes_bucket{le=\"16384\"}", 0);
    assert_sample(m, "cleura_function_request_bytes_bucket{le=\"65536\"}", 2);
    assert_sample(m, "cleura_function_request_bytes_sum", 60000);
    assert_sample(m, "cleura_function_response_bytes_bucket{le=\"16384\"}", 2);
    assert_sample(m, "cleura_function_response_bytes_count", 2);
}

static void the_process_says_who_it_is(void **state)
{
    CLEAN(metrics_free) struct metrics *m = metrics_new(kinds);

    (void)state;
    assert_sample(m, "cleura_function_build_info{version=\"" PROJECT_VERSION "\"}", 1);
    assert_true(fabs(sample(m, "process_start_time_seconds") - (double)time(NULL)) < 60);
    assert_true(sample(m, "process_cpu_seconds_total") > 0);
    assert_true(sample(m, "process_resident_memory_bytes") > 100000);
}

/* ---- the format -------------------------------------------------------------------------------------------------- */

struct family {
    char name[80], type[16];
};

/* "# TYPE name type" */
static struct family read_type(const char *line)
{
    struct family f = { 0 };

    assert_int_equal(sscanf(line, "# TYPE %79s %15s", f.name, f.type), 2);
    return f;
}

static size_t name_length(const char *line)
{
    return strspn(line, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_:0123456789");
}

static void check_suffix(const struct family *f, const char *suffix, size_t n)
{
    static const char *const of_histograms[] = { "_bucket", "_sum", "_count" };
    bool fits = !n && strcmp(f->type, "histogram") != 0;

    for (size_t i = 0; i < ARRAY_LENGTH(of_histograms) && !strcmp(f->type, "histogram"); i++)
        fits |= strlen(of_histograms[i]) == n && !memcmp(of_histograms[i], suffix, n);
    if (!fits)
        fail_msg("a %s %s has no sample ending in %.*s", f->type, f->name, (int)n, suffix);
}

/* name{label="value",...} number */
static void check_sample(const struct family *f, const char *line)
{
    const char *labels = line + name_length(line), *value = labels;
    char *end;

    assert_int_equal(strncmp(line, f->name, strlen(f->name)), 0);
    check_suffix(f, line + strlen(f->name), (size_t)(labels - line) - strlen(f->name));
    while (*value && (*value == '{' || *value == ',')) {
        value++;
        assert_true(name_length(value) > 0);
        value += name_length(value);
        assert_int_equal(strncmp(value, "=\"", 2), 0);
        value += 2;
        value += strcspn(value, "\"\\\n");
        assert_int_equal(*value++, '"');
    }
    if (*labels == '{')
        assert_int_equal(*value++, '}');
    assert_int_equal(*value, ' ');
    assert_true(strtod(value, &end) >= 0);
    assert_int_equal(*end, '\n');
}

static void every_line_is_of_the_text_format(void **state)
{
    CLEAN(metrics_free) struct metrics *m = metrics_new(kinds);
    CLEAN(free) char *text = NULL;
    struct family f = { 0 };
    size_t samples = 0, families = 0;

    (void)state;
    call(m, "Shoot", FN_NORMAL, 0, 300);
    call(m, "other", FN_FATAL, 13, 300);
    text = metrics_text(m);
    for (char *line = text; *line; line = strchr(line, '\n') + 1) {
        if (!strncmp(line, "# HELP ", 7)) {
            assert_non_null(strstr(line, "\n# TYPE ")); /* the next line, as seen below */
            line = strchr(line, '\n') + 1;
            f = read_type(line);
            families++;
            continue;
        }
        check_sample(&f, line);
        samples++;
    }
    assert_int_equal(families, 8);
    assert_true(samples > 60);
}

static void buckets_only_grow(void **state)
{
    CLEAN(metrics_free) struct metrics *m = metrics_new(kinds);
    CLEAN(free) char *text = NULL;
    double last = 0;

    (void)state;
    for (int i = 0; i < 100; i++)
        call(m, "Shoot", FN_NORMAL, 0, (int64_t)i * i * 200);
    text = metrics_text(m);
    for (char *at = text; (at = strstr(at, "seconds_bucket{kind=\"Shoot\"")); at++) {
        double n = strtod(strchr(at, ' '), NULL);

        assert_true(n >= last);
        last = n;
    }
    assert_true(fabs(last - 100) < 0.1);
}

/* ---- threads ----------------------------------------------------------------------------------------------------- */

enum { THREADS = 4, EACH = 20000 };

static void *count_many(void *m)
{
    for (int i = 0; i < EACH; i++)
        call(m, i % 2 ? "Shoot" : "Gateway", FN_NORMAL, 0, i);
    return NULL;
}

static void nothing_is_lost_when_many_count_and_one_reads(void **state)
{
    CLEAN(metrics_free) struct metrics *m = metrics_new(kinds);
    pthread_t threads[THREADS];

    (void)state;
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, count_many, m), 0);
    for (int i = 0; i < 20; i++)
        assert_true(sample(m, "cleura_function_request_bytes_count") <= (double)THREADS * EACH);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_sample(m, "cleura_function_calls_total{kind=\"Shoot\",severity=\"Normal\",code=\"OK\"}",
                  THREADS * EACH / 2);
    assert_sample(m, "cleura_function_call_duration_seconds_count{kind=\"Gateway\"}", THREADS * EACH / 2);
    assert_sample(m, "cleura_function_response_bytes_count", THREADS * EACH);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calls_are_counted_by_kind_severity_and_code),
        cmocka_unit_test(what_was_never_called_is_zero_and_not_absent),
        cmocka_unit_test(what_is_not_known_has_a_name_too),
        cmocka_unit_test(durations_fall_into_the_buckets_of_their_kind),
        cmocka_unit_test(sizes_are_of_all_kinds_together),
        cmocka_unit_test(the_process_says_who_it_is),
        cmocka_unit_test(every_line_is_of_the_text_format),
        cmocka_unit_test(buckets_only_grow),
        cmocka_unit_test(nothing_is_lost_when_many_count_and_one_reads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
