/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/manifest.h"
#include "cli/account.h"
#include "cli/kinds.h"
#include "lib/crypto.h"
#include "lib/file.h"
#include "lib/jx_yaml.h"
#include "lib/suggest.h"
#include <dirent.h>
#include <stdint.h>
#include <sys/stat.h>

enum { DEPTH_MAX = 32 /* folders within folders; a chain that long is an accident */ };

struct load {
    json_t *objects, *seen; /* 'seen': by who they are, each object with the path it came from */
    const char *path;       /* what is being read */
    const char *ns;
    bool recursive;
};

static bool is_name(const char *s)
{
    size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-.");

    return n > 0 && n < 254 && !s[n] && s[0] != '-' && s[0] != '.' && s[n - 1] != '-' && s[n - 1] != '.';
}

static bool is_of(const char *const *names, const char *name)
{
    for (; *names; names++)
        if (!strcmp(*names, name))
            return true;
    return false;
}

/* Below 'path', "" or "metadata.", only 'names' mean something: a field that nobody reads was meant to stand elsewhere. */
static int check_fields(const json_t *object, const char *path, const char *const *names, struct err *e)
{
    size_t n;
    CLEAN(free) const char **keys = jx_keys(object, &n);

    for (size_t i = 0; i < n; i++) {
        struct suggest near = { .typed = keys[i], .least = 2 };

        if (is_of(names, keys[i]))
            continue;
        for (const char *const *name = names; *name; name++)
            suggest_try(&near, *name);
        if (near.best)
            return err_set(e, ERR_INVALID, "%s%.64s is not a known field; did you mean %s?", path, keys[i],
                           near.best);
        return err_set(e, ERR_INVALID, "%s%.64s is not a known field%s", path, keys[i],
                       *path ? "" : "; should it be indented below spec?");
    }
    return 0;
}

static int check_frame(const json_t *object, struct err *e)
{
    static const char *const fields[] = { "apiVersion", "kind",      "metadata", "spec", "status",
                                          "data",       "immutable", "type",     NULL };
    static const char *const metadata[] = { "name",
                                            "namespace",
                                            "labels",
                                            "annotations",
                                            "finalizers",
                                            "ownerReferences",
                                            "uid",
                                            "generation",
                                            "generateName",
                                            "resourceVersion",
                                            "creationTimestamp",
                                            "deletionTimestamp",
                                            "deletionGracePeriodSeconds",
                                            "managedFields",
                                            "selfLink",
                                            NULL };
    int result = check_fields(object, "", fields, e);

    return result < 0 ? -1 : check_fields(json_object_get(object, "metadata"), "metadata.", metadata, e);
}

static int check_name(const json_t *object, struct err *e)
{
    const json_t *name = jx_at(object, "metadata.name");

    if (!name)
        return err_set(e, ERR_INVALID, "metadata.name is required");
    if (!json_is_string(name))
        return err_set(e, ERR_INVALID, "metadata.name must be a string; put it in quotes");
    if (!is_name(json_string_value(name)))
        return err_set(e, ERR_INVALID, "metadata.name \"%.80s\" must be lower case letters, digits, - and .",
                       json_string_value(name));
    return 0;
}

