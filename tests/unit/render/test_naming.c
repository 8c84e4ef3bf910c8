/* SPDX-License-Identifier: Apache-2.0 */
/* The names that must never change: a rename deletes a cluster and creates another. */
#undef NDEBUG
#include "function/render/render.h"
#include "function/render/shoot_state.h"
#include "lib/jx.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct {
    enum shoot_part id;
    const char *key, *object;
} frozen[] = {
    { SHOOT_BOOTSTRAP, "bootstrap", "my-cluster-bootstrap" },
    { SHOOT_REQUEST, "shoot", "my-cluster-shoot" },
    { SHOOT_CONFIG, "providerconfig", "my-cluster" },
    { SHOOT_API_SERVER, "api-server", "my-cluster-api-server" },
    { SHOOT_KUBECONFIG, "kubeconfig", "my-cluster-kubeconfig" },
    { SHOOT_PROTECTION, "protection", "my-cluster-protection" },
    { SHOOT_OFFER, "offer", "my-cluster-offer" },
    { SHOOT_LOGIN, "login", "my-cluster-login" },
    { SHOOT_ABSENCE, "absence", "my-cluster-absence" },
    { SHOOT_LOGIN_USE, "login-use", "my-cluster-login-use" },
    { SHOOT_GATEWAY_NAMESPACE, "gateway-namespace", "my-cluster-envoy-namespace" },
    { SHOOT_GATEWAY_ACCOUNT, "gateway-account", "my-cluster-envoy-account" },
    { SHOOT_GATEWAY_RIGHTS, "gateway-rights", "my-cluster-envoy-rights" },
    { SHOOT_GATEWAY_CRDS, "gateway-crds", "my-cluster-envoy-crds" },
    { SHOOT_GATEWAY_JOB, "gateway-job", "my-cluster-envoy-job" },
    { SHOOT_GATEWAY_PODS, "gateway-pods", "my-cluster-envoy-pods" },
    { SHOOT_GATEWAY_CONTROLLER, "gateway-controller", "my-cluster-envoy-controller" },
    { SHOOT_GATEWAY_CLASS, "gateway-class", "my-cluster-envoy-class" },
    { SHOOT_GATEWAY_SERVICES, "gateway-services", "my-cluster-envoy-services" },
    { SHOOT_GATEWAY_HELM, "gateway-helm", "my-cluster-envoy-helm" },
    { SHOOT_GATEWAY_RELEASE, "gateway-release", "my-cluster-envoy-release" },
};

static struct naming name_of(json_t *composite)
{
    struct naming n;

    naming_init(composite, &n);
    return n;
}

static void names_are_frozen(void **state)
{
    json_auto_t *c = jx_pack("{s:s, s:{s:s, s:s}}", "kind", "Shoot", "metadata", "name", "my-cluster",
                             "namespace", "team-a");
    struct naming n = name_of(c);
    char name[NAMING_SIZE];

    (void)state;
    assert_int_equal(ARRAY_LENGTH(frozen), SHOOT_PARTS);
    for (size_t i = 0; i < ARRAY_LENGTH(frozen); i++) {
        assert_string_equal(shoot_parts[frozen[i].id].key, frozen[i].key);
        assert_true(render_reads.observed(frozen[i].key));
        naming_object(&n, &shoot_parts[frozen[i].id], name);
        assert_string_equal(name, frozen[i].object);
    }
    assert_false(render_reads.observed("shoots"));
    assert_false(render_reads.observed(""));
}

static void claims_carry_their_namespace(void **state)
{
    json_auto_t *c =
        jx_pack("{s:s, s:{s:s}, s:{s:{s:s, s:s}}}", "kind", "XShoot", "metadata", "name", "my-cluster-x7k2p",
                "spec", "claimRef", "name", "my-cluster", "namespace", "team-a");
    struct naming n = name_of(c);
    char name[NAMING_SIZE];

    (void)state;
    assert_true(n.cluster);
    assert_string_equal(n.own, "my-cluster");
    assert_string_equal(n.ns, "team-a");
    naming_object(&n, &shoot_parts[SHOOT_CONFIG], name);
    assert_string_equal(name, "team-a-my-cluster");
    naming_object(&n, &shoot_parts[SHOOT_REQUEST], name);
    assert_string_equal(name, "team-a-my-cluster-shoot");
}

/* What a shootRef names is where the Shoot of that name put its ProviderConfig. */
static void a_reference_means_what_its_shoot_is_called(void **state)
{
    json_auto_t *in_namespace =
                    jx_pack("{s:{s:s, s:s}}", "metadata", "name", "my-data", "namespace", "team-a"),
                *claimed = jx_pack("{s:{s:s}, s:{s:{s:s, s:s}}}", "metadata", "name", "my-data-k2x7p", "spec",
                                   "claimRef", "name", "my-data", "namespace", "team-a"),
                *bare = jx_pack("{s:{s:s}}", "metadata", "name", "my-data");
    struct naming n;
    char base[NAMING_SIZE];

    (void)state;
    n = name_of(in_namespace);
    naming_base_of(&n, "my-cluster", base);
    assert_string_equal(base, "my-cluster");
    n = name_of(claimed);
    naming_base_of(&n, "my-cluster", base);
    assert_string_equal(base, "team-a-my-cluster");
    n = name_of(bare);
    naming_base_of(&n, "my-cluster", base);
    assert_string_equal(base, "my-cluster");
}

static void a_composite_without_claim_keeps_its_name(void **state)
{
    json_auto_t *c = jx_pack("{s:s, s:{s:s}}", "kind", "XShoot", "metadata", "name", "bare");
    struct naming n = name_of(c);
    char name[NAMING_SIZE];

    (void)state;
    assert_true(n.cluster);
    assert_null(n.ns);
    naming_object(&n, &shoot_parts[SHOOT_KUBECONFIG], name);
    assert_string_equal(name, "bare-kubeconfig");
}

static void long_names_are_hashed_and_differ(void **state)
{
    char text[254], a[NAMING_SIZE], b[NAMING_SIZE];
    struct naming n;

    (void)state;
    memset(text, 'x', sizeof(text));
    text[sizeof(text) - 1] = '\0';
    json_auto_t *c = jx_pack("{s:{s:s, s:s}}", "metadata", "name", text, "namespace", "n");
    n = name_of(c);
    naming_object(&n, &shoot_parts[SHOOT_REQUEST], a);
    naming_object(&n, &shoot_parts[SHOOT_KUBECONFIG], b);
    assert_int_equal(strlen(a), NAMING_MAX);
    assert_int_equal(strlen(b), NAMING_MAX);
    assert_string_not_equal(a, b);
    naming_object(&n, &shoot_parts[SHOOT_REQUEST], b);
    assert_string_equal(a, b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_frozen),
        cmocka_unit_test(claims_carry_their_namespace),
        cmocka_unit_test(a_reference_means_what_its_shoot_is_called),
        cmocka_unit_test(a_composite_without_claim_keeps_its_name),
        cmocka_unit_test(long_names_are_hashed_and_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
