/* SPDX-License-Identifier: Apache-2.0 */
/* A reader of the wire format driven by tables of the few fields clients set in these kinds; everything
 * else is skipped, as a reader of protobuf must. */
#include "sim/shootapi/protobuf.h"
#include "lib/crypto.h"

enum type { STRING, BOOL, INT, STRINGS, MAP_OF_STRING, MAP_OF_BYTES, MESSAGE, MESSAGES, INT_OR_STRING };

struct field {
    unsigned number; /* 0 ends a table */
    enum type type;
    const char *name;
    const struct field *fields; /* MESSAGE, MESSAGES */
};

static const struct field metadata_fields[] = {
    { 1, STRING, "name", NULL },
    { 2, STRING, "generateName", NULL },
    { 3, STRING, "namespace", NULL },
    { 11, MAP_OF_STRING, "labels", NULL },
    { 12, MAP_OF_STRING, "annotations", NULL },
    { 14, STRINGS, "finalizers", NULL },
    { 0, STRING, NULL, NULL },
};

static const struct field plain_fields[] = {
    { 1, MESSAGE, "metadata", metadata_fields },
    { 0, STRING, NULL, NULL },
};

static const struct field config_map_fields[] = {
    { 1, MESSAGE, "metadata", metadata_fields },
    { 2, MAP_OF_STRING, "data", NULL },
    { 3, MAP_OF_BYTES, "binaryData", NULL },
    { 4, BOOL, "immutable", NULL },
    { 0, STRING, NULL, NULL },
};

static const struct field secret_fields[] = {
    { 1, MESSAGE, "metadata", metadata_fields },
    { 2, MAP_OF_BYTES, "data", NULL },
    { 3, STRING, "type", NULL },
    { 4, MAP_OF_STRING, "stringData", NULL },
    { 5, BOOL, "immutable", NULL },
    { 0, STRING, NULL, NULL },
};

static const struct field container_port_fields[] = {
    { 1, STRING, "name", NULL },
    { 3, INT, "containerPort", NULL },
    { 4, STRING, "protocol", NULL },
    { 0, STRING, NULL, NULL },
};

static const struct field variable_fields[] = {
    { 1, STRING, "name", NULL },
    { 2, STRING, "value", NULL },
    { 0, STRING, NULL, NULL },
};

static const struct field container_fields[] = {
    { 1, STRING, "name", NULL },
    { 2, STRING, "image", NULL },
    { 3, STRINGS, "command", NULL },
    { 4, STRINGS, "args", NULL },
    { 6, MESSAGES, "ports", container_port_fields },
    { 7, MESSAGES, "env", variable_fields },
    { 14, STRING, "imagePullPolicy", NULL },
    { 0, STRING, NULL, NULL },
};

static const struct field pod_spec_fields[] = {
    { 2, MESSAGES, "containers", container_fields },
    { 3, STRING, "restartPolicy", NULL },
    { 8, STRING, "serviceAccountName", NULL },
    { 0, STRING, NULL, NULL },
};

static const struct field template_fields[] = {
    { 1, MESSAGE, "metadata", metadata_fields },
    { 2, MESSAGE, "spec", pod_spec_fields },
    { 0, STRING, NULL, NULL },
};

static const struct field label_selector_fields[] = {
    { 1, MAP_OF_STRING, "matchLabels", NULL },
    { 0, STRING, NULL, NULL },
};

static const struct field deployment_spec_fields[] = {
    { 1, INT, "replicas", NULL },
    { 2, MESSAGE, "selector", label_selector_fields },
    { 3, MESSAGE, "template", template_fields },
    { 0, STRING, NULL, NULL },
};

static const struct field deployment_fields[] = {
    { 1, MESSAGE, "metadata", metadata_fields },
    { 2, MESSAGE, "spec", deployment_spec_fields },
    { 0, STRING, NULL, NULL },
};

static const struct field job_spec_fields[] = {
    { 1, INT, "parallelism", NULL },
    { 2, INT, "completions", NULL },
    { 6, MESSAGE, "template", template_fields },
    { 7, INT, "backoffLimit", NULL },
    { 0, STRING, NULL, NULL },
};

static const struct field job_fields[] = {
    { 1, MESSAGE, "metadata", metadata_fields },
    { 2, MESSAGE, "spec", job_spec_fields },
    { 0, STRING, NULL, NULL },
};

