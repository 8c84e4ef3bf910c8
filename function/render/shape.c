/* SPDX-License-Identifier: Apache-2.0 */
/* Types, required and unknown members are jx_bind's; what it does not know stands here. */
#include "function/render/shape.h"
#include "lib/jx.h"

union slot {
    const char *text;
    struct jx_opt_int number;
    struct jx_opt_bool flag;
    json_t *tree;
};

static const enum jx_type bound_as[] = {
    [SHAPE_TEXT] = JX_STR,   [SHAPE_NUMBER] = JX_INT,  [SHAPE_BOOL] = JX_BOOL,  [SHAPE_OBJECT] = JX_OBJECT,
    [SHAPE_LIST] = JX_ARRAY, [SHAPE_TEXTS] = JX_ARRAY, [SHAPE_MAP] = JX_OBJECT,
};

static const char *const entries[] = {
    [SHAPE_LIST] = "entries", [SHAPE_TEXTS] = "entries", [SHAPE_MAP] = "members"
};

static size_t as_fields(const struct shape rows[], struct jx_field fields[SHAPE_ROWS_MAX + 1])
{
    size_t n = 0;

    for (; rows[n].name; n++) {
        if (n == SHAPE_ROWS_MAX)
            abort();
        fields[n] = (struct jx_field){ .name = rows[n].name,
                                       .type = bound_as[rows[n].type],
                                       .offset = n * sizeof(union slot),
                                       .flags = rows[n].required ? JX_REQUIRED : 0,
                                       .one_of = rows[n].type == SHAPE_TEXT ? rows[n].one_of : NULL };
    }
    fields[n] = (struct jx_field){ 0 };
    return n;
}

static bool is_listed(const char *const *one_of, const char *text)
{
    const char *const *one = one_of;

    while (one && *one && strcmp(*one, text) != 0)
        one++;
    return !one_of || *one;
}

/* What is wrong is null: later rules see that something is there, and entries keep their place. */
static json_t *read_text(const char *text, const char *path, const struct shape *row, struct problems *p)
{
    const char *wrong = row->wrong ? row->wrong(text) : NULL;

    if (row->most && (json_int_t)strlen(text) > row->most)
        problems_add(p, "%s has %zu characters; at most %lld are possible", path, strlen(text),
                     (long long)row->most);
    else if (row->least && !*text)
        problems_add(p, "%s is empty; write something%s", path, row->required ? "" : ", or leave it out");
    else if (wrong)
        problems_add(p, "%s: \"%.64s\" %s", path, text, wrong);
    else if (is_listed(row->one_of, text)) /* that it is not is told already */
        return jx_text(text);
    return json_null();
}

static json_t *read_number(json_int_t n, const char *path, const struct shape *row, struct problems *p)
{
    if (row->most && (n < row->least || n > row->most)) {
        problems_add(p, "%s: %lld is not between %lld and %lld", path, (long long)n, (long long)row->least,
                     (long long)row->most);
        return json_null();
    }
    return json_integer(n);
}

/* False when there are too many to be looked at. */
static bool count_is_good(size_t n, const char *path, const struct shape *row, struct problems *p)
{
    if (row->most && (json_int_t)n > row->most)
        problems_add(p, "%s has %zu %s; at most %lld are possible", path, n, entries[row->type],
                     (long long)row->most);
    else if ((json_int_t)n < row->least)
        problems_add(p, "%s has %zu %s; it needs at least %lld", path, n, entries[row->type],
                     (long long)row->least);
    else
        return true;
    return false;
}

static json_t *read_entry(json_t *one, const char *path, const struct shape *row, struct problems *p)
{
    const char *text = json_string_value(one);

    if (row->type == SHAPE_LIST)
        return shape_read(one, path, row->of, p);
    if (!text || strlen(text) != json_string_length(one)) {
        problems_add(p, "%s must be a string%s", path,
                     json_is_number(one) || json_is_boolean(one) ? "; put it in quotes" : "");
        return json_null();
    }
    /* counts are the list's */
    return read_text(text, path, &(struct shape){ .wrong = row->wrong }, p);
}

static json_t *read_list(json_t *list, const char *path, const struct shape *row, struct problems *p)
{
    json_t *out = json_array(), *one;
    char below[SHAPE_PATH];
    size_t i;

    if (!count_is_good(json_array_size(list), path, row, p))
        return out;
    json_array_foreach (list, i, one) {
        (void)snprintf(below, sizeof(below), "%.220s[%zu]", path, i);
        jx_append(out, read_entry(one, below, row, p));
    }
    return out;
}

static json_t *read_map(json_t *map, const char *path, const struct shape *row, struct problems *p)
{
    json_t *out = json_object();
    size_t n;
    CLEAN(free) const char **keys = jx_keys(map, &n);

    if (!count_is_good(n, path, row, p))
        return out;
    for (size_t i = 0; i < n; i++) {
        json_t *value = json_object_get(map, keys[i]);

        if (!json_is_string(value) || strlen(json_string_value(value)) != json_string_length(value))
            problems_add(p, "%s[\"%.64s\"] must be a string%s", path, keys[i],
                         json_is_number(value) || json_is_boolean(value) ? "; put it in quotes" : "");
        else
            jx_share(out, keys[i], value);
    }
    return out;
}

static json_t *otherwise(const struct shape *row)
{
    return row->otherwise ? jx_text(row->otherwise) : jx_opt_int(row->otherwise_n);
}

/* NULL when there is nothing to say. */
static json_t *read_member(const union slot *slot, const char *path, const struct shape *row,
                           struct problems *p)
{
    switch (row->type) {
    case SHAPE_TEXT: return slot->text ? read_text(slot->text, path, row, p) : otherwise(row);
    case SHAPE_NUMBER:
        return slot->number.set ? read_number(slot->number.value, path, row, p) : otherwise(row);
    case SHAPE_BOOL: return jx_opt_bool(slot->flag);
    case SHAPE_OBJECT: return slot->tree ? shape_read(slot->tree, path, row->of, p) : NULL;
    case SHAPE_LIST:
    case SHAPE_TEXTS: return slot->tree ? read_list(slot->tree, path, row, p) : NULL;
    case SHAPE_MAP: return slot->tree ? read_map(slot->tree, path, row, p) : NULL;
    }
    return NULL;
}

/* Was there a value of the right type? */
static bool is_bound(const union slot *slot, const struct shape *row)
{
    switch (row->type) {
    case SHAPE_TEXT: return slot->text;
    case SHAPE_NUMBER: return slot->number.set;
    case SHAPE_BOOL: return slot->flag.set;
    case SHAPE_OBJECT:
    case SHAPE_LIST:
    case SHAPE_TEXTS:
    case SHAPE_MAP: return slot->tree;
    }
    return false;
}

json_t *shape_read(json_t *doc, const char *path, const struct shape rows[], struct problems *p)
{
    struct jx_field fields[SHAPE_ROWS_MAX + 1];
    union slot slots[SHAPE_ROWS_MAX] = { 0 };
    size_t n = as_fields(rows, fields);
    json_t *out = json_object();
    char below[SHAPE_PATH];

    jx_bind_all(doc, path, fields, slots, p);
    for (size_t i = 0; i < n; i++) {
        json_t *was = json_object_get(doc, rows[i].name), *read;

        (void)snprintf(below, sizeof(below), "%.180s.%s", path, rows[i].name);
        read = was && !json_is_null(was) && !is_bound(&slots[i], &rows[i])
                   ? json_null()
                   : read_member(&slots[i], below, &rows[i], p);
        jx_add(out, jx_o(rows[i].name, read));
    }
    return out;
}
