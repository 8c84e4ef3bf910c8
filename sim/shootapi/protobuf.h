/* SPDX-License-Identifier: Apache-2.0 */
/* `kubectl create namespace|configmap|deployment|...` sends protobuf and has no way back to JSON. */
#pragma once
#include "lib/jx.h"

/* The object in Kubernetes' protobuf envelope as a JSON document; NULL when it is malformed or of another
 * kind. */
json_t *protobuf_object(const char *bytes, size_t n);
