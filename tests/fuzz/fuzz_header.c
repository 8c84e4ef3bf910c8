/* SPDX-License-Identifier: Apache-2.0 */
/* Header names and values: canonical names stay canonical and of the same length; nothing with CR or LF is
 * valid. Input: name, NUL, value. */
#undef NDEBUG
#include "lib/http.h"
#include <assert.h>
#include <strings.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    size_t cut = strnlen((const char *)bytes, n);
    CLEAN(free) char *name = x_strndup((const char *)bytes, cut);
    CLEAN(free) char *value = x_strndup((const char *)bytes + cut + (cut < n), n - cut - (cut < n));
    CLEAN(free) char *once = x_strdup(name), *twice = NULL;

    http_canonical_name(once);
    assert(strcasecmp(once, name) == 0);
    twice = x_strdup(once);
    http_canonical_name(twice);
    assert(strcmp(once, twice) == 0);
    assert(http_header_valid(name, value) == http_header_valid(once, value));
    if (strpbrk(value, "\r\n") || strpbrk(name, "\r\n: ") || !*name)
        assert(!http_header_valid(name, value));
    return 0;
}
