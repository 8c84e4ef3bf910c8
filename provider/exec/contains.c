/* SPDX-License-Identifier: Apache-2.0 */
#include "provider/exec/contains.h"
#include <stddef.h>
#include <stdint.h>

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

bool contains(const json_t *there, const json_t *wanted)
{
    if (json_is_object(there) && json_is_object(wanted))
        return same_members(there, wanted, contains);
    return json_same(there, wanted);
}
