/* SPDX-License-Identifier: Apache-2.0 */
/* From a composite and a part to a name. */
#include "function/render/naming.h"
#include "lib/crypto.h"
#include "lib/jx.h"

enum { HASH_DIGITS = 8 };

/* 'text' itself when it fits, else its start and eight digits of its hash. */
static void fit(const char *text, char out[NAMING_SIZE])
{
    char hash[HASH_DIGITS + 1];
    size_t n = strlen(text);

    if (n <= NAMING_MAX) {
        memcpy(out, text, n + 1);
        return;
    }
    crypto_sha256_hex(text, n, hash, HASH_DIGITS);
    (void)snprintf(out, NAMING_SIZE, "%.*s-%s", (int)jx_cut(text, NAMING_MAX - HASH_DIGITS - 1), text, hash);
}

void naming_init(const json_t *composite, struct naming *n)
{
    const char *claim = jx_str(composite, "spec.claimRef.name", NULL);
    const char *claim_ns = jx_str(composite, "spec.claimRef.namespace", NULL);

    *n = (struct naming){
        .kind = jx_str(composite, "kind", ""),
        .api_version = jx_str(composite, "apiVersion", ""),
        .object = jx_str(composite, "metadata.name", ""),
        .ns = jx_str(composite, "metadata.namespace", NULL),
    };
    n->cluster = !n->ns;
    n->own = n->cluster && claim ? claim : n->object;
    if (n->cluster)
        n->ns = claim_ns;
    n->claimed = n->cluster && claim && claim_ns;
    naming_base_of(n, n->claimed ? claim : n->object, n->base);
}

void naming_base_of(const struct naming *n, const char *name, char base[NAMING_SIZE])
{
    CLEAN(free) char *long_name = n->claimed ? x_asprintf("%s-%s", n->ns, name) : NULL;

    fit(long_name ? long_name : name, base);
}

void naming_object(const struct naming *n, const struct part *part, char name[NAMING_SIZE])
{
    char text[NAMING_SIZE + PART_SUFFIX];
    size_t base = strlen(n->base);

    memcpy(text, n->base, base);
    memcpy(text + base, part->suffix, strlen(part->suffix) + 1);
    fit(text, name);
}
