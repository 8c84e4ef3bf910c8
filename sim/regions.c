/* SPDX-License-Identifier: Apache-2.0 */
/* Tags, ids and zones as the real lists show them where they are known. */
#include "sim/regions.h"
#include "lib/cleanup.h"
#include "lib/crypto.h"
#include <strings.h>

static const char *const nova[] = { "nova", NULL };
static const char *const three[] = { "az1", "az2", "az3", NULL };

const struct region regions[] = {
    { "public", "Kna1", 1, "EU", "Sweden / Karlskrona", "Karlskrona / Sweden", 1, nova },
    { "public", "Sto2", 6, "SE_STO2", "Sweden / Stockholm", "Stockholm / Sweden", 2, nova },
    { "public", "Fra1", 7, "DE", "Germany / Frankfurt", "Frankfurt / Germany", 6, nova },
    { "compliant", "sto-com", 12, "SE_COM", "Sweden / Stockholm Compliant", "Stockholm / Compliant", 14,
      three },
};
const size_t n_regions = ARRAY_LENGTH(regions);

const struct region *region_find(const char *cloud, const char *tag, bool any_case)
{
    for (size_t i = 0; i < n_regions; i++) {
        const struct region *r = &regions[i];

        if ((!cloud || !strcmp(r->cloud, cloud)) &&
            (any_case ? !strcasecmp(r->tag, tag) : !strcmp(r->tag, tag)))
            return r;
    }
    return NULL;
}

bool cloud_exists(const char *cloud)
{
    for (size_t i = 0; i < n_regions; i++)
        if (!strcmp(regions[i].cloud, cloud))
            return true;
    return false;
}

void region_domain(const struct region *r, char id[33])
{
    char *text = x_asprintf("domain %s %s", r->cloud, r->tag);

    crypto_sha256_hex(text, strlen(text), id, 32);
    free(text);
}
