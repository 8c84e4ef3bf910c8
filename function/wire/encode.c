/* SPDX-License-Identifier: Apache-2.0 */
/* From what render() returned to a response's bytes: what earlier steps left, with ours on top.  All Structs are written into
 * one buffer first; protobuf-c then puts the envelope around them. */
#include "function/wire/output.h"
#include "lib/jx.h"
#include "lib/table.h"

enum { TARGET_COMPOSITE_AND_CLAIM = 2 };

static const uint32_t severities[] = { [FN_FATAL] = 1, [FN_WARNING] = 2, [FN_NORMAL] = 3 };
static const uint32_t readiness[] = { [FN_READY_UNSPECIFIED] = 0, [FN_READY_TRUE] = 1, [FN_READY_FALSE] = 2 };
static const struct table_name statuses[] = { { "True", 2 }, { "False", 3 }, { NULL, 1 /* unknown */ } };

uint32_t output_ready(enum fn_ready ready) { return readiness[ready]; }

struct place output_struct(struct output *o, const json_t *object)
{
    size_t before = backward_size(&o->structs);

    structs_encode(&o->structs, object);
    return (struct place){ before, backward_size(&o->structs) };
}

ProtobufCBinaryData output_at(const struct output *o, struct place p)
{
    if (o->structs.overflow || p.start == p.end)
        return (ProtobufCBinaryData){ 0 };
    return (ProtobufCBinaryData){ p.end - p.start, o->structs.base + o->structs.cap - p.end };
}

/* protobuf-c has no const; it only reads what is packed. */
static ProtobufCBinaryData text(const json_t *object, const char *key)
{
    const json_t *s = json_object_get(object, key);

    return (ProtobufCBinaryData){ json_string_length(s), (uint8_t *)(uintptr_t)json_string_value(s) };
}

/* The composite as earlier steps want it, with our status merged into theirs. NULL with ERR_INVALID. */
static json_t *desired_composite(struct output *o, struct err *e)
{
    static const char *const type[] = { "apiVersion", "kind" };
    json_t *doc = o->composite.has_resource
                      ? structs_decode(call_span(o->composite.resource), NULL, &o->c->budget, e)
                      : json_object();

    if (!doc) {
        err_wrap(e, "desired.composite");
        return NULL;
    }
    for (size_t i = 0; i < ARRAY_LENGTH(type); i++)
        if (json_object_get(o->c->composite, type[i]))
            jx_share(doc, type[i], json_object_get(o->c->composite, type[i]));
    if (!json_object_get(doc, "status"))
        jx_share(doc, "status", o->r->status);
    else if (json_object_update_recursive(jx_make_object(doc, "status"), o->r->status) < 0)
        abort();
    return doc;
}

/* Is everything that earlier steps want, and that we do not replace, ready? */
static bool others_are_ready(const struct output *o)
{
    const Envelope__State *s = &o->desired;

    for (size_t i = 0; i < s->n_resources; i++) {
        const Envelope__ResourceEntry *one = s->resources[i];

        if (!json_object_getn(o->r->desired, (const char *)one->key.data, one->key.len) &&
            !(one->value && one->value->ready == output_ready(FN_READY_TRUE)))
            return false;
    }
    return true;
}

/* For Crossplane the composite's readiness beats that of its resources.  So ours speaks for ourselves only: it is True when nobody before
 * us said otherwise, of the composite or of a resource; else it is theirs, or unspecified, and Crossplane looks at the resources. */
static void put_ready(struct output *o)
{
    bool silent = !o->composite.has_ready || o->composite.ready == output_ready(FN_READY_UNSPECIFIED);

    if (o->r->ready == FN_READY_UNSPECIFIED ||
        (o->r->ready == FN_READY_TRUE && !(silent && others_are_ready(o))))
        return;
    o->composite.has_ready = true;
    o->composite.ready = output_ready(o->r->ready);
}

static int put_composite(struct output *o, struct place *ret, struct err *e)
{
    json_auto_t *doc = NULL;

    if (o->desired.composite)
        o->composite = *o->desired.composite;
    put_ready(o);
    if (json_object_size(o->r->status)) {
        doc = desired_composite(o, e);
        if (!doc)
            return -1;
        *ret = output_struct(o, doc);
        o->composite.has_resource = true;
    }
    if (o->composite.has_resource || o->composite.has_ready)
        o->desired.composite = &o->composite;
    return 0;
}

/* Fills o->desired, and with it the buffer of Structs. */
static int put_desired(struct output *o, struct err *e)
{
    struct place composite = { 0 };

    if (o->c->request->desired)
        o->desired = *o->c->request->desired;
    if (put_composite(o, &composite, e) < 0 || output_resources(o, e) < 0)
        return -1;
    if (composite.end)
        o->composite.resource = output_at(o, composite);
    o->response.desired = &o->desired;
    return 0;
}

