/* SPDX-License-Identifier: Apache-2.0 */
/* Which fields the built-in kinds have, as a table. Read by builtin_schema.c. */
#pragma once

/* The fields, "name:type name:type ...". A type is
 *   s  string, y  base64, i  int32, l  int64, n  number, b  boolean, q  quantity, x  int or string, a  anything,
 *   s(A|B)   one of these, or empty, which is as good as absent; s*(A|B)  one of these,
 *   s=TCP, s(A|B)=A   with a default,
 *   []T   a list that is one value, [set]T  a set, [a,b]T  a list whose elements are told apart by these fields,
 *   {}T   a map, {=}T  a map that is one value,
 *   Name  another row.
 * "@Name" is a row whose fields belong together: one writer owns them all. */
struct builtin_type {
    const char *name, *fields;
};
extern const struct builtin_type builtin_types[]; /* ends with a NULL name */
