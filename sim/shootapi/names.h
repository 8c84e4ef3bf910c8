/* SPDX-License-Identifier: Apache-2.0 */
/* What Kubernetes takes for names, labels, ports and addresses, and its words for what it does not. */
#pragma once
#include "lib/jx.h"

/* Each returns NULL when 'text' is right, else the server's words: a static text. */
typedef const char *name_check(const char *text);

name_check name_dns_label, name_dns_subdomain, name_qualified, name_label_value, name_port, name_cidr;
