/* SPDX-License-Identifier: Apache-2.0 */
/* Structured log lines: one JSON object per line on stderr.  Only main programs and the reconcile loop call this;
 * libraries return errors.  Nothing here takes a header, a body or a token. */
#pragma once
#include <stdint.h>

enum log_level { LOG_SILENT = -1, LOG_ERROR, LOG_INFO, LOG_DEBUG };
struct log_kv {
    const char *key;
    enum { LOG_KV_STR = 1, LOG_KV_INT } type;
    const char *s;
    int64_t i;
};

/* Lines above 'level' are dropped; LOG_INFO until this is called. */
void log_set_level(enum log_level level);
/* The first entry's key is the message; the list ends in a NULL key. */
void log_write(enum log_level level, const struct log_kv kv[]);

#define LS(k, v)                                                                                             \
    {                                                                                                        \
        .key = (k), .type = LOG_KV_STR, .s = (v)                                                             \
    }
#define LI(k, v)                                                                                             \
    {                                                                                                        \
        .key = (k), .type = LOG_KV_INT, .i = (v)                                                             \
    }
#define log_error(msg, ...)                                                                                  \
    log_write(LOG_ERROR, (const struct log_kv[]){ { .key = (msg) }, ##__VA_ARGS__, { .key = NULL } })
#define log_info(msg, ...)                                                                                   \
    log_write(LOG_INFO, (const struct log_kv[]){ { .key = (msg) }, ##__VA_ARGS__, { .key = NULL } })
#define log_debug(msg, ...)                                                                                  \
    log_write(LOG_DEBUG, (const struct log_kv[]){ { .key = (msg) }, ##__VA_ARGS__, { .key = NULL } })
