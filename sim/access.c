/* SPDX-License-Identifier: Apache-2.0 */
/* Ways into a shoot: kubeconfigs in their four shapes, the nodes' SSH key. */
#include "lib/clock.h"
#include "sim/handlers.h"
#include "sim/requests.h"
#include "sim/routes.h"
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

/* Gardener's least lifetime. */
enum { LEAST_SECONDS = 600 };
static const json_int_t static_seconds = 86400;

static void not_ready(struct call *c, const char *message)
{
    int status = (int)switch_number(&c->sim->switches, SW_KUBECONFIG_NOT_READY_STATUS);

    call_error(c, status ? status : c->route->generation == 3 ? 409 : 400, "%s", message);
}

/* The YAML and when it ends (real ms), or an answer and NULL. */
static char *kubeconfig(struct call *c, json_int_t seconds, int64_t *ret_ends)
{
    const struct shoot *shoot = c->shoot;
    json_int_t most = (json_int_t)switch_number(&c->sim->switches, SW_KUBECONFIG_MAX_SECONDS);

    if (seconds < LEAST_SECONDS && !request_rule(c, "kubeconfig-seconds", "expirationSeconds",
                                                 "may not specify a duration less than 10 minutes"))
        return NULL;
    if (!shoot->api) {
        not_ready(c, "no kube-apiserver advertised addresses in Shoot .status.advertisedAddresses");
        return NULL;
    }
    if (shoot->life.api == API_ASLEEP && switch_is(&c->sim->switches, SW_KUBECONFIG_HIBERNATED, "fail")) {
        not_ready(c, "The cluster is hibernated");
        return NULL;
    }
    *ret_ends = c->real_now + (seconds < most ? seconds : most) * CLOCK_SECOND;
    c->applied = true;
    return shootapi_kubeconfig(shoot->api, shoot->project->garden, *ret_ends);
}

static void as_string(struct call *c, json_int_t seconds)
{
    int64_t ends;
    CLEAN(free) char *yaml = kubeconfig(c, seconds, &ends);

    if (yaml)
        call_json(c, 200, jx_text(yaml));
}

void access_kubeconfig_v1(struct call *c)
{
    const json_t *in = request_object(c, schema_v1_kubeconfig, "config");

    if (in)
        as_string(c, jx_int(in, "expirationSeconds", 0));
}

/* The old static one; the documents call it unclear. */
void access_kubeconfig_v1_old(struct call *c)
{
    if (switch_on(&c->sim->switches, SW_V1_KUBECONFIG))
        as_string(c, static_seconds);
    else
        call_error(c, 404, "Not Found");
}

/* The real server labels the YAML as HTML. */
void access_kubeconfig_v2(struct call *c)
{
    const json_t *in = request_object(c, schema_v2_kubeconfig, NULL);
    int64_t ends;
    char *yaml = in ? kubeconfig(c, jx_int(in, "expiration_seconds", 0), &ends) : NULL;

    if (yaml)
        call_text(c, 201, "text/html; charset=UTF-8", yaml);
}

void access_kubeconfig_v3(struct call *c)
{
    const json_t *in = request_object(c, schema_v2_kubeconfig, NULL);
    int64_t ends;
    CLEAN(free) char *yaml = in ? kubeconfig(c, jx_int(in, "expiration_seconds", 0), &ends) : NULL;
    char text[CLOCK_TEXT];

    if (!yaml)
        return;
    clock_text(ends + switch_ms(&c->sim->switches, SW_SKEW_SECONDS), text);
    call_json(c, switch_is(&c->sim->switches, SW_SUCCESS_CODES, "spec") ? 201 : 200,
              jx_pack("{s:o, s:s}", "kubeconfig", jx_text(yaml), "expires_at", text));
}

static char *new_key(void)
{
    gnutls_x509_privkey_t key;
    gnutls_datum_t pem = { 0 };
    char *text = NULL;

    if (gnutls_x509_privkey_init(&key) < 0)
        return NULL;
    if (gnutls_x509_privkey_generate(key, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1),
                                     0) >= 0 &&
        gnutls_x509_privkey_export2(key, GNUTLS_X509_FMT_PEM, &pem) >= 0)
        text = x_strndup((const char *)pem.data, pem.size);
    gnutls_free(pem.data);
    gnutls_x509_privkey_deinit(key);
    return text;
}

void access_ssh_key(struct call *c)
{
    struct shoot *shoot = c->shoot;

    if (shoot->life.created && !shoot->ssh_key)
        shoot->ssh_key = new_key();
    if (shoot->ssh_key)
        call_text(c, 200, "text/plain; charset=UTF-8", x_strdup(shoot->ssh_key));
    else
        call_error(c, 404, "Not Found");
}
