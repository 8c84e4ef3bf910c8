/* SPDX-License-Identifier: Apache-2.0 */
#include "function/wire/reflection.h"
#include "function/wire/backward.h"

enum { FILES_MAX = 32, NOT_FOUND = 5, ERROR_TEXT = 256 };

extern const unsigned char proto_descriptors[]; /* made by proto/embed.cmake */
extern const size_t proto_descriptors_n;

/* Field numbers of the messages here, as reflection.proto and google/protobuf/descriptor.proto have them. */
enum request { HOST = 1, BY_FILENAME = 3, BY_SYMBOL = 4, BY_EXTENSION = 5, EXTENSIONS = 6, LIST = 7 };
enum response { VALID_HOST = 1, ORIGINAL = 2, FILE_DESCRIPTORS = 4, SERVICES = 6, ERROR = 7 };
enum { ERROR_CODE = 1, ERROR_MESSAGE = 2, ONLY_FIELD = 1 };
enum { NAME = 1, FILE_PACKAGE = 2, FILE_IMPORT = 3, FILE_SERVICE = 6 };

/* Which fields of a descriptor are descriptors with a name. */
struct shape {
    struct {
        uint32_t number;
        const struct shape *shape;
    } in[6];
    bool open; /* what is in it has names beside its own, as the values of an enum do */
};
static const struct shape leaf;
static const struct shape enumeration = { .in = { { 2, &leaf } }, .open = true };
static const struct shape service = { .in = { { 2, &leaf } } };
static const struct shape message = {
    .in = { { 2, &leaf }, { 3, &message }, { 4, &enumeration }, { 6, &leaf }, { 8, &leaf } }
};
static const struct shape file = {
    .in = { { 4, &message }, { 5, &enumeration }, { FILE_SERVICE, &service }, { 7, &leaf } }
};

struct files {
    struct span file[FILES_MAX];
    bool taken[FILES_MAX];
    size_t n;
    size_t order[FILES_MAX], ordered; /* those to send */
};

struct span reflection_descriptors(void) { return (struct span){ proto_descriptors, proto_descriptors_n }; }

/* ---- reading ----------------------------------------------------------------------------------------------------- */

static bool same(struct span a, struct span b) { return a.n == b.n && (!a.n || !memcmp(a.at, b.at, a.n)); }

/* The next submessage, string or bytes number 'number'; false at the end. */
static bool next(struct span *rest, uint32_t number, struct span *ret)
{
    struct field f;

    while (reader_next(rest, &f) > 0) {
        if (f.number == number && f.type == READER_BYTES) {
            *ret = f.bytes;
            return true;
        }
    }
    return false;
}

static struct span member(struct span of, uint32_t number)
{
    struct span last = { 0 };

    while (next(&of, number, &last))
        ;
    return last;
}

/* Cut "scope." off the start of '*name'; does it begin like that? */
static bool enter(struct span *name, struct span scope)
{
    if (!scope.n || name->n <= scope.n || memcmp(name->at, scope.at, scope.n) != 0 ||
        name->at[scope.n] != '.')
        return false;
    *name = (struct span){ name->at + scope.n + 1, name->n - scope.n - 1 };
    return true;
}

static bool declares(const struct shape *shape, struct span descriptor, struct span name);

static bool contains(const struct shape *shape, struct span descriptor, struct span name)
{
    for (size_t i = 0; i < ARRAY_LENGTH(shape->in) && shape->in[i].shape; i++) {
        struct span rest = descriptor, one;

        while (next(&rest, shape->in[i].number, &one))
            if (declares(shape->in[i].shape, one, name))
                return true;
    }
    return false;
}

/* Is 'name', as seen from where the descriptor stands, the name of it or of something in it? */
static bool declares(const struct shape *shape, struct span descriptor, struct span name)
{
    struct span own = member(descriptor, NAME);

    return same(own, name) || (shape->open && contains(shape, descriptor, name)) ||
           (enter(&name, own) && contains(shape, descriptor, name));
}

static bool file_declares(struct span f, struct span name)
{
    struct span package = member(f, FILE_PACKAGE);

    return (!package.n || enter(&name, package)) && contains(&file, f, name);
}

static int split(struct span set, struct files *ret, struct err *e)
{
    struct span one;

    while (next(&set, ONLY_FIELD, &one)) {
        if (ret->n == FILES_MAX)
            return err_set(e, ERR_INTERNAL, "more than %d files of descriptors", FILES_MAX);
        ret->file[ret->n++] = one;
    }
    return 0;
}

static bool take(struct files *all, struct span name);

static void take_file(struct files *all, size_t i)
{
    struct span rest = all->file[i], import;

    if (all->taken[i])
        return;
    all->taken[i] = true;
    all->order[all->ordered++] = i;
    while (next(&rest, FILE_IMPORT, &import))
        (void)take(all, import);
}

