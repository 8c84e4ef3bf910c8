/* SPDX-License-Identifier: Apache-2.0 */
/* The check before protobuf-c, driven by one table per message of envelope.proto. */
#include "function/wire/scan.h"
#include "function/wire/reader.h"

enum { ONCE = 1, TEXT = 2 };

struct rule {
    uint32_t number;
    int type; /* READER_* */
    unsigned flags;
    const char *name;
    const struct rule *message; /* NULL: not looked into */
};

static const struct rule meta[] = { { 1, READER_BYTES, TEXT, "tag", NULL }, { 0 } };
static const struct rule detail_entry[] = { { 1, READER_BYTES, TEXT, "key", NULL },
                                            { 2, READER_BYTES, 0, "value", NULL },
                                            { 0 } };
static const struct rule resource[] = { { 1, READER_BYTES, ONCE, "resource", NULL },
                                        { 2, READER_BYTES, 0, "connection_details", detail_entry },
                                        { 3, READER_VARINT, 0, "ready", NULL },
                                        { 0 } };
static const struct rule resource_entry[] = { { 1, READER_BYTES, TEXT, "key", NULL },
                                              { 2, READER_BYTES, ONCE, "value", resource },
                                              { 0 } };
static const struct rule state[] = { { 1, READER_BYTES, ONCE, "composite", resource },
                                     { 2, READER_BYTES, 0, "resources", resource_entry },
                                     { 0 } };
static const struct rule request[] = {
    { 1, READER_BYTES, ONCE, "meta", meta },     { 2, READER_BYTES, ONCE, "observed", state },
    { 3, READER_BYTES, ONCE, "desired", state }, { 4, READER_BYTES, ONCE, "input", NULL },
    { 5, READER_BYTES, ONCE, "context", NULL },  { 0 },
};

static const struct rule *rule_for(const struct rule rules[], uint32_t number)
{
    for (const struct rule *r = rules; r->number; r++)
        if (r->number == number)
            return r;
    return NULL;
}

static int scan(struct span bytes, const struct rule rules[], size_t *budget, struct err *e);

static int scan_field(const struct rule *r, const struct field *f, size_t *budget, struct err *e)
{
    if (f->type != r->type)
        return err_set(e, ERR_INVALID, "%s has wire type %d instead of %d", r->name, f->type, r->type);
    if ((r->flags & TEXT) && !reader_utf8(f->bytes))
        return err_set(e, ERR_INVALID, "%s is not UTF-8", r->name);
    if (r->message && scan(f->bytes, r->message, budget, e) < 0)
        return err_wrap(e, "%s", r->name);
    return 0;
}

static int scan(struct span bytes, const struct rule rules[], size_t *budget, struct err *e)
{
    uint32_t seen = 0; /* a bit per rule that is ONCE */
    struct field f;
    int got;

    while ((got = reader_next(&bytes, &f)) > 0) {
        const struct rule *r = rule_for(rules, f.number);
        uint32_t bit = r ? 1U << (r - rules) : 0;

        if (!(*budget)--)
            return err_set(e, ERR_INVALID, "more than %d fields", SCAN_MAX_FIELDS);
        if (f.type == READER_GROUP)
            return err_set(e, ERR_INVALID, "field %u is a group", f.number);
        if (!r)
            continue;
        if ((r->flags & ONCE) && (seen & bit))
            return err_set(e, ERR_INVALID, "%s occurs twice", r->name);
        seen |= bit;
        if (scan_field(r, &f, budget, e) < 0)
            return -1;
    }
    return got < 0 ? err_set(e, ERR_INVALID, "is not a protobuf message") : 0;
}

int scan_request(struct span bytes, struct err *e)
{
    size_t budget = SCAN_MAX_FIELDS;

    if (scan(bytes, request, &budget, e) < 0)
        return err_wrap(e, "RunFunctionRequest");
    return 0;
}
