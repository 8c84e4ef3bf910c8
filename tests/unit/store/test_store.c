/* SPDX-License-Identifier: Apache-2.0 */
/* The promises of store.h, for every back end. */
#undef NDEBUG
#include "lib/jx.h"
#include "provider/store/store.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define API "cleura.m.crossplane.io/v1alpha2"

static const char path[] = "test_store.db";

static int64_t fixed_now(void) { return INT64_C(1700000000000); }

static int new_memory(void **state)
{
    *state = store_memory(fixed_now);
    return 0;
}

static int new_sqlite(void **state)
{
    struct err e = { 0 };

    (void)unlink(path);
    (void)unlink("test_store.db-wal");
    (void)unlink("test_store.db-shm");
    *state = store_sqlite(path, fixed_now, &e);
    return *state ? 0 : -1;
}

static int drop(void **state)
{
    store_free(*state);
    return 0;
}

static json_t *request(const char *name)
{
    return jx_pack("{s:s, s:s, s:{s:s, s:s}, s:{s:i}}", "apiVersion", API, "kind", "Request", "metadata",
                   "namespace", "team", "name", name, "spec", "n", 1);
}

static json_t *put(struct store *s, const json_t *doc)
{
    struct err e = { 0 };
    json_t *stored = NULL;

    if (s->ops->put(s, doc, &stored, &e) < 0)
        fail_msg("put: %s", e.text);
    return stored;
}

static const struct store_ref one = { .api_version = API, .kind = "Request", .ns = "team", .name = "a" };

static void creation_assigns_metadata(void **state)
{
    struct store *s = *state;
    json_auto_t *doc = request("a"), *stored = NULL;

    jx_set(doc, "status", jx_pack("{s:s}", "made", "up"));
    stored = put(s, doc);
    assert_int_equal(36, strlen(jx_str(stored, "metadata.uid", "")));
    assert_string_equal("2023-11-14T22:13:20Z", jx_str(stored, "metadata.creationTimestamp", ""));
    assert_int_equal(1, jx_int(stored, "metadata.generation", 0));
    assert_null(jx_at(stored, "status"));
}

static void creating_twice_is_a_conflict(void **state)
{
    struct store *s = *state;
    json_auto_t *doc = request("a"), *stored = put(s, doc);
    struct err e = { 0 };

    assert_int_equal(-1, s->ops->put(s, doc, NULL, &e));
    assert_int_equal(ERR_CONFLICT, e.kind);
    assert_non_null(stored);
}

static void the_same_again_writes_nothing(void **state)
{
    struct store *s = *state;
    json_auto_t *doc = request("a"), *first = put(s, doc), *second = put(s, first);

    assert_string_equal(jx_str(first, "metadata.resourceVersion", ""),
                        jx_str(second, "metadata.resourceVersion", ""));
}

static void a_changed_spec_raises_the_generation_a_label_does_not(void **state)
{
    struct store *s = *state;
    json_auto_t *doc = request("a"), *first = put(s, doc), *second = NULL, *third = NULL;

    jx_set(json_object_get(first, "metadata"), "labels", jx_pack("{s:s}", "a", "b"));
    second = put(s, first);
    assert_int_equal(1, jx_int(second, "metadata.generation", 0));
    jx_set(json_object_get(second, "spec"), "n", json_integer(2));
    third = put(s, second);
    assert_int_equal(2, jx_int(third, "metadata.generation", 0));
}

static void an_old_version_is_refused(void **state)
{
    struct store *s = *state;
    json_auto_t *doc = request("a"), *first = put(s, doc), *changed = json_deep_copy(first), *second = NULL;
    struct err e = { 0 };

    jx_set(json_object_get(changed, "spec"), "n", json_integer(2));
    second = put(s, changed);
    jx_set(json_object_get(first, "spec"), "n", json_integer(3));
    assert_int_equal(-1, s->ops->put(s, first, NULL, &e));
    assert_int_equal(ERR_CONFLICT, e.kind);
    assert_int_equal(-1, s->ops->put_status(s, first, NULL, &e));
    assert_int_equal(ERR_CONFLICT, e.kind);
}

static void put_leaves_status_and_put_status_leaves_spec(void **state)
{
    struct store *s = *state;
    json_auto_t *doc = request("a"), *first = put(s, doc), *second = NULL, *third = NULL;
    struct err e = { 0 };

    jx_set(first, "status", jx_pack("{s:s}", "seen", "yes"));
    jx_set(json_object_get(first, "spec"), "n", json_integer(9));
    assert_int_equal(0, s->ops->put_status(s, first, &second, &e));
    assert_int_equal(1, jx_int(second, "spec.n", 0));
    assert_string_equal("yes", jx_str(second, "status.seen", ""));
    (void)json_object_del(second, "status");
    jx_set(json_object_get(second, "spec"), "n", json_integer(5));
    third = put(s, second);
    assert_int_equal(5, jx_int(third, "spec.n", 0));
    assert_string_equal("yes", jx_str(third, "status.seen", ""));
}

