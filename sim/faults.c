/* SPDX-License-Identifier: Apache-2.0 */
/* The list of faults is kept as the JSON it came in, so that GET shows it as it is. */
#include "sim/faults.h"
#include "lib/jx.h"
#include "lib/table.h"
#include <fnmatch.h>
#include <strings.h>

static const struct table_name actions[] = {
    { "respond", FAULT_RESPOND },         { "reset", FAULT_RESET },
    { "reset-before", FAULT_RESET },      { "hang", FAULT_HANG },
    { "reset-after", FAULT_RESET_AFTER }, { NULL, -1 },
};
static const struct table_name bodies[] = {
    { "real", FAULT_BODY_REAL },
    { "envelope", FAULT_BODY_ENVELOPE },
    { "html", FAULT_BODY_HTML },
    { "empty", FAULT_BODY_EMPTY },
    { "truncated", FAULT_BODY_TRUNCATED },
    { "cut", FAULT_BODY_CUT },
    { NULL, -1 },
};

struct fault_spec {
    const char *method, *path, *body, *action, *content_type, *message;
    struct jx_opt_int count, status, delay, slow, id, hits;
    struct jx_opt_bool applied;
    json_t *probability, *retry_after;
};

static const struct jx_field fields[] = {
    JX_F_STR(struct fault_spec, method, "method"),
    JX_F_STR(struct fault_spec, path, "path"),
    JX_F_STR(struct fault_spec, body, "body"),
    JX_F_STR(struct fault_spec, action, "action"),
    JX_F_STR(struct fault_spec, content_type, "contentType"),
    JX_F_STR(struct fault_spec, message, "message"),
    JX_F_INT(struct fault_spec, count, "count"),
    JX_F_INT(struct fault_spec, status, "status"),
    JX_F_INT(struct fault_spec, delay, "delayMs"),
    JX_F_INT(struct fault_spec, slow, "slowMs"),
    JX_F_INT(struct fault_spec, id, "id"),
    JX_F_INT(struct fault_spec, hits, "hits"),
    JX_F_BOOL(struct fault_spec, applied, "applied"),
    JX_F_TREE(struct fault_spec, probability, "probability"),
    JX_F_TREE(struct fault_spec, retry_after, "retryAfter"),
    { .name = NULL },
};

void faults_init(struct faults *f)
{
    f->list = json_array();
    f->next_id = 1;
}

void faults_free(struct faults *f)
{
    json_decref(f->list);
    f->list = NULL;
}

static int check(const struct fault_spec *s, struct err *e)
{
    if (s->action && table_value(actions, s->action) < 0)
        return err_set(e, ERR_INVALID, "action is one of respond, reset, reset-after, hang");
    if (s->body && table_value(bodies, s->body) < 0)
        return err_set(e, ERR_INVALID, "body is one of real, envelope, html, empty, truncated, cut");
    if (s->status.set && (s->status.value < 200 || s->status.value > 599))
        return err_set(e, ERR_INVALID, "status must be 200 to 599");
    if (s->probability && (!json_is_number(s->probability) || json_number_value(s->probability) < 0 ||
                           json_number_value(s->probability) > 1))
        return err_set(e, ERR_INVALID, "probability must be 0 to 1");
    if (s->retry_after && !json_is_integer(s->retry_after) && !json_is_string(s->retry_after))
        return err_set(e, ERR_INVALID, "retryAfter is a number of seconds or the text of a date");
    if (!s->status.set && !s->body && !s->action && !s->delay.set && !s->slow.set && !s->content_type)
        return err_set(e, ERR_INVALID, "a fault needs a status, a body, an action, a contentType or a delay");
    return 0;
}

int faults_add(struct faults *f, const json_t *fault, int64_t *ret_id, struct err *e)
{
    json_auto_t *copy = json_deep_copy(fault);
    struct fault_spec spec = { 0 };

    if (jx_bind(copy, "fault", fields, &spec, e) < 0 || check(&spec, e) < 0)
        return -1;
    jx_set(copy, "id", json_integer(f->next_id));
    jx_set(copy, "hits", json_integer(0));
    jx_append(f->list, TAKE(copy));
    *ret_id = f->next_id++;
    return 0;
}

void faults_remove(struct faults *f, int64_t id)
{
    for (size_t i = json_array_size(f->list); i-- > 0;)
        if (id == 0 || jx_int(json_array_get(f->list, i), "id", 0) == id)
            (void)json_array_remove(f->list, i);
}

static bool wants(const json_t *fault, struct dice *dice, const char *method, const char *path)
{
    const char *on = jx_str(fault, "method", "*"), *where = jx_str(fault, "path", "");
    const json_t *probability = jx_at(fault, "probability");
    json_int_t count = jx_int(fault, "count", -1);

    if (strcmp(on, "*") != 0 && strcasecmp(on, method) != 0)
        return false;
    if (strncmp(path, where, strlen(where)) != 0 && fnmatch(where, path, 0) != 0)
        return false;
    if (count >= 0 && jx_int(fault, "hits", 0) >= count)
        return false;
    return !probability || dice_fraction(dice) < json_number_value(probability);
}

static void copy_text(char *to, size_t size, const json_t *from)
{
    if (json_is_integer(from))
        (void)snprintf(to, size, "%lld", (long long)json_integer_value(from));
    else
        (void)snprintf(to, size, "%s", from ? json_string_value(from) : "");
}

static struct fault_hit hit_of(const json_t *fault)
{
    struct fault_hit hit = { .hit = true, .id = jx_int(fault, "id", 0) };
    int status = (int)jx_int(fault, "status", 0);

    hit.action = (enum fault_action)table_value(actions, jx_str(fault, "action", "respond"));
    hit.body = (enum fault_body)table_value(bodies, jx_str(fault, "body", status ? "envelope" : "real"));
    hit.status = status;
    hit.applied = jx_bool(fault, "applied",
                          hit.action == FAULT_RESET_AFTER || (status == 0 && hit.action == FAULT_RESPOND));
    hit.delay_ms = jx_int(fault, "delayMs", 0);
    hit.slow_ms = jx_int(fault, "slowMs", 0);
    copy_text(hit.retry_after, sizeof(hit.retry_after), jx_at(fault, "retryAfter"));
    copy_text(hit.content_type, sizeof(hit.content_type), jx_at(fault, "contentType"));
    copy_text(hit.message, sizeof(hit.message), jx_at(fault, "message"));
    return hit;
}

struct fault_hit faults_match(struct faults *f, struct dice *dice, const char *method, const char *path)
{
    size_t i;
    json_t *fault;

    json_array_foreach (f->list, i, fault) {
        if (!wants(fault, dice, method, path))
            continue;
        jx_set(fault, "hits", json_integer(jx_int(fault, "hits", 0) + 1));
        return hit_of(fault);
    }
    return (struct fault_hit){ .hit = false };
}
