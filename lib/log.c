/* SPDX-License-Identifier: Apache-2.0 */
/* One JSON object per line on stderr. */
#include "lib/log.h"
#include "lib/clock.h"
#include "lib/jx.h"

static const char *const level_name[] = { [LOG_ERROR] = "error", [LOG_INFO] = "info", [LOG_DEBUG] = "debug" };
static enum log_level threshold = LOG_INFO;

void log_set_level(enum log_level level) { threshold = level; }

void log_write(enum log_level level, const struct log_kv kv[])
{
    json_auto_t *line = NULL;
    CLEAN(free) char *text = NULL;
    char when[CLOCK_TEXT];

    if (level > threshold)
        return;
    clock_text(clock_now(), when);
    line = jx_pack("{s:s, s:s, s:o}", "time", when, "level", level_name[level], "msg", jx_text(kv->key));
    for (kv++; kv->key; kv++)
        jx_set(line, kv->key, kv->type == LOG_KV_STR ? jx_text(kv->s ? kv->s : "") : json_integer(kv->i));
    text = jx_dump_as(line, JSON_COMPACT | JSON_PRESERVE_ORDER);
    (void)fprintf(stderr, "%s\n", text); /* in one piece: other threads log too */
}
