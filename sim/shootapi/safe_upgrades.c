/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/shootapi/safe_upgrades.h"
#include "sim/shootapi/objects.h"

#define GROUP "gateway.networking.k8s.io"

/* Standard definitions of 1.6 want 1.6 or newer, all others 1.5. */
enum { OLDEST = 5, OLDEST_STANDARD = 6 };

static const json_t *installed(const struct change *c, const char *plural)
{
    CLEAN(free) char *key = objects_key("admissionregistration.k8s.io", plural, NULL, SAFE_UPGRADES);

    return objects_get(c->a->objects, key);
}

static const char *annotation(const json_t *doc, const char *name)
{
    const char *value = json_string_value(json_object_get(jx_at(doc, "metadata.annotations"), name));

    return value ? value : "";
}

static bool is_standard(const json_t *doc) { return !strcmp(annotation(doc, GROUP "/channel"), "standard"); }

/* "v1.6.1" gives 6; 0 for anything older than 1.0 or none. */
static int minor_of(const json_t *doc)
{
    int minor = 0;

    return sscanf(annotation(doc, GROUP "/bundle-version"), "v1.%d", &minor) == 1 ? minor : 0;
}

static bool deny(const struct change *c, const char *message)
{
    reply_fail(
        c->ret, REASON_INVALID, c->p,
        "customresourcedefinitions.apiextensions.k8s.io \"%s\" is forbidden: ValidatingAdmissionPolicy "
        "'" SAFE_UPGRADES "' with binding '" SAFE_UPGRADES "' denied request: %s",
        c->p->name, message);
    return false;
}

bool safe_upgrades_fit(const struct change *c, const json_t *next)
{
    const json_t *policy = installed(c, "validatingadmissionpolicies");
    int oldest = is_standard(policy) && minor_of(policy) >= OLDEST_STANDARD ? OLDEST_STANDARD : OLDEST;
    bool development = !strcmp(annotation(next, GROUP "/bundle-version"), "v0.0.0-dev");

    if (c->p->sub || strcmp(c->p->kind->kind, "CustomResourceDefinition") != 0 ||
        strcmp(jx_str(next, "spec.group", ""), GROUP) != 0 || !policy ||
        !installed(c, "validatingadmissionpolicybindings"))
        return true;
    if (c->live && is_standard(c->live) && !is_standard(next))
        return deny(c,
                    "Installing experimental CRDs on top of standard channel CRDs is prohibited by default. "
                    "Uninstall ValidatingAdmissionPolicy " SAFE_UPGRADES
                    " to install experimental CRDs on top of standard channel CRDs.");
    if (minor_of(next) < oldest && !development)
        return deny(c, oldest == OLDEST_STANDARD
                           ? "Installing CRDs with version before v1.6.0 is prohibited by default. Uninstall "
                             "ValidatingAdmissionPolicy " SAFE_UPGRADES " to install older versions."
                           : "Installing CRDs with version before v1.5.0 is prohibited by default. Uninstall "
                             "ValidatingAdmissionPolicy " SAFE_UPGRADES " to install older versions.");
    return true;
}
