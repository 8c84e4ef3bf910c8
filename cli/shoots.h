/* SPDX-License-Identifier: Apache-2.0 */
/* A shoot as Cleura shows it, both generations of the API in one form. */
#pragma once
#include "lib/err.h"
#include <jansson.h>

struct shoot_facts {
    const char *name, *region, *version, *uid; /* borrowed; "" = not said */
    const char *type, *state, *description;    /* of the last operation */
    int percent;                               /* -1 = not said */
    bool hibernated;
    const json_t *conditions, *errors, *workers; /* borrowed lists, or NULL */
};

void shoots_read(const json_t *shoot, struct shoot_facts *ret);

/* One word or two: "Ready", "Creating 42 %", "Hibernated", "Failed", "Not healthy". The caller frees. */
char *shoots_status(const struct shoot_facts *f);
bool shoots_ready(const struct shoot_facts *f);
bool shoots_failed(const struct shoot_facts *f);
/* The first thing that is wrong, or "". The caller frees. */
char *shoots_trouble(const struct shoot_facts *f);