static const struct field port_fields[] = {
    { 1, STRING, "name", NULL }, { 2, STRING, "protocol", NULL },
    { 3, INT, "port", NULL },    { 4, INT_OR_STRING, "targetPort", NULL },
    { 0, STRING, NULL, NULL },
};

static const struct field service_spec_fields[] = {
    { 1, MESSAGES, "ports", port_fields }, { 2, MAP_OF_STRING, "selector", NULL },
    { 3, STRING, "clusterIP", NULL },      { 4, STRING, "type", NULL },
    { 10, STRING, "externalName", NULL },  { 0, STRING, NULL, NULL },
};

static const struct field service_fields[] = {
    { 1, MESSAGE, "metadata", metadata_fields },
    { 2, MESSAGE, "spec", service_spec_fields },
    { 0, STRING, NULL, NULL },
};

static const struct field rule_fields[] = {
    { 1, STRINGS, "verbs", NULL },           { 2, STRINGS, "apiGroups", NULL },
    { 3, STRINGS, "resources", NULL },       { 4, STRINGS, "resourceNames", NULL },
    { 5, STRINGS, "nonResourceURLs", NULL }, { 0, STRING, NULL, NULL },
};

static const struct field role_fields[] = {
    { 1, MESSAGE, "metadata", metadata_fields },
    { 2, MESSAGES, "rules", rule_fields },
    { 0, STRING, NULL, NULL },
};

static const struct field subject_fields[] = {
    { 1, STRING, "kind", NULL },      { 2, STRING, "apiGroup", NULL }, { 3, STRING, "name", NULL },
    { 4, STRING, "namespace", NULL }, { 0, STRING, NULL, NULL },
};

static const struct field role_ref_fields[] = {
    { 1, STRING, "apiGroup", NULL },
    { 2, STRING, "kind", NULL },
    { 3, STRING, "name", NULL },
    { 0, STRING, NULL, NULL },
};

static const struct field binding_fields[] = {
    { 1, MESSAGE, "metadata", metadata_fields },
    { 2, MESSAGES, "subjects", subject_fields },
    { 3, MESSAGE, "roleRef", role_ref_fields },
    { 0, STRING, NULL, NULL },
};

static const struct {
    const char *kind;
    const struct field *fields;
} kinds[] = {
    { "Namespace", plain_fields },
    { "ServiceAccount", plain_fields },
    { "ConfigMap", config_map_fields },
    { "Secret", secret_fields },
    { "Deployment", deployment_fields },
    { "Job", job_fields },
    { "Service", service_fields },
    { "Role", role_fields },
    { "ClusterRole", role_fields },
    { "RoleBinding", binding_fields },
    { "ClusterRoleBinding", binding_fields },
};

/* What is left to read. */
struct input {
    const unsigned char *at;
    size_t n;
};

/* One field: its number, and its bytes or its number. */
struct item {
    unsigned number, wire;
    uint64_t value;
    struct input bytes;
};

enum { VARINT = 0, FIXED64 = 1, BYTES = 2, FIXED32 = 5 };

static bool read_varint(struct input *in, uint64_t *ret)
{
    *ret = 0;
    for (unsigned shift = 0; in->n && shift < 64; shift += 7) {
        unsigned char c = *in->at++;

        in->n--;
        *ret |= (uint64_t)(c & 0x7f) << shift;
        if (!(c & 0x80))
            return true;
    }
    return false;
}

static bool take(struct input *in, uint64_t n, struct input *ret)
{
    if (n > in->n)
        return false;
    *ret = (struct input){ in->at, (size_t)n };
    in->at += n;
    in->n -= (size_t)n;
    return true;
}

/* False at the end and where the input is malformed; then in->n tells which. */
static bool next_item(struct input *in, struct item *item)
{
    uint64_t tag, length = 0;

    if (!in->n || !read_varint(in, &tag))
        return false;
    item->number = (unsigned)(tag >> 3);
    item->wire = tag & 7;
    if (item->wire == VARINT)
        return read_varint(in, &item->value);
    if (item->wire == BYTES && !read_varint(in, &length))
        return false;
    if (item->wire != BYTES && item->wire != FIXED64 && item->wire != FIXED32)
        return false;
    return take(in, item->wire == BYTES ? length : item->wire == FIXED64 ? 8 : 4, &item->bytes);
}

