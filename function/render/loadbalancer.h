/* SPDX-License-Identifier: Apache-2.0 */
/* A LoadBalancer's spec and its rules. */
#pragma once
#include "function/render/octavia.h"
#include "function/render/workload.h"

enum { LB_PORTS_MAX = 64 /* each is a listener, a pool and a monitor */ };

#define LB_EXTERNAL_DNS "external-dns.alpha.kubernetes.io/hostname"

struct lb_port {
    char path[32]; /* "spec.ports[2]" */
    const char *name, *protocol, *app_protocol;
    struct jx_opt_int port, node_port;
    json_t *target;
};

struct lb_spec {
    struct workload_spec w;
    json_t *ports_doc, *selector, *ranges, *families, *affinity_config, *client_ip, *octavia, *labels,
        *annotations;
    json_t *class, *node_ports, *external_ips; /* words of a Service that do not work here */
    const char *type, *external_policy, *internal_policy, *affinity, *family_policy, *hostname, *floating_ip,
        *ip;
    struct jx_opt_bool publish_not_ready;
    struct jx_opt_int affinity_seconds;
    struct lb_port *ports; /* owned */
    size_t n_ports;
};

struct loadbalancer {
    struct workload w;
    struct lb_spec spec;
    struct octavia octavia;
};

/* Binds the composite's spec; problems of shape. */
void loadbalancer_read(struct loadbalancer *lb);

/* Problems and advice of what it means. */
void loadbalancer_rules(struct loadbalancer *lb);