static void put_results(struct output *o, bool claimed)
{
    size_t n = json_array_size(o->r->results);
    Envelope__Result *all = arena_get(o->c->arena, n * sizeof(*all));
    Envelope__Result **list = arena_get(o->c->arena, n * sizeof(*list));

    for (size_t i = 0; i < n; i++) {
        const json_t *from = json_array_get(o->r->results, i);
        bool reason = json_object_get(from, "reason");

        list[i] = &all[i];
        all[i] = (Envelope__Result){
            .base = PROTOBUF_C_MESSAGE_INIT(&envelope__result__descriptor),
            .has_severity = true,
            .severity = severities[jx_int(from, "severity", FN_FATAL)],
            .has_message = true,
            .message = text(from, "message"),
            .has_reason = reason,
            .reason = text(from, "reason"),
            .has_target = claimed,
            .target = TARGET_COMPOSITE_AND_CLAIM,
        };
    }
    o->response.results = list;
    o->response.n_results = n;
}

static void put_conditions(struct output *o, bool claimed)
{
    size_t n = json_array_size(o->r->conditions);
    Envelope__Condition *all = arena_get(o->c->arena, n * sizeof(*all));
    Envelope__Condition **list = arena_get(o->c->arena, n * sizeof(*list));

    for (size_t i = 0; i < n; i++) {
        const json_t *from = json_array_get(o->r->conditions, i);

        list[i] = &all[i];
        all[i] = (Envelope__Condition){
            .base = PROTOBUF_C_MESSAGE_INIT(&envelope__condition__descriptor),
            .has_type = true,
            .type = text(from, "type"),
            .has_status = true,
            .status = (uint32_t)table_value(statuses, jx_str(from, "status", "")),
            .has_reason = true,
            .reason = text(from, "reason"),
            .has_message = json_object_get(from, "message") != NULL,
            .message = text(from, "message"),
            .has_target = claimed,
            .target = TARGET_COMPOSITE_AND_CLAIM,
        };
    }
    o->response.conditions = list;
    o->response.n_conditions = n;
}

static uint8_t *pack(const Envelope__RunFunctionResponse *r, size_t n, size_t *ret_n)
{
    uint8_t *bytes = malloc(n ? n : 1);

    if (!bytes)
        abort();
    *ret_n = envelope__run_function_response__pack(r, bytes);
    return bytes;
}

/* Crossplane would refuse it with words about gRPC that no user understands. */
static uint8_t *too_large(Envelope__ResponseMeta *meta, size_t *ret_n)
{
    CLEAN(free)
    char *message =
        x_asprintf("The response would be over %d bytes, the most that Crossplane takes: the desired "
                   "resources of earlier steps of the pipeline, or its context, are too large",
                   WIRE_MAX_RESPONSE);
    Envelope__RunFunctionResponse response = ENVELOPE__RUN_FUNCTION_RESPONSE__INIT;
    Envelope__Result result = ENVELOPE__RESULT__INIT, *list = &result;

    result.has_severity = result.has_message = true;
    result.severity = severities[FN_FATAL];
    result.message = (ProtobufCBinaryData){ strlen(message), (uint8_t *)message };
    response.meta = meta;
    response.results = &list;
    response.n_results = 1;
    return pack(&response, envelope__run_function_response__get_packed_size(&response), ret_n);
}

static void put_meta(struct output *o)
{
    const Envelope__RequestMeta *asked = o->c->request->meta;

    if (asked && asked->has_tag) {
        o->meta.has_tag = true;
        o->meta.tag = asked->tag;
    }
    o->response.meta = &o->meta;
}

uint8_t *wire_encode(struct wire_call *c, const struct fn_response *r, size_t *ret_n, struct err *e)
{
    struct output o = {
        .c = c,
        .r = r,
        .structs = backward_max(WIRE_MAX_RESPONSE),
        .response = ENVELOPE__RUN_FUNCTION_RESPONSE__INIT,
        .meta = ENVELOPE__RESPONSE_META__INIT,
        .desired = ENVELOPE__STATE__INIT,
        .composite = ENVELOPE__RESOURCE__INIT,
    };
    /* A claim's user does not see the composite. */
    bool claimed = jx_at(c->composite, "spec.claimRef");
    uint8_t *bytes = NULL;
    size_t n;

    if (put_desired(&o, e) == 0) {
        put_meta(&o);
        put_results(&o, claimed);
        put_conditions(&o, claimed);
        o.response.has_context = c->request->has_context;
        o.response.context = c->request->context;
        n = envelope__run_function_response__get_packed_size(&o.response);
        bytes = n > WIRE_MAX_RESPONSE || o.structs.overflow ? too_large(&o.meta, ret_n)
                                                            : pack(&o.response, n, ret_n);
    }
    backward_free(&o.structs);
    return bytes;
}
