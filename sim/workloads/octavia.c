/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/workloads/octavia.h"
#include "lib/clock.h"
#include "lib/crypto.h"
#include "sim/workloads/octavia_rules.h"

#define MANAGER   "openstack-cloud-controller-manager"
#define COMPONENT "service-controller"
#define FINALIZER "service.kubernetes.io/load-balancer-cleanup"
#define PLURAL    "services"

/* The service controller's own: 5 s, doubled up to 5 min. */
#define RETRY_FIRST (5 * CLOCK_SECOND)
#define RETRY_MOST  (5 * CLOCK_MINUTE)

/* One Service on its way. */
struct work {
    struct ctl *c;
    const json_t *service;
    json_t *note; /* {phase, due, failures, want, lb} */
};

static json_t *balancer_of(const struct work *w)
{
    return cloud_find(w->c->cloud->load_balancers, "id", jx_str(w->note, "lb", ""));
}

static void enter(const struct work *w, const char *phase, int64_t due)
{
    jx_set(w->note, "phase", json_string(phase));
    jx_set(w->note, "due", json_integer(due));
    ctl_wake(w->c, due);
}

/* The same for equal Services but for what we write ourselves. free() it. */
static char *fingerprint(const json_t *service)
{
    json_auto_t *doc = jx_pack("{s:O?, s:o?}", "spec", jx_at(service, "spec"), "annotations",
                               json_deep_copy(jx_at(service, "metadata.annotations")));
    json_t *annotations = json_object_get(doc, "annotations");

    (void)json_object_del(annotations, OCTAVIA "load-balancer-id");
    (void)json_object_del(annotations, OCTAVIA "load-balancer-address");
    if (json_object_size(annotations) == 0) /* having none is the same as an empty map */
        (void)json_object_del(doc, "annotations");
    return jx_dump(doc);
}

/* Say so and come back in that phase after a while. 'what' is "ensure" or "delete". */
static void fail_at(const struct work *w, const char *phase, const char *what, const struct err *e)
{
    int64_t n = jx_int(w->note, "failures", 0);

    jx_set(w->note, "failures", json_integer(n + 1));
    enter(w, phase, w->c->now + ctl_backoff(n, RETRY_FIRST, RETRY_MOST));
    ctl_event(w->c, COMPONENT, w->service, "Warning", "SyncLoadBalancerFailed",
              "Error syncing load balancer: failed to %s load balancer: %s", what, e->text);
}

static void fail(const struct work *w, const struct err *e) { fail_at(w, "retry", "ensure", e); }

/* ---- the floating IP ---- */

static json_t *floating_ip_of(const struct work *w, const json_t *balancer)
{
    return cloud_find(w->c->cloud->floating_ips, "loadBalancer", jx_str(balancer, "id", ""));
}

static char *description(const struct work *w)
{
    return x_asprintf("Floating IP for Kubernetes external service %s/%s from cluster %s",
                      ctl_namespace(w->service), ctl_name(w->service), w->c->owner->cluster);
}

/* Let go of the address: it goes too, unless it is the user's or is to be kept. */
static void release_ip(const struct work *w, const json_t *balancer)
{
    CLEAN(free) char *ours = description(w);
    json_t *ip = floating_ip_of(w, balancer);

    if (!ip)
        return;
    jx_set(ip, "loadBalancer", json_null());
    if (!strncmp(jx_str(ip, "description", ""), ours, strlen(ours)) &&
        !octavia_flag(w->service, OCTAVIA "keep-floatingip"))
        cloud_remove(w->c->cloud->floating_ips, ip);
    else
        jx_set(ip, "keep", json_true());
}

/* One of its own, or the one asked for. NULL + err. */
static json_t *obtain_ip(const struct work *w, struct err *e)
{
    const char *wanted = jx_str(w->service, "spec.loadBalancerIP", "");
    CLEAN(free) char *text = description(w);

    if (*wanted)
        return octavia_wanted_ip(w->c, wanted, e);
    if (w->c->set->quota &&
        cloud_count(w->c->cloud->floating_ips, w->c->owner) >= (size_t)w->c->set->quota_floating_ips) {
        err_set(e, ERR_INVALID,
                "error creating LB floatingip: Expected HTTP response code [201] when accessing [POST "
                "https://network/v2.0/floatingips], but got 409 instead: {\"NeutronError\": {\"type\": "
                "\"OverQuota\", \"message\": \"Quota exceeded for resources: ['floatingip'].\"}}");
        return NULL;
    }
    return cloud_add_floating_ip(w->c->cloud, w->c->owner, text);
}

