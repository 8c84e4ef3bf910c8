/* SPDX-License-Identifier: Apache-2.0 */
/* The scanner of jq programs: tokens lie in the text, in order; a refused word alone is always refused;
 * marking and collapsing come to an end. */
#undef NDEBUG
#include "lib/cleanup.h"
#include "provider/exec/jq_adapt.h"
#include "provider/exec/jq_scan.h"
#include "provider/exec/jq_token.h"
#include "provider/exec/nulls.h"
#include <assert.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    CLEAN(free) char *text = x_strndup((const char *)bytes, n);
    CLEAN(free) char *collapsed = jq_collapse(text);
    CLEAN(free) char *marked = NULL;
    CLEAN(free) char *adapted = NULL;
    CLEAN(free) char *behind = x_asprintf("input\n|%s", text);
    struct jq_lexer lexer = jq_lexer_on(text);
    const char *at = text;
    struct err e = { .kind = ERR_NONE };

    for (;;) {
        struct jq_token token = jq_lexer_next(&lexer);

        if (token.kind == JQ_TOKEN_END || token.kind == JQ_TOKEN_TOO_DEEP)
            break;
        assert(token.text >= at && token.len > 0);
        at = token.text + token.len;
        assert(at <= text + strlen(text));
    }
    marked = nulls_marked(text);
    assert(strlen(marked) >= strlen(text));
    adapted = jq_adapt(text);
    assert(strlen(adapted) >= strlen(text) && strlen(adapted) <= 4 * strlen(text) + 1000);
    (void)nulls_concern(text);
    (void)!jq_scan(text, &e);
    assert(jq_scan(behind, &e) < 0);
    assert(strlen(collapsed) <= strlen(text));
    return 0;
}
