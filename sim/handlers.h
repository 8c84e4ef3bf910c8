/* SPDX-License-Identifier: Apache-2.0 */
/* All handlers the route table names, by the file they stand in. */
#pragma once
#include "sim/call.h"

/* auth_v1.c, auth_v2.c */
void auth_v1_login(struct call *c);
void auth_v1_send_code(struct call *c);
void auth_v1_verify(struct call *c);
void auth_v2_login(struct call *c);
void auth_v2_send_code(struct call *c);
void auth_v2_verify(struct call *c);
void auth_validate(struct call *c);
void auth_revoke(struct call *c);
void auth_current_user(struct call *c);

/* discovery.c */
void discovery_v1_domains(struct call *c);
void discovery_v1_projects(struct call *c);
void discovery_v2_domains(struct call *c);
void discovery_v2_projects(struct call *c);
void discovery_quotas(struct call *c);
void discovery_v1_profile(struct call *c);
void discovery_v2_profiles(struct call *c);
void discovery_alive(struct call *c);

/* shoots.c */
void shoots_v1_list(struct call *c);
void shoots_v2_list(struct call *c);
void shoots_v1_create(struct call *c);
void shoots_v2_create(struct call *c);
void shoots_v1_get(struct call *c);
void shoots_v2_get(struct call *c);
void shoots_v1_update(struct call *c);
void shoots_v2_update(struct call *c);
void shoots_delete(struct call *c);
void shoots_name_taken(struct call *c);

/* workers.c */
void workers_v1_add(struct call *c);
void workers_v2_add(struct call *c);
void workers_v1_update(struct call *c);
void workers_v2_update(struct call *c);
void workers_delete(struct call *c);

/* actions.c */
void actions_bootstrap(struct call *c);
void actions_hibernate(struct call *c);
void actions_wake(struct call *c);
void actions_enable_ha(struct call *c);
void actions_maintenance(struct call *c);
void actions_reconcile(struct call *c);
void actions_retry(struct call *c);
void actions_rotate_ca(struct call *c);
void actions_ca_stage(struct call *c);
void actions_upgrade(struct call *c);

/* access.c */
void access_kubeconfig_v1(struct call *c);
void access_kubeconfig_v1_old(struct call *c);
void access_kubeconfig_v2(struct call *c);
void access_kubeconfig_v3(struct call *c);
void access_ssh_key(struct call *c);

/* monitoring.c */
void monitoring_credentials(struct call *c);
void monitoring_node(struct call *c);
void monitoring_worker(struct call *c);
void monitoring_node_names(struct call *c);
void monitoring_overview(struct call *c);
