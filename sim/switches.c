/* SPDX-License-Identifier: Apache-2.0 */
/* One table says what each switch takes, what it is by default and what it means. */
#include "sim/switches.h"
#include "lib/jx.h"
#include <math.h>

struct switch_def {
    const char *name, *otherwise;
    const char *allowed; /* "a|b|c"; NULL = a number of at least 0; "" = any text; "a|b|number" */
    const char *help;
};

static const struct switch_def defs[SW_N] = {
    [SW_SINGLE_SESSION] = { "single-session", "off", "off|on",
                            "a new login ends the account's earlier tokens" },
    [SW_INVALID_TOKEN_STATUS] = { "invalid-token-status", "403", "403|401",
                                  "answer to a bad, expired or missing token" },
    [SW_WRONG_LOGIN_STATUS] = { "wrong-login-status", "400", "400|401|403|200",
                                "answer to a wrong password" },
    [SW_WRONG_SMS_STATUS] = { "wrong-sms-status", "400", "400|403", "answer to a wrong SMS code" },
    [SW_SMS_CODE] = { "sms-code", "123456", NULL, "the code every SMS carries" },
    [SW_FORBIDDEN_IP] = { "forbidden-ip", "on", "on|off", "ip-restricted accounts are refused" },
    [SW_TOKEN_SECONDS] = { "token-seconds", "86400", NULL, "life of new tokens in real seconds" },
    [SW_RATE_LIMIT] = { "rate-limit", "0", NULL, "requests per token and real second before 429; 0 = none" },
    [SW_REGION_CASE_V1] = { "region-case-v1", "insensitive", "insensitive|sensitive", "region in v1 paths" },
    [SW_REGION_CASE_V2] = { "region-case-v2", "sensitive", "insensitive|sensitive",
                            "region in v2 and v3 paths" },
    [SW_ESCAPE_SLASHES] = { "escape-slashes", "on", "on|off", "\"\\/\" in v1 JSON" },
    [SW_SUCCESS_CODES] = { "success-codes", "spec", "spec|vendor-mock",
                           "v2 create/delete/bootstrap and v3 kubeconfig: 202/202/204/201 or "
                           "201/204/200/200" },
    [SW_ACTION_BODY] = { "action-body", "empty", "empty|json", "body of answers to actions" },
    [SW_FRAMING] = { "framing", "length", "length|chunked|close", "how bodies are delimited" },
    [SW_ORDER] = { "order", "sorted", "sorted|shuffled|as-sent", "order of lists read back" },
    [SW_HIBERNATION_UNSET] = { "hibernation-unset", "null", "null|absent|empty",
                               "v2 hibernation without schedules" },
    [SW_LABELS_UNSET] = { "labels-unset", "empty", "null|absent|empty",
                          "v2 labels, annotations, taints when none" },
    [SW_CIDRS_EMPTY] = { "cidrs-empty", "list", "list|absent", "v2 allowed_cidrs when empty" },
    [SW_NULLS] = { "nulls", "null", "null|absent|random", "v2 nullable fields without a value" },
    [SW_UNKNOWN_MEMBERS] = { "unknown-members", "off", "off|on",
                             "extra fields and enum members no document lists" },
    [SW_V1_CREATE_LABELS] = { "v1-create-labels", "index", "index|name",
                              "keys of labels in v1 create answers" },
    [SW_V1_FIELDS] = { "v1-fields", "known", "known|all",
                       "v1 GET: the fields its clients know, or Gardener's own too (lastUpdateTime, "
                       "lastErrors, ...)" },
    [SW_V1_KUBECONFIG] = { "v1-kubeconfig", "on", "on|off", "GET kubeconfig of v1 exists" },
    [SW_SCHEMA] = { "schema", "2026-09", "2026-04|2026-06|2026-09",
                    "v2 documents, and whether v3 exists, as of then" },
    [SW_HA_TYPE] = { "ha-type", "node", "node|zone|empty",
                     "failure tolerance of highly available control planes" },
    [SW_UNKNOWN_FIELDS] = { "unknown-fields", "ignore", "ignore|reject", "unknown fields in v2 requests" },
    [SW_ECHO] = { "echo", "off", "off|on", "400 answers repeat the submitted values, secrets too" },
    [SW_SEMANTIC_STATUS] = { "semantic-status", "400", "400|409|422|500",
                             "answer to what is well-formed but wrong" },
    [SW_RULES_OFF] = { "rules-off", "", "", "semantic rules not applied, separated by commas" },
    [SW_TAKEN_STATUS] = { "taken-status", "409", "409|400", "create with a name that is taken" },
    [SW_NO_BOOTSTRAP_STATUS] = { "no-bootstrap-status", "404", "404|500|0",
                                 "create before bootstrap; 0 = allowed" },
    [SW_BUSY_CONFLICT] = { "busy-conflict", "off", "off|workers|always|number",
                           "409 to changes during an operation; a number is a probability" },
    [SW_WORKER_PUT] = { "worker-put", "merge", "merge|replace", "fields a worker update leaves out" },
    [SW_LAST_WORKER] = { "last-worker", "refuse", "refuse|allow", "deletion of the last worker group" },
    [SW_DELETE_AGAIN] = { "delete-again", "accept", "accept|conflict", "DELETE of a shoot that is deleting" },
    [SW_RETRY_NOT_FAILED] = { "retry-not-failed", "accept", "accept|conflict",
                              "retry of a shoot that has not failed" },
    [SW_KUBECONFIG_MAX_SECONDS] = { "kubeconfig-max-seconds", "86400", NULL, "longer ones are cut silently" },
    [SW_KUBECONFIG_NOT_READY_STATUS] = { "kubeconfig-not-ready-status", "0", "0|400|404|409|500",
                                         "kubeconfig without API server; 0 = 409 on v3, else 400" },
    [SW_KUBECONFIG_HIBERNATED] = { "kubeconfig-hibernated", "fail", "fail|give",
                                   "kubeconfig while hibernated" },
    [SW_CREATE_SECONDS] = { "create-seconds", "600", NULL,
                            "virtual duration of a create, others in proportion" },
    [SW_STALE_SECONDS] = { "stale-seconds", "5", NULL,
                           "virtual time the old operation is shown after a change" },
    [SW_SETTLE_SECONDS] = { "settle-seconds", "30", NULL,
                            "virtual time conditions stay Progressing after success" },
    [SW_RETRY_SECONDS] = { "retry-seconds", "30", NULL,
                           "virtual time an Error lasts before Gardener retries" },
    [SW_BACKGROUND_SECONDS] = { "background-seconds", "0", NULL,
                                "virtual time between unprompted reconciliations" },
    [SW_AUTO_UPDATE] = { "auto-update", "off", "off|on", "patch versions move in the maintenance window" },
    [SW_SCHEDULES] = { "schedules", "on", "on|off", "hibernation schedules act" },
    [SW_LAG_SECONDS] = { "lag-seconds", "0", NULL,
                         "virtual time until list and is-name-taken show a new shoot" },
    [SW_SKEW_SECONDS] = { "skew-seconds", "0", NULL, "times in answers are this much ahead" },
    [SW_QUOTA] = { "quota", "on", "on|off", "the project's quota fails operations" },
    [SW_QUOTA_CORES] = { "quota-cores", "20", NULL, "per project and region" },
    [SW_QUOTA_INSTANCES] = { "quota-instances", "10", NULL, "per project and region" },
    [SW_QUOTA_RAM] = { "quota-ram", "51200", NULL, "MiB per project and region" },
    [SW_QUOTA_GIGABYTES] = { "quota-gigabytes", "1000", NULL, "volume size per project and region" },
    [SW_JOURNAL] = { "journal", "on", "on|off", "requests are recorded" },
    [SW_LB_SECONDS] = { "lb-seconds", "90", NULL,
                        "virtual time a load balancer takes, from two thirds of it to twice" },
    [SW_LB_DELETE_SECONDS] = { "lb-delete-seconds", "15", NULL, "virtual time its deletion takes" },
    [SW_LB_OUTCOME] = { "lb-outcome", "ok", "ok|error|error-once|never|stuck",
                        "what becomes of load balancers: ACTIVE, ERROR, ERROR at first, PENDING_CREATE, or "
                        "never deleted" },
    [SW_LB_CONTROLLER] = { "lb-controller", "up", "up|down", "the cloud controller in the shoots" },
    [SW_LB_L4] = { "lb-l4", "on", "on|off", "TCP and UDP load balancers exist (never in sto-com)" },
    [SW_LB_CLASSES] = { "lb-classes", "", "", "load balancer classes in the shoots, separated by commas" },
    [SW_QUOTA_LOAD_BALANCERS] = { "quota-load-balancers", "50", NULL, "per project and region" },
    [SW_QUOTA_FLOATING_IPS] = { "quota-floating-ips", "50", NULL, "per project and region" },
    [SW_QUOTA_VOLUMES] = { "quota-volumes", "50", NULL, "volumes of claims, per project and region" },
    [SW_VOLUME_SECONDS] = { "volume-seconds", "10", NULL, "virtual time a volume takes, made or grown" },
    [SW_VOLUME_CONTROLLER] = { "volume-controller", "up", "up|down", "the Cinder driver in the shoots" },
    [SW_NODES] = { "nodes", "1", NULL, "workers of each shoot; those deleted inside do not come back" },
    [SW_SCHEDULING] = { "scheduling", "on", "on|off", "pods find room on a node" },
    [SW_POD_SECONDS] = { "pod-seconds", "5", NULL, "virtual time until a scheduled pod is Ready" },
    [SW_JOB_SECONDS] = { "job-seconds", "30", NULL, "virtual time a Job's pod runs" },
    [SW_JOB_OUTCOME] = { "job-outcome", "succeeds", "succeeds|fails|fails-once|hangs|killed-once",
                         "what becomes of a Job's containers; killed in the middle, of helm while it "
                         "installs" },
    [SW_IMAGE_PULL] = { "image-pull", "ok", "ok|not-found|rate-limited|unreachable|slow",
                        "what nodes get that pull an image they do not have" },
    [SW_CHART_PULL] = { "chart-pull", "ok", "ok|not-found|rate-limited|unreachable|slow",
                        "what helm in a Job gets that pulls a chart" },
    [SW_SHOOT_DELETE_CLEANS] = { "shoot-delete-cleans", "on", "on|off",
                                 "a deleted shoot takes its load balancers and volumes along" },
    [SW_ENVOY_GATEWAY] = { "envoy-gateway", "off", "off|1.8|1.9", "shoots come with this Envoy Gateway" },
    [SW_GATEWAY_BUNDLE] = { "gateway-bundle", "fitting", "fitting|1.5|1.6",
                            "and with this Gateway API; 1.8 is made for 1.5, 1.9 for 1.6" },
    [SW_GATEWAY_CHANNEL] = { "gateway-channel", "experimental", "experimental|standard",
                             "and with this channel of the Gateway API" },
    [SW_GATEWAY_SECONDS] = { "gateway-seconds", "1", NULL, "virtual time until Envoy Gateway sees a change" },
    [SW_GATEWAY_CONTROLLER] = { "gateway-controller", "up", "up|down", "Envoy Gateway in the shoots" },
    [SW_GATEWAY_FAULT] = { "gateway-fault", "none",
                           "none|address-stale|old-generation|no-accepted|rewrites|no-programmed|partly-"
                           "invalid",
                           "status of Gateways: AddressNotAssigned although the Service has its address, a "
                           "generation behind, listeners without Accepted, times rewritten, no Programmed; "
                           "of "
                           "HTTPRoutes: a rule dropped" },
};