static void removal_waits_for_finalizers(void **state)
{
    struct store *s = *state;
    json_auto_t *doc = request("a"), *stored = NULL, *marked = NULL;
    struct err e = { 0 };

    jx_set(json_object_get(doc, "metadata"), "finalizers", jx_pack("[s]", "f"));
    stored = put(s, doc);
    assert_int_equal(0, s->ops->remove(s, &one, &e));
    assert_int_equal(0, s->ops->get(s, &one, &marked, &e));
    assert_string_equal("2023-11-14T22:13:20Z", jx_str(marked, "metadata.deletionTimestamp", ""));
    assert_int_equal(0, s->ops->remove(s, &one, &e));
    jx_set(json_object_get(marked, "metadata"), "finalizers", json_array());
    json_decref(put(s, marked));
    json_decref(TAKE(marked));
    assert_int_equal(-1, s->ops->get(s, &one, &marked, &e));
    assert_int_equal(ERR_NOT_FOUND, e.kind);
    assert_int_equal(-1, s->ops->remove(s, &one, &e));
    assert_int_equal(ERR_NOT_FOUND, e.kind);
}

static void a_secret_goes_with_its_only_owner(void **state)
{
    struct store *s = *state;
    const struct store_ref secrets = { .api_version = "v1", .kind = "Secret" };
    json_auto_t *doc = request("a"), *owner = put(s, doc), *left = NULL;
    json_auto_t *secret = jx_pack("{s:s, s:s, s:{s:s, s:s, s:[{s:s}]}}", "apiVersion", "v1", "kind", "Secret",
                                  "metadata", "namespace", "team", "name", "k", "ownerReferences", "uid",
                                  jx_str(owner, "metadata.uid", ""));
    struct err e = { 0 };

    json_decref(put(s, secret));
    assert_int_equal(0, s->ops->list(s, &secrets, &left, &e));
    assert_int_equal(1, json_array_size(left));
    json_decref(TAKE(left));
    assert_int_equal(0, s->ops->remove(s, &one, &e));
    assert_int_equal(0, s->ops->list(s, &secrets, &left, &e));
    assert_int_equal(0, json_array_size(left));
}

static void lists_are_sorted_and_kept_apart_by_namespace(void **state)
{
    struct store *s = *state;
    const struct store_ref team = { .api_version = API, .kind = "Request", .ns = "team" };
    json_auto_t *b = request("b"), *a = request("a"), *elsewhere = request("c"), *items = NULL;
    struct err e = { 0 };

    jx_set(json_object_get(elsewhere, "metadata"), "namespace", json_string("other"));
    json_decref(put(s, b));
    json_decref(put(s, a));
    json_decref(put(s, elsewhere));
    assert_int_equal(0, s->ops->list(s, &team, &items, &e));
    assert_int_equal(2, json_array_size(items));
    assert_string_equal("a", jx_str(json_array_get(items, 0), "metadata.name", ""));
}

static json_t *watch(struct store *s, char **cursor)
{
    const struct store_ref all = { .api_version = API, .kind = "Request" };
    json_t *events = NULL;
    struct err e = { 0 };

    if (s->ops->watch(s, &all, cursor, 0, &events, &e) < 0)
        fail_msg("watch: %s", e.text);
    return events;
}

static void a_watch_tells_every_change_once(void **state)
{
    struct store *s = *state;
    CLEAN(free) char *cursor = x_strdup("");
    json_auto_t *doc = request("a"), *first = put(s, doc), *events = NULL;
    struct err e = { 0 };

    events = watch(s, &cursor);
    assert_int_equal(1, json_array_size(events));
    json_decref(TAKE(events));
    events = watch(s, &cursor);
    assert_int_equal(0, json_array_size(events));
    json_decref(TAKE(events));
    assert_int_equal(0, s->ops->remove(s, &one, &e));
    events = watch(s, &cursor);
    assert_int_equal(1, json_array_size(events));
    assert_string_equal("REMOVED", jx_str(json_array_get(events, 0), "type", ""));
    assert_non_null(first);
}

static void what_was_removed_leaves_no_data_behind(void **state)
{
    struct store *s = *state;
    CLEAN(free) char *cursor = x_strdup("0");
    json_auto_t *doc = request("a"), *stored = put(s, doc), *events = NULL;
    struct err e = { 0 };

    (void)stored;
    assert_int_equal(0, s->ops->remove(s, &one, &e));
    free(TAKE(cursor));
    cursor = x_strdup("1");
    events = watch(s, &cursor);
    assert_null(jx_at(json_array_get(events, 0), "object.spec"));
}

