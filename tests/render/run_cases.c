/* SPDX-License-Identifier: Apache-2.0 */
/* Runs one folder of tests/render/<kind>/<case>/: composite.yaml, and observed.yaml and input.yaml when they are
 * there, go through render(); what comes out is compared with expected.yaml (results, conditions by type, status,
 * ready, desired: only the parts and keys that are given, but every desired resource; null: must be absent).  What
 * is kept as it is stands there as kept_form() makes it of the observed object.
 *
 * Each case is rendered once more from no more than render_reads names, as in production, and must give the same.
 *
 * jq.yaml tests the programs inside the rendered Requests with the real jq on sample answers:
 *   - what: for people
 *     resource: shoot                       # composed resource name; default shoot
 *     seen: v1-ready                        # ../seen/<name>.yaml is the response's body ...
 *     with: {status: {hibernated: true}}    # ... with this merged in (null removes)
 *     document: {...}                       # or the whole document, for a DisposableRequest's programs
 *     change: {name, method, url, body}     # the first change that is due; null = none
 *     gives: {readinessCheck.logic: true}   # program's path in spec.forProvider: its first output
 *
 * RENDER_CASES_UPDATE=1 writes the actual output over the parts that expected.yaml has (all, when there is
 * none). */
#undef NDEBUG
#include "function/render/render.h"
#include "lib/buf.h"
#include "lib/file.h"
#include "lib/jx_diff.h"
#include "lib/jx_yaml.h"
#include "tests/render/over_wire.h"
#include <assert.h>
#include <stdint.h>
#include <sys/stat.h>

enum { FILE_MAX = 1 << 20 };

static const char *const severities[] = { "Fatal", "Warning", "Normal" };

/* The first document of <folder>/<name>, or NULL when there is no such file. Ends the program on bad YAML. */
static json_t *load(const char *folder, const char *name)
{
    CLEAN(free) char *path = x_asprintf("%s/%s", folder, name), *text = NULL;
    json_t *docs = NULL, *first;
    struct err e = { 0 };
    size_t n = 0;

    text = file_read(path, FILE_MAX, &n, &e);
    if (!text && e.kind == ERR_NOT_FOUND)
        return NULL;
    if (text)
        docs = jx_yaml_parse(text, n, &e);
    if (!docs) {
        fprintf(stderr, "%s: %s\n", path, e.text);
        exit(2);
    }
    first = json_incref(json_array_get(docs, 0));
    json_decref(docs);
    return first;
}

static void save(const char *folder, const char *name, const json_t *doc)
{
    CLEAN(free) char *path = x_asprintf("%s/%s", folder, name), *text = jx_yaml_dump(doc);
    struct err e = { 0 };

    if (file_write_atomic(path, text, strlen(text), 0644, &e) < 0) {
        fprintf(stderr, "%s: %s\n", path, e.text);
        exit(2);
    }
}

static void share_member(json_t *to, const json_t *from, const char *name)
{
    const json_t *value = json_object_get(from, name);

    if (value)
        jx_share(to, name, value);
}

/* What "keep" stands for, of a whole observed object; wire/ copies the bytes of the same members. New. */
static json_t *kept_form(const json_t *observed)
{
    static const char *const names[] = { "name", "namespace" }, *const parts[] = { "apiVersion", "kind",
                                                                                   "spec" };
    json_t *kept = json_object(), *metadata = jx_make_object(kept, "metadata");

    for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
        share_member(metadata, json_object_get(observed, "metadata"), names[i]);
    for (size_t i = 0; i < ARRAY_LENGTH(parts); i++)
        share_member(kept, observed, parts[i]);
    return kept;
}

/* "desired" with what is kept in full. New. */
static json_t *desired_form(const struct fn_response *r, const json_t *observed)
{
    json_t *all = json_object(), *one;
    const char *name;

    json_object_foreach (r->desired, name, one) {
        json_t *whole = json_copy(one);

        if (json_is_true(json_object_get(one, "keep"))) {
            (void)json_object_del(whole, "keep");
            jx_set(whole, "resource", kept_form(json_object_get(observed, name)));
        }
        jx_set(all, name, whole);
    }
    return all;
}

