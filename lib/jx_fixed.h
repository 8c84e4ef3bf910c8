/* SPDX-License-Identifier: Apache-2.0 */
/* Documents that are made once and are the same ever after: any number of threads put them into what they build at no
 * cost.  Nothing in them is counted, copied or freed; a holder may not change them. */
#pragma once
#include <jansson.h>
#include <stdbool.h>

/* Static and zero at first. */
struct jx_fixed {
    json_t *doc;
};

/* What 'make(of)' returned when it was first called for; later ones do not call it. 'make' may use other fixed documents. */
json_t *jx_fixed(struct jx_fixed *f, json_t *(*make)(const void *of), const void *of);

/* Is it one, or in one? So is each of true, false and null. */
bool jx_is_fixed(const json_t *v);

/* A text; for 'make'. */
json_t *jx_fixed_text(const void *text);
/* A word that the program says again and again. */
#define jx_word(literal)                                                                                     \
    ({                                                                                                       \
        static struct jx_fixed word_;                                                                        \
        jx_fixed(&word_, jx_fixed_text, "" literal);                                                         \
    })
/* It as a member: jx_object(jx_w("method", "POST"), ...). */
#define jx_w(key, literal) jx_o((key), jx_word(literal))
