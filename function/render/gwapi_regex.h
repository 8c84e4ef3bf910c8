/* SPDX-License-Identifier: Apache-2.0 */
/* Regular expressions as Envoy Gateway takes them: it compiles each as RE2, which has no references back and no looking around, and
 * drops the rule of one that does not compile. */
#pragma once

/* NULL when RE2 would compile it, else the rest of the sentence '<path>: "<text>" ...'. Names of classes of letters (\p{Greek}) are
 * not looked up. */
const char *wrong_regex(const char *text);
