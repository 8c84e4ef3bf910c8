/* SPDX-License-Identifier: Apache-2.0 */
#include "function/render/gateway_releases.h"
#include <stdlib.h>
#include <string.h>

const struct gateway_release gateway_releases[] = {
    { 9, "1.9.0", 33, 36, "1.6.1" },
    { 8, "1.8.3", 32, 35, "1.5.1" },
    { 0 },
};

/* x of "1.x" and "1.x.y"; -1 of anything else, and of another major version. */
static long minor_of(const char *version)
{
    return strncmp(version, "1.", 2) != 0 ? -1 : strtol(version + 2, NULL, 10);
}

const struct gateway_release *gateway_release_of(const char *version)
{
    for (const struct gateway_release *r = gateway_releases; r->version; r++)
        if (r->minor == minor_of(version))
            return r;
    return NULL;
}

bool gateway_release_supports(const struct gateway_release *r, const char *kubernetes)
{
    long minor = minor_of(kubernetes);

    return minor >= r->kubernetes_from && minor <= r->kubernetes_to;
}

const struct gateway_release *gateway_release_for(const char *kubernetes)
{
    for (const struct gateway_release *r = gateway_releases; r->version; r++)
        if (gateway_release_supports(r, kubernetes))
            return r;
    return NULL;
}

bool gateway_release_unknown(const char *version)
{
    long major = strtol(version, NULL, 10);

    return major > 1 || (major == 1 && minor_of(version) > gateway_releases[0].minor);
}
