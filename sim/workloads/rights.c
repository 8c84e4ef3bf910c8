/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/workloads/rights.h"

#define RBAC "rbac.authorization.k8s.io"

struct who {
    const char *ns, *account;
};

/* ---- bindings ---- */

static bool in_group(const struct who *who, const char *group)
{
    CLEAN(free) char *own = x_asprintf("system:serviceaccounts:%s", who->ns);

    return !strcmp(group, own) || !strcmp(group, "system:serviceaccounts") ||
           !strcmp(group, "system:authenticated");
}

static bool is_subject(const struct who *who, const json_t *subject, const char *binding_ns)
{
    const char *kind = jx_str(subject, "kind", ""), *name = jx_str(subject, "name", "");
    CLEAN(free) char *user = x_asprintf("system:serviceaccount:%s:%s", who->ns, who->account);

    if (!strcmp(kind, "ServiceAccount"))
        return !strcmp(name, who->account) && !strcmp(jx_str(subject, "namespace", binding_ns), who->ns);
    return !strcmp(kind, "User") ? !strcmp(name, user) : !strcmp(kind, "Group") && in_group(who, name);
}

static bool names_subject(const struct who *who, const json_t *binding)
{
    const json_t *subject;
    size_t i;

    json_array_foreach (jx_at(binding, "subjects"), i, subject) {
        if (is_subject(who, subject, ctl_namespace(binding)))
            return true;
    }
    return false;
}

/* ---- roles ---- */

/* An empty list of names holds everything; of the others, nothing. */
static bool holds(const json_t *list, const char *word)
{
    const json_t *one;
    size_t i;

    json_array_foreach (list, i, one) {
        if (json_is_string(one) &&
            (!strcmp(json_string_value(one), "*") || !strcmp(json_string_value(one), word)))
            return true;
    }
    return false;
}

static bool rule_allows(const json_t *rule, const struct rights_ask *ask)
{
    const json_t *names = json_object_get(rule, "resourceNames");

    return holds(json_object_get(rule, "verbs"), ask->verb) &&
           holds(json_object_get(rule, "apiGroups"), ask->group) &&
           holds(json_object_get(rule, "resources"), ask->resource) &&
           (!json_array_size(names) || (*ask->name && holds(names, ask->name)));
}

static bool role_allows(const struct ctl *c, const json_t *binding, const struct rights_ask *ask)
{
    const char *name = jx_str(binding, "roleRef.name", "");
    bool local = !strcmp(jx_str(binding, "roleRef.kind", ""), "Role");
    const json_t *role, *rule;
    size_t i;

    if (!local && !strcmp(name, "cluster-admin")) /* every cluster has it, nobody stores it here */
        return true;
    role = local ? ctl_get(c, RBAC, "roles", ctl_namespace(binding), name)
                 : ctl_get(c, RBAC, "clusterroles", NULL, name);
    json_array_foreach (json_object_get(role, "rules"), i, rule) {
        if (rule_allows(rule, ask))
            return true;
    }
    return false;
}

static bool any_allows(const struct ctl *c, const json_t *bindings, const struct who *who,
                       const struct rights_ask *ask)
{
    const json_t *binding;
    size_t i;

    json_array_foreach (bindings, i, binding) {
        if (names_subject(who, binding) && role_allows(c, binding, ask))
            return true;
    }
    return false;
}

char *rights_refusal(const struct ctl *c, const char *ns, const char *account, const struct rights_ask *ask)
{
    const struct who who = { ns, account };
    json_auto_t *everywhere = ctl_list(c, RBAC, "clusterrolebindings", NULL);
    json_auto_t *there = *ask->ns ? ctl_list(c, RBAC, "rolebindings", ask->ns) : json_array();
    CLEAN(free) char *scope = NULL;

    if (any_allows(c, everywhere, &who, ask) || any_allows(c, there, &who, ask))
        return NULL;
    scope = *ask->ns ? x_asprintf("in the namespace \"%s\"", ask->ns) : x_strdup("at the cluster scope");
    return x_asprintf("%s%s%s%s%s%s is forbidden: User \"system:serviceaccount:%s:%s\" cannot %s resource "
                      "\"%s\" in API group \"%s\" %s",
                      ask->resource, *ask->group ? "." : "", ask->group, *ask->name ? " \"" : "", ask->name,
                      *ask->name ? "\"" : "", ns, account, ask->verb, ask->resource, ask->group, scope);
}
