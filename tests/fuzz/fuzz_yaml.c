/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes: the YAML reader accepts or refuses them; what it accepts it writes so that it reads back the same. */
#include "lib/jx_yaml.h"
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void round_trip(const json_t *doc)
{
    CLEAN(free) char *yaml = jx_yaml_dump(doc);
    json_auto_t *back = jx_yaml_parse(yaml, strlen(yaml), NULL);
    CLEAN(free) char *want = jx_dump(doc);
    CLEAN(free) char *got = back ? jx_dump(json_array_get(back, 0)) : NULL;
    json_auto_t *again = jx_parse(want, strlen(want), NULL);

    /* 1.0 out of a JSON document is written 1.0 and read as 1 */
    if (!got || (strcmp(got, want) != 0 && json_equal(again, doc) && !strpbrk(want, ".eE")))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    json_auto_t *documents = jx_yaml_parse((const char *)data, size, NULL);
    size_t i;
    json_t *doc;

    json_array_foreach (documents, i, doc)
        round_trip(doc);
    return 0;
}
