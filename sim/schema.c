/* SPDX-License-Identifier: Apache-2.0 */
/* The walker and the patterns; the tables stand in schema_tables.c. */
#include "sim/schema.h"
#include "lib/jx.h"
#include <ctype.h>
#include <regex.h>

static const char *const kinds[] = {
    [SCHEMA_STRING] = "string", [SCHEMA_INT] = "integer",   [SCHEMA_BOOL] = "boolean",
    [SCHEMA_OBJECT] = "object", [SCHEMA_STRINGS] = "array", [SCHEMA_OBJECTS] = "array",
};

static bool right_type(enum schema_type type, const json_t *v)
{
    switch (type) {
    case SCHEMA_STRING: return json_is_string(v);
    case SCHEMA_INT: return json_is_integer(v);
    case SCHEMA_BOOL: return json_is_boolean(v);
    case SCHEMA_OBJECT: return json_is_object(v);
    case SCHEMA_STRINGS:
    case SCHEMA_OBJECTS: return json_is_array(v);
    }
    return false;
}

struct checking {
    const struct schema_options *options;
    json_t *errors;
};

static void violation(struct checking *c, const char *key, const json_t *value, const char *text)
{
    CLEAN(free)
    char *echo = c->options->echo && value ? json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;

    jx_append(c->errors, jx_pack("{s:o, s:o}", "key", jx_text(key), "value", jx_text(echo ? echo : text)));
}

static void check_object(struct checking *c, json_t *doc, const char *path,
                         const struct schema_field *fields);

static void check_text(struct checking *c, const struct schema_field *f, const char *key, const json_t *v)
{
    const char *text = json_string_value(v);
    bool listed = !f->one_of;

    for (const char *const *one = f->one_of; one && *one; one++)
        listed = listed || !strcmp(*one, text);
    if (!listed)
        violation(c, key, v, "The value is not one of the allowed values");
    else if ((f->flags & SCHEMA_NOT_EMPTY && !*text) ||
             (f->max_length && (!*text || strlen(text) > f->max_length)))
        violation(c, key, v, "The length of the value is not allowed");
    else if (f->check && !f->check(text))
        violation(c, key, v, "The value does not match the pattern");
}

static void check_list(struct checking *c, const struct schema_field *f, const char *key, json_t *list)
{
    size_t i;
    json_t *one;

    if (f->flags & SCHEMA_NOT_EMPTY && json_array_size(list) == 0)
        violation(c, key, list, "At least one element is required");
    json_array_foreach (list, i, one) {
        CLEAN(free) char *at = x_asprintf("%s[%zu]", key, i);

        if (!right_type(f->type == SCHEMA_STRINGS ? SCHEMA_STRING : SCHEMA_OBJECT, one))
            violation(c, at, one, f->type == SCHEMA_STRINGS ? "Expected string" : "Expected object");
        else if (f->type == SCHEMA_STRINGS)
            check_text(c, &(struct schema_field){ .check = f->check }, at, one);
        else
            check_object(c, one, at, f->fields);
    }
}

static void check_field(struct checking *c, json_t *v, const char *key, const struct schema_field *f)
{
    CLEAN(free) char *wrong = NULL;

    if (!v || json_is_null(v)) {
        if (v ? !(f->flags & SCHEMA_NULLABLE) : (f->flags & SCHEMA_REQUIRED) != 0)
            violation(c, key, v, v ? "The value must not be null" : "The property is required");
        return;
    }
    if (!right_type(f->type, v)) {
        wrong = x_asprintf("Expected %s", kinds[f->type]);
        violation(c, key, v, wrong);
        return;
    }
    if (f->type == SCHEMA_STRING)
        check_text(c, f, key, v);
    else if (f->type == SCHEMA_OBJECT)
        check_object(c, v, key, f->fields);
    else if (f->type == SCHEMA_STRINGS || f->type == SCHEMA_OBJECTS)
        check_list(c, f, key, v);
}

static void check_unknown(struct checking *c, json_t *doc, const char *path,
                          const struct schema_field *fields)
{
    const char *key;
    json_t *v;

    json_object_foreach (doc, key, v) {
        const struct schema_field *f = fields;
        CLEAN(free) char *at = x_asprintf("%s%s%s", path, *path ? "." : "", key);

        while (f->name && strcmp(f->name, key) != 0)
            f++;
        if (!f->name)
            violation(c, at, v, "The property is unknown");
    }
}

