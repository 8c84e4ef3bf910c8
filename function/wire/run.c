/* SPDX-License-Identifier: Apache-2.0 */
/* One call of RunFunction. */
#include "function/wire/run.h"
#include "function/wire/wire.h"
#include "lib/jx.h"
#include "lib/jx_alloc.h"
#include <ctype.h>
#include <pthread.h>

static void printable(char out[RUN_TEXT], const char *ns, const char *name)
{
    (void)snprintf(out, RUN_TEXT, "%s%s%s", ns, *ns ? "/" : "", name);
    for (char *c = out; *c; c++)
        if (!isprint((unsigned char)*c))
            *c = '?';
}

static const char *known_kind(const json_t *composite, const char *const kinds[])
{
    const char *kind = jx_str(composite, "kind", "");

    if (!composite)
        return "none";
    for (size_t i = 0; kinds[i]; i++)
        if (!strcmp(kinds[i], kind))
            return kinds[i];
    return "other";
}

static enum fn_severity worst(const json_t *results)
{
    enum fn_severity found = FN_NORMAL;
    size_t i;
    json_t *one;

    json_array_foreach (results, i, one) {
        enum fn_severity s = (enum fn_severity)jx_int(one, "severity", FN_FATAL);

        found = s < found ? s : found;
    }
    return found;
}

/* A composite that nobody can render is its author's business, told where the author looks. */
static void fatal(struct fn_response *r, const struct err *why)
{
    jx_append(r->results, jx_pack("{s:i, s:s, s:o}", "severity", (int)FN_FATAL, "reason", "NotRendered",
                                  "message", jx_text(why->text)));
}

static int run(const struct run_renderer *with, struct span request, struct arena *arena,
               struct run_result *ret, struct err *e)
{
    CLEAN(wire_free) struct wire_call *call = wire_decode(request, with->reads, arena, e);
    CLEAN(fn_response_free) struct fn_response r;
    struct err why = { 0 };
    const json_t *composite;

    fn_response_init(&r);
    if (!call)
        return -1;
    composite = wire_request(call)->composite;
    ret->kind = known_kind(composite, with->kinds);
    printable(ret->tag, "", wire_tag(call));
    printable(ret->name, jx_str(composite, "metadata.namespace", ""), jx_str(composite, "metadata.name", ""));
    if (with->render(wire_request(call), &r, &why) < 0)
        fatal(&r, &why);
    ret->severity = worst(r.results);
    ret->bytes = wire_encode(call, &r, &ret->n, e);
    return ret->bytes ? 0 : -1;
}

/* ---- each thread works in memory of its own, which it keeps --------------------------------------------------------- */

static pthread_key_t key;

static void free_arena(void *arena)
{
    arena_free(arena);
    free(arena);
}

static void make_key(void)
{
    if (pthread_key_create(&key, free_arena) != 0)
        abort();
}

static struct arena *thread_arena(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    struct arena *a;

    (void)pthread_once(&once, make_key);
    a = pthread_getspecific(key);
    if (!a) {
        a = x_alloc(sizeof(*a));
        if (pthread_setspecific(key, a) != 0)
            abort();
    }
    return a;
}

int run_function(const struct run_renderer *with, struct span request, struct run_result *ret, struct err *e)
{
    struct arena *arena = thread_arena(), *before = jx_alloc_from(arena);
    int done;

    *ret = (struct run_result){ .kind = "none", .severity = FN_FATAL };
    done = run(with, request, arena, ret, e);
    (void)jx_alloc_from(before);
    arena_reset(arena);
    return done;
}

void run_result_free(struct run_result *r)
{
    free(r->bytes);
    *r = (struct run_result){ 0 };
}
