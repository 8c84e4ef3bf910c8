/* SPDX-License-Identifier: Apache-2.0 */
/* protobuf-c's messages to jansson trees and back, as plainly as can be. */
#include "tests/oracle/struct_oracle.h"
#include "lib/jx.h"
#include <google/protobuf/struct.pb-c.h>
#include <math.h>

typedef Google__Protobuf__Struct Struct;
typedef Google__Protobuf__Struct__FieldsEntry Entry;
typedef Google__Protobuf__Value Value;
typedef Google__Protobuf__ListValue List;

static json_t *from_value(const Value *v, struct oracle_tree *ret, unsigned depth);

static void note(struct oracle_tree *ret, const ProtobufCMessage *m, unsigned depth)
{
    ret->plain = ret->plain && m->n_unknown_fields == 0;
    if (depth > ret->deep)
        ret->deep = depth;
}

static json_t *or_null(json_t *v, struct oracle_tree *ret)
{
    ret->no_json = ret->no_json || !v;
    return v ? v : json_null();
}

static json_t *from_struct(const Struct *s, struct oracle_tree *ret, unsigned depth)
{
    json_t *object = json_object();

    note(ret, &s->base, depth);
    for (size_t i = 0; i < s->n_fields; i++) {
        const Entry *entry = s->fields[i];

        note(ret, &entry->base, 0);
        if (json_object_set_new(object, entry->key, from_value(entry->value, ret, depth)) < 0)
            ret->no_json = true;
    }
    return object;
}

static json_t *from_list(const List *l, struct oracle_tree *ret, unsigned depth)
{
    json_t *list = json_array();

    note(ret, &l->base, depth);
    for (size_t i = 0; i < l->n_values; i++)
        jx_append(list, from_value(l->values[i], ret, depth));
    return list;
}

static json_t *from_value(const Value *v, struct oracle_tree *ret, unsigned depth)
{
    if (!v)
        return json_null();
    note(ret, &v->base, 0);
    switch (v->kind_case) {
    case GOOGLE__PROTOBUF__VALUE__KIND_NUMBER_VALUE: return or_null(json_real(v->number_value), ret);
    case GOOGLE__PROTOBUF__VALUE__KIND_STRING_VALUE: return or_null(json_string(v->string_value), ret);
    case GOOGLE__PROTOBUF__VALUE__KIND_BOOL_VALUE: return json_boolean(v->bool_value);
    case GOOGLE__PROTOBUF__VALUE__KIND_STRUCT_VALUE: return from_struct(v->struct_value, ret, depth + 1);
    case GOOGLE__PROTOBUF__VALUE__KIND_LIST_VALUE: return from_list(v->list_value, ret, depth + 1);
    case GOOGLE__PROTOBUF__VALUE__KIND_NULL_VALUE:
    case GOOGLE__PROTOBUF__VALUE__KIND__NOT_SET:
    default: return json_null();
    }
}

/* protobuf-c also reads what is not of the type it expects; it writes it differently then. */
static bool written_the_same(const Struct *s, const uint8_t *bytes, size_t n)
{
    CLEAN(free) uint8_t *again = NULL;

    if (google__protobuf__struct__get_packed_size(s) != n)
        return false;
    again = x_alloc(n);
    google__protobuf__struct__pack(s, again);
    return n == 0 || memcmp(again, bytes, n) == 0;
}

struct oracle_tree oracle_decode(const uint8_t *bytes, size_t n)
{
    Struct *s = google__protobuf__struct__unpack(NULL, n, bytes);
    struct oracle_tree ret = { .plain = true };

    if (!s)
        return ret;
    ret.tree = from_struct(s, &ret, 1);
    ret.plain = ret.plain && written_the_same(s, bytes, n);
    google__protobuf__struct__free_unpacked(s, NULL);
    return ret;
}

static Value *to_value(const json_t *v);

