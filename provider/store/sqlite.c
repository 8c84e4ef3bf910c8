/* SPDX-License-Identifier: Apache-2.0 */
/* Rows in one SQLite file.  WAL with synchronous=FULL: what was written before a call goes out is there after a crash of the
 * machine too, which the "create pending" mark depends on.  The only user of sqlite3.h. */
#include "lib/jx.h"
#include "provider/store/rows.h"
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>

static const char schema[] =
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;"
    "CREATE TABLE IF NOT EXISTS objects (grp TEXT NOT NULL, kind TEXT NOT NULL, ns TEXT NOT NULL, name TEXT "
    "NOT NULL,"
    "  version INTEGER NOT NULL, removed INTEGER NOT NULL, doc TEXT NOT NULL, PRIMARY KEY (grp, kind, ns, "
    "name))"
    "  WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS by_version ON objects (grp, kind, version);"
    "CREATE TABLE IF NOT EXISTS counter (id INTEGER PRIMARY KEY CHECK (id = 0), version INTEGER NOT NULL);"
    "INSERT OR IGNORE INTO counter VALUES (0, 0);";

enum statement {
    BEGIN_READ,
    BEGIN_WRITE,
    COMMIT,
    ROLLBACK,
    NEXT,
    NEWEST,
    FETCH,
    FETCH_NS,
    FETCH_ALL,
    CHANGES,
    FIRST,
    WRITE,
    FORGET,
    N_STATEMENTS
};

#define OBJECTS_OF_KIND "FROM objects WHERE grp=?1 AND kind=?2"

static const char *const sql[N_STATEMENTS] = {
    [BEGIN_READ] = "BEGIN DEFERRED",
    [BEGIN_WRITE] = "BEGIN IMMEDIATE",
    [COMMIT] = "COMMIT",
    [ROLLBACK] = "ROLLBACK",
    [NEXT] = "UPDATE counter SET version = version + 1 RETURNING version",
    [NEWEST] = "SELECT version FROM counter",
    [FETCH] = "SELECT doc " OBJECTS_OF_KIND " AND ns=?3 AND name=?4 AND removed=0",
    [FETCH_NS] = "SELECT doc " OBJECTS_OF_KIND " AND ns=?3 AND removed=0 ORDER BY ns, name",
    [FETCH_ALL] = "SELECT doc " OBJECTS_OF_KIND " AND removed=0 ORDER BY ns, name",
    [CHANGES] = "SELECT doc, removed " OBJECTS_OF_KIND " AND version>?3 ORDER BY version",
    [FIRST] = "SELECT doc, removed " OBJECTS_OF_KIND " AND version>?3 AND removed=0 ORDER BY version",
    [WRITE] = "INSERT OR REPLACE INTO objects VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    [FORGET] = "DELETE FROM objects WHERE removed=1 AND version < ?1",
};

enum {
    BUSY_MS = 5000, /* writers hold the file for milliseconds */
    RETRY_MS = 10,
    KEEP_REMOVED = 10000, /* versions a watcher may lag behind before it misses a removal */
};

struct sqlite {
    struct rows base;
    sqlite3 *db;
    sqlite3_stmt *statements[N_STATEMENTS];
};

static struct sqlite *sqlite_of(struct rows *r) { return (struct sqlite *)(void *)r; }

static int failed(struct sqlite *q, struct err *e)
{
    int code = sqlite3_errcode(q->db);

    return err_set(e, code == SQLITE_BUSY ? ERR_TRANSIENT : ERR_INTERNAL, "store: %s", sqlite3_errmsg(q->db));
}

/* A reset statement, prepared at its first use. */
static sqlite3_stmt *statement(struct sqlite *q, enum statement which)
{
    sqlite3_stmt **s = &q->statements[which];

    if (!*s && sqlite3_prepare_v3(q->db, sql[which], -1, SQLITE_PREPARE_PERSISTENT, s, NULL) != SQLITE_OK)
        return NULL;
    (void)sqlite3_reset(*s);
    (void)sqlite3_clear_bindings(*s);
    return *s;
}

