/* SPDX-License-Identifier: Apache-2.0 */
/* Programs written for gojq, which provider-http uses, in words that libjq 1.6 knows. */
#pragma once

/* 'if' without 'else' gets one; builtins that came later are defined when used. The caller frees. */
char *jq_adapt(const char *program) __attribute__((warn_unused_result));
