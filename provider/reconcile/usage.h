/* SPDX-License-Identifier: Apache-2.0 */
/* The way into a shoot stays as long as something needs it: the ProviderConfigs of shoots (auth: CleuraShoot) hold a finalizer
 * while a Request refers to them. Composites make and remove them, and what is still to be removed in the shoot, or to be told
 * that the shoot is gone, would never be without. Those of accounts are users', who remove them when they like. */
#pragma once

struct loop;

/* To be called when a ProviderConfig changed, or a Request came or went. */
void usage_run(struct loop *l);
