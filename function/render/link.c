/* SPDX-License-Identifier: Apache-2.0 */
/* Links, and what the provider's reasons ask of the user. */
#include "function/render/link.h"
#include "lib/jx.h"
#include <stdarg.h>

static const struct link_advice provider[] = {
    { "Unauthorized", "check the account's login and password in the Secret of the ProviderConfig" },
    { "NoProviderConfig", "create it, or correct the name of the one that is there" },
    { "SessionContention", "another program logs in with the same account; give each its own" },
    { "Untrusted", "check the CA in its kubeconfig, or in spec.tls of its ProviderConfig" },
    { "Unavailable", "nothing to do: it is tried again" },
    { "ReconcilePaused", "remove the annotation crossplane.io/paused to go on" },
    { 0 },
};

const char *link_advice(const struct link_advice table[], const char *reason)
{
    for (; table->reason; table++)
        if (!strcmp(table->reason, reason))
            return table->advice;
    return NULL;
}

void link_unmet(struct link *l, const char *reason, const char *fmt, ...)
{
    va_list ap;

    l->met = false;
    l->reason = reason;
    va_start(ap, fmt);
    (void)vsnprintf(l->text, sizeof(l->text), fmt, ap);
    va_end(ap);
}

bool link_troubled(struct link *l, const struct observed *o, const char *what, const struct link_advice own[])
{
    const char *reason = o->not_synced ? o->synced_reason : o->ready_reason;
    const char *message = o->not_synced ? o->synced_message : o->ready_message;
    const char *advice = link_advice(own, reason);

    if (!advice)
        advice = link_advice(provider, reason);
    if (!o->not_synced && !(o->not_ready && advice))
        return false;
    link_unmet(l, *reason ? reason : "ReconcileError", "%s: %.600s%s%s", what, *message ? message : reason,
               advice ? "; " : "", advice ? advice : "");
    return true;
}

int link_sentence(const char *text, int most)
{
    size_t n = jx_cut(text, (size_t)most);

    return (int)(n && text[n - 1] == '.' ? n - 1 : n);
}

void link_condition(struct fn_response *r, const char *type, const struct link *l)
{
    conditions_set(r, type, l->met ? "True" : "False", l->reason && *l->reason ? l->reason : "Unknown",
                   l->text);
}
