/* SPDX-License-Identifier: Apache-2.0 */
/* Which URLs may be called. */
#pragma once

/* The URL as it is sent: absolute with scheme and host, or a path from "/" on (resolved against the
 * endpoint later); blanks and bytes beyond ASCII percent-encoded as Go does it, the fragment dropped. The
 * caller frees. NULL when it is no such URL. */
char *url_escape(const char *url);
