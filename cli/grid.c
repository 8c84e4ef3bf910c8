/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/grid.h"
#include "cli/text.h"
#include <stdarg.h>

enum { GAP = 3, CELL_MAX = 400, CELL_BYTES = 4 * CELL_MAX };

void grid_init(struct grid *g, const char *heads)
{
    *g = (struct grid){ 0 };
    while (*heads) {
        size_t n = strcspn(heads, " ");
        CLEAN(free) char *head = x_strndup(heads, n);

        grid_add(g, head);
        heads += n + strspn(heads + n, " ");
    }
    g->columns = g->n;
}

void grid_add(struct grid *g, const char *text)
{
    struct buf clean = buf_max(CELL_BYTES);

    text_fit(&clean, text && *text ? text : "-", CELL_MAX, text_is_utf8());
    g->cells = x_realloc(g->cells, (g->n + 1) * sizeof(*g->cells));
    g->cells[g->n++] = buf_take(&clean);
}

void grid_addf(struct grid *g, const char *fmt, ...)
{
    CLEAN(free) char *text = NULL;
    va_list ap;

    va_start(ap, fmt);
    text = x_vasprintf(fmt, ap);
    va_end(ap);
    grid_add(g, text);
}

static size_t width_of(const struct grid *g, size_t column)
{
    size_t width = 0;

    for (size_t i = column; i < g->n; i += g->columns)
        if (text_columns(g->cells[i]) > width)
            width = text_columns(g->cells[i]);
    return width;
}

void grid_print(const struct grid *g, struct buf *out)
{
    const size_t columns = g->columns;
    CLEAN(free) size_t *widths = x_alloc(columns * sizeof(*widths));
    size_t column = 0;

    for (size_t i = 0; i < columns; i++)
        widths[i] = width_of(g, i);
    for (size_t i = 0; i < g->n; i++) {
        int room = (int)(widths[column] + GAP - text_columns(g->cells[i]));
        bool last = column + 1 == columns;

        (void)buf_addf(out, "%s%*s%s", g->cells[i], last ? 0 : room, "", last ? "\n" : "");
        column = last ? 0 : column + 1;
    }
}

void grid_free(struct grid *g)
{
    for (size_t i = 0; i < g->n; i++)
        free(g->cells[i]);
    free(g->cells);
    *g = (struct grid){ 0 };
}
