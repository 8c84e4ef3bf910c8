/* SPDX-License-Identifier: Apache-2.0 */
/* A Shoot straight at Gardener: core.gardener.cloud/v1beta1 over the same Requests, with a ProviderConfig
 * that holds a kubeconfig of the garden cluster.  One server-side apply makes and changes it; an
 * annotation carries the hash of what was applied last, so that a change is due when the spec's is
 * another. */
#include "function/render/shoot_body.h"
#include "function/render/shoot_compose.h"
#include "lib/crypto.h"
#include "lib/jx.h"

enum { HASH_DIGITS = 16 };

static const char hash_key[] = "cleura.crossplane.io/spec";

static const char *garden_namespace(const struct shoot_state *st)
{
    return st->call.in.garden_namespace ? st->call.in.garden_namespace
           : st->call.names.ns          ? st->call.names.ns
                                        : "";
}

static char *collection_url(const struct shoot_state *st)
{
    return x_asprintf("/apis/core.gardener.cloud/v1beta1/namespaces/%s/shoots", garden_namespace(st));
}

/* ---- the manifest ----------------------------------------------------------------------------------------------- */

static json_t *worker(const struct shoot_worker *w)
{
    json_t *machine = jx_pack("{s:s*, s:O*}", "type", w->machine_type, "image", w->image);

    return jx_pack("{s:s*, s:o, s:o*, s:o*, s:o*, s:o*, s:O*, s:O*, s:O*, s:O*, s:O*, s:O*}", "name", w->name,
                   "machine", machine, "minimum", jx_opt_int(w->minimum), "maximum", jx_opt_int(w->maximum),
                   "maxSurge", jx_opt_int(w->max_surge), "maxUnavailable", jx_opt_int(w->max_unavailable),
                   "volume", w->volume, "zones", w->zones, "labels", w->labels, "annotations", w->annotations,
                   "taints", w->taints, "systemComponents", w->system_components);
}

static json_t *workers(const struct shoot_spec *s)
{
    json_t *list = json_array();

    for (size_t i = 0; i < s->n_workers; i++)
        jx_append(list, worker(&s->workers[i]));
    return list;
}

static json_t *openstack(const char *kind)
{
    return jx_pack("{s:s, s:s}", "apiVersion", "openstack.provider.extensions.gardener.cloud/v1alpha1",
                   "kind", kind);
}

static const char *nodes(const struct shoot_spec *s) { return s->nodes ? s->nodes : "10.250.0.0/16"; }

static json_t *provider(const struct shoot_spec *s)
{
    json_t *infrastructure = openstack("InfrastructureConfig"),
           *control_plane = openstack("ControlPlaneConfig");
    json_t *networks =
        jx_pack("{s:s, s:s*}", "workers", s->workers_cidr ? s->workers_cidr : nodes(s), "id", s->network_id);

    if (s->router_id)
        jx_set(networks, "router", jx_pack("{s:s}", "id", s->router_id));
    jx_set(infrastructure, "floatingPoolName", jx_text(s->floating_pool ? s->floating_pool : "ext-net"));
    jx_set(infrastructure, "networks", networks);
    jx_set(control_plane, "loadBalancerProvider", jx_text(s->lb_provider ? s->lb_provider : "amphora"));
    return jx_pack("{s:s, s:o, s:o, s:o}", "type", "openstack", "infrastructureConfig", infrastructure,
                   "controlPlaneConfig", control_plane, "workers", workers(s));
}

static json_t *cilium(const struct shoot_cilium *c)
{
    json_t *doc =
        jx_pack("{s:s, s:s, s:o*, s:o*, s:s*}", "apiVersion",
                "cilium.networking.extensions.gardener.cloud/v1alpha1", "kind", "NetworkConfig", "debug",
                jx_opt_bool(c->debug), "policyAuditMode", jx_opt_bool(c->audit), "tunnel", c->tunnel);

    if (c->hubble.set)
        jx_set(doc, "hubble", jx_pack("{s:b}", "enabled", c->hubble.value));
    return doc;
}

static json_t *networking(const struct shoot_spec *s)
{
    return jx_pack("{s:s, s:s*, s:s, s:s*, s:o*}", "type", s->network_type ? s->network_type : "calico",
                   "pods", s->pods, "nodes", nodes(s), "services", s->services, "providerConfig",
                   s->cilium_doc ? cilium(&s->cilium) : NULL);
}

