/* SPDX-License-Identifier: Apache-2.0 */
/* jansson with our rules: building a document cannot fail, reading one can. */
#pragma once
#include "lib/jx_bind.h"

/* No document from outside may nest deeper or be larger than this, whatever its format: 64 levels are four times
 * what any Kubernetes object has, 16 MiB ten times what etcd stores. */
enum { JX_MAX_DEPTH = 64, JX_MAX_BYTES = 16 << 20 };

/* Never NULL.  A bad format or out of memory is a bug or a restart: it aborts with the place.
 * Only trusted strings may go in: bytes from the network pass through the parser or jx_text() first. */
#define jx_pack(...) jx_pack_at(__FILE__, __LINE__, __VA_ARGS__)
json_t *jx_pack_at(const char *file, int line, const char *fmt, ...) MUST_CHECK;

/* A new object of those members that have a value: jx_object(jx_s("name", w->name), jx_o("image", image)).  As trusted as
 * jx_pack() is, checked by the compiler, and several times as fast. */
#define jx_object(...) jx_object_of((const struct jx_member[]){ __VA_ARGS__, { 0 } })
struct jx_member {
    const char *key;
    json_t *value; /* taken; NULL = no such member */
};
json_t *jx_object_of(const struct jx_member members[]) MUST_CHECK;
/* A text (NULL = no member), a value that is taken, one that is shared, a number, a boolean. */
struct jx_member jx_s(const char *key, const char *text);
static inline struct jx_member jx_o(const char *key, json_t *value)
{
    return (struct jx_member){ key, value };
}
static inline struct jx_member jx_O(const char *key, json_t *value)
{
    return (struct jx_member){ key, json_incref(value) };
}
static inline struct jx_member jx_i(const char *key, json_int_t value)
{
    return (struct jx_member){ key, json_integer(value) };
}
static inline struct jx_member jx_b(const char *key, bool value)
{
    return (struct jx_member){ key, json_boolean(value) };
}
/* Set the same members in an object that is there. */
#define jx_add(object, ...) jx_add_to((object), (const struct jx_member[]){ __VA_ARGS__, { 0 } })
void jx_add_to(json_t *object, const struct jx_member members[]);

/* Set 'key', taking 'value' (jx_set) or sharing it (jx_share).  Abort rather than fail. */
void jx_set(json_t *object, const char *key, json_t *value);
void jx_share(json_t *object, const char *key, const json_t *value);
void jx_append(json_t *array, json_t *value);

/* A JSON string of any bytes: what is not UTF-8, and NUL, becomes U+FFFD.  Never NULL. */
json_t *jx_text(const char *s);
json_t *jx_textn(const char *s, size_t n);

/* How many bytes of 's', at most 'n', are whole characters: where UTF-8 may be cut. */
size_t jx_cut(const char *s, size_t n);

/* A new JSON boolean or integer, or NULL when unset: for "s:o*". */
static inline json_t *jx_opt_bool(struct jx_opt_bool b) { return b.set ? json_boolean(b.value) : NULL; }
static inline json_t *jx_opt_int(struct jx_opt_int i) { return i.set ? json_integer(i.value) : NULL; }

/* Is the text an element of the list? */
bool jx_lists(const json_t *list, const char *text);

/* Walk "spec.forProvider.url" down objects. NULL when anything on the way is missing. Borrowed. */
json_t *jx_at(const json_t *doc, const char *path);
/* The same for a string, or 'otherwise' when it is missing or no string. */
const char *jx_str(const json_t *doc, const char *path, const char *otherwise);
json_int_t jx_int(const json_t *doc, const char *path, json_int_t otherwise);
bool jx_bool(const json_t *doc, const char *path, bool otherwise);

/* The object at 'key', made when missing or of another type. Borrowed. */
json_t *jx_make_object(json_t *doc, const char *key);

/* The object's keys, sorted by their bytes: for what must not depend on the order a document came in. *ret_n of them, borrowed; the caller
 * frees the list; never NULL. */
const char **jx_keys(const json_t *object, size_t *ret_n) MUST_CHECK;

/* Parse exactly one JSON value (no duplicate keys, limits as above). NULL with ERR_INVALID naming line and column. */
MUST_CHECK json_t *jx_parse(const char *bytes, size_t n, struct err *e);

/* Compact text with sorted keys: equal documents give equal text. The caller frees; never NULL. */
char *jx_dump(const json_t *doc) MUST_CHECK;
char *jx_dump_pretty(const json_t *doc) MUST_CHECK;
/* As jansson writes it with these flags of json_dumps(). */
char *jx_dump_as(const json_t *doc, size_t flags) MUST_CHECK;