static json_t *text_of(struct input bytes) { return jx_textn((const char *)bytes.at, bytes.n); }

static json_t *coded(struct input bytes)
{
    CLEAN(free) char *text = crypto_base64(bytes.at, bytes.n);

    return json_string(text);
}

static void add_pair(struct input in, enum type type, json_t *map)
{
    struct input value = { (const unsigned char *)"", 0 };
    json_auto_t *key = json_string("");
    struct item item;

    while (next_item(&in, &item)) {
        if (item.number == 1 && item.wire == BYTES) {
            json_decref(key);
            key = text_of(item.bytes);
        } else if (item.number == 2 && item.wire == BYTES) {
            value = item.bytes;
        }
    }
    jx_set(map, json_string_value(key), type == MAP_OF_BYTES ? coded(value) : text_of(value));
}

static json_t *list_of(json_t *doc, const char *name)
{
    if (!json_object_get(doc, name))
        jx_set(doc, name, json_array());
    return json_object_get(doc, name);
}

static void read_message(struct input in, const struct field fields[], json_t *doc);

/* {1: 0 = a number, 2: the number, 3: the string}; 0 and "" are not set. */
static void read_either(struct input in, const char *name, json_t *doc)
{
    struct item item;

    while (next_item(&in, &item)) {
        if (item.number == 2 && item.wire == VARINT && item.value)
            jx_set(doc, name, json_integer((json_int_t)item.value));
        else if (item.number == 3 && item.wire == BYTES && item.bytes.n)
            jx_set(doc, name, text_of(item.bytes));
    }
}

static void read_field(const struct item *item, const struct field *field, json_t *doc)
{
    json_t *child;
    bool number = field->type == BOOL || field->type == INT;

    if (item->wire != (number ? VARINT : BYTES))
        return;
    switch (field->type) {
    case BOOL: jx_set(doc, field->name, json_boolean(item->value != 0)); return;
    case INT: jx_set(doc, field->name, json_integer((json_int_t)item->value)); return;
    case STRING:
        if (item->bytes.n) /* Go writes empty strings, too */
            jx_set(doc, field->name, text_of(item->bytes));
        return;
    case STRINGS: jx_append(list_of(doc, field->name), text_of(item->bytes)); return;
    case MESSAGES:
        child = json_object();
        jx_append(list_of(doc, field->name), child);
        read_message(item->bytes, field->fields, child);
        return;
    case INT_OR_STRING: read_either(item->bytes, field->name, doc); return;
    case MAP_OF_STRING:
    case MAP_OF_BYTES: add_pair(item->bytes, field->type, jx_make_object(doc, field->name)); return;
    case MESSAGE: read_message(item->bytes, field->fields, jx_make_object(doc, field->name)); return;
    }
}

static void read_message(struct input in, const struct field fields[], json_t *doc)
{
    struct item item;

    while (next_item(&in, &item))
        for (size_t i = 0; fields[i].number; i++)
            if (fields[i].number == item.number)
                read_field(&item, &fields[i], doc);
}

/* runtime.Unknown: typeMeta {apiVersion, kind}, raw */
static const struct field type_fields[] = {
    { 1, STRING, "apiVersion", NULL },
    { 2, STRING, "kind", NULL },
    { 0, STRING, NULL, NULL },
};

json_t *protobuf_object(const char *bytes, size_t n)
{
    static const char magic[4] = { 'k', '8', 's', '\0' };
    struct input in, raw = { NULL, 0 };
    json_auto_t *doc = NULL;
    struct item item;

    if (n < sizeof(magic) || memcmp(bytes, magic, sizeof(magic)) != 0)
        return NULL;
    in = (struct input){ (const unsigned char *)bytes + sizeof(magic), n - sizeof(magic) };
    doc = json_object();
    while (next_item(&in, &item)) {
        if (item.number == 1 && item.wire == BYTES)
            read_message(item.bytes, type_fields, doc);
        else if (item.number == 2 && item.wire == BYTES)
            raw = item.bytes;
    }
    for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++) {
        if (strcmp(kinds[i].kind, jx_str(doc, "kind", "")) != 0)
            continue;
        read_message(raw, kinds[i].fields, doc);
        return json_incref(doc);
    }
    return NULL;
}
