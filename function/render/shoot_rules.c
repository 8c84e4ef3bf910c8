/* SPDX-License-Identifier: Apache-2.0 */
#include "function/render/shoot_state.h"
void shoot_rules(struct shoot_state *st)
{
    (void)snprintf(st->secret, sizeof(st->secret), "%s",
                   st->spec.kubeconfig_secret ? st->spec.kubeconfig_secret : "");
    if (!st->spec.kubeconfig_secret)
        (void)snprintf(st->secret, sizeof(st->secret), "%.63s-kubeconfig", st->names.own);
    st->secret_namespace = st->names.ns ? st->names.ns : "crossplane-system";
}
void shoot_rules_change(struct shoot_state *st) { (void)st; }