static int unknown_kind(const json_t *object, struct err *e)
{
    const char *kind = jx_str(object, "kind", ""), *nearest = kinds_nearest(kind);
    const struct kind_info *near = nearest ? kinds_find(nearest) : NULL;

    if (near)
        return err_set(e, ERR_INVALID, "nothing here acts on %.60s of %.80s; did you mean kind %s of %s?",
                       kind, jx_str(object, "apiVersion", "no apiVersion"), near->kind, near->api_version);
    return err_set(
        e, ERR_INVALID,
        "nothing here acts on %.60s of %.80s; what runs in a cluster is applied with kubectl there, "
        "\"cleura-shoot help apply\" lists the kinds",
        kind, jx_str(object, "apiVersion", "no apiVersion"));
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

/* Which of two would win is nothing to guess. */
static int keep(struct load *l, json_t *object, struct err *e)
{
    const struct kind_info *kind = kinds_of(object);
    CLEAN(free) char *label = kinds_label(object);
    CLEAN(free)
    char *key = x_asprintf("%s %s %s", kind->api_version, label, jx_str(object, "metadata.namespace", ""));
    const json_t *other = json_object_get(l->seen, key);

    if (other && !json_equal(json_object_get(other, "object"), object))
        return err_set(e, ERR_INVALID, "%s stands there twice, and differs: the other one is in %s", label,
                       jx_str(other, "path", ""));
    if (other)
        return 0;
    jx_append(l->objects, json_incref(object));
    jx_set(l->seen, key, jx_pack("{s:O, s:o}", "object", object, "path", jx_text(l->path)));
    return 0;
}

static int add_object(struct load *l, json_t *object, struct err *e)
{
    const struct kind_info *kind = kinds_of(object);
    const char *name = jx_str(object, "metadata.name", "");

    if (!json_is_object(object) || !*jx_str(object, "apiVersion", "") || !*jx_str(object, "kind", ""))
        return err_set(e, ERR_INVALID, "a document is no object with apiVersion and kind");
    if (!kind)
        return unknown_kind(object, e);
    if (check_name(object, e) < 0)
        return err_wrap(e, "%s", kind->kind);
    if (kind->role == KIND_IGNORED)
        return 0;
    if (kind->cluster)
        (void)json_object_del(json_object_get(object, "metadata"), "namespace");
    else if (!is_name(jx_str(object, "metadata.namespace", l->ns)))
        return err_set(e, ERR_INVALID, "%s %s: metadata.namespace is no name", kind->kind, name);
    else if (!jx_at(object, "metadata.namespace"))
        jx_set(json_object_get(object, "metadata"), "namespace", json_string(l->ns));
    if (encode_secret(object, e) < 0 || check_frame(object, e) < 0)
        return err_wrap(e, "%s %s", kind->kind, name);
    return keep(l, object, e);
}

static int add_document(struct load *l, json_t *document, struct err *e)
{
    size_t i;
    json_t *item;

    if (strcmp(jx_str(document, "kind", ""), "List") != 0)
        return add_object(l, document, e);
    json_array_foreach (json_object_get(document, "items"), i, item)
        if (add_object(l, item, e) < 0)
            return -1;
    return 0;
}

static int add_file(struct load *l, const char *path, struct err *e)
{
    size_t n = 0, i;
    CLEAN(free) char *bytes = file_read(path, MANIFEST_MAX, &n, e);
    json_auto_t *documents = bytes ? jx_yaml_parse(bytes, n, e) : NULL;
    json_t *document;

    if (!bytes)
        return -1;
    if (!documents)
        return err_wrap(e, "%s", path);
    l->path = path;
    json_array_foreach (documents, i, document)
        if (add_document(l, document, e) < 0)
            return err_wrap(e, "%s", path);
    return 0;
}

static bool is_manifest(const char *name)
{
    const char *end = strrchr(name, '.');

    return end && (!strcmp(end, ".yaml") || !strcmp(end, ".yml") || !strcmp(end, ".json"));
}

static int is_visible(const struct dirent *entry) { return entry->d_name[0] != '.'; }

/* Links to folders are not followed: they may lead back. */
static bool is_folder(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* What was found so far: manifests, and folders that were not looked into. */
struct found {
    size_t files, folders;
};

static int add_folder(struct load *l, const char *path, unsigned depth, struct found *found, struct err *e);

static int add_entry(struct load *l, const char *path, unsigned depth, struct found *found, struct err *e)
{
    if (is_folder(path)) {
        found->folders += !l->recursive;
        return l->recursive ? add_folder(l, path, depth + 1, found, e) : 0;
    }
    if (!is_manifest(path))
        return 0;
    found->files++;
    return add_file(l, path, e);
}

/* NOLINTNEXTLINE(misc-no-recursion): depth is bounded */
static int add_folder(struct load *l, const char *path, unsigned depth, struct found *found, struct err *e)
{
    struct dirent **entries = NULL;
    int n = scandir(path, &entries, is_visible, alphasort), result = 0;

    if (n < 0)
        return err_set(e, ERR_INVALID, "cannot read folder %s", path);
    if (depth > DEPTH_MAX)
        result = err_set(e, ERR_INVALID, "folder %s lies too deep", path);
    for (int i = 0; i < n; i++) {
        CLEAN(free) char *entry = x_asprintf("%s/%s", path, entries[i]->d_name);

        if (result == 0)
            result = add_entry(l, entry, depth, found, e);
        free(entries[i]);
    }
    free(entries);
    return result;
}

static int add_path(struct load *l, const char *path, struct err *e)
{
    struct stat st;
    struct found found = { 0 };

    if (!strcmp(path, "-") || stat(path, &st) < 0 || !S_ISDIR(st.st_mode))
        return add_file(l, path, e);
    if (add_folder(l, path, 0, &found, e) < 0)
        return -1;
    if (found.files == 0)
        return err_set(e, ERR_NOT_FOUND, "folder %s has no *.yaml, *.yml or *.json%s", path,
                       found.folders ? "; --recursive (-R) also reads the folders in it" : "");
    return 0;
}

json_t *manifest_load(const struct options *o, struct err *e)
{
    json_auto_t *objects = json_array(), *seen = json_object();
    struct load l = { objects, seen, "", account_namespace(o), o->recursive };
    size_t inputs = 0;

    for (size_t i = 0; i < o->filenames.n; i++) {
        const char *path = o->filenames.at[i];

        inputs += !strcmp(path, "-");
        if (inputs > 1)
            err_set(e, ERR_INVALID, "standard input (-) can be read only once");
        if (inputs > 1 || add_path(&l, path, e) < 0)
            return NULL;
    }
    if (json_array_size(objects) == 0) {
        err_set(e, ERR_INVALID, "%s holds no objects", o->filenames.at[0]);
        return NULL;
    }
    return TAKE(objects);
}
