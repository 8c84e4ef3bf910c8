/* SPDX-License-Identifier: Apache-2.0 */
/* Finding region and project: what the user gave, else what the account has (v1's domains and projects, which serve the
 * users of both generations). */
#include "cli/account.h"
#include "cli/probe.h"
#include "lib/buf.h"
#include "lib/jx.h"

void place_free(struct place *p)
{
    free(p->region);
    free(p->project);
    *p = (struct place){ 0 };
}

bool place_given(const struct options *o, struct place *ret)
{
    if (!o->project)
        return false;
    *ret = (struct place){ .region = x_strdup(account_region(o)), .project = x_strdup(o->project) };
    return true;
}

/* The domain's own spelling of the region, or NULL when it has no such region. Others are noted in 'known'. */
static const char *region_in(const json_t *domain, const char *region, struct buf *known)
{
    size_t i;
    const json_t *one;
    const char *found = NULL;

    json_array_foreach (jx_at(domain, "area.regions"), i, one) {
        const char *name = jx_str(one, "region", jx_str(one, "tag", ""));

        (void)buf_addf(known, "%s%s", known->len ? ", " : "", name);
        if (!strcasecmp(name, region))
            found = name;
    }
    return found;
}

/* Add the domain's enabled projects to 'projects', each with the region's spelling. */
static int add_projects(struct session *s, const char *domain, const char *region, json_t *projects,
                        struct err *e)
{
    CLEAN(free) char *url = x_asprintf("/accesscontrol/v1/openstack/%s/projects", domain);
    json_auto_t *list = probe_get(s, url, e);
    size_t i;
    json_t *project;

    if (!list)
        return err_wrap(e, "list the projects");
    json_array_foreach (list, i, project) {
        if (!json_is_object(project) || !jx_bool(project, "enabled", true) || !*jx_str(project, "id", ""))
            continue;
        jx_set(project, "region", jx_text(region));
        jx_append(projects, json_incref(project));
    }
    return 0;
}

static const json_t *choose(const json_t *projects, struct err *e)
{
    CLEAN(buf_free) struct buf list = buf_max(4096);
    const json_t *project, *chosen = NULL;
    size_t i, defaults = 0;

    json_array_foreach (projects, i, project) {
        (void)buf_addf(&list, "%s%s (%s)", i ? ", " : "", jx_str(project, "id", ""),
                       jx_str(project, "name", "no name"));
        if (json_array_size(projects) == 1 || jx_bool(project, "default", false)) {
            defaults++;
            chosen = project;
        }
    }
    if (defaults == 1)
        return chosen;
    err_set(e, ERR_INVALID,
            "the account has several projects here; choose one with --project or CLEURA_PROJECT: %s",
            buf_text(&list));
    return NULL;
}

int place_find(struct session *s, struct place *ret, struct err *e)
{
    CLEAN(buf_free) struct buf known = buf_max(4096);
    json_auto_t *domains = NULL, *projects = json_array();
    const char *wanted = account_region(s->o);
    const json_t *domain, *chosen;
    size_t i;

    if (place_given(s->o, ret))
        return 0;
    domains = probe_get(s, "/accesscontrol/v1/openstack/domains", e);
    if (!domains)
        return e->kind == ERR_AUTH || e->kind == ERR_TRANSIENT
                   ? -1
                   : err_wrap(e, "look up the project (CLEURA_PROJECT spares this)");
    json_array_foreach (domains, i, domain) {
        const char *region = region_in(domain, wanted, &known);

        if (region && add_projects(s, jx_str(domain, "id", ""), region, projects, e) < 0)
            return -1;
    }
    if (json_array_size(projects) == 0)
        return err_set(e, ERR_NOT_FOUND, "the account has no project in region %s; it has the regions: %s",
                       wanted, known.len ? buf_text(&known) : "none");
    chosen = choose(projects, e);
    if (!chosen)
        return -1;
    /* v1 takes any case and its examples are lower case; v2 wants the region as it is listed */
    ret->region = x_strdup(!strcmp(account_api(s->o), "v1") ? wanted : jx_str(chosen, "region", wanted));
    ret->project = x_strdup(jx_str(chosen, "id", ""));
    return 0;
}
