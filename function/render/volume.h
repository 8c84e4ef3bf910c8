/* SPDX-License-Identifier: Apache-2.0 */
/* A Volume's spec and its rules. */
#pragma once
#include "function/render/quantity.h"
#include "function/render/workload.h"

enum { VOLUME_CLASSES = WORKLOAD_OWN, VOLUME_EVENTS, VOLUME_ATTACHMENTS, VOLUME_PARTS };

struct volume_spec {
    struct workload_spec w;
    const char *size, *storage_class, *access_mode, *volume_mode;
    json_t *size_doc, *storage_doc; /* texts, if all is right */
    json_t *access_modes, *resources, *requests, *labels, *annotations;
};

struct volume {
    struct workload w;
    struct volume_spec spec;
    struct quantity size;
    const json_t
        *class; /* of the storage classes in the cluster, the one this volume has; NULL = not known */
    const char *class_name, *size_path;
    const char *now; /* the size that is asked for now; NULL = the spec's */
    bool default_missing, waits;
};

/* Binds the composite's spec; problems of shape. */
void volume_read(struct volume *v);

/* Problems and advice of what it means, also against what is in the cluster: after 'class' was found. */
void volume_rules(struct volume *v);

/* The one access mode of the claim. */
const char *volume_access_mode(const struct volume_spec *s);
