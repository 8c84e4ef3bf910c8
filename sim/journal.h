/* SPDX-License-Identifier: Apache-2.0 */
/* What was asked of us, without secrets: tests assert wire behaviour from it. */
#pragma once
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* 20000 requests of about 2 KB: a benchmark's worth, 40 MB. */
enum { JOURNAL_MAX = 20000 };

struct journal {
    json_t *entries[JOURNAL_MAX]; /* a ring */
    size_t first, n;
    int64_t seq, dropped;
};

/* Takes 'entry' and numbers it. */
void journal_add(struct journal *j, json_t *entry);
void journal_clear(struct journal *j);
/* {"entries": [...], "dropped": n}; each filter may be NULL; 'since' leaves out lower numbers. */
json_t *journal_json(const struct journal *j, const char *method, const char *path, int64_t since);

/* The value of a header as it may be shown: secrets become "<redacted>" (the token with a short
 * fingerprint). */
json_t *journal_header(const char *name, const char *value);
/* A copy of a body: JSON without the values of secret fields, other bodies only as their size. NULL = no
 * body. */
json_t *journal_body(const char *bytes, size_t n);
