/* SPDX-License-Identifier: Apache-2.0 */
/* Names and numbers: one array per enum, both directions. */
#pragma once
#include <stddef.h>

struct table_name {
    const char *name;
    int value;
};

/* The value of 'name' in a table that ends in { NULL, otherwise }; that last value when it is not listed. */
int table_value(const struct table_name table[], const char *name);
/* The name of 'value', NULL when it is not listed. */
const char *table_name(const struct table_name table[], int value);
