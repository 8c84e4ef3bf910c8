/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/local.h"
#include "cli/account.h"
#include "cli/kinds.h"
#include "lib/jx.h"

int local_shoot(const struct options *o, const char *name, json_t **ret, struct err *e)
{
    CLEAN(session_close) struct session s = { 0 };
    struct err missing = { 0 };

    *ret = NULL;
    if (!session_store_exists(o))
        return 0;
    if (session_open(&s, o, SESSION_LOOK, e) < 0)
        return -1;
    if (kinds_get(s.store, kinds_find("Shoot"), account_namespace(o), name, ret, &missing) < 0 &&
        missing.kind != ERR_NOT_FOUND)
        return err_set(e, missing.kind, "%s", missing.text);
    return 0;
}

/* What the spec of a stored Shoot says of where it is. */
static void use_spec(struct look *l, const json_t *shoot)
{
    l->options.cloud = jx_str(shoot, "spec.cloud", account_cloud(&l->options));
    l->options.api = jx_str(shoot, "spec.apiGeneration", "v1");
    l->place = (struct place){ .region = x_strdup(jx_str(shoot, "spec.region", account_region(&l->options))),
                               .project = x_strdup(jx_str(shoot, "spec.projectId", "")) };
    l->name = jx_str(shoot, "spec.name", l->name);
}

int local_open(struct look *l, const struct options *o, const char *name, const json_t *shoot, struct err *e)
{
    *l = (struct look){ .options = *o, .name = name };
    if (shoot)
        use_spec(l, shoot);
    if (probe_open(&l->session, &l->options, e) < 0)
        return -1;
    return shoot ? 0 : place_find(&l->session, &l->place, e);
}

void local_close(struct look *l)
{
    session_close(&l->session);
    place_free(&l->place);
}

json_t *local_look(struct look *l, struct err *e)
{
    CLEAN(free) char *url = probe_shoot_url(&l->options, &l->place, l->name);
    json_t *document = probe_get(&l->session, url, e);

    if (!document && e->kind == ERR_NOT_FOUND)
        err_set(e, ERR_NOT_FOUND,
                "there is no cluster %s in project %s, region %s; \"cleura-shoot list\" shows what is there",
                l->name, l->place.project, l->place.region);
    return document;
}

char *local_elsewhere(const struct options *o, const char *name)
{
    CLEAN(session_close) struct session s = { 0 };
    json_auto_t *shoots = NULL;
    size_t i;
    const json_t *shoot;

    if (!session_store_exists(o) || session_open(&s, o, SESSION_LOOK, NULL) < 0 ||
        kinds_list(s.store, kinds_find("Shoot"), NULL, &shoots, NULL) < 0)
        return NULL;
    json_array_foreach (shoots, i, shoot)
        if (!strcmp(jx_str(shoot, "metadata.name", ""), name))
            return x_strdup(jx_str(shoot, "metadata.namespace", ""));
    return NULL;
}

int local_not_ours(const struct options *o, const char *name, const char *verb, struct err *e)
{
    CLEAN(free) char *ns = local_elsewhere(o, name);

    if (ns)
        return err_set(e, ERR_CONFLICT,
                       "%s is in namespace %s of this store, not in %s: cleura-shoot %s %s -n %s", name, ns,
                       account_namespace(o), verb, name, ns);
    return err_set(e, ERR_CONFLICT,
                   "%s was not made from this store: %s leaves it alone. To take it over, write a Shoot with "
                   "its name, region, projectId, "
                   "version and workers (\"cleura-shoot status %s -o yaml\" shows them) and spec.adopt: "
                   "true, apply it, then %s it",
                   name, verb, name, verb);
}