static Struct *to_struct(const json_t *object)
{
    Struct *s = x_alloc(sizeof(*s));
    const char *key;
    json_t *v;

    google__protobuf__struct__init(s);
    s->fields = x_alloc(json_object_size(object) * sizeof(*s->fields));
    json_object_foreach ((json_t *)(uintptr_t)object, key, v) {
        Entry *entry = x_alloc(sizeof(*entry));

        google__protobuf__struct__fields_entry__init(entry);
        entry->key = x_strdup(key);
        entry->value = to_value(v);
        s->fields[s->n_fields++] = entry;
    }
    return s;
}

static List *to_list(const json_t *list)
{
    List *l = x_alloc(sizeof(*l));

    google__protobuf__list_value__init(l);
    l->n_values = json_array_size(list);
    l->values = x_alloc(l->n_values * sizeof(Value *));
    for (size_t i = 0; i < l->n_values; i++)
        l->values[i] = to_value(json_array_get(list, i));
    return l;
}

static Value *to_value(const json_t *v)
{
    Value *ret = x_alloc(sizeof(*ret));

    google__protobuf__value__init(ret);
    switch (json_typeof(v)) {
    case JSON_OBJECT:
        ret->kind_case = GOOGLE__PROTOBUF__VALUE__KIND_STRUCT_VALUE;
        ret->struct_value = to_struct(v);
        break;
    case JSON_ARRAY:
        ret->kind_case = GOOGLE__PROTOBUF__VALUE__KIND_LIST_VALUE;
        ret->list_value = to_list(v);
        break;
    case JSON_STRING:
        ret->kind_case = GOOGLE__PROTOBUF__VALUE__KIND_STRING_VALUE;
        ret->string_value = x_strdup(json_string_value(v));
        break;
    case JSON_INTEGER:
    case JSON_REAL:
        ret->kind_case = GOOGLE__PROTOBUF__VALUE__KIND_NUMBER_VALUE;
        ret->number_value = json_number_value(v);
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        ret->kind_case = GOOGLE__PROTOBUF__VALUE__KIND_BOOL_VALUE;
        ret->bool_value = json_is_true(v);
        break;
    case JSON_NULL: ret->kind_case = GOOGLE__PROTOBUF__VALUE__KIND_NULL_VALUE; break;
    }
    return ret;
}

uint8_t *oracle_encode(const json_t *object, size_t *ret_n)
{
    Struct *s = to_struct(object);
    uint8_t *bytes = x_alloc(google__protobuf__struct__get_packed_size(s));

    *ret_n = google__protobuf__struct__pack(s, bytes);
    google__protobuf__struct__free_unpacked(s, NULL);
    return bytes;
}

static bool equal_objects(const json_t *a, const json_t *b)
{
    json_t *o = (json_t *)(uintptr_t)a;

    for (void *i = json_object_iter(o); i; i = json_object_iter_next(o, i)) {
        const json_t *other = json_object_getn(b, json_object_iter_key(i), json_object_iter_key_len(i));

        if (!other || !oracle_equal(json_object_iter_value(i), other))
            return false;
    }
    return json_object_size(a) == json_object_size(b);
}

static bool equal_lists(const json_t *a, const json_t *b)
{
    if (json_array_size(a) != json_array_size(b))
        return false;
    for (size_t i = 0; i < json_array_size(a); i++) {
        if (!oracle_equal(json_array_get(a, i), json_array_get(b, i)))
            return false;
    }
    return true;
}

bool oracle_equal(const json_t *a, const json_t *b)
{
    if (json_is_number(a) && json_is_number(b)) {
        double x = json_number_value(a), y = json_number_value(b);

        return memcmp(&x, &y, sizeof(x)) == 0;
    }
    if (json_typeof(a) != json_typeof(b))
        return false;
    if (json_is_object(a))
        return equal_objects(a, b);
    return json_is_array(a) ? equal_lists(a, b) : json_equal(a, b) == 1;
}