/* The response in the form expected.yaml has. New. */
static json_t *actual_form(const struct fn_response *r, const json_t *observed)
{
    json_t *doc = jx_pack("{s:[], s:{}, s:O, s:b, s:o}", "results", "conditions", "status", r->status,
                          "ready", r->ready == FN_READY_TRUE, "desired", desired_form(r, observed));
    size_t i;
    json_t *one;

    json_array_foreach (r->results, i, one)
        jx_append(json_object_get(doc, "results"),
                  jx_pack("{s:s, s:O, s:O}", "severity", severities[jx_int(one, "severity", 0)], "reason",
                          json_object_get(one, "reason"), "message", json_object_get(one, "message")));
    json_array_foreach (r->conditions, i, one)
        jx_set(json_object_get(doc, "conditions"), jx_str(one, "type", ""),
               jx_pack("{s:O, s:O, s:O}", "status", json_object_get(one, "status"), "reason",
                       json_object_get(one, "reason"), "message", json_object_get(one, "message")));
    return doc;
}

/* What expected.yaml is to say next time: the actual values of the keys it has. */
static json_t *refresh(const json_t *expected, const json_t *actual)
{
    json_t *out, *v;
    const char *key;

    if (!json_is_object(expected) || !json_is_object(actual))
        return actual ? json_deep_copy(actual) : json_null();
    out = json_object();
    json_object_foreach ((json_t *)(uintptr_t)expected, key, v)
        jx_set(out, key, refresh(v, json_object_get(actual, key)));
    return out;
}

/* Resources are all to be named: one too many or too few is never a detail. */
static int check_names(const char *folder, const json_t *expected, const json_t *actual)
{
    const char *key;
    json_t *v;
    int failed = 0;

    json_object_foreach (json_object_get(actual, "desired"), key, v) {
        if (!json_object_get(expected, "desired") ||
            json_object_get(json_object_get(expected, "desired"), key))
            continue;
        fprintf(stderr, "%s/expected.yaml:\ndesired.%s is not expected\n", folder, key);
        failed = 1;
    }
    return failed;
}

static int check_response(const char *folder, const json_t *actual)
{
    json_auto_t *expected = load(folder, "expected.yaml");
    CLEAN(free) char *differences = NULL;

    if (getenv("RENDER_CASES_UPDATE")) {
        json_auto_t *next = refresh(expected, actual);
        save(folder, "expected.yaml", next);
        return 0;
    }
    if (!expected)
        return 0;
    differences = jx_diff(expected, actual, JX_DIFF_SUBSET);
    if (differences)
        fprintf(stderr, "%s/expected.yaml:\n%s", folder, differences);
    return check_names(folder, expected, actual) | (differences ? 1 : 0);
}

/* ---- jq --------------------------------------------------------------------------------------------- */

/* RFC 7386 into 'into'. */
static void merge(json_t *into, const json_t *patch)
{
    const char *key;
    json_t *v;

    json_object_foreach ((json_t *)(uintptr_t)patch, key, v) {
        if (json_is_null(v)) {
            json_object_del(into, key);
        } else if (json_is_object(v)) {
            json_t *below = jx_make_object(into, key);
            merge(below, v);
        } else {
            jx_share(into, key, v);
        }
    }
}

/* "mappings.1.body": numbers are positions in lists. */
static const json_t *walk(const json_t *doc, const char *path)
{
    while (doc && *path) {
        size_t n = strcspn(path, ".");

        doc = json_is_array(doc) ? json_array_get(doc, strtoul(path, NULL, 10))
                                 : json_object_getn(doc, path, n);
        path += n + (path[n] == '.');
    }
    return doc;
}

/* One program that gives {name: output, ..., change: ...}. */
static char *whole_program(const json_t *fp, const json_t *entry)
{
    struct buf b = buf_max(FILE_MAX);
    const json_t *gives = json_object_get(entry, "gives");
    const char *key;
    json_t *v;
    size_t i;

    (void)buf_adds(&b, "{x: null");
    json_object_foreach ((json_t *)(uintptr_t)gives, key, v) {
        const char *program = json_string_value(walk(fp, key));

        if (!program) {
            fprintf(stderr, "no program at %s\n", key);
            exit(2);
        }
        (void)buf_addf(&b, ",\n\"%s\": (%s)", key, program);
    }
    if (json_object_get(entry, "change")) {
        (void)buf_adds(&b, ",\nchange: ([");
        json_array_foreach (json_object_get(fp, "changes"), i, v)
            (void)buf_addf(
                &b, "%s\n(if (%s) then {name: \"%s\", method: \"%s\", url: (%s), body: (%s)} else empty end)",
                i ? "," : "", jx_str(v, "when", ""), jx_str(v, "name", ""), jx_str(v, "method", ""),
                jx_str(v, "url", ""), jx_str(v, "body", "null"));
        (void)buf_adds(&b, "] | .[0] | if . != null and .body == null then del(.body) else . end)");
    }
    (void)buf_adds(&b, "} | del(.x)");
    return buf_take(&b);
}