void switches_default(struct switches *s)
{
    for (int i = 0; i < SW_N; i++)
        s->value[i] = x_strdup(defs[i].otherwise);
}

void switches_free(struct switches *s)
{
    for (int i = 0; i < SW_N; i++) {
        free(s->value[i]);
        s->value[i] = NULL;
    }
}

static bool is_number(const char *text)
{
    char *end;
    double n = strtod(text, &end);

    return *text && !*end && isfinite(n) && n >= 0 && n <= 1e12;
}

static bool listed(const char *allowed, const char *value)
{
    size_t n = strlen(value);

    for (const char *at = allowed; *at; at += strcspn(at, "|"), at += *at == '|')
        if (strcspn(at, "|") == n && !strncmp(at, value, n) && strcmp(value, "number") != 0)
            return true;
    return strstr(allowed, "number") && is_number(value) && strtod(value, NULL) <= 1;
}

int switches_set(struct switches *s, const char *name, const char *value, struct err *e)
{
    for (int i = 0; i < SW_N; i++) {
        const char *allowed = defs[i].allowed;

        if (strcmp(defs[i].name, name) != 0)
            continue;
        if (!allowed && !is_number(value))
            return err_set(e, ERR_INVALID, "%s takes a number, not \"%.60s\"", name, value);
        if (allowed && *allowed && !listed(allowed, value))
            return err_set(e, ERR_INVALID, "%s is one of %s, not \"%.60s\"", name, allowed, value);
        free(s->value[i]);
        s->value[i] = x_strdup(value);
        return 0;
    }
    return err_set(e, ERR_INVALID, "there is no switch \"%.60s\"; --help lists them", name);
}

const char *switch_text(const struct switches *s, enum switch_id id) { return s->value[id]; }

bool switch_is(const struct switches *s, enum switch_id id, const char *value)
{
    return !strcmp(s->value[id], value);
}

double switch_number(const struct switches *s, enum switch_id id) { return strtod(s->value[id], NULL); }

json_t *switches_json(const struct switches *s)
{
    json_t *all = json_object();

    for (int i = 0; i < SW_N; i++) {
        double n = strtod(s->value[i], NULL);

        if (!is_number(s->value[i]) || strchr(s->value[i], '-'))
            jx_set(all, defs[i].name, jx_text(s->value[i]));
        else
            jx_set(all, defs[i].name, n == floor(n) ? json_integer((json_int_t)n) : json_real(n));
    }
    return all;
}

void switches_print(FILE *out)
{
    for (int i = 0; i < SW_N; i++)
        (void)fprintf(out, "  %s=%s\n      %s%s%s%s\n", defs[i].name, defs[i].otherwise, defs[i].help,
                      defs[i].allowed && *defs[i].allowed ? " (" : "", defs[i].allowed ? defs[i].allowed : "",
                      defs[i].allowed && *defs[i].allowed ? ")" : "");
}
