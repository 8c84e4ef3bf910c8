/* SPDX-License-Identifier: Apache-2.0 */
/* What is unknown or varies about the real API, as switches: set by --set and by the control endpoint. */
#pragma once
#include "lib/err.h"
#include <jansson.h>

enum switch_id {
    /* authentication */
    SW_SINGLE_SESSION,
    SW_INVALID_TOKEN_STATUS,
    SW_WRONG_LOGIN_STATUS,
    SW_WRONG_SMS_STATUS,
    SW_SMS_CODE,
    SW_FORBIDDEN_IP,
    SW_TOKEN_SECONDS,
    SW_RATE_LIMIT,
    /* framing and shapes */
    SW_REGION_CASE_V1,
    SW_REGION_CASE_V2,
    SW_ESCAPE_SLASHES,
    SW_SUCCESS_CODES,
    SW_ACTION_BODY,
    SW_FRAMING,
    SW_ORDER,
    SW_HIBERNATION_UNSET,
    SW_LABELS_UNSET,
    SW_CIDRS_EMPTY,
    SW_NULLS,
    SW_UNKNOWN_MEMBERS,
    SW_V1_CREATE_LABELS,
    SW_V1_FIELDS,
    SW_V1_KUBECONFIG,
    SW_SCHEMA,
    SW_HA_TYPE,
    /* validation */
    SW_UNKNOWN_FIELDS,
    SW_ECHO,
    SW_SEMANTIC_STATUS,
    SW_RULES_OFF,
    SW_TAKEN_STATUS,
    SW_NO_BOOTSTRAP_STATUS,
    SW_BUSY_CONFLICT,
    SW_WORKER_PUT,
    SW_LAST_WORKER,
    SW_DELETE_AGAIN,
    SW_RETRY_NOT_FAILED,
    SW_KUBECONFIG_MAX_SECONDS,
    SW_KUBECONFIG_NOT_READY_STATUS,
    SW_KUBECONFIG_HIBERNATED,
    /* lifecycle */
    SW_CREATE_SECONDS,
    SW_STALE_SECONDS,
    SW_SETTLE_SECONDS,
    SW_RETRY_SECONDS,
    SW_BACKGROUND_SECONDS,
    SW_AUTO_UPDATE,
    SW_SCHEDULES,
    SW_LAG_SECONDS,
    SW_SKEW_SECONDS,
    SW_QUOTA,
    SW_QUOTA_CORES,
    SW_QUOTA_INSTANCES,
    SW_QUOTA_RAM,
    SW_QUOTA_GIGABYTES,
    SW_JOURNAL,
    /* inside the shoots */
    SW_LB_SECONDS,
    SW_LB_DELETE_SECONDS,
    SW_LB_OUTCOME,
    SW_LB_CONTROLLER,
    SW_LB_L4,
    SW_LB_CLASSES,
    SW_QUOTA_LOAD_BALANCERS,
    SW_QUOTA_FLOATING_IPS,
    SW_QUOTA_VOLUMES,
    SW_VOLUME_SECONDS,
    SW_VOLUME_CONTROLLER,
    SW_NODES,
    SW_SCHEDULING,
    SW_POD_SECONDS,
    SW_JOB_SECONDS,
    SW_JOB_OUTCOME,
    SW_IMAGE_PULL,
    SW_CHART_PULL,
    SW_SHOOT_DELETE_CLEANS,
    SW_ENVOY_GATEWAY,
    SW_GATEWAY_BUNDLE,
    SW_GATEWAY_CHANNEL,
    SW_GATEWAY_SECONDS,
    SW_GATEWAY_CONTROLLER,
    SW_GATEWAY_FAULT,
    SW_N
};

struct switches {
    char *value[SW_N];
};

void switches_default(struct switches *s);
void switches_free(struct switches *s);

/* -1 with ERR_INVALID naming the switch and what it takes. */
MUST_CHECK int switches_set(struct switches *s, const char *name, const char *value, struct err *e);

const char *switch_text(const struct switches *s, enum switch_id id);
bool switch_is(const struct switches *s, enum switch_id id, const char *value);
static inline bool switch_on(const struct switches *s, enum switch_id id) { return switch_is(s, id, "on"); }
double switch_number(const struct switches *s, enum switch_id id);
static inline int64_t switch_ms(const struct switches *s, enum switch_id id)
{
    return (int64_t)(switch_number(s, id) * 1000);
}

/* {name: value}; numbers as numbers. */
json_t *switches_json(const struct switches *s);
/* One line per switch: name, values, default, meaning. */
void switches_print(FILE *out);
