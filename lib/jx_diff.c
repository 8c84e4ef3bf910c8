/* SPDX-License-Identifier: Apache-2.0 */
/* A list of differences between two trees. Lists are compared element by element. */
#include "lib/jx_diff.h"
#include "lib/buf.h"
#include <stdint.h>

enum {
    DIFF_MAX = 256 << 10, /* bytes of the whole list: more is not read */
    DIFF_VALUE = 2000,    /* bytes of one value: a jq program fits */
    DIFF_PATH = 512
};

struct diff {
    enum jx_diff_mode mode;
    struct buf out;
};

static void differ(struct diff *d, const char *path, const json_t *expected, const json_t *actual)
{
    CLEAN(free) char *want = expected ? jx_dump(expected) : x_strdup("nothing");
    CLEAN(free) char *got = actual ? jx_dump(actual) : x_strdup("nothing");

    (void)buf_addf(&d->out, "%s:\n  expected %.*s\n  got      %.*s\n", *path ? path : "(top)", DIFF_VALUE,
                   want, DIFF_VALUE, got);
}

static void compare(struct diff *d, const char *path, const json_t *expected, const json_t *actual);

static void compare_objects(struct diff *d, const char *path, const json_t *expected, const json_t *actual)
{
    char below[DIFF_PATH];
    const char *key;
    json_t *v;

    /* jansson's loop macro takes a plain pointer but changes nothing */
    json_object_foreach ((json_t *)(uintptr_t)expected, key, v) {
        (void)snprintf(below, sizeof(below), "%s%s%s", path, *path ? "." : "", key);
        compare(d, below, v, json_object_get(actual, key));
    }
    if (d->mode == JX_DIFF_SUBSET)
        return;
    json_object_foreach ((json_t *)(uintptr_t)actual, key, v) {
        (void)snprintf(below, sizeof(below), "%s%s%s", path, *path ? "." : "", key);
        if (!json_object_get(expected, key))
            differ(d, below, NULL, v);
    }
}

static void compare_arrays(struct diff *d, const char *path, const json_t *expected, const json_t *actual)
{
    size_t want = json_array_size(expected), got = json_array_size(actual);
    char below[DIFF_PATH];

    for (size_t i = 0; i < want || i < got; i++) {
        (void)snprintf(below, sizeof(below), "%s[%zu]", path, i);
        compare(d, below, json_array_get(expected, i), json_array_get(actual, i));
    }
}

static void compare(struct diff *d, const char *path, const json_t *expected, const json_t *actual)
{
    if (d->mode == JX_DIFF_SUBSET && json_is_null(expected) && (!actual || json_is_null(actual)))
        return;
    if (json_is_object(expected) && json_is_object(actual))
        compare_objects(d, path, expected, actual);
    else if (json_is_array(expected) && json_is_array(actual))
        compare_arrays(d, path, expected, actual);
    else if (json_is_number(expected) && json_is_number(actual) &&
             !(json_number_value(expected) < json_number_value(actual)) &&
             !(json_number_value(expected) > json_number_value(actual)))
        return; /* 1 and 1.0 are one number to Kubernetes */
    else if (!expected || !actual || !json_equal(expected, actual))
        differ(d, path, expected, actual);
}

char *jx_diff(const json_t *expected, const json_t *actual, enum jx_diff_mode mode)
{
    struct diff d = { .mode = mode, .out = buf_max(DIFF_MAX) };

    if (expected || actual)
        compare(&d, "", expected, actual);
    if (d.out.len)
        return buf_take(&d.out);
    buf_free(&d.out);
    return NULL;
}
