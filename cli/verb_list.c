/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/grid.h"
#include "cli/output.h"
#include "cli/probe.h"
#include "cli/shoots.h"
#include "cli/verb.h"
#include "lib/jx.h"

static void add_row(struct grid *g, const json_t *shoot)
{
    struct shoot_facts f;
    CLEAN(free) char *status = NULL, *trouble = NULL;
    size_t i;
    const json_t *worker;
    json_int_t least = 0, most = 0;

    shoots_read(shoot, &f);
    status = shoots_status(&f);
    trouble = shoots_trouble(&f);
    json_array_foreach (f.workers, i, worker) {
        least += jx_int(worker, "minimum", 0);
        most += jx_int(worker, "maximum", 0);
    }
    grid_add(g, f.name);
    grid_add(g, f.region);
    grid_add(g, f.version);
    grid_addf(g, "%zu", json_array_size(f.workers));
    grid_addf(g, "%lld-%lld", (long long)least, (long long)most);
    grid_add(g, status);
    grid_add(g, trouble);
}

static int list(const struct call *c, struct err *e)
{
    CLEAN(session_close) struct session s = { 0 };
    CLEAN(place_free) struct place place = { 0 };
    CLEAN(grid_free) struct grid g = { 0 };
    CLEAN(buf_free) struct buf out = buf_max(OUTPUT_MAX);
    CLEAN(free) char *url = NULL;
    json_auto_t *shoots = NULL;
    enum output format;
    size_t i;
    const json_t *shoot;

    if (output_format(c->o, &format, e) < 0 || probe_open(&s, c->o, e) < 0 || place_find(&s, &place, e) < 0)
        return -1;
    url = probe_shoots_url(c->o, &place);
    shoots = probe_get(&s, url, e);
    if (!shoots && e->kind == ERR_NOT_FOUND)
        return err_set(
            e, ERR_NOT_FOUND,
            "Cleura knows no project %s in region %s, or you may not see it; check --project and --region",
            place.project, place.region);
    if (!shoots)
        return -1;
    if (format != OUTPUT_TABLE) {
        output_document(format, shoots);
        return 0;
    }
    grid_init(&g, "NAME REGION KUBERNETES GROUPS NODES STATUS MESSAGE");
    json_array_foreach (shoots, i, shoot)
        add_row(&g, shoot);
    if (json_array_size(shoots) == 0) {
        if (!c->o->quiet)
            (void)fprintf(stderr, "No clusters in project %s, region %s.\n", place.project, place.region);
        return 0;
    }
    grid_print(&g, &out);
    output_text(&out);
    return 0;
}

const struct verb verb_list = {
    .name = "list",
    .arguments = "",
    .summary = "the project's clusters, whoever made them",
    .help = "Lists all clusters of the project and region as Cleura has them, also those made elsewhere. "
            "Only looks.",
    .options = "output timeout",
    .run = list,
};
