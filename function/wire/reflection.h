/* SPDX-License-Identifier: Apache-2.0 */
/* grpc.reflection.v1 (and v1alpha, which is the same) on bytes: what services there are and what their messages look like, for
 * grpcurl and its like.
 *
 * A file is always sent with all it imports, so that nothing need be remembered of a stream.  There are no extensions to tell of. */
#pragma once
#include "function/wire/reader.h"
#include "lib/err.h"

/* The FileDescriptorSet of all this program serves. */
struct span reflection_descriptors(void);

/* The ServerReflectionResponse to a ServerReflectionRequest, from a FileDescriptorSet; the caller frees.  What is asked for and not there
 * is a response too. NULL with ERR_INVALID when it is no request or asks for nothing, ERR_INTERNAL when 'set' is none. */
MUST_CHECK uint8_t *reflection_answer(struct span set, struct span request, size_t *ret_n, struct err *e);
