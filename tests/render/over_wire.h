/* SPDX-License-Identifier: Apache-2.0 */
/* The same call as Crossplane makes it: through the bytes of RunFunctionRequest and RunFunctionResponse. */
#pragma once
#include "function/function.h"

/* 'r' is initialised by the caller. Ends the program when the bytes are no answer. */
void over_wire(const struct fn_request *request, struct fn_response *r);
