/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/grid.h"
#include "cli/local.h"
#include "cli/outcome.h"
#include "cli/output.h"
#include "cli/shoots.h"
#include "cli/text.h"
#include "cli/verb.h"
#include "lib/jx.h"

static void line(struct buf *out, const char *name, const char *value)
{
    CLEAN(free) char *clean = text_clean(value && *value ? value : "-");

    (void)buf_addf(out, "%-12s %s\n", name, clean);
}

static void conditions(const struct shoot_facts *f, struct buf *out)
{
    CLEAN(grid_free) struct grid g = { 0 };
    size_t i;
    const json_t *condition;

    grid_init(&g, "CONDITION STATUS MESSAGE");
    json_array_foreach (f->conditions, i, condition) {
        grid_add(&g, jx_str(condition, "type", NULL));
        grid_add(&g, jx_str(condition, "status", NULL));
        grid_add(&g, jx_str(condition, "message", NULL));
    }
    if (g.n > g.columns) {
        (void)buf_adds(out, "\n");
        grid_print(&g, out);
    }
}

static void errors(const struct shoot_facts *f, struct buf *out)
{
    size_t i;
    const json_t *error;

    json_array_foreach (f->errors, i, error)
        line(out, i ? "" : "Errors", jx_str(error, "description", ""));
}

/* 'here' is what to say when 'shoot' is NULL. */
static void print(const json_t *document, const json_t *shoot, const char *here)
{
    CLEAN(buf_free) struct buf out = buf_max(OUTPUT_MAX);
    CLEAN(free) char *status = NULL, *operation = NULL;
    struct shoot_facts f;

    shoots_read(document, &f);
    status = shoots_status(&f);
    operation = f.percent >= 0 ? x_asprintf("%s %s, %d%%", f.type, f.state, f.percent)
                               : x_asprintf("%s %s", f.type, f.state);
    line(&out, "Name", f.name);
    line(&out, "Status", status);
    line(&out, "Operation", operation);
    line(&out, "", f.description);
    line(&out, "Kubernetes", f.version);
    line(&out, "Region", f.region);
    errors(&f, &out);
    if (shoot) {
        line(&out, "Here", jx_str(shoot, "status.phase", "not yet executed"));
        line(&out, "", jx_str(shoot, "status.message", ""));
    } else {
        line(&out, "Here", here);
    }
    conditions(&f, &out);
    output_text(&out);
}

static int status(const struct call *c, struct err *e)
{
    json_auto_t *shoot = NULL, *document = NULL;
    CLEAN(local_close) struct look look = { 0 };
    CLEAN(free) char *ns = NULL, *here = NULL;
    enum output format;

    if (output_format(c->o, &format, e) < 0 || local_shoot(c->o, c->words[0], &shoot, e) < 0)
        return -1;
    if (local_open(&look, c->o, c->words[0], shoot, e) < 0 || !(document = local_look(&look, e)))
        return -1;
    if (format != OUTPUT_TABLE) {
        output_document(format, document);
        return 0;
    }
    ns = shoot ? NULL : local_elsewhere(c->o, c->words[0]);
    here = ns ? x_asprintf("in namespace %s of this store (-n %s)", ns, ns)
              : x_strdup("not in this store: only looked at");
    print(document, shoot, here);
    return 0;
}

const struct verb verb_status = {
    .name = "status",
    .arguments = "NAME",
    .summary = "how a cluster is now, asked of Cleura",
    .help = "Asks Cleura how the cluster is: operation with progress and description, errors, conditions. "
            "Works for any cluster\n"
            "of the project, also for those made elsewhere. Only looks. \"describe shoot NAME\" shows what "
            "the store knows.",
    .options = "output timeout",
    .min = 1,
    .max = 1,
    .run = status,
};
