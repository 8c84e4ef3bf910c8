/* SPDX-License-Identifier: Apache-2.0 */
/* "Did you mean": the listed word nearest to what somebody typed. */
#pragma once
#include <stddef.h>

/* Insertions, deletions, replacements and swaps of neighbours between two words; words longer than 32 are cut. */
size_t suggest_distance(const char *a, const char *b);

/* Candidates one by one: 'best' is the nearest so far, and none that is further away than 'least' was at first. Borrowed. */
struct suggest {
    const char *typed, *best;
    size_t least;
};

void suggest_try(struct suggest *s, const char *word);

/* The nearest word, NULL when none is near enough to be meant. 'next' yields the candidates, then NULL. Borrowed. */
const char *suggest_nearest(const char *typed, const char *(*next)(size_t i));
