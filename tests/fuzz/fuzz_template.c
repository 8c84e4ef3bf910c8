/* SPDX-License-Identifier: Apache-2.0 */
/* Placeholders in any text: whatever stands around them, only the object's own are resolved, and a body
 * that is JSON stays JSON when hostile values are put in. */
#undef NDEBUG
#include "lib/jx.h"
#include "provider/exec/template.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static json_t *secret;

static const json_t *find_secret(void *ctx, const char *ns, const char *name)
{
    (void)ctx, (void)ns, (void)name;
    return secret;
}

static bool is_json(const char *text)
{
    json_auto_t *doc = jx_parse(text, strlen(text), NULL);

    return doc != NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    CLEAN(free) char *text = x_strndup((const char *)bytes, n);
    const struct exec x = { .secret = find_secret };
    json_auto_t *own = jx_pack("{s:{s:{s:s}, s:s}}", "spec", "forProvider", "body", "{{s:ns:k}}", "x", "y");

    if (!secret) /* "a\"b\\\nc in base64 */
        secret = jx_pack("{s:{s:s}}", "data", "k", "YSJiXApj");
    for (enum template_form form = TEMPLATE_RAW; form <= TEMPLATE_PROGRAM; form++) {
        CLEAN(free) char *filled = NULL;
        struct err e = { .kind = ERR_NONE };

        if (template_resolve(&x, own, form, text, &filled, &e) < 0)
            continue;
        if (form == TEMPLATE_JSON && is_json(text))
            assert(is_json(filled));
    }
    free(template_unmask(&x, own, text));
    return 0;
}