/* provider-http's document: the text of an object in payload becomes that object. */
static json_t *document(const char *folder, const json_t *fp, const json_t *entry)
{
    CLEAN(free) char *seen = x_asprintf("../seen/%s.yaml", jx_str(entry, "seen", "?"));
    json_t *doc = json_deep_copy(fp), *body;
    const char *text = jx_str(fp, "payload.body", "{}");

    if (json_object_get(entry, "document")) {
        json_decref(doc);
        return json_deep_copy(json_object_get(entry, "document"));
    }
    jx_set(json_object_get(doc, "payload"), "body", jx_parse(text, strlen(text), NULL));
    body =
        json_object_get(entry, "body") ? json_deep_copy(json_object_get(entry, "body")) : load(folder, seen);
    if (!body) {
        fprintf(stderr, "%s: no such file\n", seen);
        exit(2);
    }
    if (json_object_get(entry, "with"))
        merge(body, json_object_get(entry, "with"));
    jx_set(
        doc, "response",
        jx_pack("{s:I, s:o, s:{}}", "statusCode", jx_int(entry, "statusCode", 200), "body", body, "headers"));
    return doc;
}

/* Runs /usr/bin/jq; NULL when it fails, which it says itself. */
static json_t *run_jq(const char *program, const json_t *doc)
{
    char folder[] = "/tmp/render-jq-XXXXXX", command[128];
    CLEAN(buf_free) struct buf out = buf_max(FILE_MAX);
    CLEAN(free) char *text = jx_dump(doc), *prog = NULL, *json = NULL;
    char chunk[4096];
    size_t n;
    FILE *f;

    assert(mkdtemp(folder));
    prog = x_asprintf("%s/p", folder);
    json = x_asprintf("%s/d", folder);
    assert(file_write_atomic(prog, program, strlen(program), 0600, NULL) == 0);
    assert(file_write_atomic(json, text, strlen(text), 0600, NULL) == 0);
    (void)snprintf(command, sizeof(command), "jq -c -f %s %s", prog, json);
    f = popen(command, "r");
    assert(f);
    while ((n = fread(chunk, 1, sizeof(chunk), f)) > 0)
        (void)buf_add(&out, chunk, n);
    (void)pclose(f);
    (void)unlink(prog);
    (void)unlink(json);
    (void)rmdir(folder);
    return jx_parse(buf_text(&out), out.len, NULL);
}

static int check_entry(const char *folder, const json_t *rendered, const json_t *entry)
{
    const json_t *resource =
        json_object_get(json_object_get(rendered, "desired"), jx_str(entry, "resource", "shoot"));
    const json_t *fp = jx_at(resource, "resource.spec.forProvider");
    json_auto_t *doc = NULL, *actual = NULL, *expected = json_object();
    CLEAN(free) char *program = NULL, *differences = NULL;

    if (!fp) {
        fprintf(stderr, "%s: \"%s\": no such resource\n", folder, jx_str(entry, "what", ""));
        return 1;
    }
    doc = document(folder, fp, entry);
    program = whole_program(fp, entry);
    actual = run_jq(program, doc);
    if (json_object_get(entry, "gives"))
        json_object_update(expected, json_object_get(entry, "gives"));
    if (json_object_get(entry, "change"))
        jx_share(expected, "change", json_object_get(entry, "change"));
    differences = actual ? jx_diff(expected, actual, JX_DIFF_SUBSET) : x_strdup("jq failed\n");
    if (differences)
        fprintf(stderr, "%s/jq.yaml: \"%s\":\n%s", folder, jx_str(entry, "what", ""), differences);
    return differences ? 1 : 0;
}

static int check_programs(const char *folder, const json_t *rendered)
{
    json_auto_t *entries = load(folder, "jq.yaml");
    int failed = 0;
    size_t i;
    json_t *entry;

    json_array_foreach (entries, i, entry)
        failed |= check_entry(folder, rendered, entry);
    return failed;
}

