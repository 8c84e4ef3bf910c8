/* SPDX-License-Identifier: Apache-2.0 */
/* Whole files. */
#undef NDEBUG
#include "lib/file.h"
#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include <cmocka.h>

static char folder[] = "/tmp/test_file.XXXXXX";

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    CLEAN(free) char *path = x_asprintf("%s/a", folder);

    (void)state;
    (void)unlink(path);
    return rmdir(folder); /* fails when something was left behind */
}

static void what_is_written_is_read(void **state)
{
    CLEAN(free) char *path = x_asprintf("%s/a", folder), *back = NULL;
    struct err e = { 0 };
    struct stat st;
    size_t n = 0;

    (void)state;
    assert_int_equal(file_write_atomic(path, "old", 3, 0600, &e), 0);
    assert_int_equal(file_write_atomic(path, "new\0!", 5, 0600, &e), 0);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    back = file_read(path, 5, &n, &e);
    assert_int_equal(n, 5);
    assert_memory_equal(back, "new\0!\0", 6);
}

static void the_limit_holds(void **state)
{
    CLEAN(free) char *path = x_asprintf("%s/a", folder);
    struct err e = { 0 };

    (void)state;
    assert_int_equal(file_write_atomic(path, "12345", 5, 0600, &e), 0);
    assert_null(file_read(path, 4, NULL, &e));
    assert_int_equal(e.kind, ERR_INVALID);
    assert_non_null(strstr(e.text, "larger than 4"));
}

static void failures_name_the_file(void **state)
{
    CLEAN(free) char *none = x_asprintf("%s/none", folder), *deeper = x_asprintf("%s/none/x", folder);
    struct err e = { 0 };

    (void)state;
    assert_null(file_read(none, 10, NULL, &e));
    assert_int_equal(e.kind, ERR_NOT_FOUND);
    assert_non_null(strstr(e.text, none));
    assert_null(file_read(folder, 10, NULL, &e));
    assert_int_equal(e.kind, ERR_INVALID);
    assert_int_equal(file_write_atomic(deeper, "x", 1, 0600, &e), -1);
    assert_int_equal(file_write_atomic(folder, "x", 1, 0600, &e), -1); /* a folder cannot be replaced */
    assert_non_null(strstr(e.text, folder));
}

static void nothing_is_left_beside(void **state)
{
    DIR *d = opendir(folder);
    const struct dirent *entry;
    int n = 0;

    (void)state;
    while ((entry = readdir(d)))
        n += entry->d_name[0] != '.';
    closedir(d);
    assert_int_equal(n, 1);
}

static void dash_is_standard_input(void **state)
{
    int saved = dup(STDIN_FILENO), ends[2];
    CLEAN(free) char *got = NULL;
    struct err e = { 0 };

    (void)state;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "piped", 5), 5);
    close(ends[1]);
    dup2(ends[0], STDIN_FILENO);
    close(ends[0]);
    got = file_read("-", 100, NULL, &e);
    dup2(saved, STDIN_FILENO);
    close(saved);
    assert_string_equal(got, "piped");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read), cmocka_unit_test(the_limit_holds),
        cmocka_unit_test(failures_name_the_file),  cmocka_unit_test(nothing_is_left_beside),
        cmocka_unit_test(dash_is_standard_input),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