static void an_object_without_a_name_is_refused(void **state)
{
    struct store *s = *state;
    json_auto_t *doc = jx_pack("{s:s, s:s}", "apiVersion", API, "kind", "Request");
    struct err e = { 0 };

    assert_int_equal(-1, s->ops->put(s, doc, NULL, &e));
    assert_int_equal(ERR_INVALID, e.kind);
}

static void versions_of_a_group_are_one_object(void **state)
{
    struct store *s = *state;
    json_auto_t *doc = request("a"), *stored = put(s, doc), *found = NULL;
    const struct store_ref newer = {
        .api_version = "cleura.m.crossplane.io/v2", .kind = "Request", .ns = "team", .name = "a"
    };
    struct err e = { 0 };

    assert_int_equal(0, s->ops->get(s, &newer, &found, &e));
    assert_string_equal(jx_str(stored, "metadata.uid", ""), jx_str(found, "metadata.uid", "-"));
}

/* SQLite only */

static void the_file_is_private(void **state)
{
    struct stat st;

    (void)state;
    assert_int_equal(0, stat(path, &st));
    assert_int_equal(0600, st.st_mode & 0777);
}

static void a_second_process_sees_the_changes(void **state)
{
    struct store *s = *state;
    struct err e = { 0 };
    CLEAN(store_free) struct store *other = store_sqlite(path, fixed_now, &e);
    CLEAN(free) char *cursor = x_strdup("");
    json_auto_t *doc = request("a"), *nothing = watch(other, &cursor), *stored = put(s, doc),
                *events = watch(other, &cursor);

    assert_int_equal(0, json_array_size(nothing));
    assert_int_equal(1, json_array_size(events));
    assert_non_null(stored);
}

static void what_was_written_is_there_after_opening_again(void **state)
{
    struct err e = { 0 };
    json_auto_t *doc = request("a"), *stored = put(*state, doc), *found = NULL;

    store_free(*state);
    *state = store_sqlite(path, fixed_now, &e);
    assert_non_null(*state);
    assert_int_equal(0, ((struct store *)*state)->ops->get(*state, &one, &found, &e));
    assert_true(json_equal(stored, found));
}

static void a_file_that_is_no_store_is_refused(void **state)
{
    struct err e = { 0 };
    FILE *f = fopen("not_a_store.db", "w");

    (void)state;
    assert_non_null(f);
    (void)fputs("this is not a database, whatever its name says", f);
    (void)fclose(f);
    assert_null(store_sqlite("not_a_store.db", fixed_now, &e));
    assert_int_equal(ERR_INVALID, e.kind);
    (void)unlink("not_a_store.db");
}

/* The command line and the provider, both started for the first time. */
static void several_may_make_it_at_once(void **state)
{
    (void)state;
    for (int round = 0; round < 40; round++) {
        pid_t children[4];
        int status;

        (void)unlink(path);
        (void)unlink("test_store.db-wal");
        (void)unlink("test_store.db-shm");
        for (size_t i = 0; i < ARRAY_LENGTH(children); i++) {
            struct err e = { 0 };

            children[i] = fork();
            assert_int_not_equal(-1, children[i]);
            if (children[i] == 0)
                _exit(store_sqlite(path, fixed_now, &e) ? 0 : 1);
        }
        for (size_t i = 0; i < ARRAY_LENGTH(children); i++) {
            assert_int_equal(children[i], waitpid(children[i], &status, 0));
            if (status != 0)
                fail_msg("round %d: one of those who opened it could not", round);
        }
    }
}

#define BOTH(test)                                                                                           \
    cmocka_unit_test_setup_teardown(test, new_memory, drop),                                                 \
        cmocka_unit_test_setup_teardown(test, new_sqlite, drop)
#define SQLITE(test) cmocka_unit_test_setup_teardown(test, new_sqlite, drop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(creation_assigns_metadata),
        BOTH(creating_twice_is_a_conflict),
        BOTH(the_same_again_writes_nothing),
        BOTH(a_changed_spec_raises_the_generation_a_label_does_not),
        BOTH(an_old_version_is_refused),
        BOTH(put_leaves_status_and_put_status_leaves_spec),
        BOTH(removal_waits_for_finalizers),
        BOTH(a_secret_goes_with_its_only_owner),
        BOTH(lists_are_sorted_and_kept_apart_by_namespace),
        BOTH(a_watch_tells_every_change_once),
        BOTH(what_was_removed_leaves_no_data_behind),
        BOTH(an_object_without_a_name_is_refused),
        BOTH(versions_of_a_group_are_one_object),
        SQLITE(the_file_is_private),
        SQLITE(a_second_process_sees_the_changes),
        SQLITE(what_was_written_is_there_after_opening_again),
        SQLITE(a_file_that_is_no_store_is_refused),
        cmocka_unit_test(several_may_make_it_at_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