static int run(struct sqlite *q, enum statement which, struct err *e)
{
    sqlite3_stmt *s = statement(q, which);
    int code = s ? sqlite3_step(s) : SQLITE_ERROR;

    if (s)
        (void)sqlite3_reset(s);
    return code == SQLITE_DONE || code == SQLITE_ROW ? 0 : failed(q, e);
}

static int run_number(struct sqlite *q, enum statement which, int64_t *ret, struct err *e)
{
    sqlite3_stmt *s = statement(q, which);

    if (!s || sqlite3_step(s) != SQLITE_ROW)
        return failed(q, e);
    *ret = sqlite3_column_int64(s, 0);
    (void)sqlite3_reset(s);
    return 0;
}

static void bind(sqlite3_stmt *s, int at, const char *text)
{
    (void)sqlite3_bind_text(s, at, text, -1, SQLITE_STATIC);
}

static void bind_kind(sqlite3_stmt *s, const struct store_ref *ref)
{
    (void)sqlite3_bind_text(s, 1, ref->api_version, (int)store_group_length(ref->api_version), SQLITE_STATIC);
    bind(s, 2, ref->kind);
}

static int sqlite_begin(struct rows *r, bool write, struct err *e)
{
    return run(sqlite_of(r), write ? BEGIN_WRITE : BEGIN_READ, e);
}

static int sqlite_end(struct rows *r, bool keep_it, struct err *e)
{
    if (keep_it && run(sqlite_of(r), COMMIT, e) == 0)
        return 0;
    (void)run(sqlite_of(r), ROLLBACK, NULL);
    return keep_it ? -1 : 0;
}

static int sqlite_next_version(struct rows *r, int64_t *ret, struct err *e)
{
    return run_number(sqlite_of(r), NEXT, ret, e);
}

static json_t *column_tree(sqlite3_stmt *s, struct err *e)
{
    return jx_parse((const char *)sqlite3_column_text(s, 0), (size_t)sqlite3_column_bytes(s, 0), e);
}

static int sqlite_fetch(struct rows *r, const struct store_ref *ref, json_t **ret, struct err *e)
{
    struct sqlite *q = sqlite_of(r);
    sqlite3_stmt *s = statement(q, FETCH);
    int code;

    if (!s)
        return failed(q, e);
    bind_kind(s, ref);
    bind(s, 3, ref->ns);
    bind(s, 4, ref->name);
    code = sqlite3_step(s);
    *ret = code == SQLITE_ROW ? column_tree(s, e) : NULL;
    (void)sqlite3_reset(s);
    if (code != SQLITE_ROW)
        return code == SQLITE_DONE ? 0 : failed(q, e);
    return *ret ? 0 : err_wrap(e, "store: %s %s", ref->kind, ref->name);
}

static int sqlite_fetch_all(struct rows *r, const struct store_ref *ref, json_t *into, struct err *e)
{
    struct sqlite *q = sqlite_of(r);
    sqlite3_stmt *s = statement(q, ref->ns ? FETCH_NS : FETCH_ALL);
    int code;

    if (!s)
        return failed(q, e);
    bind_kind(s, ref);
    if (ref->ns)
        bind(s, 3, ref->ns);
    while ((code = sqlite3_step(s)) == SQLITE_ROW) {
        json_t *object = column_tree(s, e);

        if (!object)
            return err_wrap(e, "store: %s", ref->kind);
        jx_append(into, object);
    }
    return code == SQLITE_DONE ? 0 : failed(q, e);
}

static int sqlite_changes(struct rows *r, const struct store_ref *ref, int64_t since, json_t *into,
                          int64_t *ret_version, struct err *e)
{
    struct sqlite *q = sqlite_of(r);
    sqlite3_stmt *s;
    int code;

    if (run_number(q, NEWEST, ret_version, e) < 0)
        return -1;
    if (*ret_version == since)
        return 0;
    s = statement(q, since ? CHANGES : FIRST);
    if (!s)
        return failed(q, e);
    bind_kind(s, ref);
    (void)sqlite3_bind_int64(s, 3, since);
    while ((code = sqlite3_step(s)) == SQLITE_ROW) {
        json_t *object = column_tree(s, e);

        if (!object)
            return err_wrap(e, "store: %s", ref->kind);
        jx_append(into, jx_pack("{s:s, s:o}", "type", sqlite3_column_int(s, 1) ? "REMOVED" : "PUT", "object",
                                object));
    }
    return code == SQLITE_DONE ? 0 : failed(q, e);
}