/* Sub-trees that are Gardener's own words go as they are. */
static json_t *part(const struct shoot_state *st, const char *path)
{
    json_t *there = jx_at(st->call.req->composite, path);

    return json_is_null(there) ? NULL : there;
}

/* With schedules it is they who switch hibernation; we would undo each other's work. */
static json_t *hibernation(const struct shoot_spec *s)
{
    json_t *doc = jx_pack("{s:o*, s:O*}", "enabled", s->n_schedules ? NULL : jx_opt_bool(s->hibernated),
                          "schedules", s->schedules_doc);

    if (json_object_size(doc))
        return doc;
    json_decref(doc);
    return NULL;
}

static json_t *shoot_spec_doc(const struct shoot_state *st)
{
    const struct shoot_spec *s = &st->spec;
    const char *profile = s->cloud_profile ? s->cloud_profile : s->cloud_profile_name;

    return jx_pack("{s:{s:s, s:s*}, s:s*, s:s*, s:s*, s:{s:s*}, s:o, s:o, s:O*, s:o*, s:O*}", "cloudProfile",
                   "kind", "CloudProfile", "name", profile, "region", s->region, "purpose", s->purpose,
                   "credentialsBindingName", st->call.in.credentials_binding, "kubernetes", "version",
                   s->version, "networking", networking(s), "provider", provider(s), "controlPlane",
                   part(st, "spec.controlPlane"), "hibernation", hibernation(s), "maintenance",
                   part(st, "spec.maintenance"));
}

static json_t *manifest(const struct shoot_state *st, char hash[HASH_DIGITS + 1])
{
    json_t *spec = shoot_spec_doc(st);
    CLEAN(free) char *text = jx_dump(spec);

    crypto_sha256_hex(text, strlen(text), hash, HASH_DIGITS);
    /* Gardener deletes only what says that it may be; what keeps a cluster from it is
     * spec.deletionProtection */
    return jx_pack("{s:s, s:s, s:{s:s, s:s, s:{s:s, s:s}}, s:o}", "apiVersion", "core.gardener.cloud/v1beta1",
                   "kind", "Shoot", "metadata", "name", st->spec.name, "namespace", garden_namespace(st),
                   "annotations", "confirmation.gardener.cloud/deletion", "true", hash_key, hash, "spec",
                   spec);
}

/* ---- the Requests ----------------------------------------------------------------------------------------------- */

/* In the answer everything is as in v1's, which is Gardener's own. */
static json_t *body(const struct shoot_state *st)
{
    const struct shoot_spec *s = &st->spec;
    char hash[HASH_DIGITS + 1];
    json_t *create = manifest(st, hash);
    json_t *place = jx_pack("{s:s, s:s, s:s*, s:s}", "backend", "Gardener", "cloud", s->cloud, "region",
                            s->region, "projectId", garden_namespace(st));
    json_t *want = jx_pack("{s:s, s:s*, s:s*, s:o*, s:O*}", "hash", hash, "version", s->version,
                           "highAvailability", s->failure_tolerance, "hibernated",
                           s->n_schedules ? NULL : jx_opt_bool(s->hibernated), "schedules", s->schedules_doc);

    return jx_pack("{s:s, s:o, s:o, s:o}", "name", s->name, "place", place, "create", create, "want", want);
}

static json_t *apply_headers(void)
{
    return jx_pack("{s:[s]}", "Content-Type", "application/apply-patch+yaml");
}

static json_t *mappings(const struct shoot_gardener_programs *p)
{
    json_t *create = requests_mapping("CREATE", "PATCH", p->apply_url, ".payload.body.create");

    jx_set(create, "headers", apply_headers());
    return jx_pack("[o, o, o]", requests_mapping("OBSERVE", "GET", p->observe_url, NULL), create,
                   requests_mapping("REMOVE", "DELETE", p->observe_url, NULL));
}

/* Takes 'doc', returns its text as a JSON string: bodies are texts. */
static json_t *text_of(json_t *doc)
{
    CLEAN(free) char *text = jx_dump(doc);

    json_decref(doc);
    return jx_text(text);
}

/* What the shoot's Request is for any shoot. */
static json_t *any_request(const void *programs)
{
    const struct shoot_gardener_programs *p = programs;
    json_t *change =
        jx_object(jx_s("name", "apply"), jx_s("when", p->due), jx_s("method", "PATCH"),
                  jx_s("url", p->apply_url), jx_s("body", p->apply_body), jx_o("headers", apply_headers()));

    return jx_object(jx_o("mappings", mappings(p)), jx_o("changes", jx_pack("[o]", change)),
                     jx_o("expectedResponseCheck", requests_custom("true")),
                     jx_o("settle", jx_object(jx_s("fingerprint", p->fingerprint), jx_s("timeout", "60s"))),
                     jx_o("readinessCheck", requests_custom(p->ready)),
                     jx_s("failureCheck", shoot_programs_v1.failure),
                     jx_s("statusProjection", shoot_programs_v1.projection), jx_s("storeResponse", "None"),
                     jx_s("identity", shoot_programs_v1.identity));
}