/* The address the Service shall have; NULL + err. Borrowed. */
static const char *settle_address(const struct work *w, json_t *balancer, struct err *e)
{
    const char *wanted = jx_str(w->service, "spec.loadBalancerIP", "");
    json_t *ip = floating_ip_of(w, balancer);

    if (octavia_internal(w->service)) {
        release_ip(w, balancer);
        return jx_str(balancer, "vip", "");
    }
    if (ip && *wanted && strcmp(jx_str(ip, "address", ""), wanted) != 0) {
        release_ip(w, balancer);
        ip = NULL;
    }
    if (!ip)
        ip = obtain_ip(w, e);
    if (!ip)
        return NULL;
    jx_set(ip, "loadBalancer", jx_text(jx_str(balancer, "id", "")));
    jx_set(ip, "keep", json_boolean(octavia_flag(w->service, OCTAVIA "keep-floatingip")));
    return jx_str(ip, "address", "");
}

/* ---- making and changing ---- */

static void write_status(const struct work *w, json_t *balancer, const char *address)
{
    const char *host = ctl_annotation(w->service, OCTAVIA "hostname");
    bool proxied = octavia_proxied(w->service);
    json_t *entry = *host ? jx_pack("{s:o}", "hostname", jx_text(host))
                          : jx_pack("{s:s, s:s}", "ip", address, "ipMode", proxied ? "Proxy" : "VIP");

    jx_set(balancer, "provisioningStatus", json_string("ACTIVE"));
    jx_set(balancer, "address", json_string(address));
    ctl_patch(w->c, MANAGER, w->service, PLURAL, NULL,
              jx_pack("{s:{s:{s:s, s:s}}}", "metadata", "annotations", OCTAVIA "load-balancer-id",
                      jx_str(balancer, "id", ""), OCTAVIA "load-balancer-address", address));
    ctl_patch(w->c, MANAGER, w->service, PLURAL, "status",
              jx_pack("{s:{s:{s:[o]}}}", "status", "loadBalancer", "ingress", entry));
}

static void complete(const struct work *w, json_t *balancer)
{
    struct err e = { 0 };
    const char *address = settle_address(w, balancer, &e);

    if (!address) {
        fail(w, &e);
        return;
    }
    write_status(w, balancer, address);
    ctl_event(w->c, COMPONENT, w->service, "Normal", "EnsuredLoadBalancer", "Ensured load balancer");
    (void)json_object_del(w->note, "failures");
    jx_set(w->note, "phase", json_string("ready"));
}

/* Between two thirds of the usual and twice that, the same for the same Service. */
static int64_t duration(const struct work *w)
{
    const char *uid = ctl_uid(w->service);
    unsigned char digest[CRYPTO_SHA256];

    crypto_sha256(uid, strlen(uid), digest);
    return w->c->set->lb_ms * 2 / 3 + w->c->set->lb_ms * 4 / 3 * digest[0] / 255;
}

static json_t *user_of(const struct work *w)
{
    return jx_pack("{s:s, s:s, s:s, s:o}", "namespace", ctl_namespace(w->service), "name",
                   ctl_name(w->service), "uid", ctl_uid(w->service), "ports", octavia_ports(w->service));
}

static void create_balancer(const struct work *w)
{
    CLEAN(free)
    char *full = x_asprintf("kube_service_%s_%s_%s", w->c->owner->cluster, ctl_namespace(w->service),
                            ctl_name(w->service));
    CLEAN(free) char *name = x_strndup(full, 255);
    json_t *balancer = cloud_add_load_balancer(w->c->cloud, w->c->owner, name);

    jx_append(json_object_get(balancer, "services"), user_of(w));
    jx_set(w->note, "lb", jx_text(jx_str(balancer, "id", "")));
    enter(w, "creating", w->c->now + duration(w));
}

static void ensure(const struct work *w)
{
    CLEAN(free) char *want = fingerprint(w->service);
    struct err e = { 0 };
    json_t *balancer, *shared = NULL;

    ctl_event(w->c, COMPONENT, w->service, "Normal", "EnsuringLoadBalancer", "Ensuring load balancer");
    ctl_add_finalizer(w->c, MANAGER, w->service, PLURAL, FINALIZER);
    jx_set(w->note, "want", json_string(want));
    balancer = balancer_of(w);
    if (octavia_check(w->c, w->service, balancer != NULL, &shared, &e) < 0) {
        fail(w, &e);
        return;
    }
    if (balancer) {
        complete(w, balancer);
    } else if (shared) {
        jx_append(json_object_get(shared, "services"), user_of(w));
        jx_set(w->note, "lb", jx_text(jx_str(shared, "id", "")));
        complete(w, shared);
    } else {
        create_balancer(w);
    }
}