/* The file of that name and all it needs; false when there is none. */
static bool take(struct files *all, struct span name)
{
    for (size_t i = 0; i < all->n; i++) {
        if (same(member(all->file[i], NAME), name)) {
            take_file(all, i);
            return true;
        }
    }
    return false;
}

static bool take_declaring(struct files *all, struct span name)
{
    for (size_t i = 0; i < all->n; i++) {
        if (file_declares(all->file[i], name)) {
            take_file(all, i);
            return true;
        }
    }
    return false;
}

/* ---- writing, from the end --------------------------------------------------------------------------------------- */

/* What was written since there were 'before' bytes becomes field 'number'. */
static void wrap(struct backward *b, uint32_t number, size_t before)
{
    backward_varint(b, backward_size(b) - before);
    backward_varint(b, number << 3 | READER_BYTES);
}

static void put(struct backward *b, uint32_t number, struct span bytes)
{
    size_t before = backward_size(b);

    backward_bytes(b, bytes.at, bytes.n);
    wrap(b, number, before);
}

static void put_error(struct backward *b, struct span name)
{
    size_t before = backward_size(b);
    char text[ERROR_TEXT];
    int n = snprintf(text, sizeof(text), "not found: %.*s", name.n < 200 ? (int)name.n : 200,
                     name.n ? (const char *)name.at : "");

    if (!reader_utf8((struct span){ (const uint8_t *)text, (size_t)n })) /* cut within a character */
        n = snprintf(text, sizeof(text), "not found");
    put(b, ERROR_MESSAGE, (struct span){ (const uint8_t *)text, (size_t)n });
    backward_varint(b, NOT_FOUND);
    backward_varint(b, ERROR_CODE << 3 | READER_VARINT);
    wrap(b, ERROR, before);
}

static void put_files(struct backward *b, struct files *all)
{
    size_t before = backward_size(b);

    while (all->ordered)
        put(b, ONLY_FIELD, all->file[all->order[--all->ordered]]);
    wrap(b, FILE_DESCRIPTORS, before);
}

static void put_service(struct backward *b, struct span package, struct span name)
{
    size_t before = backward_size(b);

    backward_bytes(b, name.at, name.n);
    if (package.n)
        backward_byte(b, '.');
    backward_bytes(b, package.at, package.n);
    wrap(b, ONLY_FIELD, before);
    wrap(b, ONLY_FIELD, before);
}

static void put_services(struct backward *b, const struct files *all)
{
    size_t before = backward_size(b);

    for (size_t i = all->n; i-- > 0;) {
        struct span rest = all->file[i], one;

        while (next(&rest, FILE_SERVICE, &one))
            put_service(b, member(all->file[i], FILE_PACKAGE), member(one, NAME));
    }
    wrap(b, SERVICES, before);
}

static void put_answer(struct backward *b, struct files *all, enum request what, struct span about)
{
    bool found =
        (what == BY_FILENAME && take(all, about)) || (what == BY_SYMBOL && take_declaring(all, about));

    if (what == LIST)
        put_services(b, all);
    else if (found)
        put_files(b, all);
    else
        put_error(b, what == BY_EXTENSION ? member(about, NAME) : about);
}

/* ------------------------------------------------------------------------------------------------------------------ */

static int decode(struct span request, struct span *ret_host, enum request *ret_what, struct span *ret_about,
                  struct err *e)
{
    struct field f;
    int got;

    while ((got = reader_next(&request, &f)) > 0) {
        if (f.type != READER_BYTES || f.number > LIST)
            continue;
        if (f.number != BY_EXTENSION && !reader_utf8(f.bytes))
            return err_set(e, ERR_INVALID, "not a ServerReflectionRequest: not UTF-8");
        if (f.number == HOST)
            *ret_host = f.bytes;
        if (f.number < BY_FILENAME)
            continue;
        *ret_what = f.number;
        *ret_about = f.bytes;
    }
    if (got < 0)
        return err_set(e, ERR_INVALID, "not a ServerReflectionRequest");
    return *ret_what ? 0
                     : err_set(e, ERR_INVALID, "the ServerReflectionRequest asks for nothing that is known");
}

uint8_t *reflection_answer(struct span set, struct span request, size_t *ret_n, struct err *e)
{
    CLEAN(backward_free) struct backward b = backward_max(set.n + 3 * request.n + 1024);
    struct span host = { 0 }, about = { 0 };
    struct files all = { 0 };
    enum request what = 0;
    uint8_t *bytes;

    if (decode(request, &host, &what, &about, e) < 0 || split(set, &all, e) < 0)
        return NULL;
    put_answer(&b, &all, what, about);
    put(&b, ORIGINAL, request);
    if (host.n)
        put(&b, VALID_HOST, host);
    if (b.overflow) {
        err_set(e, ERR_INTERNAL, "the answer is too long");
        return NULL;
    }
    *ret_n = backward_size(&b);
    bytes = x_alloc(*ret_n);
    memcpy(bytes, b.at, *ret_n);
    return bytes;
}
