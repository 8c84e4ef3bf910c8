/* SPDX-License-Identifier: Apache-2.0 */
/* A ring of finished entries; redaction happens before an entry is made. */
#include "sim/journal.h"
#include "lib/crypto.h"
#include "lib/jx.h"
#include <fnmatch.h>
#include <strings.h>

void journal_add(struct journal *j, json_t *entry)
{
    size_t at = (j->first + j->n) % JOURNAL_MAX;

    if (j->n == JOURNAL_MAX) {
        json_decref(j->entries[at]);
        j->first = (j->first + 1) % JOURNAL_MAX;
        j->dropped++;
    } else {
        j->n++;
    }
    jx_set(entry, "seq", json_integer(++j->seq));
    j->entries[at] = entry;
}

void journal_clear(struct journal *j)
{
    for (size_t i = 0; i < j->n; i++)
        json_decref(j->entries[(j->first + i) % JOURNAL_MAX]);
    j->first = j->n = 0;
    j->dropped = 0;
}

json_t *journal_json(const struct journal *j, const char *method, const char *path, int64_t since)
{
    json_t *all = json_array();

    for (size_t i = 0; i < j->n; i++) {
        const json_t *entry = j->entries[(j->first + i) % JOURNAL_MAX];
        const char *at = jx_str(entry, "path", "");

        if (jx_int(entry, "seq", 0) < since ||
            (method && strcasecmp(method, jx_str(entry, "method", "")) != 0))
            continue;
        if (path && strncmp(at, path, strlen(path)) != 0 && fnmatch(path, at, 0) != 0)
            continue;
        jx_append(all, json_deep_copy(entry));
    }
    return jx_pack("{s:o, s:I}", "entries", all, "dropped", (json_int_t)j->dropped);
}

static bool one_of(const char *name, const char *const *names)
{
    for (; *names; names++)
        if (!strcasecmp(*names, name))
            return true;
    return false;
}

json_t *journal_header(const char *name, const char *value)
{
    static const char *const secret[] = { "X-AUTH-TOKEN", "Authorization", "Proxy-Authorization", "Cookie",
                                          NULL };
    char digest[9], text[32];

    if (!one_of(name, secret))
        return jx_text(value);
    crypto_sha256_hex(value, strlen(value), digest, sizeof(digest) - 1);
    (void)snprintf(text, sizeof(text), "<redacted %s>", digest);
    return jx_text(text);
}

static json_t *redacted(json_t *value)
{
    static const char *const secret[] = { "password", "code", "token", "hash", "verification", NULL };
    const char *key;
    json_t *member, *copy;
    size_t i;

    if (json_is_array(value)) {
        copy = json_array();
        json_array_foreach (value, i, member)
            jx_append(copy, redacted(member));
        return copy;
    }
    if (!json_is_object(value))
        return json_deep_copy(value);
    copy = json_object();
    json_object_foreach (value, key, member)
        jx_set(copy, key, one_of(key, secret) ? json_string("<redacted>") : redacted(member));
    return copy;
}

json_t *journal_body(const char *bytes, size_t n)
{
    json_auto_t *doc = n ? jx_parse(bytes, n, NULL) : NULL;

    if (n == 0)
        return json_null();
    return doc ? redacted(doc) : jx_pack("{s:I}", "bytes", (json_int_t)n);
}
