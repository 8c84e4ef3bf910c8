/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/shootapi/table.h"
#include "lib/buf.h"
#include "lib/clock.h"
#include <ctype.h>

/* A column before it is rendered; texts are not terminated. */
struct column {
    const char *name, *type, *path;
    size_t name_len, type_len, path_len;
};

enum { MAX_COLUMNS = 16, MAX_CELL = 4096 };

/* ---- the JSONPath that printer columns use: .a.b[0].c[?(@.type=="Ready")].d ---- */

static const char filter_open[] = "[?(@.", filter_mark[] = "==\"", filter_close[] = "\")]";

/* [?(@.key=="value")]: the first element that fits. Moves *at behind it. */
static const json_t *path_filter(const json_t *list, const char **at)
{
    const char *key = *at + strlen(filter_open), *mark = strstr(key, filter_mark);
    const char *value = mark ? mark + strlen(filter_mark) : NULL,
               *end = value ? strstr(value, filter_close) : NULL;
    const json_t *item, *found = NULL;
    size_t i;

    if (!end) {
        *at = "";
        return NULL;
    }
    *at = end + strlen(filter_close);
    json_array_foreach (list, i, item) {
        const char *text = json_string_value(json_object_getn(item, key, (size_t)(mark - key)));

        if (!found && text && strlen(text) == (size_t)(end - value) &&
            !memcmp(text, value, (size_t)(end - value)))
            found = item;
    }
    return found;
}

static const json_t *path_step(const json_t *doc, const char **at)
{
    size_t n;

    if (!strncmp(*at, filter_open, strlen(filter_open)))
        return path_filter(doc, at);
    if (**at == '[') {
        const json_t *item = json_array_get(doc, strtoul(*at + 1, NULL, 10));

        *at += strcspn(*at, "]");
        *at += **at == ']';
        return item;
    }
    *at += **at == '.';
    n = strcspn(*at, ".[");
    doc = json_object_getn(doc, *at, n);
    *at += n;
    return doc;
}

static const json_t *path_value(const json_t *doc, const char *path, size_t n)
{
    CLEAN(free) char *text = x_strndup(path, n);
    const char *at = text;

    while (doc && *at)
        doc = path_step(doc, &at);
    return doc;
}

/* ---- cells ---- */

/* "45s", "3m20s", "5h", "12d": as kubectl shows ages. */
static json_t *duration_text(int64_t ms)
{
    int s = ms > 0 ? (int)(ms / CLOCK_SECOND) : 0, m = s / 60, h = m / 60, d = h / 24;

    if (s < 120)
        return json_sprintf("%ds", s);
    if (m < 10)
        return s % 60 ? json_sprintf("%dm%ds", m, s % 60) : json_sprintf("%dm", m);
    if (m < 180)
        return json_sprintf("%dm", m);
    if (h < 8)
        return m % 60 ? json_sprintf("%dh%dm", h, m % 60) : json_sprintf("%dh", h);
    if (h < 48)
        return json_sprintf("%dh", h);
    if (d < 8)
        return h % 24 ? json_sprintf("%dd%dh", d, h % 24) : json_sprintf("%dd", d);
    return json_sprintf("%dd", d);
}

static json_t *age_of(const char *time)
{
    int64_t when;

    if (!time || clock_parse(time, &when, NULL) < 0)
        return json_string("<unknown>");
    return duration_text(clock_now() - when);
}

/* "80:31234/TCP,443/TCP" */
static json_t *ports_text(const json_t *list)
{
    CLEAN(buf_free) struct buf out = buf_max(MAX_CELL);
    const json_t *one;
    size_t i;

    json_array_foreach (list, i, one) {
        json_int_t node = jx_int(one, "nodePort", 0);

        (void)buf_addf(&out, "%s%lld", i ? "," : "", (long long)jx_int(one, "port", 0));
        if (node)
            (void)buf_addf(&out, ":%lld", (long long)node);
        (void)buf_addf(&out, "/%s", jx_str(one, "protocol", "TCP"));
    }
    return json_string(out.len ? buf_text(&out) : "<none>");
}

/* "RWO,RWX": the capitals, and X for Many */
static json_t *modes_text(const json_t *list)
{
    CLEAN(buf_free) struct buf out = buf_max(MAX_CELL);
    const json_t *one;
    size_t i;

    json_array_foreach (list, i, one) {
        const char *mode = json_string_value(one);

        (void)buf_adds(&out, i ? "," : "");
        for (; mode && *mode; mode++)
            if (isupper((unsigned char)*mode))
                (void)buf_add(&out, *mode == 'M' ? "X" : mode, 1);
    }
    return json_string(out.len ? buf_text(&out) : "");
}

