/* SPDX-License-Identifier: Apache-2.0 */
#include "provider/reconcile/notes.h"
#include "lib/clock.h"
#include "lib/jx.h"

static json_t *notes_of(json_t *doc)
{
    return jx_make_object(jx_make_object(doc, "metadata"), "annotations");
}

static void set_time(json_t *notes, const char *note, int64_t when)
{
    char text[CLOCK_TEXT];

    clock_text(when, text);
    jx_set(notes, note, json_string(text));
}

static void drop(json_t *notes, const char *note) { (void)json_object_del(notes, note); }

void notes_hold(json_t *doc)
{
    json_t *list = jx_at(doc, "metadata.finalizers"), *f;
    size_t i;

    if (!json_is_array(list)) {
        list = json_array();
        jx_set(jx_make_object(doc, "metadata"), "finalizers", list);
    }
    json_array_foreach (list, i, f)
        if (json_is_string(f) && !strcmp(json_string_value(f), FINALIZER))
            return;
    jx_append(list, json_string(FINALIZER));
}

void notes_release(json_t *doc)
{
    json_t *kept = json_array(), *f;
    size_t i;

    json_array_foreach (jx_at(doc, "metadata.finalizers"), i, f)
        if (!json_is_string(f) || strcmp(json_string_value(f), FINALIZER) != 0)
            jx_append(kept, json_incref(f));
    jx_set(jx_make_object(doc, "metadata"), "finalizers", kept);
}

void notes_pending(json_t *doc, const struct note *n)
{
    json_t *notes = notes_of(doc);

    set_time(notes, NOTE_PENDING, n->now);
    drop(notes, NOTE_FAILED);
    notes_hold(doc);
}

void notes_refused(json_t *doc, const struct note *n)
{
    json_t *notes = notes_of(doc);

    drop(notes, NOTE_PENDING);
    set_time(notes, NOTE_FAILED, n->now);
}

void notes_succeeded(json_t *doc, const struct note *n)
{
    json_t *notes = notes_of(doc);

    drop(notes, NOTE_PENDING);
    drop(notes, NOTE_FAILED);
    drop(notes, NOTE_IDENTITY);
    drop(notes, NOTE_URL);
    set_time(notes, NOTE_SUCCEEDED, n->now);
    if (n->identity)
        jx_set(notes, NOTE_IDENTITY, jx_text(n->identity));
}

void notes_seen(json_t *doc, const struct note *n)
{
    json_t *notes = notes_of(doc);
    bool pending = json_object_get(notes, NOTE_PENDING) != NULL;

    if (pending) {
        drop(notes, NOTE_PENDING);
        drop(notes, NOTE_FAILED);
        set_time(notes, NOTE_SUCCEEDED, n->now);
    }
    if (n->identity && (pending || !json_object_get(notes, NOTE_IDENTITY)))
        jx_set(notes, NOTE_IDENTITY, jx_text(n->identity));
    if (n->url)
        jx_set(notes, NOTE_URL, jx_text(n->url));
    if (n->hold)
        notes_hold(doc);
}

const char *notes_text(const json_t *doc, const char *note)
{
    return json_string_value(json_object_get(jx_at(doc, "metadata.annotations"), note));
}

int64_t notes_time(const json_t *doc, const char *note)
{
    const char *text = notes_text(doc, note);
    int64_t when;

    return text && clock_parse(text, &when, NULL) == 0 ? when : 0;
}

bool notes_created(const json_t *doc)
{
    return notes_text(doc, NOTE_SUCCEEDED) || notes_text(doc, NOTE_PENDING);
}
