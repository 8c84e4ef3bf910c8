/* SPDX-License-Identifier: Apache-2.0 */
/* Asking a person on the terminal (not standard input, which may be a file). */
#pragma once
#include "lib/err.h"

bool prompt_possible(void);

/* The answer without its line end; 'secret': nothing is shown. The caller wipes and frees. NULL with ERR_AUTH when there is
 * no terminal, the answer is empty, or ^C or ^D was typed; the terminal is always restored. */
MUST_CHECK char *prompt_ask(const char *question, bool secret, struct err *e);