/* ---- once more, from what is read only ------------------------------------------------------------------------------ */

/* The same with every map the other way round: Crossplane sends them in any order. New. */
static json_t *reversed(const json_t *value)
{
    json_t *out, *one;
    size_t n;

    if (json_is_array(value)) {
        out = json_array();
        json_array_foreach (value, n, one)
            jx_append(out, reversed(one));
    } else if (json_is_object(value)) {
        CLEAN(free) const char **keys = jx_keys(value, &n);

        for (out = json_object(); n-- > 0;)
            jx_set(out, keys[n], reversed(json_object_get(value, keys[n])));
    } else {
        out = json_deep_copy(value);
    }
    return out;
}

/* As the decoder of the wire does it. New. */
static json_t *reduced(const json_t *object, const struct fn_fields *only)
{
    json_t *out;

    if (!only || !json_is_object(object))
        return reversed(object);
    if (only->skip) {
        out = reversed(object);
        for (; only->name; only++)
            (void)json_object_del(out, only->name);
        return out;
    }
    out = json_object();
    for (; only->name; only++)
        if (json_object_get(object, only->name))
            jx_set(out, only->name, reduced(json_object_get(object, only->name), only->only));
    return out;
}

static json_t *reduced_observed(const json_t *observed)
{
    json_t *out = json_object(), *one;
    const char *name;

    json_object_foreach ((json_t *)(uintptr_t)observed, name, one)
        if (render_reads.observed(name))
            jx_set(out, name, reduced(one, render_reads.resource));
    return out;
}

/* What comes out of 'request', in expected.yaml's form; kept resources are those of 'observed'. New. */
static json_t *response_to(const struct fn_request *request, const json_t *observed)
{
    CLEAN(fn_response_free) struct fn_response r;
    struct err e = { 0 };

    fn_response_init(&r);
    if (render(request, &r, &e) < 0)
        jx_append(r.results, jx_pack("{s:i, s:s, s:o}", "severity", (int)FN_FATAL, "reason", "NotRendered",
                                     "message", jx_text(e.text)));
    return actual_form(&r, observed);
}

/* A resource whose name is not read would be found new each time. */
static int check_read(const char *folder, const json_t *actual)
{
    const char *name;
    json_t *one;
    int failed = 0;

    json_object_foreach (json_object_get(actual, "desired"), name, one) {
        if (render_reads.observed(name))
            continue;
        fprintf(stderr, "%s: %s is rendered, but render_reads does not read it\n", folder, name);
        failed = 1;
    }
    return failed;
}

static int check_reads(const char *folder, const struct fn_request *request, const json_t *actual)
{
    json_auto_t *composite = reduced(request->composite, render_reads.composite),
                *observed = reduced_observed(request->observed);
    const struct fn_request little = { composite, observed, request->input };
    json_auto_t *again = response_to(&little, request->observed);
    CLEAN(free) char *differences = jx_diff(actual, again, JX_DIFF_ALL);

    if (differences)
        fprintf(stderr, "%s: from what render_reads names comes something else:\n%s", folder, differences);
    return check_read(folder, actual) | (differences ? 1 : 0);
}

static int check_wire(const char *folder, const struct fn_request *request, const json_t *actual)
{
    CLEAN(fn_response_free) struct fn_response r;
    CLEAN(free) char *differences = NULL;
    json_auto_t *again = NULL;

    fn_response_init(&r);
    over_wire(request, &r);
    again = actual_form(&r, request->observed);
    differences = jx_diff(actual, again, JX_DIFF_ALL);
    if (differences)
        fprintf(stderr, "%s: over the wire comes something else:\n%s", folder, differences);
    return differences ? 1 : 0;
}

int main(int argc, char **argv)
{
    json_auto_t *composite = NULL, *observed = NULL, *input = NULL, *actual = NULL;
    struct fn_request request;

    if (argc != 2) {
        fprintf(stderr, "usage: run_cases FOLDER\n");
        return 2;
    }
    composite = load(argv[1], "composite.yaml");
    observed = load(argv[1], "observed.yaml");
    input = load(argv[1], "input.yaml");
    request = (struct fn_request){ composite, observed, input };
    actual = response_to(&request, observed);
    return check_response(argv[1], actual) | check_reads(argv[1], &request, actual) |
           check_wire(argv[1], &request, actual) | check_programs(argv[1], actual);
}
