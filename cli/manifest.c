/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/manifest.h"
#include "cli/kinds.h"
#include "lib/crypto.h"
#include "lib/file.h"
#include "lib/jx_yaml.h"
#include <dirent.h>
#include <stdint.h>
#include <sys/stat.h>

static bool is_name(const char *s)
{
    size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-.");

    return n > 0 && n < 254 && !s[n] && s[0] != '-' && s[0] != '.' && s[n - 1] != '-' && s[n - 1] != '.';
}

static int unknown_kind(const json_t *object, struct err *e)
{
    const char *kind = jx_str(object, "kind", ""), *nearest = kinds_nearest(kind);
    const struct kind_info *near = nearest ? kinds_find(nearest) : NULL;

    if (near)
        return err_set(e, ERR_INVALID, "nothing here acts on %.60s of %.80s; did you mean kind %s of %s?",
                       kind, jx_str(object, "apiVersion", "no apiVersion"), near->kind, near->api_version);
    return err_set(e, ERR_INVALID,
                   "nothing here acts on %.60s of %.80s; \"cleura-shoot help apply\" lists the kinds", kind,
                   jx_str(object, "apiVersion", "no apiVersion"));
}

/* What the API server does with a Secret. */
static int encode_secret(json_t *object, struct err *e)
{
    json_t *plain = json_object_get(object, "stringData"), *value;
    const char *key;

    json_object_foreach (plain, key, value) {
        CLEAN(free) char *encoded = NULL;

        if (!json_is_string(value))
            return err_set(e, ERR_INVALID, "stringData.%.80s must be a string", key);
        encoded = crypto_base64(json_string_value(value), json_string_length(value));
        jx_set(jx_make_object(object, "data"), key, json_string(encoded));
    }
    (void)json_object_del(object, "stringData");
    return 0;
}

static int add_object(json_t *objects, json_t *object, const char *ns, struct err *e)
{
    const struct kind_info *kind = kinds_of(object);
    const char *name = jx_str(object, "metadata.name", "");

    if (!json_is_object(object) || !*jx_str(object, "apiVersion", "") || !*jx_str(object, "kind", ""))
        return err_set(e, ERR_INVALID, "a document is no object with apiVersion and kind");
    if (!kind)
        return unknown_kind(object, e);
    if (!is_name(name))
        return err_set(e, ERR_INVALID,
                       "%s: metadata.name \"%.80s\" must be lower case letters, digits, - and .", kind->kind,
                       name);
    if (kind->role == KIND_IGNORED)
        return 0;
    if (kind->cluster)
        (void)json_object_del(json_object_get(object, "metadata"), "namespace");
    else if (!is_name(jx_str(object, "metadata.namespace", ns)))
        return err_set(e, ERR_INVALID, "%s %s: metadata.namespace is no name", kind->kind, name);
    else if (!jx_at(object, "metadata.namespace"))
        jx_set(json_object_get(object, "metadata"), "namespace", json_string(ns));
    if (encode_secret(object, e) < 0)
        return err_wrap(e, "%s %s", kind->kind, name);
    jx_append(objects, json_incref(object));
    return 0;
}

static int add_document(json_t *objects, json_t *document, const char *ns, struct err *e)
{
    size_t i;
    json_t *item;

    if (strcmp(jx_str(document, "kind", ""), "List") != 0)
        return add_object(objects, document, ns, e);
    json_array_foreach (json_object_get(document, "items"), i, item)
        if (add_object(objects, item, ns, e) < 0)
            return -1;
    return 0;
}

static int add_file(json_t *objects, const char *path, const char *ns, struct err *e)
{
    size_t n = 0, i;
    CLEAN(free) char *bytes = file_read(path, MANIFEST_MAX, &n, e);
    json_auto_t *documents = bytes ? jx_yaml_parse(bytes, n, e) : NULL;
    json_t *document;

    if (!bytes)
        return -1;
    if (!documents)
        return err_wrap(e, "%s", path);
    json_array_foreach (documents, i, document)
        if (add_document(objects, document, ns, e) < 0)
            return err_wrap(e, "%s", path);
    return 0;
}

static int is_manifest(const struct dirent *entry)
{
    const char *end = strrchr(entry->d_name, '.');

    return end && entry->d_name[0] != '.' &&
           (!strcmp(end, ".yaml") || !strcmp(end, ".yml") || !strcmp(end, ".json"));
}

static int add_folder(json_t *objects, const char *path, const char *ns, struct err *e)
{
    struct dirent **entries = NULL;
    int n = scandir(path, &entries, is_manifest, alphasort), result = 0;

    if (n < 0)
        return err_set(e, ERR_INVALID, "cannot read folder %s", path);
    if (n == 0)
        result = err_set(e, ERR_NOT_FOUND, "folder %s has no *.yaml, *.yml or *.json", path);
    for (int i = 0; i < n; i++) {
        CLEAN(free) char *file = x_asprintf("%s/%s", path, entries[i]->d_name);

        if (result == 0)
            result = add_file(objects, file, ns, e);
        free(entries[i]);
    }
    free(entries);
    return result;
}

json_t *manifest_load(const char *path, const char *ns, struct err *e)
{
    json_auto_t *objects = json_array();
    struct stat st;
    bool folder = strcmp(path, "-") != 0 && stat(path, &st) == 0 && S_ISDIR(st.st_mode);

    if ((folder ? add_folder(objects, path, ns, e) : add_file(objects, path, ns, e)) < 0)
        return NULL;
    if (json_array_size(objects) == 0) {
        err_set(e, ERR_INVALID, "%s holds no objects", path);
        return NULL;
    }
    return TAKE(objects);
}