/* The tables bound the depth. */
static void check_object(struct checking *c, json_t *doc, const char *path, const struct schema_field *fields)
{
    for (const struct schema_field *f = fields; f && f->name; f++) {
        CLEAN(free) char *key = x_asprintf("%s%s%s", path, *path ? "." : "", f->name);

        check_field(c, json_object_get(doc, f->name), key, f);
    }
    if (c->options->reject_unknown && fields)
        check_unknown(c, doc, path, fields);
}

json_t *schema_check(json_t *body, const struct schema_field *fields, const struct schema_options *options)
{
    struct checking c = { .options = options, .errors = json_array() };

    check_object(&c, body, "", fields);
    return c.errors;
}

static bool only(const char *text, const char *punctuation)
{
    size_t n = 0;

    for (; text[n]; n++)
        if (!isalnum((unsigned char)text[n]) && !strchr(punctuation, text[n]))
            return false;
    return n > 0;
}

bool is_shoot_name(const char *text) { return only(text, "-"); }
bool is_worker_name(const char *text) { return only(text, "_-"); }
bool is_size(const char *text) { return only(text, "_-"); }

bool is_version(const char *text)
{
    bool digit = false;

    for (; *text; text++) {
        if (*text == '.' ? !digit : !isdigit((unsigned char)*text))
            return false;
        digit = *text != '.';
    }
    return digit;
}

bool is_uuid(const char *text)
{
    for (int i = 0; i < 36; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;

        if (dash ? text[i] != '-' : !isxdigit((unsigned char)text[i]))
            return false;
    }
    return !text[36];
}

bool is_label_text(const char *text)
{
    /* each two or three bytes; a separator after each keeps halves from matching */
    static const char letters[] =
        "å,ä,ö,Å,Ä,Ö,ü,Ü,é,É,Õ,õ,ã,Â,Ẽ,ẽ,Ø,ø,Æ,æ,ß,Ą,ą,Ć,ć,Ę,ę,Ł,ł,Ń,ń,Ó,ó,Ś,ś,Ź,ź,Ż,ż,";

    if (!*text)
        return false;
    while (*text) {
        char letter[5] = { 0 };
        size_t n = 1;

        while (n < 4 && ((unsigned char)text[n] & 0xc0) == 0x80)
            n++;
        memcpy(letter, text, n);
        if (n == 1 ? !only(letter, " .,_:/-") : !strstr(letters, letter))
            return false;
        text += n;
    }
    return true;
}

bool is_cidr(const char *text)
{
    int part[4], length = 32, used = 0;

    if (sscanf(text, "%3d.%3d.%3d.%3d%n", &part[0], &part[1], &part[2], &part[3], &used) != 4)
        return false;
    if (text[used] == '/') {
        int more = 0;

        if (!isdigit((unsigned char)text[used + 1]) || sscanf(text + used, "/%2d%n", &length, &more) != 1)
            return false;
        used += more;
    }
    for (int i = 0; i < 4; i++)
        if (part[i] < 0 || part[i] > 255)
            return false;
    return !text[used] && length >= 0 && length <= 32;
}

bool is_window_time(const char *text)
{
    for (int i = 0; i < 11; i++)
        if (i == 6 ? text[i] != '+' : !isdigit((unsigned char)text[i]))
            return false;
    return !text[11];
}

bool is_cron(const char *text)
{
    static const char pattern[] = "^(@(annually|yearly|monthly|weekly|daily|hourly|reboot)|"
                                  "@every ([0-9]+(ns|us|µs|ms|s|m|h))+|"
                                  "((([0-9]+,)+[0-9]+|[0-9*]+[/-][0-9]+|[0-9]+|\\*) ?){5,7})$";
    regex_t re;
    bool matches;

    if (regcomp(&re, pattern, REG_EXTENDED | REG_NOSUB) != 0)
        return false;
    matches = regexec(&re, text, 0, NULL, 0) == 0;
    regfree(&re);
    return matches;
}
