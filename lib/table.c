/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/table.h"
#include <string.h>

int table_value(const struct table_name table[], const char *name)
{
    while (table->name && (!name || strcmp(table->name, name) != 0))
        table++;
    return table->value;
}

const char *table_name(const struct table_name table[], int value)
{
    for (; table->name; table++)
        if (table->value == value)
            return table->name;
    return NULL;
}
