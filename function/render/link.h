/* SPDX-License-Identifier: Apache-2.0 */
/* The way to readiness is a chain of links: each is met, or says in one line why not and who must act.  Texts are stable
 * (conditions.h). */
#pragma once
#include "function/render/conditions.h"
#include "function/render/observed.h"

struct link {
    bool met;
    const char *reason; /* borrowed */
    char text[CONDITIONS_TEXT];
};

/* What a reason asks of the user; a table of them ends in { NULL }. */
struct link_advice {
    const char *reason, *advice;
};

/* The row's advice, or NULL. */
const char *link_advice(const struct link_advice table[], const char *reason);

void link_unmet(struct link *l, const char *reason, const char *fmt, ...) PRINTF(3, 4);

/* True and unmet when the resource's own conditions say that something is wrong: "<what>: <message>; <what to do>", by the
 * kind's 'own' advice and what the provider's reasons mean anywhere. */
bool link_troubled(struct link *l, const struct observed *o, const char *what,
                   const struct link_advice own[]);

/* How many bytes of somebody else's sentence to print: at most 'most', whole characters, without its full stop. */
int link_sentence(const char *text, int most);

/* The link as a condition. */
void link_condition(struct fn_response *r, const char *type, const struct link *l);
