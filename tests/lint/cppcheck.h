/* SPDX-License-Identifier: Apache-2.0 */
/* For cppcheck only, which does not see jansson.h: the macros of it that are statements. */
#define json_array_foreach(array, i, value)                                                                  \
    for (i = 0; i < json_array_size(array) && (value = json_array_get(array, i)); i++)
#define json_object_foreach(object, key, value)                                                              \
    for (key = json_object_iter_key(json_object_iter(object));                                               \
         key && (value = json_object_get(object, key));                                                      \
         key = json_object_iter_key(json_object_iter_next(object, json_object_key_to_iter(key))))
