/* SPDX-License-Identifier: Apache-2.0 */
/* Masking: a JSON body stays JSON, and no string in it is the value any more. Input: value, NUL, body. */
#undef NDEBUG
#include "lib/jx.h"
#include "provider/exec/mask.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static bool holds(const json_t *tree, const json_t *value)
{
    json_t *member;
    const char *key;
    size_t i;

    if (json_is_string(value) && json_equal(tree, value))
        return true;
    json_array_foreach (tree, i, member)
        if (holds(member, value))
            return true;
    json_object_foreach ((json_t *)(uintptr_t)tree, key, member)
        if (holds(member, value))
            return true;
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    size_t cut = strnlen((const char *)bytes, n);
    CLEAN(free) char *body = x_strndup((const char *)bytes + cut + (cut < n), n - cut - (cut < n));
    json_auto_t *value = json_loadb((const char *)bytes, cut, JSON_DECODE_ANY, NULL);
    json_auto_t *before = jx_parse(body, strlen(body), NULL), *after = NULL;
    CLEAN(masks_free) struct masks *m = masks_new();
    CLEAN(free) char *masked = NULL;
    CLEAN(free) char *header = NULL;

    if (!value)
        value = jx_textn((const char *)bytes, cut);
    masks_add(m, value, "{{s:ns:k}}");
    masked = masks_body(m, body);
    header = masks_header(m, body);
    assert(header);
    after = jx_parse(masked, strlen(masked), NULL);
    if (before && strcmp(masked, "{{s:ns:k}}") != 0) {
        assert(after);
        assert(!json_is_string(value) || !json_string_length(value) ||
               strstr(json_string_value(value), "{{") || !holds(after, value));
    }
    return 0;
}
