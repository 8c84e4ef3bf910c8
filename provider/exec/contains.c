/* SPDX-License-Identifier: Apache-2.0 */
#include "provider/exec/contains.h"
#include "provider/exec/quantity.h"
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static bool same_members(const json_t *a, const json_t *b, bool (*match)(const json_t *, const json_t *))
{
    const json_t *wanted;
    const char *key;

    json_object_foreach ((json_t *)(uintptr_t)b, key, wanted) {
        const json_t *there = json_object_get(a, key);

        if (!there || !match(there, wanted))
            return false;
    }
    return true;
}

static bool same_elements(const json_t *a, const json_t *b)
{
    const json_t *element;
    size_t i;

    if (json_array_size(a) != json_array_size(b))
        return false;
    json_array_foreach (a, i, element)
        if (!json_same(element, json_array_get(b, i)))
            return false;
    return true;
}

bool json_same(const json_t *a, const json_t *b)
{
    if (json_is_number(a) && json_is_number(b) && (json_is_real(a) || json_is_real(b)))
        return json_number_value(a) == json_number_value(b);
    if (json_typeof(a) != json_typeof(b))
        return false;
    if (json_is_object(a))
        return json_object_size(a) == json_object_size(b) && same_members(a, b, json_same);
    if (json_is_array(a))
        return same_elements(a, b);
    return json_equal(a, b);
}

/* Kubernetes' own kinds leave such members out. */
static bool is_empty(const json_t *v)
{
    return json_is_false(v) || (json_is_number(v) && json_number_value(v) == 0) ||
           (json_is_string(v) && !json_string_length(v)) || (json_is_object(v) && !json_object_size(v)) ||
           (json_is_array(v) && !json_array_size(v));
}

/* Other managers may have elements in between, defaults may stand in each. */
static bool elements_applied(const json_t *there, const json_t *wanted)
{
    const json_t *element;
    size_t i, next = 0, n = json_array_size(there);

    json_array_foreach (wanted, i, element) {
        while (next < n && !contains_applied(json_array_get(there, next), element))
            next++;
        if (next++ >= n)
            return false;
    }
    return true;
}

static bool members_applied(const json_t *there, const json_t *wanted,
                            bool (*match)(const json_t *, const json_t *));

static bool same_amount(const json_t *there, const json_t *wanted)
{
    return json_same(there, wanted) || quantity_same(there, wanted);
}

/* The members whose own members are amounts; elsewhere "1.10" is not "1.1". */
static bool has_amounts(const char *key)
{
    static const char *const names[] = { "requests", "limits", "capacity", "hard", NULL };
    size_t i = 0;

    while (names[i] && strcmp(key, names[i]) != 0)
        i++;
    return names[i] != NULL;
}

static bool member_applied(const char *key, const json_t *there, const json_t *wanted)
{
    if (has_amounts(key) && json_is_object(there) && json_is_object(wanted))
        return members_applied(there, wanted, same_amount);
    return contains_applied(there, wanted);
}

static bool members_applied(const json_t *there, const json_t *wanted,
                            bool (*match)(const json_t *, const json_t *))
{
    const json_t *member;
    const char *key;

    json_object_foreach ((json_t *)(uintptr_t)wanted, key, member) {
        const json_t *at = json_object_get(there, key);

        if (json_is_null(member)) /* says nothing: the server may have a default there */
            continue;
        if (!at ? !is_empty(member) : match ? !match(at, member) : !member_applied(key, at, member))
            return false;
    }
    return true;
}

bool contains_applied(const json_t *there, const json_t *wanted)
{
    if (json_is_array(there) && json_is_array(wanted))
        return elements_applied(there, wanted);
    if (!json_is_object(there) || !json_is_object(wanted))
        return json_same(there, wanted);
    return members_applied(there, wanted, NULL);
}

bool contains(const json_t *there, const json_t *wanted)
{
    if (json_is_object(there) && json_is_object(wanted))
        return same_members(there, wanted, contains);
    return json_same(there, wanted);
}