/* What the outside reaches a Service by. */
static json_t *external_text(const json_t *service)
{
    const json_t *first = json_array_get(jx_at(service, "status.loadBalancer.ingress"), 0);
    bool balanced = !strcmp(jx_str(service, "spec.type", ""), "LoadBalancer");

    return jx_text(jx_str(first, "ip", jx_str(first, "hostname", balanced ? "<pending>" : "<none>")));
}

static const struct {
    const char *type;
    json_t *(*text)(const json_t *value);
} special[] = { { "ports", ports_text }, { "modes", modes_text }, { "external", external_text } };

static bool is_type(const struct column *c, const char *type)
{
    return c->type_len == strlen(type) && !memcmp(c->type, type, c->type_len);
}

static json_t *special_cell(const struct column *c, const json_t *value)
{
    for (size_t i = 0; i < ARRAY_LENGTH(special); i++)
        if (is_type(c, special[i].type))
            return special[i].text(value);
    return NULL;
}

static json_t *cell(const json_t *doc, const struct column *c, const char *missing)
{
    const json_t *value = path_value(doc, c->path, c->path_len);
    json_t *made = special_cell(c, value);
    CLEAN(free) char *text = NULL;

    if (made)
        return made;
    if (is_type(c, "date"))
        return age_of(json_string_value(value));
    if (!value)
        return json_string(missing);
    if (json_is_string(value) || json_is_number(value) || json_is_boolean(value))
        return json_deep_copy(value);
    text = jx_dump(value);
    return jx_textn(text, strnlen(text, MAX_CELL));
}

/* ---- columns ---- */

static struct column column(const char *name, const char *type, const char *path)
{
    return (struct column){ name, type, path, strlen(name), strlen(type), strlen(path) };
}

/* "NAME=type:path|NAME=type:path" of the fixed kinds. */
static size_t fixed_columns(const char *text, struct column c[], size_t n)
{
    while (text && *text && n < MAX_COLUMNS) {
        const char *type = strchr(text, '=') + 1, *path = strchr(type, ':') + 1, *end = strchrnul(path, '|');

        c[n++] = (struct column){
            text, type, path, (size_t)(type - text - 1), (size_t)(path - type - 1), (size_t)(end - path)
        };
        text = *end ? end + 1 : end;
    }
    return n;
}

/* additionalPrinterColumns; those of a priority are for `-o wide` and left out. */
static size_t custom_columns(const json_t *list, struct column c[], size_t n)
{
    const json_t *entry;
    size_t i;

    json_array_foreach (list, i, entry) {
        if (n < MAX_COLUMNS && jx_int(entry, "priority", 0) == 0)
            c[n++] =
                column(jx_str(entry, "name", ""), jx_str(entry, "type", ""), jx_str(entry, "jsonPath", ""));
    }
    return n;
}

static size_t columns_of(const struct kind *kind, struct column c[MAX_COLUMNS + 2])
{
    size_t n = 0;

    c[n++] = column("NAME", "string", ".metadata.name");
    n = custom_columns(kind->printer_columns, c, fixed_columns(kind->columns, c, n));
    if (!kind->printer_columns)
        c[n++] = column("AGE", "date", ".metadata.creationTimestamp");
    return n;
}

/* Ages and the special cells are made here and travel as text. */
static json_t *type_of(const struct column *c)
{
    bool made = is_type(c, "date");

    for (size_t i = 0; i < ARRAY_LENGTH(special); i++)
        made = made || is_type(c, special[i].type);
    return made ? json_string("string") : jx_textn(c->type, c->type_len);
}

static json_t *definitions(const struct column c[], size_t n)
{
    json_t *list = json_array();

    for (size_t i = 0; i < n; i++)
        jx_append(list,
                  jx_pack("{s:o, s:o, s:s, s:s, s:i}", "name", jx_textn(c[i].name, c[i].name_len), "type",
                          type_of(&c[i]), "format", i ? "" : "name", "description", "", "priority", 0));
    return list;
}

json_t *table_render(const struct kind *kind, const json_t *docs, json_t *metadata, bool columns)
{
    struct column c[MAX_COLUMNS + 2];
    size_t n = columns_of(kind, c), i;
    json_t *rows = json_array();
    const json_t *doc;

    json_array_foreach (docs, i, doc) {
        json_t *cells = json_array();
        json_t *object =
            jx_pack("{s:s, s:s}", "kind", "PartialObjectMetadata", "apiVersion", "meta.k8s.io/v1");

        for (size_t k = 0; k < n; k++)
            jx_append(cells, cell(doc, &c[k], kind->flags & KIND_CUSTOM ? "" : "<none>"));
        jx_share(object, "metadata", json_object_get(doc, "metadata"));
        jx_append(rows, jx_pack("{s:o, s:o}", "cells", cells, "object", object));
    }
    return jx_pack("{s:s, s:s, s:o, s:o, s:o}", "kind", "Table", "apiVersion", "meta.k8s.io/v1", "metadata",
                   metadata, "columnDefinitions", columns ? definitions(c, n) : json_array(), "rows", rows);
}
