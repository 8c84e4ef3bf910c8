/* SPDX-License-Identifier: Apache-2.0 */
/* Request bodies checked against tables; every violation becomes one {key, value}. */
#pragma once
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum schema_type { SCHEMA_STRING, SCHEMA_INT, SCHEMA_BOOL, SCHEMA_OBJECT, SCHEMA_STRINGS, SCHEMA_OBJECTS };
enum { SCHEMA_REQUIRED = 1, SCHEMA_NULLABLE = 2, SCHEMA_NOT_EMPTY = 4 };

struct schema_field {
    const char *name; /* NULL ends the table */
    enum schema_type type;
    unsigned flags;
    bool (*check)(const char *text);
    const char *const *one_of;         /* NULL-terminated */
    const struct schema_field *fields; /* of the object or of each element */
    size_t max_length;                 /* of a string; 0 = any */
};

struct schema_options {
    bool reject_unknown;
    bool echo; /* the submitted value instead of a text */
};

/* An array of {key: "a.b[0].c", value: text}; empty when the body is right. */
json_t *schema_check(json_t *body, const struct schema_field *fields, const struct schema_options *options);

/* The patterns of the API, anchored. */
bool is_shoot_name(const char *text);
bool is_worker_name(const char *text);
bool is_version(const char *text);
bool is_uuid(const char *text);
bool is_label_text(const char *text); /* names of pools, images, machine types */
bool is_cidr(const char *text);       /* IPv4, with or without a length */
bool is_window_time(const char *text);
bool is_cron(const char *text);
bool is_size(const char *text);

extern const struct schema_field schema_v1_create[], schema_v1_update[], schema_v1_worker[],
    schema_v1_worker_update[], schema_v1_kubeconfig[], schema_v1_login[], schema_v1_sms[], schema_v1_verify[];
extern const struct schema_field schema_v2_create[], schema_v2_patch[], schema_v2_worker[],
    schema_v2_worker_update[], schema_v2_kubeconfig[], schema_v2_rotate[], schema_v2_login[], schema_v2_sms[],
    schema_v2_verify[];
