/* SPDX-License-Identifier: Apache-2.0 */
/* cleura-shoot: the function and the provider in one process, for one person on one machine. */
#include "cli/verb.h"

int main(int argc, char *argv[]) { return verbs_main(argc, argv); }