static int set_row(struct sqlite *q, const struct store_ref *ref, int64_t version, const json_t *object,
                   bool removed)
{
    CLEAN(free) char *doc = jx_dump(object);
    sqlite3_stmt *s = statement(q, WRITE);
    int code;

    if (!s)
        return -1;
    bind_kind(s, ref);
    bind(s, 3, ref->ns);
    bind(s, 4, ref->name);
    (void)sqlite3_bind_int64(s, 5, version);
    (void)sqlite3_bind_int(s, 6, removed);
    bind(s, 7, doc);
    code = sqlite3_step(s);
    (void)sqlite3_reset(s);
    (void)sqlite3_clear_bindings(s);
    return code == SQLITE_DONE ? 0 : -1;
}

static int sqlite_write(struct rows *r, const struct store_ref *ref, int64_t version, const json_t *object,
                        struct err *e)
{
    struct sqlite *q = sqlite_of(r);

    return set_row(q, ref, version, object, false) < 0 ? failed(q, e) : 0;
}

static int sqlite_erase(struct rows *r, const struct store_ref *ref, int64_t version, const json_t *last,
                        struct err *e)
{
    struct sqlite *q = sqlite_of(r);
    sqlite3_stmt *s;

    if (set_row(q, ref, version, last, true) < 0 || !(s = statement(q, FORGET)))
        return failed(q, e);
    (void)sqlite3_bind_int64(s, 1, version - KEEP_REMOVED);
    return sqlite3_step(s) == SQLITE_DONE ? 0 : failed(q, e);
}

static void sqlite_free(struct rows *r)
{
    struct sqlite *q = sqlite_of(r);

    for (size_t i = 0; i < N_STATEMENTS; i++)
        (void)sqlite3_finalize(q->statements[i]);
    (void)sqlite3_close(q->db);
    free(q);
}

static const struct rows_ops sqlite_ops = { .begin = sqlite_begin,
                                            .end = sqlite_end,
                                            .next_version = sqlite_next_version,
                                            .fetch = sqlite_fetch,
                                            .fetch_all = sqlite_fetch_all,
                                            .changes = sqlite_changes,
                                            .write = sqlite_write,
                                            .erase = sqlite_erase,
                                            .free = sqlite_free };

/* SQLite would make the file readable for all; it holds Secrets. Its -wal and -shm files inherit the mode. */
static int make_private(const char *path, struct err *e)
{
    CLEAN(fd) int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

    return fd < 0 ? err_set(e, ERR_INVALID, "cannot open the store %s: %s", path, strerror(errno)) : 0;
}

/* SQLite does not wait its busy timeout while two make one file a WAL: it says BUSY at once. */
static int make_tables(struct sqlite *q)
{
    int waited = 0, rc;

    while ((rc = sqlite3_exec(q->db, schema, NULL, NULL, NULL)) == SQLITE_BUSY && waited < BUSY_MS)
        waited += sqlite3_sleep(RETRY_MS);
    return rc;
}

struct store *store_sqlite(const char *path, int64_t (*now)(void), struct err *e)
{
    struct sqlite *q;

    if (make_private(path, e) < 0)
        return NULL;
    q = x_alloc(sizeof(*q));
    q->base.ops = &sqlite_ops;
    if (sqlite3_open_v2(path, &q->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK ||
        sqlite3_busy_timeout(q->db, BUSY_MS) != SQLITE_OK || make_tables(q) != SQLITE_OK) {
        err_set(e, ERR_INVALID, "cannot use %s as a store: %s", path, sqlite3_errmsg(q->db));
        sqlite_free(&q->base);
        return NULL;
    }
    return store_over(&q->base, now);
}