static json_t *shoot_request(const struct shoot_state *st)
{
    static struct jx_fixed any;
    CLEAN(free) char *base = collection_url(st);
    json_t *fp = json_copy(jx_fixed(&any, any_request, &shoot_programs_gardener));

    jx_add(
        fp, jx_o("payload", jx_object(jx_s("baseUrl", base), jx_o("body", text_of(body(st))))),
        jx_o("adopt", jx_opt_bool(st->spec.adopt)), jx_s("pollInterval", st->spec.poll),
        jx_s("pollIntervalWhileNotReady", st->call.in.poll_not_ready ? st->call.in.poll_not_ready : "15s"));
    return requests_request(&st->call.rq, &shoot_parts[SHOOT_REQUEST], fp);
}

static json_t *any_kubeconfig(const void *programs)
{
    const struct shoot_gardener_programs *p = programs;

    return jx_object(jx_s("method", "POST"), jx_o("headers", shoot_json_headers()),
                     jx_s("expectedResponse", p->kubeconfig_expected),
                     jx_o("renewal", jx_object(jx_s("expiresAt", p->expires_at))),
                     jx_s("statusProjection", p->kubeconfig_projection), jx_s("storeResponse", "None"));
}

static json_t *kubeconfig_key(const void *programs)
{
    return shoot_key("kubeconfig", ((const struct shoot_gardener_programs *)programs)->kubeconfig);
}

static json_t *kubeconfig(const struct shoot_state *st)
{
    static struct jx_fixed any, key;
    const struct shoot_gardener_programs *p = &shoot_programs_gardener;
    CLEAN(free)
    char *collection = collection_url(st),
         *url = x_asprintf("%s/%s/adminkubeconfig", collection, st->spec.name);
    json_t *spec = jx_object(jx_i("expirationSeconds", shoot_kubeconfig_seconds(&st->spec)));
    json_t *ask = jx_object(jx_w("apiVersion", "authentication.gardener.cloud/v1alpha1"),
                            jx_w("kind", "AdminKubeconfigRequest"), jx_o("spec", spec));
    json_t *fp = json_copy(jx_fixed(&any, any_kubeconfig, p));

    jx_add(fp, jx_s("url", url), jx_o("body", text_of(ask)),
           jx_o("secretInjectionConfigs", shoot_inject(st, st->secret, jx_fixed(&key, kubeconfig_key, p))));
    return requests_disposable(&st->call.rq, &shoot_parts[SHOOT_KUBECONFIG], fp);
}

/* The exported kubeconfig is the way in: Gardener's answer is not one that auth CleuraShoot reads. */
static json_t *provider_config(const struct shoot_state *st)
{
    json_t *ref = jx_pack("{s:s, s:s, s:s}", "name", st->secret, "namespace", st->secret_namespace, "key",
                          "kubeconfig");

    return requests_provider_config(&st->call.rq, &shoot_parts[SHOOT_CONFIG],
                                    jx_pack("{s:s, s:{s:s, s:o}}", "auth", "Kubeconfig", "credentials",
                                            "source", "Secret", "secretRef", ref));
}

void shoot_compose_gardener(struct shoot_state *st)
{
    const struct observed *seen = st->seen;
    json_t *request = shoot_request(st);

    st->applied = shoot_is_applied(st, request);
    shoot_put(st, SHOOT_REQUEST, request);
    shoot_put(st, SHOOT_CONFIG, provider_config(st));
    if (shoot_is_protected(st))
        shoot_put(st, SHOOT_PROTECTION, shoot_protection(st));
    if ((seen[SHOOT_REQUEST].ready && !shoot_sleeps(st)) || seen[SHOOT_KUBECONFIG].object)
        shoot_put(st, SHOOT_KUBECONFIG, kubeconfig(st));
    /* without the kubeconfig there is nothing to ask with */
    if (seen[SHOOT_KUBECONFIG].ready || seen[SHOOT_API_SERVER].object)
        shoot_put(st, SHOOT_API_SERVER, shoot_api_server(st));
}