/* Octavia has had its time. */
static void finish_create(const struct work *w)
{
    json_t *balancer = balancer_of(w);
    enum lb_outcome outcome = w->c->set->lb_outcome;
    bool broken = outcome == LB_ERROR || (outcome == LB_ERROR_ONCE && !jx_int(w->note, "failures", 0));
    struct err e = { 0 };

    if (outcome == LB_NEVER)
        return;
    if (balancer && !broken) {
        complete(w, balancer);
        return;
    }
    err_set(&e, ERR_TRANSIENT, "error waiting for loadbalancer: loadbalancer %s has gone into ERROR state",
            jx_str(w->note, "lb", ""));
    cloud_remove(w->c->cloud->load_balancers, balancer);
    (void)json_object_del(w->note, "lb");
    fail(w, &e);
}

/* ---- removing ---- */

static void leave(const struct work *w, json_t *balancer)
{
    json_t *users = json_object_get(balancer, "services");
    const char *first = jx_str(json_array_get(users, 0), "uid", "");

    if (!strcmp(first, ctl_uid(w->service))) { /* the owner takes it along */
        release_ip(w, balancer);
        cloud_remove(w->c->cloud->load_balancers, balancer);
        return;
    }
    for (size_t i = json_array_size(users); i-- > 0;)
        if (!strcmp(jx_str(json_array_get(users, i), "uid", ""), ctl_uid(w->service)))
            (void)json_array_remove(users, i);
}

static void finish_delete(const struct work *w)
{
    json_t *balancer = balancer_of(w);
    CLEAN(free) char *uid = x_strdup(ctl_uid(w->service));

    if (balancer)
        leave(w, balancer);
    ctl_event(w->c, COMPONENT, w->service, "Normal", "DeletedLoadBalancer", "Deleted load balancer");
    if (!ctl_deleting(w->service)) {
        ctl_patch(w->c, MANAGER, w->service, PLURAL, "status",
                  jx_pack("{s:{s:{s:n}}}", "status", "loadBalancer", "ingress"));
        ctl_patch(w->c, MANAGER, w->service, PLURAL, NULL,
                  jx_pack("{s:{s:{s:n, s:n}}}", "metadata", "annotations", OCTAVIA "load-balancer-id",
                          OCTAVIA "load-balancer-address"));
    }
    ctl_drop_finalizer(w->c, MANAGER, w->service, PLURAL, FINALIZER);
    ctl_forget(w->c, "octavia", uid);
}

static void remove_step(const struct work *w)
{
    struct err e = { 0 };

    if (strcmp(jx_str(w->note, "phase", ""), "deleting") != 0) {
        ctl_event(w->c, COMPONENT, w->service, "Normal", "DeletingLoadBalancer", "Deleting load balancer");
        if (balancer_of(w))
            jx_set(balancer_of(w), "provisioningStatus", json_string("PENDING_DELETE"));
        enter(w, "deleting", w->c->now + w->c->set->lb_delete_ms);
    }
    if (w->c->now >= jx_int(w->note, "due", 0) && w->c->set->lb_outcome == LB_STUCK) {
        err_set(&e, ERR_TRANSIENT, "load balancer %s is in immutable status PENDING_UPDATE",
                jx_str(w->note, "lb", ""));
        fail_at(w, "deleting", "delete", &e);
    } else if (w->c->now >= jx_int(w->note, "due", 0)) {
        finish_delete(w);
    } else {
        ctl_wake(w->c, jx_int(w->note, "due", 0));
    }
}

/* ---- every Service, whenever something changes or is due ---- */

static bool is_ours(const json_t *service)
{
    return !strcmp(jx_str(service, "spec.type", ""), "LoadBalancer") &&
           !*jx_str(service, "spec.loadBalancerClass", "") && !ctl_deleting(service);
}

/* New, changed, or due for another attempt. A change does not wait for that. */
static bool wants_work(const struct work *w, const char *phase, int64_t due)
{
    CLEAN(free) char *want = fingerprint(w->service);

    if (!*phase || !strcmp(phase, "deleting"))
        return true;
    if (!strcmp(phase, "creating"))
        return false;
    return strcmp(want, jx_str(w->note, "want", "")) != 0 || (!strcmp(phase, "retry") && w->c->now >= due);
}

static void keep_step(const struct work *w)
{
    const char *phase = jx_str(w->note, "phase", "");
    int64_t due = jx_int(w->note, "due", 0);

    if (wants_work(w, phase, due))
        ensure(w);
    else if (!strcmp(phase, "creating") && w->c->now >= due)
        finish_create(w);
    else if (strcmp(phase, "ready") != 0)
        ctl_wake(w->c, due);
}

void octavia_run(struct ctl *c)
{
    json_auto_t *services = c->set->lb_down ? json_array() : ctl_list(c, "", PLURAL, NULL);
    const json_t *service;
    size_t i;

    json_array_foreach (services, i, service) {
        struct work w = { .c = c, .service = service };
        bool ours = is_ours(service);

        if (!ours && !ctl_has_finalizer(service, FINALIZER))
            continue;
        w.note = ctl_note(c, "octavia", ctl_uid(service));
        if (ours)
            keep_step(&w);
        else
            remove_step(&w);
    }
}
