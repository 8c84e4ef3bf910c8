/* SPDX-License-Identifier: Apache-2.0 */
/* The patches that need no schema: JSON merge patch and JSON patch. */
#include "sim/shootapi/merge.h"

json_t *merge_patch(const json_t *target, json_t *patch)
{
    json_t *result, *value;
    const char *name;

    if (!json_is_object(patch))
        return json_deep_copy(patch);
    result = json_is_object(target) ? json_deep_copy(target) : json_object();
    json_object_foreach (patch, name, value) {
        if (json_is_null(value))
            (void)json_object_del(result, name);
        else
            jx_set(result, name, merge_patch(json_object_get(result, name), value));
    }
    return result;
}

/* ---- JSON patch ---- */

enum { MAX_TOKEN = 1024, MAX_OPERATIONS = 10000 };

/* Undo ~0 and ~1 in the first part of a pointer (behind its slash). Returns what follows the part, NULL if
 * too long. */
static const char *next_token(const char *pointer, char token[MAX_TOKEN])
{
    size_t n = 0;

    for (pointer++; *pointer && *pointer != '/'; pointer++) {
        char c = *pointer;

        if (c == '~' && (pointer[1] == '0' || pointer[1] == '1'))
            c = *++pointer == '0' ? '~' : '/';
        if (n + 1 >= MAX_TOKEN)
            return NULL;
        token[n++] = c;
    }
    token[n] = '\0';
    return pointer;
}

/* Digits only, below 'limit'. */
static bool parse_index(const char *token, size_t limit, size_t *ret)
{
    size_t n = strspn(token, "0123456789");

    if (n == 0 || n > 9 || token[n])
        return false;
    *ret = strtoul(token, NULL, 10);
    return *ret < limit;
}

static json_t *child_of(json_t *doc, const char *token)
{
    size_t i;

    if (json_is_object(doc))
        return json_object_get(doc, token);
    return parse_index(token, json_array_size(doc), &i) ? json_array_get(doc, i) : NULL;
}

/* The parent of what 'pointer' names, and the last token; NULL when the way does not exist. */
static json_t *find_parent(json_t *doc, const char *pointer, char token[MAX_TOKEN])
{
    while (doc && *pointer == '/') {
        pointer = next_token(pointer, token);
        if (!pointer)
            return NULL;
        if (!*pointer)
            return json_is_object(doc) || json_is_array(doc) ? doc : NULL;
        doc = child_of(doc, token);
    }
    return NULL;
}

static json_t *find_value(json_t *doc, const char *pointer)
{
    char token[MAX_TOKEN];
    json_t *parent;

    if (!*pointer)
        return doc;
    parent = find_parent(doc, pointer, token);
    return parent ? child_of(parent, token) : NULL;
}

/* The operations below get the document, the pointer, and the value (borrowed, may be NULL). */
static bool op_add(json_t *doc, const char *pointer, const json_t *value)
{
    char token[MAX_TOKEN];
    json_t *parent = find_parent(doc, pointer, token);
    size_t i = json_array_size(parent);

    if (!parent || !value)
        return false;
    if (json_is_object(parent)) {
        jx_set(parent, token, json_deep_copy(value));
        return true;
    }
    if (strcmp(token, "-") != 0 && !parse_index(token, json_array_size(parent) + 1, &i))
        return false;
    return json_array_insert_new(parent, i, json_deep_copy(value)) == 0;
}

static bool op_remove(json_t *doc, const char *pointer, const json_t *value)
{
    char token[MAX_TOKEN];
    json_t *parent = find_parent(doc, pointer, token);
    size_t i;

    (void)value;
    if (json_is_object(parent))
        return json_object_del(parent, token) == 0;
    return parent && parse_index(token, json_array_size(parent), &i) && json_array_remove(parent, i) == 0;
}

static bool op_replace(json_t *doc, const char *pointer, const json_t *value)
{
    char token[MAX_TOKEN];
    json_t *parent = find_parent(doc, pointer, token);
    size_t i;

    if (!value || !parent || !child_of(parent, token))
        return false;
    if (json_is_object(parent)) {
        jx_set(parent, token, json_deep_copy(value));
        return true;
    }
    return parse_index(token, json_array_size(parent), &i) &&
           json_array_set_new(parent, i, json_deep_copy(value)) == 0;
}

static bool op_test(json_t *doc, const char *pointer, const json_t *value)
{
    json_t *found = find_value(doc, pointer);

    return found && value && json_equal(found, value);
}

static const struct {
    const char *name;
    bool from, take; /* the value is at "from"; it is taken away there */
    bool (*run)(json_t *doc, const char *pointer, const json_t *value);
} operations_table[] = {
    { "add", false, false, op_add },         { "remove", false, false, op_remove },
    { "replace", false, false, op_replace }, { "test", false, false, op_test },
    { "copy", true, false, op_add },         { "move", true, true, op_add },
};

static bool apply_operation(json_t *doc, const json_t *operation)
{
    const char *name = jx_str(operation, "op", ""), *path = jx_str(operation, "path", "");
    const char *from = jx_str(operation, "from", "");
    json_auto_t *value = NULL;

    for (size_t i = 0; i < ARRAY_LENGTH(operations_table); i++) {
        if (strcmp(operations_table[i].name, name) != 0)
            continue;
        value = json_deep_copy(operations_table[i].from ? find_value(doc, from)
                                                        : json_object_get(operation, "value"));
        if (operations_table[i].take && !op_remove(doc, from, NULL))
            return false;
        return operations_table[i].run(doc, path, value);
    }
    return false;
}

json_t *merge_json_patch(const json_t *target, json_t *operations, struct err *e)
{
    json_auto_t *doc = json_deep_copy(target);
    const json_t *operation;
    size_t i;

    if (!json_is_array(operations) || json_array_size(operations) > MAX_OPERATIONS) {
        err_set(e, ERR_INVALID, "a JSON patch must be a list of at most %d operations", MAX_OPERATIONS);
        return NULL;
    }
    json_array_foreach (operations, i, operation) {
        if (apply_operation(doc, operation))
            continue;
        err_set(e, ERR_INVALID, "operation %zu (%.20s %.200s) cannot be done", i,
                jx_str(operation, "op", "?"), jx_str(operation, "path", ""));
        return NULL;
    }
    return json_incref(doc);
}
