/* SPDX-License-Identifier: Apache-2.0 */
/* What an object's annotations say of the outside object: whether a creation is in flight, that one succeeded, what the outside
 * object calls itself and where it is.  Pure edits of the document; object_note() stores them.
 *
 * A creation is noted as pending before it goes out. What was known before (succeeded, identity, URL) stays until the
 * outcome is known: a creation that is refused changes nothing about what we made earlier. */
#pragma once
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#define NOTE_PENDING   "crossplane.io/external-create-pending"
#define NOTE_SUCCEEDED "crossplane.io/external-create-succeeded"
#define NOTE_FAILED    "crossplane.io/external-create-failed"
#define NOTE_IDENTITY  "cleura.crossplane.io/identity"
#define NOTE_URL       "cleura.crossplane.io/url"
#define FINALIZER      "finalizer.managedresource.crossplane.io"

struct note {
    void (*write)(json_t *doc, const struct note *n); /* one of notes_* below */
    int64_t now;
    const char *identity; /* NULL = not known */
    const char *url;      /* where it was seen; NULL = not seen */
    bool hold;            /* seen: ours to remove, so the document must not go first */
};

void notes_pending(json_t *doc, const struct note *n);
/* Refused for certain. */
void notes_refused(json_t *doc, const struct note *n);
void notes_succeeded(json_t *doc, const struct note *n);
/* It was seen, and is ours: a pending creation has succeeded then. */
void notes_seen(json_t *doc, const struct note *n);

/* The document may not go while something of ours is outside. */
void notes_hold(json_t *doc);
void notes_release(json_t *doc);

const char *notes_text(const json_t *doc, const char *note);
/* 0 when there is no such note. */
int64_t notes_time(const json_t *doc, const char *note);
/* Did we make the outside object, as far as we know? */
bool notes_created(const json_t *doc);
