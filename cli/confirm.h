/* SPDX-License-Identifier: Apache-2.0 */
/* Asking before something is destroyed. */
#pragma once
#include "cli/options.h"

/* Have the name typed. 0 when it was, or with --yes. -1 with ERR_INVALID. */
MUST_CHECK int confirm_name(const struct options *o, const char *name, const char *what_goes, struct err *e);
