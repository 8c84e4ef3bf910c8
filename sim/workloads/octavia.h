/* SPDX-License-Identifier: Apache-2.0 */
/* Services of type LoadBalancer, as openstack-cloud-controller-manager and Octavia treat them (modelled): events,
 * finalizer, address, retries, and what stays behind in the cloud. Listeners, pools and members are not modelled. */
#pragma once
#include "sim/workloads/ctl.h"

void octavia_run(struct ctl *c);
