/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/workloads/script.h"
#include "lib/buf.h"

enum { MAX_SCRIPT = 256 << 10 }; /* longer than any container's arguments may be together */

/* ---- what is run ---- */

/* The words of command and args, one after the other. */
static json_t *words_of(const json_t *container)
{
    static const char *const parts[] = { "command", "args" };
    json_t *words = json_array(), *word;
    size_t i;

    for (size_t k = 0; k < ARRAY_LENGTH(parts); k++) {
        json_array_foreach (json_object_get(container, parts[k]), i, word) {
            if (json_is_string(word))
                jx_append(words, json_incref(word));
        }
    }
    return words;
}

/* The text of `sh -c`, or all words as one line. */
static char *text_of(const json_t *words, bool *ret_stops)
{
    struct buf text = buf_max(MAX_SCRIPT);
    const json_t *one;
    size_t i;

    json_array_foreach (words, i, one) {
        const char *word = json_string_value(one);

        if (word[0] == '-' && word[1] != '-' && strchr(word, 'c') && i + 1 < json_array_size(words) &&
            i > 0) {
            *ret_stops = strchr(word, 'e') != NULL;
            buf_reset(&text);
            (void)buf_adds(&text, json_string_value(json_array_get(words, i + 1)));
            return buf_take(&text);
        }
        (void)buf_addf(&text, "%s%s", i ? " " : "", word);
    }
    return buf_take(&text);
}

/* ---- reading it ---- */

struct reader {
    json_t *commands, *words, *target; /* target: the word after '>' comes into this command */
    struct buf word;
    bool any; /* the word has begun; it may be empty, as '' is */
};

static void end_word(struct reader *r)
{
    if (!r->any)
        return;
    if (r->target)
        jx_set(r->target, "to", jx_text(buf_text(&r->word)));
    else
        jx_append(r->words, jx_text(buf_text(&r->word)));
    r->target = NULL;
    r->any = false;
    buf_reset(&r->word);
}

static void end_command(struct reader *r, const char *to)
{
    json_t *last;

    end_word(r);
    if (json_array_size(r->words)) {
        jx_append(r->commands, last = jx_pack("{s:o}", "words", r->words));
        if (to)
            jx_set(last, "to", json_string(to));
        r->words = json_array();
    }
}

/* What follows '>' belongs to the command before it, which is ended here. */
static void redirect(struct reader *r)
{
    end_command(r, NULL);
    r->target = json_array_get(r->commands, json_array_size(r->commands) - 1);
}

static const char *quoted(struct reader *r, const char *at)
{
    const char *end = strchr(at + 1, *at);

    end = end ? end : at + strlen(at);
    (void)buf_add(&r->word, at + 1, (size_t)(end - at - 1));
    r->any = true;
    return *end ? end + 1 : end;
}

static const char *next(struct reader *r, const char *at)
{
    if (*at == '\'' || *at == '"')
        return quoted(r, at);
    if (*at == '\\' && at[1] == '\n')
        return at + 2;
    if (*at == '#' && !r->any)
        return strchrnul(at, '\n');
    if (*at == '\n' || *at == ';' || *at == '&')
        end_command(r, NULL);
    else if (*at == '|')
        end_command(r, "-");
    else if (*at == '>')
        redirect(r);
    else if (*at == ' ' || *at == '\t' || *at == '\r')
        end_word(r);
    else {
        (void)buf_add(&r->word, at, 1);
        r->any = true;
    }
    return at + 1;
}

json_t *script_of(const json_t *container, bool *ret_stops)
{
    json_auto_t *words = words_of(container);
    struct reader r = { .commands = json_array(), .words = json_array(), .word = buf_max(MAX_SCRIPT) };
    CLEAN(free) char *text = NULL;

    *ret_stops = false;
    text = text_of(words, ret_stops);
    for (const char *at = text; *at;)
        at = next(&r, at);
    end_command(&r, NULL);
    json_decref(r.words);
    buf_free(&r.word);
    return r.commands;
}

/* ---- options ---- */

static const char *word_at(const json_t *command, size_t i)
{
    const char *word = json_string_value(json_array_get(json_object_get(command, "words"), i));

    return word ? word : "";
}

static size_t count(const json_t *command) { return json_array_size(json_object_get(command, "words")); }

const char *script_option(const json_t *command, const char *name, const char *otherwise)
{
    size_t n = strlen(name);

    for (size_t i = 0; i < count(command); i++) {
        const char *word = word_at(command, i);

        if (!strncmp(word, name, n) && word[n] == '=')
            return word + n + 1;
        if (!strcmp(word, name))
            return word_at(command, i + 1);
    }
    return otherwise;
}

bool script_flag(const json_t *command, const char *name)
{
    for (size_t i = 0; i < count(command); i++) {
        const char *word = word_at(command, i);

        if (!strcmp(word, name))
            return true;
        if (!strncmp(word, name, strlen(name)) && word[strlen(name)] == '=')
            return strcmp(word + strlen(name) + 1, "false") != 0;
    }
    return false;
}

const char *script_set(const json_t *command, const char *path, const char *otherwise)
{
    size_t n = strlen(path);

    for (size_t i = 0; i + 1 < count(command); i++) {
        const char *value = word_at(command, i + 1);

        if (!strncmp(word_at(command, i), "--set", 5) && !strncmp(value, path, n) && value[n] == '=')
            otherwise = value + n + 1; /* the last one wins */
    }
    return otherwise;
}

json_t *script_set_below(const json_t *command, const char *path)
{
    json_t *all = json_object();
    size_t n = strlen(path);

    for (size_t i = 0; i + 1 < count(command); i++) {
        const char *value = word_at(command, i + 1), *equals = strchr(value, '=');
        struct buf key = buf_max(MAX_SCRIPT);

        if (strncmp(word_at(command, i), "--set", 5) != 0 || strncmp(value, path, n) != 0 ||
            value[n] != '.' || !equals)
            continue;
        for (const char *at = value + n + 1; at < equals; at++)
            if (*at != '\\')
                (void)buf_add(&key, at, 1);
        jx_set(all, buf_text(&key), jx_text(equals + 1));
        buf_free(&key);
    }
    return all;
}

/* Options of kubectl and helm whose value is the next word. */
static bool takes_value(const char *word)
{
    static const char *const names[] = {
        "-n",         "-f",    "-l",    "-o",       "--namespace", "--version",    "--timeout",
        "--selector", "--for", "--set", "--values", "--filename",  "--set-string", "--field-manager"
    };

    for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
        if (!strcmp(word, names[i]))
            return true;
    return false;
}

const char *script_word(const json_t *command, size_t n)
{
    for (size_t i = 0; i < count(command); i++) {
        const char *word = word_at(command, i);

        if (*word == '-') {
            i += takes_value(word);
            continue;
        }
        if (n-- == 0)
            return word;
    }
    return "";
}
