/* SPDX-License-Identifier: Apache-2.0 */
/* Octavia's settings of a Service: typed fields that become annotations.  The cloud controller takes annotations as they come: an
 * unknown name is ignored and a bad value replaced by the default, both without a word; so names and values are judged here. */
#pragma once
#include "lib/jx_bind.h"

struct octavia {
    json_t *annotations; /* owned; name → text */
    bool internal, keep_address, proxy_protocol, forwarded_for, no_monitor, ends_tls;
};

/* Reads the object at 'path', "spec.octavia"; 'doc' may be NULL. octavia_free(). */
void octavia_read(const json_t *doc, const char *path, struct octavia *o, struct problems *problems,
                  struct problems *advice);
void octavia_free(struct octavia *o);

/* Adds the user's own annotations, those at 'annotations_path', to 'o'; Octavia's are fields at 'path' and are refused here. */
void octavia_annotate(const json_t *annotations, const char *annotations_path, const char *path,
                      struct octavia *o, struct problems *problems);

/* A problem for each setting that counts at the creation only and is another than in 'before', the annotations that were
 * applied. */
void octavia_check_fixed(const struct octavia *o, const json_t *before, const char *path,
                         struct problems *problems);

/* Does this region of Cleura's have no TCP and UDP load balancers?  NULL has them. */
bool octavia_lacks_l4(const char *region);

/* What an event of the Service says in words, and what to do. NULL when nobody knows more than its own text says. */
const char *octavia_explain(const char *message);
