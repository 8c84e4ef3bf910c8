/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/file.h"
#include "lib/buf.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

char *file_read(const char *path, size_t max, size_t *ret_len, struct err *e)
{
    bool standard_input = !strcmp(path, "-");
    CLEAN(fd) int fd = standard_input ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
    CLEAN(buf_free) struct buf content = buf_max(max);
    char part[65536];
    ssize_t n;

    if (fd < 0) {
        err_set(e, errno == ENOENT ? ERR_NOT_FOUND : ERR_INVALID, "cannot open %s: %s", path,
                strerror(errno));
        return NULL;
    }
    while ((n = read(fd, part, sizeof(part))) > 0) {
        if (buf_add(&content, part, (size_t)n) < 0) {
            err_set(e, ERR_INVALID, "%s is larger than %zu bytes", path, max);
            return NULL;
        }
    }
    if (n < 0) {
        err_set(e, ERR_INVALID, "cannot read %s: %s", path, strerror(errno));
        return NULL;
    }
    if (ret_len)
        *ret_len = content.len;
    return buf_take(&content);
}

static int write_all(int fd, const char *bytes, size_t n)
{
    while (n > 0) {
        ssize_t wrote = write(fd, bytes, n);

        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote < 0)
            return -1;
        bytes += wrote;
        n -= (size_t)wrote;
    }
    return fsync(fd);
}

int file_write_atomic(const char *path, const char *bytes, size_t n, mode_t mode, struct err *e)
{
    CLEAN(free) char *temporary = x_asprintf("%s.XXXXXX", path);
    CLEAN(fd) int fd = mkostemp(temporary, O_CLOEXEC);

    if (fd < 0)
        return err_set(e, ERR_INVALID, "cannot write beside %s: %s", path, strerror(errno));
    if (fchmod(fd, mode) < 0 || write_all(fd, bytes, n) < 0 || rename(temporary, path) < 0) {
        err_set(e, ERR_INVALID, "cannot write %s: %s", path, strerror(errno));
        (void)unlink(temporary);
        return -1;
    }
    return 0;
}
